"""Products with weights that do not train: the same numbers as `nn.Linear`, several times as many a second.

Over a beam's few rows a product only waits for its weights. Shipped ones are stored as float16, and FBGEMM, which comes
with torch, multiplies float32 by float16 weights in their own packed order: half the memory, nothing rounded.
"""

import warnings
from collections.abc import Callable
from functools import cache, partial

import torch
from torch import Tensor
from torch.nn import functional


def product(weight: Tensor, bias: Tensor | None) -> Callable[[Tensor], Tensor]:
    """weight (out, in), bias (out,) → the map from x (…, in) to x Wᵀ + b (…, out), which passes no gradient."""
    weight, bias = weight.detach(), None if bias is None else bias.detach()
    if not packable() or not weight.numel() or not weight.equal(weight.half().float()):
        return partial(functional.linear, weight=weight, bias=bias)
    packed = torch.fbgemm_pack_gemm_matrix_fp16(weight)
    bias = weight.new_zeros(len(weight)) if bias is None else bias
    return lambda x: torch.fbgemm_linear_fp16_weight_fp32_activation(x, packed, bias)


@cache
def packable() -> bool:
    """Whether this build of torch has FBGEMM, and the processor the instructions (x86 since 2013)."""
    try:
        with warnings.catch_warnings(action="ignore"):  # once: a later torch is to drop the operators
            packed = torch.fbgemm_pack_gemm_matrix_fp16(torch.ones(1, 1))
            torch.fbgemm_linear_fp16_weight_fp32_activation(torch.ones(1, 1), packed, torch.ones(1))
    except (AttributeError, RuntimeError):
        return False
    return True

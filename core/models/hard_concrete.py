"""The hard concrete distribution (Louizos, Welling & Kingma 2018, arXiv 1712.01312): random gates from 0 to 1 that are
exactly 0 or exactly 1 with some probability, and whose parameter log α has a gradient all the same.
"""

import math

import torch
from torch import Tensor

BETA, GAMMA, ZETA = 2 / 3, -0.1, 1.1  # §4: the temperature, and the interval that the concrete is stretched to
SHIFT = BETA * math.log(-GAMMA / ZETA)
TINY = 1e-6  # no uniform number is nearer to 0 or 1: their logits are infinite


def sample(log_alpha: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """A gate for each log α, of the same shape, drawn anew (eqs. 10 and 11)."""
    uniform = torch.rand(log_alpha.shape, generator=generator, device=log_alpha.device, dtype=log_alpha.dtype)
    return clipped((uniform.clamp(TINY, 1 - TINY).logit() + log_alpha) / BETA)


def value(log_alpha: Tensor) -> Tensor:
    """The gate without chance, for when the training is over (eq. 13)."""
    return clipped(log_alpha)


def clipped(logit: Tensor) -> Tensor:
    """The sigmoid, stretched to (γ, ζ) and cut to [0, 1]."""
    return (logit.sigmoid() * (ZETA - GAMMA) + GAMMA).clamp(0, 1)


def open_probability(log_alpha: Tensor) -> Tensor:
    """How likely each gate is not 0; the sum is the expected number of open ones, the L0 penalty (eq. 12)."""
    return (log_alpha - SHIFT).sigmoid()

"""Attention: pure functions that return their weights; what scores a recurrent model is in `attention_scores`."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional


class Attended(NamedTuple):
    """What one attention computed, over any leading shape."""

    context: Tensor  # (…, Q, D)
    weights: Tensor  # (…, Q, S), rows sum to 1, to less under a factor, to anything where overridden
    scores: Tensor  # (…, Q, S) before the softmax, -inf where nothing may be seen


def split_heads(x: Tensor, size: int) -> Tensor:
    """(n, Q, H · d) → (n, H, Q, d), heads of that size."""
    return x.unflatten(-1, (-1, size)).transpose(-3, -2)


def merge_heads(x: Tensor) -> Tensor:
    """(n, H, Q, d) → (n, Q, H · d)."""
    return x.transpose(-3, -2).flatten(-2)


def attend(
    scores: Tensor,
    value: Tensor,
    visible: Tensor | None = None,
    *,
    factor: Tensor | None = None,
    gate: Tensor | None = None,
    override: Tensor | None = None,
    dropout: float = 0.0,
) -> Attended:
    """Softmax of scores (…, Q, S) over what is visible, and the values (…, S, D) summed by it.

    `factor` (…, Q, S) multiplies the weights; `gate` (…, the scores' leading axes) multiplies the context; `override`
    replaces weights where it is not NaN.
    """
    if visible is not None:
        scores = scores.masked_fill(~visible, float("-inf"))
    weights = scores.softmax(dim=-1)
    if factor is not None:
        weights = weights * factor
    if override is not None:
        weights = torch.where(override.isnan(), weights, override.to(weights))
    context = functional.dropout(weights, dropout) @ value if dropout else weights @ value
    if gate is not None:
        context = context * gate[..., None, None]
    return Attended(context, weights, scores)


def scaled_dot_product(query: Tensor, key: Tensor) -> Tensor:
    """q kᵀ / √d (Vaswani et al. 2017, eq. 1): (…, Q, d) × (…, S, d) → (…, Q, S)."""
    return (query * query.shape[-1] ** -0.5) @ key.transpose(-2, -1)


def given_rows(override: Tensor, first: int, count: int, keys: int) -> Tensor:
    """Rows first … first + count - 1 of given weights (…, T, K) for so many keys; past the end NaN: the model's own."""
    rows = override[..., first : first + count, :keys]
    missing = keys - rows.shape[-1], count - rows.shape[-2]
    return functional.pad(rows, (0, missing[0], 0, missing[1]), value=torch.nan)

"""What a search asked the model: at each node that it went on from the likeliest next tokens, and where it looked."""

import math
from typing import Any

import numpy as np

from core.records import DecodeTrace
from core.records.traces import source_keys
from dashboard.figures.cells import signed
from dashboard.figures.tokens import label

SMALLEST = 1e-38  # a probability whose logarithm is still a number


def offers(trace: DecodeTrace) -> list[list[list]]:
    """For each of E expanded nodes the k likeliest next tokens, best first: [label, log p], k being the beam size."""
    width = trace.options.beam_size
    if trace.logits is None:
        nodes = (trace.next_tokens(node, width) for node in trace.tree.expanded)
        return [
            [[label(token), rounded(share)] for token, share in zip(row.tokens, row.probabilities, strict=True)]
            for row in nodes
        ]
    shares = trace.logits.astype(np.float32)  # (E, V)
    shares -= shares.max(axis=1, keepdims=True)
    np.exp(shares, out=shares)
    best = np.argpartition(shares, shares.shape[1] - width, axis=1)[:, -width:]
    probabilities = np.take_along_axis(shares, best, axis=1) / shares.sum(axis=1, keepdims=True)
    rows = zip(best.tolist(), probabilities.tolist(), strict=True)
    ordered = (sorted(zip(*row, strict=True), key=lambda pair: -pair[1]) for row in rows)
    return [[[label(trace.vocabulary[token]), rounded(value)] for token, value in row] for row in ordered]


def looks(trace: DecodeTrace) -> dict[str, Any] | None:
    """Where the model looked at each of E expanded nodes: (E, S), a byte a weight, the mean of all heads it still has.

    None of a model that looks nowhere.
    """
    weights = trace.tree.attention
    if weights is None:
        return None
    there = weights.any(axis=(0, 3))  # heads that pruning took away are zero throughout
    return signed(weights[:, there].mean(axis=1) if there.any() else weights.mean(axis=(1, 2)))


def source(trace: DecodeTrace) -> list[str]:
    """What it looked at: the source's pieces and its end."""
    return list(source_keys(trace.pieces))


def rounded(share: float) -> float:
    """The logarithm of a probability in three decimals: float16 logits hold no more."""
    return round(math.log(max(share, SMALLEST)), 3)

"""What a search asked the model: at each node that it went on from the likeliest next tokens, and where it looked."""

from typing import Any

import numpy as np

from core.records import DecodeTrace
from core.records.traces import source_keys
from dashboard.figures.cells import signed
from dashboard.figures.tokens import label


def offers(trace: DecodeTrace) -> list[list[list]]:
    """For each of E expanded nodes the k likeliest next tokens, best first: [label, log p], k being the beam size."""
    width = trace.options.beam_size
    if trace.logits is None:
        nodes = (trace.next_tokens(node, width) for node in trace.tree.expanded)
        return [
            [[label(token), rounded(np.log(share))] for token, share in zip(row.tokens, row.probabilities, strict=True)]
            for row in nodes
        ]
    logits = trace.logits.astype(np.float32)
    most = logits.max(axis=1, keepdims=True)
    logprobs = logits - most - np.log(np.exp(logits - most).sum(axis=1, keepdims=True))  # (E, V)
    best = np.argpartition(-logprobs, width, axis=1)[:, :width]
    rows = zip(best.tolist(), np.take_along_axis(logprobs, best, axis=1).tolist(), strict=True)
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


def rounded(value: float) -> float:
    """Three decimals: float16 logits hold no more."""
    return round(float(value), 3)

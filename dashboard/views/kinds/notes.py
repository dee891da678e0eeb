"""What one step shows of attention as such, in numbers: each note is a name and what its sentence says."""

from typing import Any

import numpy as np

from core.records import AttentionSteps

SHOWN = 3  # numbers of a vector that are written out
PRODUCTS = ("dot", "scaled-dot", "general", "local-m", "local-p", "heads")  # that score by query · key
LEARNED = ("general", "local-m", "local-p", "query-key-value", "heads")  # with a matrix between state and states


def notes(steps: AttentionSteps, layer: int, head: int, step: int) -> dict[str, dict[str, Any]]:
    """The notes that belong to a kind, of one step of a head (all counted from 0), with the source it looks at most."""
    weights = steps.weights[layer, head, step]
    best = int(weights.argmax())
    pair = {"source": steps.sources[best], "target": steps.tokens[step].removeprefix("▁")}
    noted: dict[str, dict[str, Any]] = {}
    if (vectors := compared(steps, layer, head, step, best)) is not None:
        noted["cosine"] = pair | products(*vectors)
    if steps.kind in LEARNED:
        rank = steps.query.shape[-1]
        noted["matrix"] = {"outer": rank * steps.query.shape[1], "rank": rank}
    if np.ptp(steps.scores[layer, head, step]) > 0:
        largest = int(steps.scores[layer, head, step].argmax())
        hard, soft = steps.values[layer, head, largest], steps.context[layer, head, step]
        share = float(weights[largest])
        numbers = {"hard": beginning(hard), "soft": beginning(soft), "weight": share, "rest": weights.sum() - share}
        noted["hard"] = {"source": steps.sources[largest], **numbers}
    count, width = steps.values.shape[-2:]
    noted["all"] = pair | {"count": count, "mean": 1 / count, "weight": weights[best], "numbers": count * width}
    return noted


def compared(steps: AttentionSteps, layer: int, head: int, step: int, source: int) -> tuple[np.ndarray, ...] | None:
    """The two vectors whose product the score is, or in a cosine would be; None where it is something else."""
    if steps.kind not in (*PRODUCTS, "cosine"):
        return None
    keys = steps.values if steps.kind == "cosine" else steps.keys  # the keys of a cosine have lost their length
    return steps.query[layer, head, step], keys[layer, head, source]


def products(query: np.ndarray, key: np.ndarray) -> dict[str, float]:
    """Dot product and cosine of two vectors, and their lengths.

    >>> products(np.array([3.0, 4.0]), np.array([2.0, 0.0]))
    {'dot': 6.0, 'cosine': 0.6, 'query': 5.0, 'key': 2.0}
    """
    dot, lengths = float(query @ key), [float(np.linalg.norm(vector)) for vector in (query, key)]
    return {"dot": dot, "cosine": dot / (lengths[0] * lengths[1] or 1.0), "query": lengths[0], "key": lengths[1]}


def beginning(vector: np.ndarray) -> str:
    """The first numbers of a vector."""
    return "; ".join(f"{number:z.2f}" for number in vector[:SHOWN])

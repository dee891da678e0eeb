"""Batches of ids: sentences of like length together, so that little of a batch is padding; sized in tokens."""

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from core.text.subwords import BOS, EOS, PAD, UNK

Ids = Sequence[int]
Pairs = Sequence[tuple[Ids, Ids]]


class Batch(NamedTuple):
    """n sentence pairs: `source` (n, S) and its `mask` (n, S, true where real), `inputs` and `targets` (n, T)."""

    source: np.ndarray
    mask: np.ndarray
    inputs: np.ndarray  # <bos> y1 … yT
    targets: np.ndarray  # y1 … yT <eos>, padded with <pad>


def pad(rows: Sequence[Ids]) -> np.ndarray:
    """(n, longest) int64, filled up with `<pad>`."""
    padded = np.full((len(rows), max(map(len, rows), default=0)), PAD, dtype=np.int64)
    for index, row in enumerate(rows):
        padded[index, : len(row)] = row
    return padded


def source_batch(sources: Sequence[Ids]) -> tuple[np.ndarray, np.ndarray]:
    """Sources as the encoders read them, (n, S) ids that end in `<eos>`, and their (n, S) mask."""
    source = pad([[*ids, EOS] for ids in sources])
    return source, source != PAD


def batch(pairs: Pairs) -> Batch:
    """One padded batch from (source ids, target ids) pairs."""
    source, mask = source_batch([source for source, _ in pairs])
    inputs = pad([[BOS, *target] for _, target in pairs])
    targets = pad([[*target, EOS] for _, target in pairs])
    return Batch(source, mask, inputs, targets)


def bucketed(
    lengths: Sequence[int],
    max_tokens: int,
    drawn: random.Random | None = None,
    ties: Sequence[int] | None = None,
) -> list[list[int]]:
    """Indices in batches of at most `max_tokens` padded tokens; with `drawn`, like lengths are shuffled among
    themselves and the batches too. A sentence longer than `max_tokens` stands alone. Equal lengths stand in the order
    of `ties`.

    bucketed([3, 1, 2], max_tokens=4) -> [[1, 2], [0]]
    """
    noise = [drawn.random() for _ in lengths] if drawn else [0.0] * len(lengths)
    ties = [0] * len(lengths) if ties is None else ties
    order = sorted(range(len(lengths)), key=lambda index: (lengths[index], ties[index], noise[index]))
    batches: list[list[int]] = []
    for index in order:
        if not batches or (len(batches[-1]) + 1) * lengths[index] > max_tokens:
            batches.append([])
        batches[-1].append(index)
    if drawn:
        drawn.shuffle(batches)
    return batches


def plan(pairs: Pairs, max_tokens: int, seed: int | None = None) -> list[list[int]]:
    """All pairs once, as indices in batches; the same seed gives the same order, no seed gives order of length.

    By the longer side; among those, pairs whose other side is as much shorter are together, which saves more padding.
    """
    lengths = [max(len(source), len(target)) + 1 for source, target in pairs]
    ties = [len(source) - len(target) for source, target in pairs]
    return bucketed(lengths, max_tokens, None if seed is None else random.Random(seed), ties)


def epoch(pairs: Pairs, max_tokens: int, seed: int | None = None) -> Iterator[Batch]:
    """All pairs once, in the batches of `plan`."""
    for indices in plan(pairs, max_tokens, seed):
        yield batch([pairs[index] for index in indices])


def without_words(whole: Batch, dropout: float, seed: int) -> Batch:
    """The batch with that share of what is read, on both sides, unknown (Gal & Ghahramani 2016, arXiv 1512.05287).

    What is to be predicted stays, and so do `<bos>`, `<eos>` and the padding; the same seed drops the same.
    """
    drawn = np.random.default_rng(seed)

    def dropped(ids: np.ndarray) -> np.ndarray:
        return np.where((drawn.random(ids.shape) < dropout) & (ids > EOS), UNK, ids)

    return whole._replace(source=dropped(whole.source), inputs=dropped(whole.inputs))

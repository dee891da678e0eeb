"""word2vec: skip-gram and CBOW with negative sampling (Mikolov et al. 2013, arXiv 1301.3781 and 1310.4546).

Beside it counts: words by what stands near them, as positive pointwise mutual information, its singular vectors
(Levy et al. 2015, "Improving distributional similarity").
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.checks import check, check_choice, check_range

KINDS = ("skip-gram", "cbow")
POWER = 0.75  # of frequencies, for negative samples (1310.4546, §2.2) and for the contexts of counts (Levy, §3.3)
BATCH = 512  # pairs whose gradients are summed, where there are words enough that few of them meet


@dataclass(frozen=True)
class Word2VecOptions:
    """How vectors are trained; `sample` is t of the subsampling of frequent words, `rate` falls to nothing."""

    kind: str = "skip-gram"
    width: int = 100
    window: int = 5
    negatives: int = 5
    sample: float = 1e-3
    epochs: int = 5
    rate: float = 0.025
    seed: int = 1

    def __post_init__(self):
        check_choice("kind of word2vec", self.kind, KINDS)
        for name, high in (("width", 1000), ("window", 50), ("negatives", 100), ("epochs", 1000)):
            check_range(name, getattr(self, name), 1, high)
        check_range("sample", self.sample, 1e-9, 1.0, whole=False)
        check_range("rate", self.rate, 1e-6, 10.0, whole=False)


def windows(lines: Sequence[Sequence[int]], window: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Each word with those at most `window` away in its line.

    list(windows([[7, 8, 9]], 1)) -> [(7, (8,)), (8, (7, 9)), (9, (8,))]
    """
    for line in lines:
        for place, word in enumerate(line):
            yield word, (*line[max(0, place - window) : place], *line[place + 1 : place + 1 + window])


def word2vec(lines: Sequence[Sequence[int]], size: int, options: Word2VecOptions) -> Iterator[np.ndarray]:
    """Vectors (size, D) float32 of ids 0 … size - 1: as they are drawn, and after each epoch. The seed decides all."""
    check(
        any(len(line) > 1 for line in lines), "there are no neighbours to learn from: give lines of two words or more"
    )
    draw, generator = np.random.default_rng(options.seed), torch.Generator().manual_seed(options.seed)
    flat = np.concatenate([np.asarray(line, dtype=np.int64) for line in lines])
    line_of = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    counts = np.bincount(flat, minlength=size)
    kept = np.minimum(1.0, np.sqrt(options.sample / np.maximum(counts / len(flat), 1e-12)))
    noise = torch.from_numpy(counts.astype(np.float64) ** POWER).cumsum(0)
    centre = (torch.rand(size, options.width, generator=generator) - 0.5) / options.width
    outer = torch.zeros(size, options.width)
    yield centre.numpy().copy()
    for epoch in range(options.epochs):
        stay = draw.random(len(flat)) < kept[flat]
        inputs, targets = examples(flat[stay], line_of[stay], options, draw)
        order = torch.from_numpy(draw.permutation(len(targets)))
        batches = order.split(min(BATCH, max(1, size // 4)))
        for number, rows in enumerate(batches):
            rate = options.rate * max(1e-4, 1 - (epoch + number / len(batches)) / options.epochs)
            drawn = torch.rand(len(rows), options.negatives, generator=generator, dtype=torch.float64) * noise[-1]
            negatives = torch.searchsorted(noise, drawn, right=True).clamp(max=size - 1)
            update(centre, outer, inputs[rows], targets[rows], negatives, rate)
        yield centre.numpy().copy()


def examples(
    words: np.ndarray, line_of: np.ndarray, options: Word2VecOptions, draw: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """What is read, (N, 1) a word or (N, 2 · window) its context with -1 in free places, and what is predicted (N,).

    Each window reaches a number of words drawn from 1 … `window`, so that near words count more.
    """
    reach = draw.integers(1, options.window + 1, len(words))
    columns = np.full((len(words), 2 * options.window), -1, dtype=np.int64)
    for distance in range(1, min(options.window, len(words) - 1) + 1):
        same = line_of[distance:] == line_of[:-distance]
        left, right = same & (reach[distance:] >= distance), same & (reach[:-distance] >= distance)
        columns[distance:, distance - 1] = np.where(left, words[:-distance], -1)
        columns[:-distance, options.window + distance - 1] = np.where(right, words[distance:], -1)
    if options.kind == "cbow":
        some = (columns >= 0).any(axis=1)
        return torch.from_numpy(columns[some]), torch.from_numpy(words[some])
    rows, places = np.nonzero(columns >= 0)
    return torch.from_numpy(words[rows][:, None]), torch.from_numpy(columns[rows, places])


def update(centre: Tensor, outer: Tensor, inputs: Tensor, targets: Tensor, negatives: Tensor, rate: float) -> None:
    """One step of gradient descent, in place, on -log σ(u·v) - Σ log σ(-u'·v) (1310.4546, eq. 4), summed over the rows.

    v is the mean of the inputs' vectors, u that of the target, u' those of the negative samples.
    """
    there = (inputs >= 0).float()[..., None]  # (B, C, 1)
    share = there / there.sum(dim=1, keepdim=True)
    read = (centre[inputs.clamp(min=0)] * share).sum(dim=1)  # (B, D)
    asked = torch.cat([targets[:, None], negatives], dim=1)  # (B, 1 + K)
    against = outer[asked]  # (B, 1 + K, D)
    errors = torch.sigmoid((against @ read[..., None])[..., 0])
    errors[:, 0] -= 1
    errors[:, 1:] *= negatives != targets[:, None]  # what was drawn by chance is no wrong word
    back = (errors[:, None] @ against)[:, 0]  # (B, D)
    outer.index_add_(0, asked.flatten(), (errors[..., None] * read[:, None]).flatten(0, 1), alpha=-rate)
    centre.index_add_(0, inputs.clamp(min=0).flatten(), (back[:, None] * share).flatten(0, 1), alpha=-rate)


def cooccurrences(lines: Sequence[Sequence[int]], size: int, window: int) -> dict[tuple[int, int], int]:
    """How often two words stand at most `window` apart, both ways."""
    counts: dict[tuple[int, int], int] = {}
    for word, around in windows(lines, window):
        for other in around:
            counts[word, other] = counts.get((word, other), 0) + 1
    return counts


def counted_vectors(
    lines: Sequence[Sequence[int]], size: int, width: int, window: int = 5, seed: int = 1
) -> np.ndarray:
    """(size, width): positive pointwise mutual information of words and contexts, U √Σ of its truncated SVD."""
    pairs = cooccurrences(lines, size, window)
    places = np.array(list(pairs), dtype=np.int64).T
    counts = np.array(list(pairs.values()), dtype=np.float64)
    words, contexts = (np.bincount(side, counts, minlength=size) for side in places)
    smoothed = contexts**POWER / (contexts**POWER).sum()
    information = np.log(counts / words[places[0]] / smoothed[places[1]])
    kept = information > 0
    matrix = torch.sparse_coo_tensor(
        torch.from_numpy(places[:, kept]),
        torch.from_numpy(information[kept]).float(),
        (size, size),
        check_invariants=True,
    ).coalesce()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        left, values, _ = torch.svd_lowrank(matrix, q=min(size, width), niter=4)
    return (left * values.sqrt()).numpy()


def operations(kind: str, width: int, context: int, vocabulary: int, way: str, negatives: int = 5) -> float:
    """Multiplications at one word with `context` words around it (Mikolov et al. 2013, 1301.3781, eq. 4 and 5).

    `way`: "softmax" over all words, a "tree" of them (hierarchical softmax), or some "negatives".
    """
    check_choice("kind of word2vec", kind, KINDS)
    outputs = {"softmax": vocabulary, "tree": math.log2(vocabulary), "negatives": 1 + negatives}
    check_choice("way to predict a word", way, outputs)
    predicting = width * outputs[way]
    return context * (width + predicting) if kind == "skip-gram" else context * width + predicting

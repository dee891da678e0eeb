"""Words as vectors: how near they are, what stands between them, and how well that agrees with people."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.checks import check, did_you_mean


@dataclass(frozen=True, eq=False)
class WordVectors:
    """N words, the most frequent first, and their vectors (N, D)."""

    words: tuple[str, ...]
    vectors: np.ndarray

    def __post_init__(self):
        fits = self.vectors.ndim == 2 and len(self.vectors) == len(self.words)
        check(fits, f"vectors of shape {self.vectors.shape} do not fit {len(self.words)} words")

    @cached_property
    def place(self) -> dict[str, int]:
        """Where each word stands."""
        return {word: index for index, word in enumerate(self.words)}

    @cached_property
    def directions(self) -> np.ndarray:
        """(N, D) float32, each of length 1: their products are cosines."""
        lengths = np.linalg.norm(self.vectors.astype(np.float32), axis=1, keepdims=True)
        return self.vectors.astype(np.float32) / np.maximum(lengths, 1e-12)

    def direction(self, word: str) -> np.ndarray:
        """(D,) of a word; ValueError, with the nearest spelling, if it has no vector."""
        near = did_you_mean(word, self.words) if word not in self.place else ""
        check(word in self.place, f"there is no vector for {word!r:.40}{near}: its text held it too rarely")
        return self.directions[self.place[word]]

    def cosine(self, first: str, second: str) -> float:
        """The cosine of the angle between two words, -1 to 1."""
        return float(self.direction(first) @ self.direction(second))

    def near(self, direction: np.ndarray, count: int, without: Sequence[str] = ()) -> list[tuple[str, float]]:
        """The words whose vectors point most nearly that way (D,), with the cosine."""
        cosines = self.directions @ (direction / max(np.linalg.norm(direction), 1e-12))
        cosines[[self.place[word] for word in without if word in self.place]] = -np.inf
        best = np.argsort(-cosines, kind="stable")[:count]
        return [(self.words[index], float(cosines[index])) for index in best if np.isfinite(cosines[index])]

    def neighbours(self, word: str, count: int = 10) -> list[tuple[str, float]]:
        """The nearest other words."""
        return self.near(self.direction(word), count, [word])

    def analogy(self, minus: str, plus: str, word: str, count: int = 5) -> list[tuple[str, float]]:
        """What is to `word` as `plus` is to `minus` (Mikolov et al. 2013): near their sum, but none of them."""
        wanted = self.direction(word) - self.direction(minus) + self.direction(plus)
        return self.near(wanted, count, [minus, plus, word])


def spearman(vectors: WordVectors, pairs: Sequence[tuple[str, str, float]]) -> tuple[float, int]:
    """The rank correlation of cosines with people's judgements, and how many pairs have both vectors."""
    covered = [pair for pair in pairs if pair[0] in vectors.place and pair[1] in vectors.place]
    check(len(covered) > 2, "fewer than three of the pairs have vectors")
    cosines = np.array([vectors.cosine(first, second) for first, second, _ in covered])
    return rank_correlation(cosines, np.array([judged for *_, judged in covered])), len(covered)


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's ρ: Pearson's correlation of ranks, equal values sharing their mean rank."""
    return float(np.corrcoef(ranks(first), ranks(second))[0, 1])


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 0; ranks([2, 1, 2]) -> [1.5, 0, 1.5]"""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = counts.cumsum()
    return (ends - (counts + 1) / 2)[places]

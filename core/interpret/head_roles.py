"""What heads do, counted sentence by sentence from their weights (Voita et al. 2019, arXiv 1905.09418, §4 and §5).

Counted are the maxima of every token or word; of the encoder not those of `<eos>`, which is neither. As what is looked
at, `<eos>` is left out where the paper does so, of confidence (§4) and of syntax (§5.2), and is a place like any other
where it does not, of positions (§5.1) and rare tokens (§5.3): a head that rests there has neither role. The paper has
the encoder alone; in the decoder `<bos>` stands for `<eos>`, which that never reads, and a row that sees one token has
no choice and is not counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.checks import check
from core.records import Attention
from core.text.subwords import SPACE

OFFSETS = range(-3, 4)  # relative positions among which the commonest is looked for
COMMON = 500  # the most frequent tokens: a sentence of these alone has no rare one (§5.3)
SAMPLES = 1000  # of the bootstrap


class Count(NamedTuple):
    """Of one sentence how often each head did something, (L, H), in how many cases, and how often a baseline did."""

    hits: np.ndarray
    cases: float
    baseline: float


@dataclass(frozen=True, eq=False)
class Shares:
    """Over all sentences the share of cases of each head, (L, H), its 95 % interval, and the baseline's share."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    baseline: float
    cases: int


def seen(attention: Attention) -> np.ndarray:
    """Which keys each counted row could look at, (rows, keys) bool, without rows that could see one alone."""
    rows, keys = attention.weights.shape[2:]
    if attention.kind == "decoder":
        return np.tri(rows, keys, dtype=bool)
    return np.ones((rows - (attention.kind == "encoder"), keys), dtype=bool)


def rows_of(attention: Attention) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The rows that are counted: their places (R,), weights (L, H, R, keys), and which keys they saw (R, keys)."""
    visible = seen(attention)
    places = np.flatnonzero(visible.sum(1) > 1)
    return places, attention.weights[:, :, places].astype(np.float64), visible[places]


def boundary(attention: Attention) -> int:
    """The column of `<eos>`, of the decoder that of `<bos>`."""
    return 0 if attention.kind == "decoder" else attention.weights.shape[3] - 1


# ---- of one sentence


def positional(attention: Attention) -> dict[int, Count]:
    """By relative position how many maxima lie there, of the rows that have a token there; the baseline is chance."""
    places, weights, visible = rows_of(attention)
    offsets = weights.argmax(-1) - places  # (L, H, R)
    counts = {}
    for offset in OFFSETS:
        there = places + offset
        within = (there >= 0) & (there < visible.shape[1])
        within[within] = visible[within, there[within]]
        hits = (offsets == offset)[:, :, within].sum(-1)
        counts[offset] = Count(hits, int(within.sum()), float((1 / visible.sum(1))[within].sum()))
    return counts


def rare(attention: Attention, frequencies: Sequence[int]) -> Count:
    """How many maxima lie on the least frequent token, of several on any; `frequencies` of all keys but `<eos>`."""
    check(len(frequencies) == attention.weights.shape[3] - 1, f"{len(frequencies)} frequencies do not fit the tokens")
    _, weights, visible = rows_of(attention)
    rarest = np.append(np.asarray(frequencies) == min(frequencies), False)
    return Count(
        rarest[weights.argmax(-1)].sum(-1), len(visible), float((visible[:, rarest].sum(1) / visible.sum(1)).sum())
    )


def delimiters(attention: Attention) -> Count:
    """How much weight lies on punctuation and on `<eos>` or `<bos>` (Clark et al. 2019, arXiv 1906.04341, §3.2)."""
    _, weights, visible = rows_of(attention)
    marks = np.array([is_mark(key) for key in attention.keys])
    marks[boundary(attention)] = True
    shares = (visible & marks).sum(1) / visible.sum(1)
    return Count((weights * marks).sum((-2, -1)), len(visible), float(shares.sum()))


def is_mark(token: str) -> bool:
    """Whether a token has neither letters nor digits."""
    text = token.removeprefix(SPACE)
    return bool(text) and not any(map(str.isalnum, text))


def confidence(attention: Attention) -> Count:
    """The largest weight of each row but that of `<eos>` or `<bos>`, added up (§4); the baseline looks evenly."""
    _, weights, visible = rows_of(attention)
    largest = np.delete(weights, boundary(attention), axis=-1).max(-1)
    return Count(largest.sum(-1), len(visible), float((1 / visible.sum(1)).sum()))


def looked_at(attention: Attention, words: Sequence[int], count: int) -> np.ndarray:
    """The word that each of `count` words looks at most, `<eos>` left out, (L, H, words).

    `words` numbers the word of each piece. Weights are summed over the pieces of a word that is looked at and averaged
    over those of the word that looks (Clark et al. 2019, §4.1).
    """
    pieces = attention.weights[..., :-1, :-1].astype(np.float64)
    check(len(words) == pieces.shape[-1], f"the words of {len(words)} pieces do not fit {pieces.shape[-1]}")
    member = np.equal.outer(np.arange(count), words).astype(np.float64)  # (words, pieces)
    averaged = member / np.maximum(1, member.sum(1, keepdims=True))
    return (averaged @ pieces @ member.T).argmax(-1)


def syntactic(looked: np.ndarray, pairs: Sequence[tuple[int, int]], offset: int) -> Count:
    """How many of the pairs (a word, the word to be found) a head finds: it looks from the first at the second.

    `looked` (L, H, words) is what `looked_at` returns; the baseline looks so many words further.
    """
    hits = sum((looked[..., start] == end for start, end in pairs), np.zeros(looked.shape[:2], int))
    return Count(hits, len(pairs), sum(end - start == offset for start, end in pairs))


# ---- of all sentences


def best_offset(pairs: Sequence[Sequence[tuple[int, int]]]) -> int:
    """The relative position that is right most often, over the pairs of all sentences; 0 where there are none."""
    offsets = [end - start for some in pairs for start, end in some]
    values, counts = np.unique(offsets, return_counts=True)
    return int(values[counts.argmax()]) if offsets else 0


def sampled(counts: Sequence[Count], seed: int) -> np.ndarray:
    """The share of all cases in bootstrap samples of the sentences, (samples, L, H); the same seed draws the same."""
    hits, cases = (np.array([count[part] for count in counts], dtype=np.float64) for part in (0, 1))
    check(cases.sum() > 0, "there is no case to count")
    drawn = np.random.default_rng(seed).multinomial(len(counts), np.full(len(counts), 1 / len(counts)), SAMPLES)
    totals = drawn @ cases
    filled = totals > 0
    return np.tensordot(drawn, hits, 1)[filled] / totals[filled, None, None]


def interval(samples: np.ndarray) -> np.ndarray:
    """The ends of the 95 % interval of bootstrap samples, (2, …)."""
    return np.percentile(samples, [2.5, 97.5], axis=0)


def shares(counts: Sequence[Count], seed: int = 1) -> Shares:
    """The share of all cases, with its percentile bootstrap over sentences."""
    low, high = interval(sampled(counts, seed))
    cases = sum(count.cases for count in counts)
    hits, baseline = (sum(part) / cases for part in list(zip(*counts, strict=True))[::2])
    return Shares(hits, low, high, float(baseline), int(cases))


def most_positional(counts: Sequence[Mapping[int, Count]]) -> tuple[np.ndarray, Shares]:
    """The relative position on which each head has the largest share of its maxima, (L, H), and that share."""
    offsets = [offset for offset in OFFSETS if sum(count[offset].cases for count in counts)]
    each = [shares([count[offset] for count in counts]) for offset in offsets]
    best = np.argmax([one.value for one in each], axis=0)  # (L, H)
    parts = {name: np.choose(best, [getattr(one, name) for one in each]) for name in ("value", "low", "high")}
    baseline = float(np.mean([one.baseline for one in each]))
    return np.array(offsets)[best], Shares(**parts, baseline=baseline, cases=max(one.cases for one in each))

"""How sure a model was of a translation, of which word it was least sure, and how much of the source it looked at."""

from dataclasses import dataclass
from math import exp

import numpy as np

from core.interpret.alignments import word_numbers
from core.records import DecodeTrace
from core.text.subwords import SPACE


@dataclass(frozen=True)
class Confidence:
    """A translation's `score`; its words a word of the source (`ratio`); its least likely `word`, and how likely that
    was; which share of the source was looked at (`coverage`, None without attention).
    """

    score: float
    ratio: float
    word: str
    probability: float
    coverage: float | None


def confidence(trace: DecodeTrace) -> Confidence:
    """The best translation of a trace in these numbers."""
    best = trace.hypotheses[0]
    word, probability = least_likely(best.tokens, best.logprobs)
    ratio = len(best.text.split()) / max(len(trace.text.split()), 1)
    return Confidence(best.score, ratio, word, probability, coverage(trace))


def least_likely(tokens: tuple[str, ...], logprobs: tuple[float, ...]) -> tuple[str, float]:
    """The word with the smallest probability, the product over its tokens; `<eos>` is none.

    >>> least_likely(("▁Regen", "mantel", ".", "<eos>"), (-0.5, -0.5, -0.7, -9.0))
    ('Regenmantel', 0.36787944117144233)
    """
    words: dict[int, tuple[str, float]] = {}
    for number, token, logprob in zip(word_numbers(tokens), tokens, logprobs, strict=True):
        if token != "<eos>":
            text, total = words.get(number, ("", 0.0))
            words[number] = text + token, total + logprob
    text, total = min(words.values(), key=lambda word: word[1], default=("", 0.0))
    return text.replace(SPACE, " ").strip(), exp(total)


def coverage(trace: DecodeTrace) -> float | None:
    """The mean over source pieces of the attention that each got in all, over layers and heads on average and 1 at most
    (after Wu et al. 2016, arXiv 1609.08144, eq. 14); None without attention.
    """
    attention = trace.attention()
    if attention is None or not trace.pieces:
        return None
    looked = attention.weights.mean(axis=(0, 1)).sum(axis=0)[: len(trace.pieces)]
    return float(np.minimum(looked, 1.0).mean())

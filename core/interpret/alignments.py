"""Alignments between words: attention over sub-words, joined."""

import unicodedata
from collections.abc import Sequence

import numpy as np

from core.checks import check
from core.records import Attention, Piece
from core.text.subwords import BLANK, SPACE

OWN_WORDS = ("<pad>", "<bos>", "<eos>")


def source_words(pieces: Sequence[Piece]) -> tuple[int, ...]:
    """The word of each source position, (S,), `<eos>` at the end as a word of its own."""
    words = [piece.word for piece in pieces]
    return (*words, max(words, default=-1) + 1)


def word_numbers(tokens: Sequence[str]) -> tuple[int, ...]:
    """The word of each target token, counted from 0 as the pieces of a source are.

    A mark of a space begins a word; punctuation and symbols are words of their own, and so is `<eos>`.

    word_numbers(["▁Regen", "mantel", ".", "<eos>"]) -> (0, 0, 1, 2)
    """
    numbers: list[int] = []
    for before, token in zip(("", *tokens), tokens, strict=False):
        begins = token.startswith(SPACE) or alone(before) or (alone(token) and before != SPACE)
        numbers.append(numbers[-1] + begins if numbers else 0)
    return tuple(numbers)


def alone(token: str) -> bool:
    """Whether a token is a punctuation mark, a symbol or the end, which no other token continues."""
    text = token.removeprefix(SPACE)
    return token in OWN_WORDS or (len(text) == 1 and unicodedata.category(text)[0] in "PS")


def by_words(attention: Attention, source_words: Sequence[int], target_words: Sequence[int]) -> Attention:
    """Attention between words: (L, H, target words, source words) where the kind is "cross".

    Weights are summed over the pieces of a key's word and averaged over those of a query's, so that every row keeps its
    sum (Clark et al. 2019, arXiv 1906.04341, §4.1). The decoder's keys are grouped by their own labels. ValueError if
    the numbers do not fit the labels.
    """
    query_words = source_words if attention.kind == "encoder" else target_words
    key_words = word_numbers(attention.keys) if attention.kind == "decoder" else source_words
    queries, keys = membership(query_words, attention.queries), membership(key_words, attention.keys)
    averaged = queries / queries.sum(axis=1, keepdims=True)  # (target words, T)
    weights = averaged @ attention.weights @ keys.T  # (L, H, target words, source words)
    labels = joined(queries, attention.queries), joined(keys, attention.keys)
    return Attention(weights.astype(attention.weights.dtype), *labels, attention.kind, attention.absent)


def membership(words: Sequence[int], labels: Sequence[str]) -> np.ndarray:
    """(words, pieces): 1 where the piece belongs to the word, words in the order of their numbers."""
    check(len(words) == len(labels), f"{len(words)} word numbers do not fit {len(labels)} pieces")
    return (np.unique(words)[:, None] == np.asarray(words)).astype(np.float64)


def joined(members: np.ndarray, labels: Sequence[str]) -> tuple[str, ...]:
    """The label of each word; a lone mark of a space is only shown where nothing follows it."""
    parts = ([labels[i] for i in np.flatnonzero(row)] for row in members)
    return tuple("".join(part).removeprefix(BLANK if len(part) > 1 else "") for part in parts)

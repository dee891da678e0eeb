"""BPE-dropout (Provilkov et al. 2020, arXiv 1910.13267): a text cut into other sub-words in each epoch.

The `tokenizers` library drops merges too, but by random numbers that can't be seeded, and a training that was killed
has to go on with the same cuts.
"""

import json
import random
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from core.text.subwords import UNK, Subwords


class Merges(NamedTuple):
    """A vocabulary's pieces, and what two neighbouring ids become: (rank, id), the lowest rank first."""

    ids: Mapping[str, int]
    ranked: Mapping[tuple[int, int], tuple[int, int]]


def merges_of(subwords: Subwords) -> Merges:
    """The merges in the order they were learned."""
    model = json.loads(subwords.tokenizer.to_str())["model"]
    ids = model["vocab"]
    return Merges(ids, {(ids[a], ids[b]): (rank, ids[a + b]) for rank, (a, b) in enumerate(model["merges"])})


def words_of(subwords: Subwords, line: str) -> list[str]:
    """The stretches of a cleaned line within which pieces merge."""
    normal = subwords.tokenizer.normalizer.normalize_str(line)
    return [word for word, _ in subwords.tokenizer.pre_tokenizer.pre_tokenize_str(normal)]


def cut(word: str, merges: Merges, dropout: float, drawn: random.Random) -> list[int]:
    """The ids of a word when each possible merge is left out with that probability, at each step anew (algorithm 1)."""
    pieces = [merges.ids.get(character, UNK) for character in word]
    while True:
        possible = [
            (*merges.ranked[pair], index)
            for index, pair in enumerate(pairwise(pieces))
            if pair in merges.ranked and drawn.random() >= dropout
        ]
        if not possible:
            return pieces
        _, joined, index = min(possible, key=lambda merge: (merge[0], merge[2]))
        pieces[index : index + 2] = [joined]


def cut_all(lines: Sequence[Sequence[str]], merges: Merges, dropout: float, seed: str) -> list[list[int]]:
    """Every line, given as its words; the same seed cuts the same."""
    drawn = random.Random(seed)
    return [[piece for word in words for piece in cut(word, merges, dropout, drawn)] for words in lines]

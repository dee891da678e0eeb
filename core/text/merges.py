"""Byte-pair encoding learnt one merge at a time, and a word cut by the merges that a vocabulary has, step by step.

Gage 1994 ("A new algorithm for data compression") put one unused byte for the most frequent pair of bytes, again and
again; Sennrich et al. 2016 (arXiv 1508.07909, §3.2) do so with the characters of words, and keep what was merged.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from core.checks import check
from core.text.bpe_dropout import merges_of, words_of
from core.text.subwords import Subwords, clean

Pair = tuple[str, str]


class Merge(NamedTuple):
    """One merge: the pair, how often it stood in the text, the next candidates, and all words as they are cut then."""

    pair: Pair
    count: int
    candidates: tuple[tuple[Pair, int], ...]  # the most frequent pairs before it, the pair itself first
    words: Mapping[str, tuple[str, ...]]


def word_counts(text: str, end: str = "") -> dict[tuple[str, ...], int]:
    """The words of a text as their characters, and how often each stands there; `end` marks where each ends.

    word_counts("low low") -> {("l", "o", "w"): 2}
    """
    return dict(Counter((*word, end) if end else tuple(word) for word in clean(text).split()))


def learn(counts: Mapping[tuple[str, ...], int], merges: int, shown: int = 5) -> Iterator[Merge]:
    """The merges that are learnt, at most so many: each time the pair that stands side by side most often.

    Of equally frequent pairs the one that comes first in the words is taken. It ends where no pair stands twice.
    """
    check(bool(counts), "there is no word to learn merges from: type some text")
    words = {"".join(characters): (characters, count) for characters, count in counts.items()}
    for _ in range(merges):
        found: Counter[Pair] = Counter()
        for pieces, count in words.values():
            for pair in pairwise(pieces):
                found[pair] += count
        candidates = tuple(found.most_common(shown))
        if not candidates or candidates[0][1] < 2:
            return
        pair, count = candidates[0]
        words = {word: (joined(pieces, pair), times) for word, (pieces, times) in words.items()}
        yield Merge(pair, count, candidates, {word: pieces for word, (pieces, _) in words.items()})


def joined(pieces: Sequence[str], pair: Pair) -> tuple[str, ...]:
    """The pieces with each occurrence of a pair as one, from the left.

    joined(("a", "a", "a", "b"), ("a", "a")) -> ("aa", "a", "b")
    """
    result, place = [], 0
    while place < len(pieces):
        size = 2 if tuple(pieces[place : place + 2]) == pair else 1
        result.append("".join(pieces[place : place + size]))
        place += size
    return tuple(result)


def cuts(subwords: Subwords, word: str) -> list[tuple[tuple[str, ...], Pair | None]]:
    """How a vocabulary's merges put a text together: the pieces at each step, and the pair that made them, none first.

    Of the pairs that stand side by side the one that was learnt first is merged, everywhere in its word.
    """
    merges = merges_of(subwords)
    tokens = subwords.tokens
    rank = {(tokens[first], tokens[second]): order for (first, second), (order, _) in merges.ranked.items()}
    words = [tuple(part) for part in words_of(subwords, clean(word))]
    check(bool(words), "there is nothing to cut: type a word")
    steps: list[tuple[tuple[str, ...], Pair | None]] = [(sum(words, ()), None)]
    for place in range(len(words)):
        while possible := [pair for pair in pairwise(words[place]) if pair in rank]:
            pair = min(possible, key=rank.get)
            words[place] = joined(words[place], pair)
            steps.append((sum(words, ()), pair))
    return steps

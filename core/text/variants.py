"""A sentence changed: grown clause by clause, or its words shuffled."""

import random
import re
from collections.abc import Sequence

# A clause or phrase begins with one of these words, or after a comma.
BEGINNINGS = """
and or but while who which that with without in into on onto at over under near next behind beside before after as to
from for by because when where through across around between
"""
SHORTEST = 2  # words of a clause
MOST = 8  # steps in which a sentence grows


def growing(sentence: str) -> list[str]:
    """The sentence from its first clause to all of it; each is closed with a full stop where the whole one is.

    >>> growing("A man sits on a bench and reads a book.")
    ['A man sits.', 'A man sits on a bench.', 'A man sits on a bench and reads a book.']
    """
    words = sentence.split()
    starts = [
        at
        for at in range(SHORTEST, len(words) - SHORTEST + 1)
        if words[at].lower() in BEGINNINGS.split() or words[at - 1].endswith((",", ";"))
    ]
    ends: list[int] = []
    for at in starts:
        if at - (ends[-1] if ends else 0) >= SHORTEST:
            ends.append(at)
    ends = spread(ends, MOST - 1)
    mark = re.search(r"[.!?]*$", sentence).group()
    return [" ".join(words[:end]).rstrip(" ,;") + mark for end in ends] + ([sentence] if words else [])


def spread(places: Sequence[int], most: int) -> list[int]:
    """At most so many of the places, evenly.

    >>> spread([1, 2, 3, 4, 5], 3)
    [1, 3, 5]
    """
    if len(places) <= most:
        return list(places)
    return [places[round(index * (len(places) - 1) / (most - 1))] for index in range(most)]


def shuffled_places(sentence: str, starts: Sequence[int], drawn: random.Random) -> list[int]:
    """The parts of a sentence, by where each begins, in the order that `shuffled` gives its words.

    >>> shuffled_places("A man sits.", [0, 2, 6, 8, 10], random.Random(1))
    [1, 2, 3, 0, 4]
    """
    body = len(sentence.rstrip(".!? "))
    words = list(range(len(sentence[:body].split())))
    drawn.shuffle(words)

    def place(part: int) -> tuple[int, int]:
        start = starts[part]
        word = len(sentence[: start + 1].split()) - 1
        return (words.index(word) if start < body else len(words)), part

    return sorted(range(len(starts)), key=place)


def shuffled(sentence: str, drawn: random.Random) -> str:
    """The sentence's words in another order; the mark at its end stays.

    >>> shuffled("A man sits.", random.Random(1))
    'man sits A.'
    """
    body = sentence.rstrip(".!? ")
    words = body.split()
    drawn.shuffle(words)
    return " ".join(words) + sentence[len(body) :].strip()

"""Whether a sentence is like those that a model was tested on: by its sub-words, and by what the model made of it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from core.records import Hypothesis, Piece

SHARES = {"logprob": 0.025, "pieces": 0.01}  # of held-out sentences that lie beyond each limit


class Signs(NamedTuple):
    """What tells a strange sentence: whether it has `unknown` sub-words and whether its translation `ended`, its
    sub-words a word, and the mean log-probability of a token of the translation.
    """

    unknown: bool
    ended: bool
    pieces: float
    logprob: float


def signs(pieces: Sequence[Piece], best: Hypothesis) -> Signs:
    """The signs of a source and of a model's best translation of it."""
    words = len({piece.word for piece in pieces})
    unknown = any(piece.unknown for piece in pieces)
    return Signs(unknown, best.finished, len(pieces) / max(words, 1), best.total / max(len(best.tokens), 1))


def limits(held_out: Sequence[Signs]) -> dict[str, float]:
    """Beyond which numbers the rarest `SHARES` of held-out sentences lie.

    >>> known = [Signs(False, True, 1 + place / 100, -place / 100) for place in range(101)]
    >>> limits(known)
    {'logprob': -0.975, 'pieces': 1.99}
    """
    low = np.quantile([each.logprob for each in held_out], SHARES["logprob"])
    high = np.quantile([each.pieces for each in held_out], 1 - SHARES["pieces"])
    return {"logprob": round(float(low), 3), "pieces": round(float(high), 3)}


def outside(given: Signs, known: Mapping[str, float]) -> bool:
    """Whether signs lie beyond what a model's `limits` say.

    >>> known = {"logprob": -0.9, "pieces": 1.9}
    >>> [outside(Signs(*given), known) for given in ((False, True, 1.2, -0.3), (False, True, 1.2, -1.5))]
    [False, True]
    """
    strange = given.unknown or not given.ended
    return strange or given.logprob < known["logprob"] or given.pieces > known["pieces"]

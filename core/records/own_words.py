"""What becomes of a decoder that reads its own words, of one pair: what two regimes are made of, to be looked at."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class TwoPasses:
    """Parallel scheduled sampling of a pair of T target tokens.

    `own` are the T - 1 tokens that the first pass drew in the place of gold ones, `order` the places in which they are
    read one after the other, `losses` (T, T) nats of each target token where 0 … T - 1 of them are.
    """

    gold: tuple[str, ...]
    own: tuple[str, ...]
    order: tuple[int, ...]
    losses: np.ndarray


@dataclass(frozen=True, eq=False)
class Behaviours:
    """What a judge compares: a decoder that read gold tokens and one that read its own, T tokens and states each.

    `taught` and `free` (T, W) are the first numbers of the last layer's states, `apart` (T,) the distance of all
    of them, in lengths of the taught one.
    """

    gold: tuple[str, ...]
    own: tuple[str, ...]
    taught: np.ndarray
    free: np.ndarray
    apart: np.ndarray

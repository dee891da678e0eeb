"""Positions in numbers, in double precision and without torch: the same as core/models/positional.py, as a test says.

Every table has a row a position (or, of ALiBi, a distance) and a column a dimension (or a head).
"""

from typing import NamedTuple

import numpy as np

BASE = 10_000  # the Transformer's own


class Distance(NamedTuple):
    """The products of all pairs of positions so far apart: the least, their mean, the most."""

    distance: int
    least: float
    mean: float
    most: float


def rates(width: int, base: float) -> np.ndarray:
    """(⌈d/2⌉,): the angle by which each pair of dimensions turns from a position to the next, base^(-2k/d)."""
    return base ** (-np.arange(0, width, 2) / width)


def sinusoidal(positions: np.ndarray, width: int, base: float) -> np.ndarray:
    """(P, d): sin and cos of each position's angles, interleaved (Vaswani et al. 2017, §3.5).

    >>> sinusoidal(np.arange(2), 2, 100).round(2).tolist()
    [[0.0, 1.0], [0.84, 0.54]]
    """
    angles = positions[:, None] * rates(width, base)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(len(positions), -1)[:, :width]


def rotary(positions: np.ndarray, width: int, base: float) -> np.ndarray:
    """(P, d): what becomes of the query or key (1, 0, 1, 0, …), turned by its position (Su et al. 2021, eq. 13-15)."""
    angles = positions[:, None] * rates(width, base)
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1).reshape(len(positions), -1)[:, :width]


def alibi(distances: np.ndarray, heads: int) -> np.ndarray:
    """(P, H): what each head takes from a score, slope · distance below 0 (Press et al. 2022, §3)."""
    return -np.abs(distances)[:, None] * 2.0 ** (-8 * np.arange(1, heads + 1) / heads)


def between(table: np.ndarray, head: int | None = None) -> np.ndarray:
    """(P, P): the dot product of each position with each; of ALiBi's penalties those of a head, by distance."""
    if head is None:
        return table @ table.T
    positions = np.arange(len(table))
    return table[np.abs(positions[:, None] - positions), head]


def by_distance(square: np.ndarray) -> list[Distance]:
    """The products of each distance from 0 on."""
    lines = (square.diagonal(distance) for distance in range(len(square)))
    return [Distance(at, float(line.min()), float(line.mean()), float(line.max())) for at, line in enumerate(lines)]


def spread(curve: list[Distance]) -> float:
    """How far products of the same distance differ at most: 0, up to rounding, where only the distance counts."""
    return max(point.most - point.least for point in curve)


def rotation(rate: float) -> np.ndarray:
    """(2, 2): what takes (sin, cos) of a position's angle to those of the next."""
    return np.array([[np.cos(rate), np.sin(rate)], [-np.sin(rate), np.cos(rate)]])

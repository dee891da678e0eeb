"""The formulas of positions with their numbers."""

import math

import numpy as np

from dashboard.views.positions.settings import Shape
from dashboard.views.positions.tables import rotation


def cell(shape: Shape, row: int, column: int, value: float) -> str:
    """What stands in one cell of the sinusoidal table, and why."""
    wave, twice = ("\\cos", column - 1) if column % 2 else ("\\sin", column)
    index = "2k+1" if column % 2 else "2k"
    angle = row / shape.base ** (twice / shape.width)
    general = rf"PE_{{t,\,{index}}} &= {wave}\big(t / n^{{2k/d}}\big)"
    own = rf"PE_{{{row},\,{column}}} &= {wave}\big({row} / {shape.base}^{{{twice}/{shape.width}}}\big)"
    return rf"\begin{{aligned}} {general} \\ {own} = {wave}({angle:.4g}) = {value:.2f} \end{{aligned}}"


def wavelength(shape: Shape, column: int) -> float:
    """How many positions a wave takes: 2π n^(2k/d)."""
    return 2 * math.pi * shape.base ** (column // 2 * 2 / shape.width)


def wave(shape: Shape, column: int) -> str:
    """The length of one wave."""
    twice = column // 2 * 2
    own = rf"2\pi \cdot {shape.base}^{{{twice}/{shape.width}}} = {wavelength(shape, column):.4g}"
    return rf"\lambda_k = 2\pi\, n^{{2k/d}} = {own}"


def product(square: np.ndarray) -> str:
    """Two pairs of positions that are as far apart as each other, and their products."""
    apart = 3 if len(square) > 10 else 1
    pairs = [(2, 5), (7, 10)] if apart == 3 else [(0, 1), (2, 3)]
    lines = [rf"p_{{{i}}} \cdot p_{{{j}}} &= {square[i, j]:.4f}" for i, j in pairs]
    general = r"p_i \cdot p_j &= \textstyle\sum_k \cos\big((i-j)\,n^{-2k/d}\big)"
    return rf"\begin{{aligned}} {general} \\ {lines[0]} \\ {lines[1]} \end{{aligned}}"


def turn(table: np.ndarray, row: int, rate: float) -> str:
    """The rotation that takes a position (sin, cos) to the next, with all its numbers."""
    matrix = r" \\ ".join(" & ".join(f"{cell:.2f}" for cell in line) for line in rotation(rate))
    here, there = (r" \\ ".join(f"{number:.2f}" for number in table[at]) for at in (row, row + 1))
    before, after = (rf"\begin{{pmatrix}} {numbers} \end{{pmatrix}}" for numbers in (here, there))
    return rf"R\,p_{{{row}}} = \begin{{pmatrix}} {matrix} \end{{pmatrix}} {before} = {after} = p_{{{row + 1}}}"


def added(column: int, word: float, position: float, width: int) -> str:
    """One number of what a model reads: the scaled embedding and the position."""
    parts = rf"{word:.2f} {'+' if position >= 0 else '-'} {abs(position):.2f}"
    return rf"x_{{t,{column}}} = \sqrt{{{width}}}\;E_{{{column}}} + p_{{t,{column}}} = {parts} = {word + position:.2f}"


def equivariance(without: float, with_: float) -> str:
    """Shuffled rows in, the same rows shuffled out: how far this is from true, without positions and with."""
    apart = r"\max\lvert f(PX) - P f(X)\rvert"
    return rf"\begin{{aligned}} {apart} &= {without:.1e} \\ {apart.replace('f', 'g')} &= {with_:.2f} \end{{aligned}}"

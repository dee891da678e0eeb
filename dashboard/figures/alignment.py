"""What an alignment shows: the map of a head or of their mean, what differs between two, what a reader can guess."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from core.checks import check
from core.records import Attention, DecodeTrace, Hypothesis
from dashboard.figures import latex
from dashboard.figures.tokens import label

FLAT = 0.3  # a row whose largest weight is smaller has no answer to guess
QUESTIONS = 8  # at most
OPTIONS = 4  # a question, at most
TERMS = 4  # of a sum that are written out
END = "<eos>"
MAX = "max"  # in the place of a layer or head: the largest weight of all of them
Place = int | str | None  # a layer or head counted from 0, MAX, or None for the mean of all
WHOLE = 0.02  # a row whose sum is so near to 1 adds up to it: weights are stored with three decimals


class Panel(NamedTuple):
    """One map: its title, the labels of its rows and columns, values (rows, columns) with NaN where they are hidden.

    Values are weights from 0 to 1 or, where it is `signed`, differences from -1 to 1.
    """

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: np.ndarray
    signed: bool = False


def weights(attention: Attention, layer: Place, head: Place) -> np.ndarray:
    """The weights (queries, keys) of a layer and head; of all of them the mean or, where either is MAX, the largest."""
    chosen = attention.weights.astype(np.float64)
    for axis, (name, place) in enumerate((("layer", layer), ("head", head))):
        if place not in (None, MAX):
            count = chosen.shape[axis]
            check(0 <= place < count, f"there is no {name} {place}; valid: 0 to {count - 1}, None, {MAX!r}")
            chosen = chosen.take([place], axis)
    return chosen.max((0, 1)) if MAX in (layer, head) else chosen.mean((0, 1))


def row_sums(values: np.ndarray) -> tuple[float, float] | None:
    """The least and the largest sum of a row of a whole map; None where each adds up to 1.

    They add up to less in local attention, to more where each cell is the largest of several heads' weights. ValueError
    where rows are hidden.
    """
    check(not np.isnan(values).any(), "the rows of a map that is partly hidden have no sums")
    sums = values.sum(-1)
    return None if (abs(sums - 1) < WHOLE).all() else (float(sums.min()), float(sums.max()))


def labels_of(attention: Attention) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The rows' and the columns' labels; pieces of the source are pieces of its text and carry no marks to read."""
    rows, columns = (tuple(label(token) for token in part) for part in (attention.queries, attention.keys))
    return (
        tuple(attention.queries) if attention.kind == "encoder" else rows,
        columns if attention.kind == "decoder" else tuple(attention.keys),
    )


def panel(title: str, attention: Attention, layer: int | None, head: int | None) -> Panel:
    """The map of a head, or of the mean of several."""
    return Panel(title, *labels_of(attention), weights(attention, layer, head))


def difference(title: str, first: Panel, second: Panel) -> Panel | None:
    """The first map minus the second; None where they have not the same rows and columns."""
    if (first.rows, first.columns) != (second.rows, second.columns):
        return None
    return Panel(title, first.rows, first.columns, first.values - second.values, signed=True)


def hide(whole: Panel, shown: int | None) -> Panel:
    """The map with NaN below its first `shown` rows; None shows all."""
    values = whole.values.copy()
    if shown is not None:
        values[shown:] = np.nan
    return whole._replace(values=values)


def strongest(values: np.ndarray) -> tuple[int, int] | None:
    """Row and column of the value that is farthest from 0; None if all are hidden."""
    if np.isnan(values).all():
        return None
    row, column = np.unravel_index(np.nanargmax(np.abs(values)), values.shape)
    return int(row), int(column)


def describe(panel: Panel) -> tuple[str, dict[str, Any]]:
    """Which sentence describes a map ("map", "difference" or "hidden"), and its numbers: size, the strongest cell."""
    facts: dict[str, Any] = {"title": panel.title, "rows": len(panel.rows), "columns": len(panel.columns)}
    place = strongest(panel.values)
    if place is None:
        return "hidden", facts
    row, column = place
    facts |= {"target": panel.rows[row], "source": panel.columns[column], "value": float(panel.values[place])}
    return "difference" if panel.signed else "map", facts


def table(panels: Sequence[Panel]) -> list[dict[str, Any]]:
    """The cells that are shown, map by map and row by row; positions count from 1, for tokens that repeat."""
    return [
        {
            "map": panel.title,
            "row": i + 1,
            "target": row,
            "column": j + 1,
            "source": column,
            "value": float(panel.values[i, j]),
        }
        for panel in panels
        for i, row in enumerate(panel.rows)
        for j, column in enumerate(panel.columns)
        if not np.isnan(panel.values[i, j])
    ]


class Guess(NamedTuple):
    """A row whose strongest column can be guessed among a few; `right` are indices of `options`, which differ."""

    row: int
    target: str
    options: tuple[str, ...]
    right: tuple[int, ...]
    source: str
    weight: float


def guesses(whole: Panel) -> list[Guess]:
    """What a reader may guess, from the top down: the strongest column among the next strongest, as they follow.

    A row that looks at the column of its own number is asked for only where there is no other: no guess is needed.
    """
    questions = []
    for row, (target, values) in enumerate(zip(whole.rows, whole.values, strict=True)):
        best = int(values.argmax())
        nearest = dict.fromkeys(whole.columns[column] for column in np.argsort(-values, kind="stable"))
        chosen = sorted(list(nearest)[:OPTIONS], key=whole.columns.index)
        if target == END or values[best] < FLAT or len(chosen) < 2:
            continue
        source = whole.columns[best]
        questions.append(Guess(row, target, tuple(chosen), (chosen.index(source),), source, float(values[best])))
    aside = [guess for guess in questions if whole.values[guess.row].argmax() != guess.row]
    return (aside or questions)[:QUESTIONS]


def revealed(guesses: Sequence[Guess], answered: int) -> int | None:
    """How many rows, from the top, are shown once so many guesses were made; None, all of them, after the last."""
    if answered >= len(guesses):
        return None
    return guesses[answered - 1].row + 1 if answered else 0


def context_vector(attention: Attention, layer: int | None, head: int | None) -> dict[str, Any]:
    """The weighted sum behind the strongest row, as LaTeX, and whose it is (Bahdanau et al. 2015, eq. 5).

    An RNN mixes the encoder's states h; a head of a Transformer mixes its own view of them, the values v.
    """
    values = weights(attention, layer, head)
    rows, columns = labels_of(attention)
    row, best = strongest(values)
    vector = "h" if attention.weights.shape[:2] == (1, 1) else "v"
    largest = [column for column in np.argsort(-values[row], kind="stable")[:TERMS] if values[row, column] >= 0.005]
    terms = [rf"{values[row, column]:.2f}\,{vector}_{{{latex.words(columns[column])}}}" for column in sorted(largest)]
    rest = [r"\cdots"] if len(columns) > len(terms) else []
    step, count, total = row + 1, len(columns), values[row].sum()
    mixture = rf"c_{{{step}}} &= \textstyle\sum_{{j=1}}^{{{count}}} \alpha_{{{step},j}}\,{vector}_j"
    return {
        "latex": rf"\begin{{aligned}} {mixture} \\ &= {' + '.join([*terms, *rest])} \end{{aligned}}",
        "step": step,
        "target": rows[row],
        "source": columns[best],
        "weight": f"{values[row, best]:.2f}",
        "sum": "1" if abs(total - 1) < WHOLE else f"{total:.2f}",
        "kind": "one" if vector == "h" else "mean" if None in (layer, head) else "head",
    }


def likelihood(hypothesis: Hypothesis) -> tuple[int, float, float]:
    """Sub-words with the end, the sum of their log-probabilities, and the perplexity a sub-word exp(-sum / count)."""
    count = len(hypothesis.tokens)
    return count, hypothesis.total, math.exp(-hypothesis.total / count)


def surprise(trace: DecodeTrace, words: Sequence[int]) -> dict[str, Any]:
    """The least likely word of a given translation, and what the model expected at the least likely of its pieces.

    `words` numbers the word of each token. "instead" is None where the model expected just that piece; "begun" is what
    stands of the word before that piece.
    """
    hypothesis = trace.hypotheses[0]
    sums = np.bincount(words, weights=hypothesis.logprobs)
    pieces = [place for place, word in enumerate(words) if word == int(sums.argmin())]
    worst = min(pieces, key=lambda place: hypothesis.logprobs[place])
    expected = trace.next_tokens(trace.tree.nodes[trace.tree.path(hypothesis.leaf)[worst]].parent, 1)
    word = "".join(hypothesis.tokens[place] for place in pieces)
    return {
        "word": label(word),
        "begun": label("".join(hypothesis.tokens[place] for place in pieces if place < worst)),
        "probability": percent(math.exp(sums.min())),
        "instead": None if expected.tokens[0] == hypothesis.tokens[worst] else label(expected.tokens[0]),
        "share": percent(expected.probabilities[0]),
    }


def percent(share: float) -> str:
    """A probability in percent; never zero where it is not."""
    return f"{share:.0%}" if share >= 0.1 else f"{share:.1%}" if share >= 0.001 else "< 0.1%"

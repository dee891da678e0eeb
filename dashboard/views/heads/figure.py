"""Every head of a reading as the browser takes it: weights, labels, measures; what a reader can guess of them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from core.records import Attention
from dashboard.figures import alignment
from dashboard.figures.alignment import MAX, Panel
from dashboard.figures.cells import attention_map, packed

PARTS = ("encoder", "decoder", "cross")
ROLLOUT = "rollout"  # in the place of a layer
OPTIONS = 4  # heads among which a reader guesses
CLEAR = 0.05  # of a weight: by how much the right one must be ahead of the others


class Part(NamedTuple):
    """One attention by its units, "pieces" or "words"; the numbers of the words, measures (L, H), its rollout."""

    attention: Mapping[str, Attention]
    numbers: tuple[Sequence[int], Sequence[int]]
    measures: Mapping[str, Mapping[str, np.ndarray]]
    rollout: Mapping[str, Attention] | None

    @property
    def heads(self) -> tuple[int, int]:
        """How many layers there are, and how many heads in each."""
        return self.attention["pieces"].weights.shape[:2]


def payload(
    title: str, parts: Mapping[str, Part], norms: Mapping[str, np.ndarray] | None = None, *, hidden: bool
) -> dict[str, Any]:
    """A reading in JSON values: of each part weights, rollout and labels, the `norms` (L, H, rows, columns) where they
    are known, and what is measured, unless that is `hidden` until it is guessed.
    """
    contents = {}
    for name, part in parts.items():
        content = attention_map(part.attention["pieces"], part.attention["words"], part.numbers)
        content["rollout"] = None if part.rollout is None else packed(part.rollout["pieces"].weights)
        if norms:
            most = float(norms[name].max()) or 1.0
            content["norms"] = packed(norms[name] / most) | {"most": most}
        content["measures"] = {} if hidden else {units: listed(named) for units, named in part.measures.items()}
        contents[name] = content
    return {"title": title, "parts": contents, "normed": "encoder" in parts}


def listed(measures: Mapping[str, np.ndarray]) -> dict[str, list]:
    """Measures as JSON lists."""
    return {name: np.round(values, 4).tolist() for name, values in measures.items()}


def panel(title: str, part: Part, units: str, layer: int | str | None, head: int | str | None) -> Panel:
    """The large map: of a head, of several, or the rollout of all."""
    if layer == ROLLOUT:
        return alignment.panel(title, part.rollout[units], 0, 0)
    return alignment.panel(title, part.attention[units], layer, head)


def place(text: str) -> int | str | None:
    """A layer or head as `alignment.weights` takes it: counted from 0, MAX, ROLLOUT, or None for the mean of all."""
    return int(text) - 1 if text.isdecimal() else {"mean": None, MAX: MAX, ROLLOUT: ROLLOUT}[text]


class Guess(NamedTuple):
    """A question about heads: the part and the measure it is about, the heads to choose among, the right one."""

    part: str
    measure: str
    heads: tuple[tuple[int, int], ...]  # layer and head, from 0
    right: int
    value: float


QUESTIONS = (
    ("encoder", "previous", 1),
    ("cross", "boundary", 1),
    ("cross", "entropy", -1),
)  # 1: the largest, -1: least


def guesses(parts: Mapping[str, Part]) -> list[Guess]:
    """What a reader may guess: the head that is first by a measure, among some that are far from it."""
    questions = []
    for part, measure, sign in QUESTIONS:
        values = parts[part].measures["pieces"][measure] * sign if part in parts else np.zeros((1, 1))
        order = np.argsort(-values, axis=None, kind="stable")
        far = [place for place in order if values.flat[order[0]] - values.flat[place] > CLEAR]
        if len(far) < OPTIONS - 1:
            continue
        step = max(1, len(far) // (OPTIONS - 1))
        chosen = sorted([order[0], *far[::step][: OPTIONS - 1]])
        heads = tuple(tuple(int(i) for i in np.unravel_index(place, values.shape)) for place in chosen)
        questions.append(Guess(part, measure, heads, chosen.index(order[0]), float(values.flat[order[0]] * sign)))
    return questions


def table(parts: Mapping[str, Part], units: str) -> list[dict[str, Any]]:
    """A row a head: its part, layer and head, counted from 1, and its measures."""
    return [
        {"part": name, "layer": layer + 1, "head": head + 1}
        | {measure: round(float(values[layer, head]), 4) for measure, values in part.measures[units].items()}
        for name, part in parts.items()
        for layer, head in np.ndindex(part.heads)
    ]

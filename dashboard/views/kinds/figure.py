"""Many models' attention beside each other, and one model's numbers: plain values that the browser walks alone."""

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from plotly.colors import sequential

from core.records import Attention, AttentionSteps, DecodeTrace
from dashboard.figures import alignment
from dashboard.figures.heatmap import DIFFERENCE

OPTIONS = 4  # choices of a question
QUESTIONS = 6  # at most
FIRST = 4  # numbers of a vector that are written out
LETTERS = tuple(f"{letter}{again}" for again in ("", *range(2, 10)) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
SCALES = {"weight": sequential.Viridis, "light": DIFFERENCE[False], "dark": DIFFERENCE[True]}


class Map(NamedTuple):
    """A model by its folder's name and in words, how it attends, and what it made of the sentence.

    `words` is where it looked between words, for a map to be compared with one of a model that cuts them otherwise.
    """

    name: str
    title: str
    about: str
    trace: DecodeTrace
    words: Attention | None = None

    @property
    def attention(self) -> Attention | None:
        """Where it looked."""
        return self.words or self.trace.attention()


def payload(maps: Sequence[Map], chosen: str, show: str, steps: AttentionSteps | None) -> dict[str, Any]:
    """Every map, and the numbers of the chosen model if they are known, as plain JSON values."""
    panels = [panel(one) for one in maps]
    by_name = {one["name"]: one for one in panels}
    first = by_name.get(chosen)
    for one in panels:
        one["same"] = first is not None and (one["rows"], one["columns"]) == (first["rows"], first["columns"])
    content = {"panels": panels, "chosen": chosen, "show": show, "steps": len(first["rows"]) if first else 0}
    content |= {name: max((one[name] for one in panels), default=1) for name in ("layers", "heads")}
    known = [[one[part] for part in ("name", "text", "rows", "columns")] for one in panels]
    name = hashlib.blake2b(json.dumps(known).encode(), digest_size=8).hexdigest()
    return {"id": name, "scales": SCALES, "numbers": steps and numbers(steps), **content}


def panel(one: Map) -> dict[str, Any]:
    """A map with the weights of all its heads, L · H · T · S thousandths."""
    weights = one.attention.weights.astype(np.float64)
    rows, columns = alignment.labels_of(one.attention)
    layers, heads = weights.shape[:2]
    return {
        "name": one.name,
        "title": one.title,
        "about": one.about,
        "text": one.trace.hypotheses[0].text,
        "rows": rows,
        "columns": columns,
        "layers": layers,
        "heads": heads,
        "weights": np.rint(weights * 1000).astype(int).ravel().tolist(),
    }


def numbers(steps: AttentionSteps) -> dict[str, Any]:
    """Vectors as signed bytes of their largest number, scores to four digits (None: -inf), L · H blocks of each."""
    scores = np.round(steps.scores.astype(np.float64), 4).ravel().tolist()
    return {
        "kind": steps.kind,
        "width": steps.query.shape[-1],
        "scores": [None if score == -np.inf else score for score in scores],
        "gaussian": None if steps.gaussian is None else np.round(steps.gaussian, 3).ravel().tolist(),
        "centre": None if steps.centre is None else np.round(steps.centre.astype(np.float64), 1).tolist(),
        "window": steps.window,
        "query": packed(steps.query),
        "keys": None if steps.keys is None else packed(steps.keys),
        "values": packed(steps.values),
        "context": packed(steps.context),
        "first": {name: beginning(getattr(steps, name)) for name in ("query", "context")},
    }


def packed(vectors: np.ndarray) -> dict[str, Any]:
    """Numbers as 127ths of the one that is farthest from 0, base64."""
    most = float(np.abs(vectors).max()) or 1.0
    values = np.rint(vectors.astype(np.float64) / most * 127).astype(np.int8)
    return {"most": round(most, 3), "values": base64.b64encode(values.tobytes()).decode()}


def beginning(vectors: np.ndarray) -> list[list[float]]:
    """The first numbers of each vector."""
    return np.round(vectors[..., :FIRST].astype(np.float64), 6).reshape(-1, min(FIRST, vectors.shape[-1])).tolist()


# --- what is said and listed


def place(at: dict[str, str]) -> tuple[int, int | None]:
    """The layer and head (None: the mean of its heads) that an address names, counted from 0."""
    head = at.get("head", "mean")
    return int(at.get("layer", 1)) - 1, None if head == "mean" else int(head) - 1


def look(one: Map, layer: int, head: int | None) -> alignment.Panel:
    """The map of a head or of the mean of a layer's, as far as the model has as many; both counted from 0."""
    layers, heads = one.attention.weights.shape[:2]
    head = None if head is None or heads == 1 else min(head, heads - 1)
    return alignment.panel(one.title, one.attention, min(layer, layers - 1), head)


def shown(maps: Sequence[Map], chosen: str, show: str, layer: int, head: int | None) -> list[alignment.Panel]:
    """The maps as they are drawn: where `show` is "difference", minus the chosen one's."""
    panels = {one.name: look(one, layer, head) for one in maps}
    if show != "difference" or chosen not in panels:
        return list(panels.values())
    first = panels[chosen]
    return [first, *(alignment.difference(one.title, one, first) or one for one in panels.values() if one is not first)]


def sharpest(steps: AttentionSteps, layer: int, head: int | None, step: int) -> tuple[int, int]:
    """The layer and head whose numbers are told: the chosen one or, for a mean, the one with the largest weight."""
    layers, heads = steps.weights.shape[:2]
    layer = min(layer, layers - 1)
    if head is None:
        return layer, int(steps.weights[layer, :, step].max(-1).argmax())
    return layer, min(head, heads - 1)


def table(
    panels: Sequence[alignment.Panel], steps: AttentionSteps | None, title: str, layer: int, head: int | None
) -> list[dict[str, Any]]:
    """Every cell of every map; in the map `title` with its score, where that is of one head."""
    rows = alignment.table(panels)
    scores = None
    if steps is not None and (head is not None or steps.scores.shape[1] == 1):
        layers, heads = steps.scores.shape[:2]
        scores = steps.scores[min(layer, layers - 1), min(head or 0, heads - 1)].astype(float)
    for row in rows:
        told = scores is not None and row["map"] == title
        score = float(scores[row["row"] - 1, row["column"] - 1]) if told else -np.inf
        row["score"] = None if score == -np.inf else score
    return rows


# --- predict, then reveal


class Guess(NamedTuple):
    """Which letter stands for a model: `options` are letters."""

    name: str
    letter: str
    options: tuple[str, ...]


def letters_of(maps: Sequence[Map]) -> dict[str, str]:
    """A letter for each model, in an order that tells nothing and is always the same for a sentence."""

    def mixed(one: Map) -> bytes:
        return hashlib.blake2b(f"{one.trace.text} {one.name}".encode(), digest_size=8).digest()

    return {one.name: letter for one, letter in zip(sorted(maps, key=mixed), LETTERS, strict=False)}


def hidden(maps: Sequence[Map]) -> list[Map]:
    """The maps under their letters, from A on, without a word on whose they are."""
    letters = letters_of(maps)
    renamed = [one._replace(name=letters[one.name], title=letters[one.name], about="") for one in maps]
    return sorted(renamed, key=lambda one: one.name)


def guesses(maps: Sequence[Map]) -> list[Guess]:
    """Which map is whose, under the letters of `hidden`; none where there is only one map."""
    letters, found = letters_of(maps), []
    every = sorted(letters.values())
    for one in maps if len(maps) > 1 else ():
        place = every.index(letters[one.name])
        begin = max(0, min(place - place % OPTIONS, len(every) - OPTIONS))
        found.append(Guess(one.name, letters[one.name], tuple(every[begin : begin + OPTIONS])))
    return found[:QUESTIONS]

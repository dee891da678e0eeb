"""Many models' attention beside each other, and one model's numbers: plain values that the browser walks alone."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from core.records import Attention, AttentionSteps, DecodeTrace
from dashboard.figures import alignment, cells

OPTIONS = 4  # choices of a question
QUESTIONS = 6  # at most
FIRST = 4  # numbers of a vector that are written out
LETTERS = tuple(f"{letter}{again}" for again in ("", *range(2, 10)) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


class Map(NamedTuple):
    """A model by its folder's name and in words, its kind, what sets it apart, and what it made of the sentence.

    `words` is where it looked between words, for a map to be compared with one of a model that cuts them otherwise.
    """

    name: str
    title: str
    kind: str
    about: str
    trace: DecodeTrace
    words: Attention | None = None

    @property
    def attention(self) -> Attention | None:
        """Where it looked."""
        return self.words or self.trace.attention()


def payload(maps: Sequence[Map], chosen: str, show: str) -> dict[str, Any]:
    """Every map with all its heads, and which have the chosen one's rows and columns, as plain JSON values."""
    panels = [panel(picture) for picture in maps]
    first = next((entry for entry in panels if entry["name"] == chosen), None)
    shapes = [entry["weights"]["shape"] for entry in panels] or [[1, 1, 0, 0]]
    layers, heads = (max(shape[axis] for shape in shapes) for axis in (0, 1))
    content = {"id": digest(panels), "chosen": chosen, "show": show, "layers": layers, "heads": heads}
    same = [{**entry, "same": first is not None and entry["pieces"] == first["pieces"]} for entry in panels]
    return content | {"panels": same}


def digest(content: object) -> str:
    """A short name of plain values, by which the browser knows them again."""
    return hashlib.blake2b(json.dumps(content).encode(), digest_size=8).hexdigest()


def panel(picture: Map) -> dict[str, Any]:
    """A map with the weights of all its heads."""
    facts = {name: getattr(picture, name) for name in ("name", "title", "kind", "about")}
    return facts | {"text": picture.trace.hypotheses[0].text} | cells.attention_map(picture.attention)


def alone(title: str, attention: Attention, steps: AttentionSteps | None) -> dict[str, Any]:
    """One model's map and, if they are known, the numbers behind it, as plain JSON values."""
    drawn = {"title": title, **cells.attention_map(attention)}
    drawn["sharpest"] = [sharpest(attention.weights, layer, None)[1] for layer in range(len(attention.weights))]
    return {"id": digest(drawn), **drawn, "numbers": steps and numbers(steps)}


def numbers(steps: AttentionSteps) -> dict[str, Any]:
    """Vectors as signed bytes, scores to four digits (None: -inf), L · H blocks of each."""
    scores = np.round(steps.scores.astype(np.float64), 4).ravel().tolist()
    return {
        "kind": steps.kind,
        "scores": [None if score == -np.inf else score for score in scores],
        "gaussian": None if steps.gaussian is None else np.round(steps.gaussian, 3).ravel().tolist(),
        "centre": None if steps.centre is None else np.round(steps.centre.astype(np.float64), 1).tolist(),
        "window": steps.window,
        "query": cells.signed(steps.query),
        "keys": None if steps.keys is None else cells.signed(steps.keys),
        "values": cells.signed(steps.values),
        "context": cells.signed(steps.context),
        "first": {name: beginning(getattr(steps, name)) for name in ("query", "context")},
    }


def beginning(vectors: np.ndarray) -> list[list[float]]:
    """The first numbers of each vector."""
    return np.round(vectors[..., :FIRST].astype(np.float64), 6).reshape(-1, min(FIRST, vectors.shape[-1])).tolist()


# --- what is said and listed


def place(at: dict[str, str]) -> tuple[int, int | None]:
    """The layer and head (None: the mean of its heads) that an address names, counted from 0."""
    head = at.get("head", "mean")
    return int(at.get("layer", 1)) - 1, None if head == "mean" else int(head) - 1


def look(picture: Map, layer: int, head: int | None) -> alignment.Panel:
    """The map of a head or of the mean of a layer's, as far as the model has as many; both counted from 0."""
    layers, heads = picture.attention.weights.shape[:2]
    head = None if head is None or heads == 1 else min(head, heads - 1)
    return alignment.panel(picture.title, picture.attention, min(layer, layers - 1), head)


def shown(maps: Sequence[Map], chosen: str, show: str, layer: int, head: int | None) -> list[alignment.Panel]:
    """The maps as they are drawn: where `show` is "difference", minus the chosen one's."""
    panels = {picture.name: look(picture, layer, head) for picture in maps}
    if show != "difference" or chosen not in panels:
        return list(panels.values())
    first = panels[chosen]
    others = [panel for panel in panels.values() if panel is not first]
    return [first, *(alignment.difference(panel.title, panel, first) or panel for panel in others)]


def sharpest(weights: np.ndarray, layer: int, head: int | None) -> tuple[int, int]:
    """The layer and head whose numbers are told: the chosen one or, where none is, the one with the sharpest rows.

    `weights` are (L, H, T, S); sharp is a row whose largest weight is large.
    """
    layers, heads = weights.shape[:2]
    layer = min(layer, layers - 1)
    if head is None:
        return layer, int(weights[layer].max(-1).mean(-1).argmax())
    return layer, min(head, heads - 1)


def scored(panel: alignment.Panel, steps: AttentionSteps | None, layer: int, head: int) -> list[dict[str, Any]]:
    """Every cell of a head's map with the score behind it; None where it is -inf or not known yet."""
    rows = alignment.table([panel])
    for row in rows:
        score = -np.inf if steps is None else float(steps.scores[layer, head, row["row"] - 1, row["column"] - 1])
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

    def mixed(picture: Map) -> bytes:
        return hashlib.blake2b(f"{picture.trace.text} {picture.name}".encode(), digest_size=8).digest()

    return {picture.name: letter for picture, letter in zip(sorted(maps, key=mixed), LETTERS, strict=False)}


def hidden(maps: Sequence[Map]) -> list[Map]:
    """The maps under their letters, from A on, without a word on whose they are."""
    letters = letters_of(maps)
    named = [(picture, letters[picture.name]) for picture in maps]
    renamed = [picture._replace(name=letter, title=letter, kind=letter, about="") for picture, letter in named]
    return sorted(renamed, key=lambda picture: picture.name)


def guesses(maps: Sequence[Map]) -> list[Guess]:
    """Which map is whose, under the letters of `hidden`; none where there is only one map."""
    letters, questions = letters_of(maps), []
    every = sorted(letters.values())
    for picture in maps if len(maps) > 1 else ():
        place = every.index(letters[picture.name])
        begin = max(0, min(place - place % OPTIONS, len(every) - OPTIONS))
        questions.append(Guess(picture.name, letters[picture.name], tuple(every[begin : begin + OPTIONS])))
    return questions[:QUESTIONS]

"""Which heads are open, as tables of every kind, layer and head: those a pruned model has kept, those a file closes."""

from collections.abc import Mapping
from typing import Any

from core.changes import ATTENTION_KINDS, Changes, Head
from core.checks import check, check_choice

Shapes = Mapping[str, tuple[int, int]]  # layers and heads of each kind of attention


def check_kept(kept: Any, shapes: Shapes) -> None:
    """ValueError, in one sentence, if these are not lists of the heads kept in each layer of each of these kinds."""
    check(isinstance(kept, Mapping), f"kept is {kept!r:.60}, not an object with {', '.join(shapes)}")
    for kind in kept:
        check_choice("kind of kept heads", kind, shapes)
    for kind, (layers, heads) in shapes.items():
        rows = kept.get(kind)
        whole = isinstance(rows, list | tuple) and len(rows) == layers
        check(whole, f"kept has no list of heads for each of the {layers} {kind} layers")
        for layer, row in enumerate(rows):
            fits = isinstance(row, list | tuple) and all(type(head) is int and 0 <= head < heads for head in row)
            check(
                fits and list(row) == sorted(set(row)),
                f"the heads kept in {kind} layer {layer} are {row!r:.60}, not rising numbers from 0 to {heads - 1}",
            )


def closed_by(content: Any, model: str, shapes: Shapes) -> Changes:
    """The changes that a gate file makes to a model of this name: {"model": …, "encoder": [[1, 0, …] a layer], …}.

    1 is open, 0 closed; a kind that is left out stays open. ValueError, in one sentence, if the file is of another
    model, or has other kinds, shapes or values.
    """
    check(isinstance(content, dict), f"a gate file is an object with model, {', '.join(ATTENTION_KINDS)}")
    check(bool(shapes.keys() & set(ATTENTION_KINDS[:2])), f"{model} has no heads to close: choose a Transformer")
    given = content.get("model")
    check(given == model, f"the gates are those of {given!r:.60}, not of {model}: open that model, or change the file")
    closed = []
    for kind, rows in content.items():
        if kind == "model":
            continue
        check_choice("kind of attention in a gate file", kind, shapes)
        layers, heads = shapes[kind]
        fits = isinstance(rows, list) and len(rows) == layers
        fits = fits and all(isinstance(row, list) and len(row) == heads for row in rows)
        check(
            fits, f"the {kind} gates need {layers} x {heads} numbers, a row for each layer and a number for each head"
        )
        for layer, row in enumerate(rows):
            for head, gate in enumerate(row):
                known = type(gate) in (int, float) and gate in (0, 1)
                check(known, f"the gate of {kind} layer {layer}, head {head} is {gate!r:.60}, not 0 or 1")
                if not gate:
                    closed.append(Head(kind, layer, head))
    return Changes(tuple(closed))


def gates_of(changes: Changes, model: str, shapes: Shapes) -> dict[str, Any]:
    """The content of a gate file that closes what these changes close; `closed_by` reads it."""
    tables: dict[str, Any] = {kind: [[1] * heads for _ in range(layers)] for kind, (layers, heads) in shapes.items()}
    for head in changes.closed:
        tables[head.kind][head.layer][head.head] = 0
    return {"model": model, **tables}

"""Sets of closed heads: as an address writes them, as a file, as the browser takes them, as a table."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from core.changes import ATTENTION_KINDS, Head
from core.checks import check
from core.gates import Shapes
from core.records import DecodeTrace
from dashboard.figures.cells import attention_map

LETTERS = {kind[0]: kind for kind in ATTENTION_KINDS}
PLACE = re.compile(r"([edc])(?:\*|([1-9]\d{0,2})\.(?:\*|([1-9]\d{0,2})))")
VALID = "e1.3, e1.*, e*, d2.1, c3.8, …"  # a head, a layer, a kind


def shapes(trace: DecodeTrace) -> dict[str, tuple[int, int]]:
    """Layers and heads of each kind of attention that a model has."""
    attentions = {kind: trace.attention(kind=kind) for kind in ATTENTION_KINDS}
    return {kind: attention.weights.shape[:2] for kind, attention in attentions.items() if attention}


def every(shapes: Shapes, absent: Collection[Head] = ()) -> tuple[Head, ...]:
    """All heads that a model has, by kind, layer and number; without those that pruning took."""
    heads = (Head(kind, *at) for kind in shapes for at in product(*map(range, shapes[kind])))
    return tuple(head for head in heads if head not in absent)


def address(closed: Collection[Head], heads: Sequence[Head]) -> str:
    """Which of a model's heads are closed, in the fewest words that an address can hold.

    >>> two = every({"encoder": (2, 2), "cross": (1, 2)})
    >>> address({Head("encoder", 0, 1), Head("cross", 0, 0), Head("cross", 0, 1)}, two)
    'e1.2,c*'
    """
    parts = []
    for kind in dict.fromkeys(head.kind for head in heads):
        layers: dict[int, list[Head]] = {}
        for head in heads:
            if head.kind == kind:
                layers.setdefault(head.layer, []).append(head)
        if all(head in closed for layer in layers.values() for head in layer):
            parts.append(f"{kind[0]}*")
            continue
        for layer, some in layers.items():
            shut = [head for head in some if head in closed]
            whole = len(shut) == len(some)
            parts += [f"{kind[0]}{layer + 1}.*"] if whole else [f"{kind[0]}{layer + 1}.{at.head + 1}" for at in shut]
    return ",".join(parts)


def closed_by(text: str, heads: Sequence[Head]) -> frozenset[Head]:
    """The heads that an address closes; ValueError if it is none, or names what the model has not."""
    closed: set[Head] = set()
    for part in filter(None, text.split(",")):
        place = PLACE.fullmatch(part)
        check(place is not None, f"{part!r:.40} names no head; valid: {VALID}")
        letter, layer, number = place.groups()
        some = [
            head
            for head in heads
            if head.kind == LETTERS[letter]
            and layer in (None, str(head.layer + 1))
            and number in (None, str(head.head + 1))
        ]
        check(bool(some), f"there is no head {part} in this model")
        closed.update(some)
    return frozenset(closed)


def places(heads: Iterable[Head]) -> list[list[Any]]:
    """Heads as the browser takes them: kind, layer and number, from 0."""
    return [[head.kind, head.layer, head.head] for head in heads]


def maps(trace: DecodeTrace) -> dict[str, Any]:
    """The attention of each kind, between sub-words."""
    attentions = {kind: trace.attention(kind=kind) for kind in ATTENTION_KINDS}
    return {kind: attention_map(attention) for kind, attention in attentions.items() if attention}


def counts(closed: Collection[Head], heads: Sequence[Head]) -> dict[str, tuple[int, int]]:
    """Of each kind how many heads are open, of how many."""
    kinds = dict.fromkeys(head.kind for head in heads)
    having = {kind: [head for head in heads if head.kind == kind] for kind in kinds}
    return {kind: (sum(head not in closed for head in some), len(some)) for kind, some in having.items()}


def note(closed: Collection[Head], heads: Sequence[Head]) -> str:
    """What is left of a model where a whole kind is closed, by its name; "" where none is."""
    shut = [kind for kind, (left, _) in counts(closed, heads).items() if not left]
    return "all" if len(shut) == len(ATTENTION_KINDS) else next((kind for kind in ("cross", *shut) if kind in shut), "")


def table(
    before: DecodeTrace, after: DecodeTrace, heads: Sequence[Head], scores: Mapping[str, Mapping[Head, float]]
) -> list[dict[str, Any]]:
    """A row a head, counted from 1: whether it is closed, what is known of it, and what came out."""
    closed = set(after.changes.closed)
    texts = {
        "translation": after.hypotheses[0].text,
        "log-probability": round(after.hypotheses[0].total, 4),
        "all open": before.hypotheses[0].text,
        "log-probability, all open": round(before.hypotheses[0].total, 4),
    }
    return [
        {"kind": head.kind, "layer": head.layer + 1, "head": head.head + 1, "open": int(head not in closed)}
        | {name: round(values[head], 4) for name, values in scores.items()}
        | texts
        for head in heads
    ]

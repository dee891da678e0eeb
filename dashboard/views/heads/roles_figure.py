"""What heads do, as the browser takes it: each head's roles with their evidence, and what each word looks at most."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from core.records import Attention
from core.records.head_roles import MEASURES, Evidence, from_rows, nearest, roles
from dashboard.figures.alignment import labels_of

CORPORA = ("captions", "news")
Words = Callable[[Evidence], str]


def evidence(finding: object, model: str) -> dict[str, tuple[Evidence, ...]]:
    """What is known of a model's heads, by corpus; {} where nothing is, or nothing that is sound."""
    try:
        return {corpus: from_rows(finding["models"][model][corpus]["evidence"]) for corpus in CORPORA}
    except (LookupError, TypeError, ValueError):
        return {}


def by_head(parts: Sequence[Evidence]) -> dict[tuple[str, int, int], list[Evidence]]:
    """The evidence of each head, its roles first, then by measure."""
    heads: dict[tuple[str, int, int], list[Evidence]] = {}
    for part in parts:
        heads.setdefault((part.kind, part.layer, part.head), []).append(part)
    return {
        head: [
            *roles(some),
            *(part for measure in MEASURES for part in some if part.measure == measure and not part.holds),
        ]
        for head, some in heads.items()
    }


def heads(parts: Sequence[Evidence], maps: Mapping[str, Attention], name: Words, short: Words) -> list[dict[str, Any]]:
    """Each head with its roles in words, or what it leans to, its evidence, and where the sentence's words look."""
    looks = {kind: (look(map_), look(map_, whole=False)) for kind, map_ in maps.items()}
    known, drawn = by_head(parts), []
    for kind, layer, head in ((part, *place) for part in maps for place in np.ndindex(maps[part].weights.shape[:2])):
        some = known.get((kind, layer, head), [])
        held = roles(some)
        first = held[0] if held else nearest(some)
        places, shares = looks[kind][bool(first) and first.measure == "syntactic"]
        drawn.append(
            {
                "part": kind,
                "layer": str(layer + 1),
                "head": str(head + 1),
                "role": held[0].measure if held else "",
                "lean": first.measure if first and not held else "",
                "short": short(first) + "+" * (len(held) > 1) if first else "",
                "value": first.value if first else None,
                "sure": all(part.sure for part in held[:1]),
                "names": [name(part) for part in held or [first] if part],
                "evidence": [row(part, name) for part in some],
                "looks": [places[layer, head].tolist(), np.round(shares[layer, head], 3).tolist()],
            }
        )
    return drawn


def row(part: Evidence, name: Words) -> list[Any]:
    """A measure in words, its share and interval, what makes it a role (None: nothing), the baseline, if it holds."""
    least = part.least if part.least <= 1 else None
    return [name(part), part.value, part.low, part.high, least, part.baseline, part.holds]


def look(attention: Attention, whole: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """The column at which each row looks most, and its weight, both (L, H, rows); `<eos>` is left out unless `whole`.

    The encoder's `<eos>` has no row.
    """
    weights = attention.weights[:, :, : len(attention.queries) - (attention.kind == "encoder")]
    weights = weights if whole else weights[..., :-1]
    return weights.argmax(-1), weights.max(-1)


def words(attention: Attention) -> dict[str, list[str]]:
    """What stands on both sides."""
    rows, columns = labels_of(attention)
    return {"rows": list(rows[: len(rows) - (attention.kind == "encoder")]), "columns": list(columns)}


def table(parts: Sequence[Evidence], name: Words) -> list[dict[str, Any]]:
    """A row for each measure of each head, counted from 1."""
    columns = ("value", "low", "high", "baseline")
    return [
        {"part": part.kind, "layer": part.layer + 1, "head": part.head + 1, "measure": name(part)}
        | {column: getattr(part, column) for column in columns}
        | {"role": part.holds, "sure": part.sure}
        for some in by_head(parts).values()
        for part in some
    ]


def clearest(known: Mapping[str, Sequence[Evidence]]) -> tuple[Evidence, Evidence] | None:
    """The head of the encoder that keeps most to one relative position on captions, there and on news."""
    positional = {
        corpus: {key(part): part for part in parts if (part.kind, part.measure) == ("encoder", "positional")}
        for corpus, parts in known.items()
    }
    first = max(positional["captions"].values(), key=lambda part: part.value, default=None)
    if first is None or key(first) not in positional["news"]:
        return None
    return first, positional["news"][key(first)]


def key(part: Evidence) -> tuple[str, int, int]:
    """Which head."""
    return part.kind, part.layer, part.head


def best(parts: Sequence[Evidence]) -> list[Evidence]:
    """Of each relation and direction the head that finds it most often, as in Table 1 of Voita et al. 2019."""
    by_relation: dict[str, Evidence] = {}
    for part in parts:
        if part.measure == "syntactic" and part.value > getattr(by_relation.get(part.about), "value", -1):
            by_relation[part.about] = part
    return list(by_relation.values())

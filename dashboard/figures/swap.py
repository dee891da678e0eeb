"""The attention swap: its table, the 2 × 2 study, a small map of what each kind looks at."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from core.records import Attention
from dashboard.figures import scores, vega
from dashboard.figures.alignment import labels_of, weights
from dashboard.figures.training import SVG

Row = Mapping[str, Any]
SWAP = (
    "model",
    "bleu",
    "bleu_interval",
    "chrf",
    "p",
    "attention",
    "context",
    "parameters",
    "tokens_per_second",
    "right",
    "words",
)
# Of a model, and how each is written.
COLUMNS = {
    "model": "",
    "bleu": ".1f",
    "bleu_interval": ".1f",
    "chrf": ".1f",
    "looks": ".0f",
    "millions": ".1f",
    "tokens_per_second": ".0f",
    "p": "",
}
CHANCE = 0.05  # a difference that is less probable than this by chance counts as one
SMALL = 145  # px of a small map's sides


def sound(finding: Any) -> bool:
    """Whether a stored finding has all that is drawn of it."""
    return scores.sound(finding, SWAP) and all(name in finding for name in ("scores", "places", "contrasts"))


def described(point: Row) -> dict[str, Any]:
    """A row of the finding with how often it looks at the right word, in percent, and its size in millions."""
    looks = 100 * point["right"] / point["words"] if point["words"] else None
    return {**point, "looks": looks, "millions": point["parameters"] / 1e6}


def square(rows: Sequence[Row], scores: Sequence[str], places: Sequence[str]) -> list[list[float | None]]:
    """BLEU of each cell of the 2 × 2 study, a row a score; None where no model is."""
    cells = {(row["attention"], row["context"]): row["bleu"] for row in rows if not row.get("feeding")}
    return [[cells.get((score, place)) for place in places] for score in scores]


def least(samples: int) -> float:
    """The smallest p that so many bootstrap samples can give (sacreBLEU counts the sample itself as one)."""
    return 1 / (samples + 1)


def chance(p: float, samples: int) -> str:
    """How probable a difference is by chance, as a formula writes it.

    >>> chance(0.0124, 1000), chance(1 / 1001, 1000)
    ('= 0.012', '≤ 0.001')
    """
    return f"≤ {least(samples):.3f}" if p <= least(samples) else f"= {p:.3f}"


def line(point: Row, samples: int, verdicts: Mapping[str, str]) -> tuple[Any, ...]:
    """A model's line of the table: p as it can be known, and what that says, one of `verdicts`.

    >>> line({**dict.fromkeys(COLUMNS, 1.0), "p": 1 / 1001}, 1000, {"real": "real"})[-1]
    'real (p ≤ 0.001)'
    """
    if point["p"] is None:
        words = verdicts["first"]
    else:
        words = f"{verdicts['chance' if point['p'] >= CHANCE else 'real']} (p {chance(point['p'], samples)})"
    return tuple(words if name == "p" else point[name] for name in COLUMNS)


def apart(points: Sequence[Row], count: int) -> list[Row]:
    """So many of a sorted list, from its first to its last, evenly apart; all where there are no more.

    >>> apart("abcdefghijk", 4)
    ['a', 'd', 'h', 'k']
    """
    last = len(points) - 1
    return [points[round(place * last / (count - 1))] for place in range(count)] if len(points) > count else [*points]


def verdict(contrast: Row) -> str:
    """Whether a contrast is a difference: "chance", "more" or "less".

    >>> verdict({"bleu": 0.2, "p": 0.4}), verdict({"bleu": -3.0, "p": 0.001})
    ('chance', 'less')
    """
    if contrast["p"] >= CHANCE:
        return "chance"
    return "more" if contrast["bleu"] > 0 else "less"


def cells(attentions: Mapping[str, Attention]) -> list[dict[str, Any]]:
    """A row for each cell of each model's map, the mean over its layers and heads."""
    content = []
    for model, attention in attentions.items():
        targets, sources = labels_of(attention)
        values = weights(attention, None, None).round(3).tolist()
        content += [
            {"model": model, "x": j, "y": i, "source": source, "target": target, "weight": values[i][j]}
            for i, target in enumerate(targets)
            for j, source in enumerate(sources)
        ]
    return content


def small_maps(attentions: Mapping[str, Attention]) -> alt.Chart:
    """One small map a model: source to the right, translation downwards."""
    tip = [alt.Tooltip(f"{name}:N") for name in ("source", "target")] + [alt.Tooltip("weight:Q", format=".2f")]
    chart = (
        alt.Chart(vega.data(cells(attentions)))
        .mark_rect()
        .encode(
            x=alt.X("x:O", axis=None),
            y=alt.Y("y:O", axis=None),
            color=alt.Color(
                "weight:Q",
                scale=alt.Scale(scheme="viridis", domain=[0, 1]),
                legend=alt.Legend(title=None, orient="bottom"),
            ),
            tooltip=tip,
        )
    )
    chart = chart.properties(width=SMALL, height=SMALL)
    faceted = chart.facet(
        alt.Facet(
            "model:N", title=None, sort=list(attentions), header=alt.Header(labelExpr="split(datum.label, ' · ')")
        ),
        columns=4,
    )
    return faceted.resolve_scale(x="independent", y="independent").properties(usermeta=SVG)

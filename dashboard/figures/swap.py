"""The attention swap and the study of word order: dots with intervals, the 2 × 2 table, small maps."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from core.records import Attention
from dashboard.figures.alignment import labels_of, weights
from dashboard.figures.training import COLOURS, SHAPES, SVG, legend, palette, repeated

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
ORDER = ("model", "bleu", "bleu_interval", "chrf", "chrf_interval", "order", "same")
# Of a model, and how each is written.
COLUMNS = {
    "model": "",
    "bleu": ".1f",
    "bleu_interval": ".1f",
    "chrf": ".1f",
    "looks": ".0f",
    "millions": ".1f",
    "tokens_per_second": ",.0f",
    "p": ".3f",
}
CHANCE = 0.05  # a difference that is less probable than this by chance counts as one
CELL = 9  # px of a small map


def sound(finding: object, wanted: Sequence[str]) -> bool:
    """Whether a stored finding has all that is drawn of it."""
    if not isinstance(finding, dict) or not isinstance(finding.get("rows"), list) or not finding["rows"]:
        return False
    settings = all(name in finding for name in ("sentences", "beam_size", "samples"))
    return settings and all(isinstance(row, dict) and all(name in row for name in wanted) for row in finding["rows"])


def points(rows: Sequence[Row], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """A row for each measurement of a model that has a label, the best first, with the ends of its interval."""
    found = [
        {
            **row,
            "model": labels[row["model"]],
            "millions": row["parameters"] / 1e6 if "parameters" in row else None,
            "looks": 100 * row["right"] / row["words"] if row.get("words") else None,
            "low": row["bleu"] - row["bleu_interval"],
            "high": row["bleu"] + row["bleu_interval"],
        }
        for row in rows
        if row["model"] in labels
    ]
    return sorted(found, key=lambda row: -row["bleu"])


def dots(drawn: Sequence[Row], say: Mapping[str, str], group: str = "") -> alt.LayerChart:
    """BLEU of each model with its 95 % interval; a colour and shape for each value of `group`, if there is one."""
    y = alt.Y("model:N", title=None, sort=[row["model"] for row in drawn], axis=alt.Axis(labelLimit=330))
    x = alt.X("bleu:Q", title="BLEU", scale=alt.Scale(zero=False, padding=20))
    tip = [alt.Tooltip("model:N", title=say["model"])]
    tip += [alt.Tooltip(f"{end}:Q", title=say[end], format=".1f") for end in ("bleu", "low", "high")]
    base = alt.Chart(alt.Data(values=list(drawn)))
    line = base.mark_rule(strokeWidth=3, opacity=0.5).encode(x=alt.X("low:Q"), x2="high:Q", y=y)
    dot = base.mark_point(filled=True, size=110, opacity=1).encode(x=x, y=y, tooltip=tip)
    if group:
        names = list(dict.fromkeys(row[group] for row in drawn))
        colour = alt.Color(f"{group}:N", title=None, scale=palette(names), legend=legend())
        shapes = alt.Scale(domain=names, range=repeated(SHAPES, len(names)))
        dot = dot.encode(color=colour, shape=alt.Shape(f"{group}:N", title=None, scale=shapes))
        line = line.encode(color=colour)
    else:
        dot, line = dot.encode(color=alt.value(COLOURS[0])), line.encode(color=alt.value(COLOURS[0]))
    return (line + dot).properties(height=alt.Step(34), usermeta=SVG)


def square(rows: Sequence[Row], scores: Sequence[str], places: Sequence[str]) -> list[list[float | None]]:
    """BLEU of each cell of the 2 × 2 study, a row a score; None where no model is."""
    cells = {(row["attention"], row["context"]): row["bleu"] for row in rows}
    return [[cells.get((score, place)) for place in places] for score in scores]


def verdict(contrast: Row) -> str:
    """Whether a contrast is a difference: "chance", "more" or "less".

    >>> verdict({"bleu": 0.2, "p": 0.4}), verdict({"bleu": -3.0, "p": 0.001})
    ('chance', 'less')
    """
    if contrast["p"] >= CHANCE:
        return "chance"
    return "more" if contrast["bleu"] > 0 else "less"


def small_maps(attentions: Mapping[str, Attention]) -> alt.Chart:
    """One small map a model, its mean over layers and heads: source to the right, translation downwards."""
    cells = []
    for model, attention in attentions.items():
        rows, columns = labels_of(attention)
        values = weights(attention, None, None)
        cells += [
            {"model": model, "x": j, "y": i, "source": column, "target": row, "weight": round(float(values[i, j]), 3)}
            for i, row in enumerate(rows)
            for j, column in enumerate(columns)
        ]
    tip = [alt.Tooltip(f"{name}:N") for name in ("source", "target")] + [alt.Tooltip("weight:Q", format=".2f")]
    chart = (
        alt.Chart(alt.Data(values=cells))
        .mark_rect()
        .encode(
            x=alt.X("x:O", axis=None),
            y=alt.Y("y:O", axis=None),
            color=alt.Color(
                "weight:Q", scale=alt.Scale(scheme="viridis", domain=[0, 1]), legend=alt.Legend(title=None)
            ),
            tooltip=tip,
        )
    )
    chart = chart.properties(width=alt.Step(CELL), height=alt.Step(CELL))
    faceted = chart.facet(alt.Facet("model:N", title=None, sort=list(attentions)), columns=4)
    return faceted.resolve_scale(x="independent", y="independent").properties(usermeta=SVG)

"""Scores of models as dots with intervals, from a stored finding."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from dashboard.figures import vega
from dashboard.figures.training import SHAPES, SVG, legend, palette, repeated

Row = Mapping[str, Any]
ORDER = ("model", "bleu", "bleu_interval", "chrf", "chrf_interval", "order", "same")


def sound(finding: object, wanted: Sequence[str]) -> bool:
    """Whether a stored finding has all that is drawn of it."""
    if not isinstance(finding, dict) or not isinstance(finding.get("rows"), list) or not finding["rows"]:
        return False
    settings = all(name in finding for name in ("sentences", "beam_size", "samples"))
    return settings and all(isinstance(row, dict) and all(name in row for name in wanted) for row in finding["rows"])


def points(rows: Sequence[Row], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """A row for each measurement of a model that has a label, the best first, with the ends of its interval."""
    drawn = [
        {
            **row,
            "model": labels[row["model"]],
            "low": row["bleu"] - row["bleu_interval"],
            "high": row["bleu"] + row["bleu_interval"],
        }
        for row in rows
        if row["model"] in labels
    ]
    return sorted(drawn, key=lambda row: -row["bleu"])


def by_fives(low: float, high: float) -> list[int]:
    """The multiples of 5 from the last one below to the first one above.

    >>> by_fives(16.2, 28.0)
    [15, 20, 25, 30]
    """
    return list(range(5 * math.floor(low / 5), 5 * math.ceil(high / 5) + 1, 5))


def dots(drawn: Sequence[Row], say: Mapping[str, str], group: str) -> alt.LayerChart:
    """BLEU of each model with its 95 % interval, a colour and a shape for each value of `group`.

    Models' names stand left of the axis, in lines that break at " · "; a thin line leads to what was measured.
    """
    names, models = (list(dict.fromkeys(row[column] for row in drawn)) for column in (group, "model"))
    several = len(drawn) > len(models)
    ticks = by_fives(min((row["low"] for row in drawn), default=0.0), max((row["high"] for row in drawn), default=5.0))
    beside = alt.Axis(
        labelExpr="split(datum.label, ' · ')",
        labelLimit=190,
        labelPadding=8,
        labelBaseline="bottom",
        ticks=False,
        domain=False,
    )
    y = alt.Y("model:N", title=None, sort=models, axis=beside)
    apart = {"yOffset": alt.YOffset(f"{group}:N", sort=names)} if several else {}
    scale = alt.Scale(domain=[ticks[0], ticks[-1]], nice=False)
    x = alt.X("bleu:Q", title="BLEU", scale=scale, axis=alt.Axis(values=ticks))
    colour = alt.Color(f"{group}:N", title=None, scale=palette(names), legend=legend(columns=1, orient="top"))
    shape = alt.Shape(f"{group}:N", title=None, scale=alt.Scale(domain=names, range=repeated(SHAPES, len(names))))
    tip = [alt.Tooltip("model:N", title=say["model"])]
    tip += [alt.Tooltip(f"{end}:Q", title=say[end], format=".1f") for end in ("bleu", "low", "high")]
    base = alt.Chart(vega.data({**row, "start": ticks[0]} for row in drawn))
    line = base.mark_rule(strokeWidth=3, opacity=0.5).encode(
        x=alt.X("low:Q", scale=scale), x2="high:Q", y=y, color=colour, **apart
    )
    lead = base.mark_rule(strokeWidth=1, opacity=0.35, strokeDash=[2, 3])
    lead = lead.encode(x=alt.X("start:Q", scale=scale), x2="low:Q", y=y, **apart)
    dot = base.mark_point(filled=True, size=110, opacity=1)
    dot = dot.encode(x=x, y=y, color=colour, shape=shape, tooltip=tip, **apart)
    height = alt.Step(44 if several else 36, **{"for": "position"})
    return (lead + line + dot).properties(height=height, usermeta=SVG)

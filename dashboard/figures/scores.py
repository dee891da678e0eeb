"""Scores of models as dots with intervals, from a stored finding."""

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
    found = [
        {
            **row,
            "model": labels[row["model"]],
            "low": row["bleu"] - row["bleu_interval"],
            "high": row["bleu"] + row["bleu_interval"],
        }
        for row in rows
        if row["model"] in labels
    ]
    return sorted(found, key=lambda row: -row["bleu"])


def dots(drawn: Sequence[Row], say: Mapping[str, str], group: str) -> alt.LayerChart:
    """BLEU of each model with its 95 % interval, below its name; a colour and a shape for each value of `group`."""
    names, models = (list(dict.fromkeys(row[one] for row in drawn)) for one in (group, "model"))
    several = len(drawn) > len(models)
    height, up = (76, 32) if several else (36, 11)  # px of a model, and from its middle to its name
    above = alt.Axis(labelAlign="left", labelPadding=0, labelOffset=-up, labelLimit=0, ticks=False, domain=False)
    y = alt.Y("model:N", title=None, sort=models, axis=above)
    apart = {"yOffset": alt.YOffset(f"{group}:N", sort=names)} if several else {}
    x = alt.X("bleu:Q", title="BLEU", scale=alt.Scale(zero=False, padding=20))
    colour = alt.Color(f"{group}:N", title=None, scale=palette(names), legend=legend(columns=1))
    shape = alt.Shape(f"{group}:N", title=None, scale=alt.Scale(domain=names, range=repeated(SHAPES, len(names))))
    tip = [alt.Tooltip("model:N", title=say["model"])]
    tip += [alt.Tooltip(f"{end}:Q", title=say[end], format=".1f") for end in ("bleu", "low", "high")]
    base = alt.Chart(vega.data(drawn))
    line = base.mark_rule(strokeWidth=3, opacity=0.5).encode(x=alt.X("low:Q"), x2="high:Q", y=y, color=colour, **apart)
    dot = base.mark_point(filled=True, size=110, opacity=1)
    dot = dot.encode(x=x, y=y, color=colour, shape=shape, tooltip=tip, **apart)
    return (line + dot).properties(height=alt.Step(height, **{"for": "position"}), usermeta=SVG)

"""What heads do with rare tokens, from a stored finding: sound rows, a chart, a table, what a difference says."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from dashboard.figures import vega
from dashboard.figures.training import SHAPES, SVG, legend, palette

RATES = ("seen", "unseen")  # sentences that a model was trained on, and others
MEASURED = tuple(f"{what}_{part}" for what in ("rate", "cost") for part in (*RATES, "more"))


def rows(finding: object, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """What the heads of each known model do with rare tokens; [] where nothing sound is stored."""
    stored = finding.get("rare") if isinstance(finding, dict) else None
    drawn = [row for row in stored if sound(row, labels)] if isinstance(stored, list) else []
    return [row | {"label": labels[row["model"]]} for row in drawn]


def sound(row: object, labels: Mapping[str, str]) -> bool:
    """Whether all that is drawn of a model is there."""
    if not isinstance(row, dict) or row.get("model") not in labels or not isinstance(row.get("heads"), list):
        return False
    places = all(isinstance(row.get(name), int) for name in ("layer", "head")) and row["head"] < len(row["heads"])
    heads = all(isinstance(head, dict) and all(triple(head.get(name)) for name in MEASURED) for head in row["heads"])
    return places and heads and isinstance(row.get("chance"), float)


def triple(value: object) -> bool:
    """Whether this is a number with its interval."""
    return isinstance(value, list) and len(value) == 3 and all(isinstance(part, int | float) for part in value)


def looking(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The numbers of the head that looks at rare tokens most."""
    return row["heads"][row["head"]]


def table(drawn: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A row for each head of each model, counted from 1, its values with their intervals."""
    ends = ("", "_low", "_high")
    return [
        {"model": row["label"], "layer": row["layer"] + 1, "head": place}
        | {name + end: value for name in MEASURED for end, value in zip(ends, head[name], strict=True)}
        for row in drawn
        for place, head in enumerate(row["heads"], start=1)
    ]


def verdict(more: Sequence[float]) -> str:
    """Whether a difference with its interval is "more" than none, "less", or "same": no more than chance.

    >>> [verdict(more) for more in ([0.1, 0.05, 0.2], [-0.1, -0.2, -0.05], [0.1, -0.1, 0.3])]
    ['more', 'less', 'same']
    """
    _, low, high = more
    return "more" if low > 0 else "less" if high < 0 else "same"


def chart(drawn: Sequence[Mapping[str, Any]], say: Mapping[str, str]) -> alt.LayerChart:
    """How often each model's head looks at the rarest token, on sentences seen in training and on others."""
    points = [
        {
            "model": row["label"],
            "set": say[part],
            **dict(zip(("rate", "low", "high"), looking(row)[f"rate_{part}"], strict=True)),
        }
        for row in drawn
        for part in RATES
    ]
    sets, models = [say[part] for part in RATES], [row["label"] for row in drawn]
    axis = alt.Axis(labelAlign="left", labelPadding=0, labelOffset=-28, labelLimit=0, ticks=False, domain=False)
    y = alt.Y("model:N", title=None, sort=models, axis=axis)
    apart = alt.YOffset("set:N", sort=sets)
    x = alt.X("rate:Q", title=say["rate"], scale=alt.Scale(zero=True), axis=alt.Axis(format="%", tickCount=6))
    colour = alt.Color("set:N", title=None, scale=palette(sets), legend=legend())
    shape = alt.Shape("set:N", title=None, scale=alt.Scale(domain=sets, range=list(SHAPES[: len(sets)])))
    tip = [alt.Tooltip("model:N", title=say["model"]), alt.Tooltip("set:N", title=say["set"])]
    tip += [alt.Tooltip(f"{end}:Q", title=say[end], format=".1%") for end in ("rate", "low", "high")]
    base = alt.Chart(vega.data(points))
    line = base.mark_rule(strokeWidth=3, opacity=0.5).encode(x="low:Q", x2="high:Q", y=y, yOffset=apart, color=colour)
    dot = base.mark_point(filled=True, size=110, opacity=1)
    dot = dot.encode(x=x, y=y, yOffset=apart, color=colour, shape=shape, tooltip=tip)
    return (line + dot).properties(height=alt.Step(64, **{"for": "position"}), usermeta=SVG)

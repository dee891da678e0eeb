"""The path of the search as a small chart: what the translation's log-probability is with each head more closed."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from dashboard.figures import vega
from dashboard.figures.training import SVG


def rows(steps: Sequence[Any], names: Sequence[str]) -> list[dict[str, Any]]:
    """A row a step: how many are closed, which was the last, the log-probability since then."""
    return [
        {"closed": count, "head": name, "logprob": round(step.logprob, 4)}
        for count, (step, name) in enumerate(zip(steps, names, strict=True), 1)
    ]


def chart(rows: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> alt.LayerChart:
    """A line with a point a step; `words` are the titles of its fields."""
    x = alt.X("closed:Q", title=words["closed"], axis=alt.Axis(tickMinStep=1))
    y = alt.Y("logprob:Q", title=words["logprob"], scale=alt.Scale(zero=False))
    tips = [alt.Tooltip(f"{name}:{kind}", title=words[name]) for name, kind in
            (("closed", "Q"), ("head", "N"), ("logprob", "Q"))]  # fmt: skip
    base = alt.Chart(vega.data(rows)).encode(x, y, tooltip=tips)
    return alt.layer(base.mark_line(), base.mark_point(filled=True, size=40)).properties(height=180, usermeta=SVG)

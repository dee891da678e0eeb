"""Candidates against pseudo-references as a Plotly map, the means beside it, as a table and as a formula."""

import html
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.records import Hypothesis

Figure = dict[str, Any]
SHOWN = 12  # candidates in the picture; the table has all
WIDE, LINES = 34, 2  # letters of a candidate's name, on so many lines
HIGH = 34  # px a candidate
WINNER, OTHER = "#0072b2", "#8a8a8a"
TERMS = 6  # of the formula's sum


def board(
    say: Mapping[str, str],
    candidates: Sequence[Hypothesis],
    matrix: np.ndarray,
    means: np.ndarray,
    voters: Sequence[int],
    hidden: bool,
) -> Figure:
    """The map of the best candidates, a column a sample, with the means as bars; a sample without a vote is a gap.

    `matrix` (N, M) and `means` (N,) belong to `candidates`, best first. With `hidden` they stand by their texts, and
    nothing tells the means.
    """
    places = list(range(min(SHOWN, len(candidates))))
    if hidden:
        places.sort(key=lambda place: candidates[place].text)
    values = np.full((len(places), matrix.shape[1]), np.nan)
    values[:, voters] = matrix[np.ix_(places, voters)]
    names = [named(say, candidates[place].text, place == 0 and not hidden) for place in places]
    scale = {
        "zmin": 0,
        "zmax": 100,
        "colorscale": "Viridis",
        "colorbar": {"thickness": 10, "title": {"text": say["utility"]}},
    }
    texts = [[html.escape(candidates[place].text)] * matrix.shape[1] for place in places]
    hover = {"customdata": texts, "hovertemplate": say["hover"], "hoverongaps": False}
    traces: list[Figure] = [
        {"type": "heatmap", "x": list(range(1, matrix.shape[1] + 1)), "z": gaps(values), "xgap": 1, "ygap": 1}
        | scale
        | hover
    ]
    if not hidden:
        traces.append(bars([float(means[place]) for place in places]))
    return {"data": traces, "layout": layout(say, names, matrix.shape[1], hidden)}


def gaps(values: np.ndarray) -> list[list[float | None]]:
    """Numbers as JSON writes them, with none where there is none."""
    return [[None if np.isnan(value) else round(float(value), 2) for value in row] for row in values]


def bars(means: Sequence[float]) -> Figure:
    """The means, with their numbers; the best stands out."""
    look = {"color": [WINNER if place == 0 else OTHER for place in range(len(means))]}
    numbers = {"text": [f"{mean:.1f}" for mean in means], "textposition": "outside", "cliponaxis": False}
    place = {"x": list(means), "y": list(range(len(means))), "orientation": "h", "xaxis": "x2", "yaxis": "y"}
    return {"type": "bar", "marker": look, "hoverinfo": "skip", "showlegend": False, "width": 0.6} | place | numbers


def layout(say: Mapping[str, str], names: Sequence[str], samples: int, hidden: bool) -> Figure:
    """The map on the left, the bars on the right, a line of names for both."""
    plain = {"showgrid": False, "zeroline": False, "automargin": True}
    ticks = list(range(1, samples + 1, max(1, samples // 16)))
    across = plain | {"title": {"text": say["samples"]}, "tickvals": ticks}
    down = plain | {"tickvals": list(range(len(names))), "ticktext": list(names), "autorange": "reversed"}
    frame = {"height": HIGH * len(names) + 90, "margin": {"l": 8, "r": 8, "t": 12, "b": 8}, "uirevision": "kept"}
    if hidden:
        return frame | {"xaxis": across, "yaxis": down}
    beside = plain | {"title": {"text": say["mean"]}, "domain": [0.8, 1], "range": [0, 125], "tickvals": [0, 50, 100]}
    return frame | {"xaxis": across | {"domain": [0, 0.78]}, "xaxis2": beside | {"anchor": "y"}, "yaxis": down}


def named(say: Mapping[str, str], text: str, strong: bool) -> str:
    """A candidate on its lines, for Plotly, which reads tags."""
    lines = textwrap.wrap(text or say["empty"], WIDE, max_lines=LINES, placeholder=" …") or [say["empty"]]
    shown = "<br>".join(html.escape(line, quote=False) for line in lines)
    return f"<b>{shown}</b>" if strong else shown


def expected(row: np.ndarray, voters: Sequence[int]) -> str:
    """The winner's mean utility as LaTeX, with its numbers."""
    terms = [f"{row[voter]:.1f}" for voter in voters[:TERMS]]
    more = [r"\cdots"] if len(voters) > TERMS else []
    total = " + ".join([*terms, *more])
    mean = row[list(voters)].mean()
    lines = [
        r"\hat y &= \operatorname*{argmax}_{h}\ \tfrac{1}{|R|} \textstyle\sum_{r \in R} u(h, r)",
        r"\tfrac{1}{|R|} \textstyle\sum_{r \in R} u(\hat y, r)"
        rf" &= \tfrac{{1}}{{{len(voters)}}}\big({total}\big) = {mean:.1f}",
    ]
    return r"\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}"


def table(candidates: Sequence[Hypothesis], matrix: np.ndarray, means: np.ndarray) -> list[dict[str, Any]]:
    """A row a candidate: its mean over those who vote, its log-probability, its utility against every sample."""
    return [
        {"rank": rank, "candidate": candidate.text, "mean": float(mean), "logprob": candidate.total}
        | {f"sample {number}": float(value) for number, value in enumerate(row, 1)}
        for rank, (candidate, mean, row) in enumerate(zip(candidates, means, matrix, strict=True), 1)
    ]

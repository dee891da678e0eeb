"""Candidates against pseudo-references as a Plotly map, the means beside it, as a table and as a formula."""

import html
import textwrap
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

import numpy as np

from core.records import Hypothesis

Figure = dict[str, Any]
SHOWN = 10  # candidates in the picture; the table has all
WIDE, LINES = 27, 3  # letters of a candidate's name, on so many lines
HIGH = 46  # px a candidate
WINNER, OTHER = "#0072b2", "#6b6b6b"
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
    texts = [candidates[place].text for place in places]
    names = [
        named(text or say["empty"], place == 0 and not hidden)
        for place, text in zip(places, shortened(texts), strict=True)
    ]
    traces = [cells(say, values, texts)]
    if not hidden:
        traces.append(bars([float(means[place]) for place in places]))
    return {"data": traces, "layout": layout(say, names, matrix.shape[1], hidden)}


def cells(say: Mapping[str, str], values: np.ndarray, texts: Sequence[str]) -> Figure:
    """The map, a row a text; a cell that is pointed at says both."""
    across = list(range(1, values.shape[1] + 1))
    bar = {"orientation": "h", "thickness": 10, "y": -0.02, "yanchor": "top", "xpad": 0, "len": 0.67, "x": 0}
    bar |= {"xanchor": "left", "title": {"text": say["utility"], "side": "top"}}
    scale = {"zmin": 0, "zmax": 100, "colorscale": "Viridis", "colorbar": bar}
    hover = {"customdata": [[html.escape(text)] * len(across) for text in texts], "hovertemplate": say["hover"]}
    gap = {"xgap": 1, "ygap": 1, "hoverongaps": False}
    return {"type": "heatmap", "x": across, "z": gaps(values)} | scale | hover | gap


def gaps(values: np.ndarray) -> list[list[float | None]]:
    """Numbers as JSON writes them, with none where there is none."""
    return [[None if np.isnan(value) else round(float(value), 2) for value in row] for row in values]


def bars(means: Sequence[float]) -> Figure:
    """The means, with their numbers; the best stands out."""
    look = {"color": [WINNER if place == 0 else OTHER for place in range(len(means))]}
    numbers = {"text": [f"{mean:.1f}" for mean in means], "textposition": "auto", "insidetextfont": {"color": "#fff"}}
    place = {"x": list(means), "y": list(range(len(means))), "orientation": "h", "xaxis": "x2", "yaxis": "y"}
    return {"type": "bar", "marker": look, "hoverinfo": "skip", "showlegend": False, "width": 0.6} | place | numbers


def layout(say: Mapping[str, str], names: Sequence[str], samples: int, hidden: bool) -> Figure:
    """The map on the left, the bars on the right, a line of names for both."""
    plain = {"showgrid": False, "zeroline": False, "automargin": True}
    across = plain | {"title": {"text": say["samples"], "standoff": 4}, "side": "top", "nticks": 10, "tickangle": 0}
    down = plain | {
        "tickvals": list(range(len(names))),
        "ticktext": list(names),
        "autorange": "reversed",
        "tickfont": {"size": 11},
    }
    frame = {"height": HIGH * len(names) + 110, "margin": {"l": 8, "r": 8, "t": 8, "b": 8}, "uirevision": "kept"}
    if hidden:
        return frame | {"xaxis": across, "yaxis": down}
    beside = plain | {"title": {"text": say["mean"], "standoff": 4}, "side": "top", "showticklabels": False}
    beside |= {"domain": [0.7, 1], "range": [0, 110], "anchor": "y"}
    return frame | {"xaxis": across | {"domain": [0, 0.67]}, "xaxis2": beside, "yaxis": down}


def shortened(texts: Sequence[str]) -> list[str]:
    """Texts without the words with which all begin, where one is too long for its lines."""
    if max(map(len, texts)) <= WIDE * (LINES - 1):
        return list(texts)
    words = [text.split() for text in texts]
    columns = zip(*words, strict=False)
    alike = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))
    return ["… " + " ".join(some[alike:]) if alike else text for some, text in zip(words, texts, strict=True)]


def named(text: str, strong: bool) -> str:
    """A candidate on its lines, for Plotly, which reads tags."""
    lines = textwrap.wrap(text, WIDE, max_lines=LINES, placeholder=" …")
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

"""One head's attention, or the mean of several, as a heatmap of source by target."""

import html
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.records import Attention, check
from dashboard.figures.tokens import label

CELL = (26, 46)  # pixels a side: at least, and at most where rows and columns are few
LARGE = 720  # pixels of the longer side, if the cells allow it
LETTER = 7  # pixels a letter of a tick label, roughly
LONGEST = 16  # letters of a tick label; the whole token is in the hover text
COLORBAR = {
    "tickvals": [0, 0.5, 1],
    "thickness": 12,
    "outlinewidth": 0,
    "lenmode": "pixels",
    "len": 150,
    "y": 1,
    "yanchor": "top",
}


def weights(attention: Attention, layer: int | None, head: int | None) -> np.ndarray:
    """The weights (queries, keys) of a layer and head counted from 0; None is the mean over all of them."""
    chosen = attention.weights.astype(np.float64)
    for axis, (name, index) in enumerate((("layer", layer), ("head", head))):
        count = chosen.shape[axis]
        check(index is None or 0 <= index < count, f"there is no {name} {index}; valid: 0 to {count - 1}, or None")
        chosen = chosen.mean(axis, keepdims=True) if index is None else chosen.take([index], axis)
    return chosen[0, 0]


def labels_of(attention: Attention) -> tuple[list[str], list[str]]:
    """The rows' and the columns' labels; pieces of the source are pieces of its text and carry no marks to read."""
    queries, keys = attention.queries, attention.keys
    return (
        list(queries) if attention.kind == "encoder" else [label(token) for token in queries],
        [label(token) for token in keys] if attention.kind == "decoder" else list(keys),
    )


def alignment(attention: Attention, layer: int | None, head: int | None, labels: dict[str, str]) -> go.Figure:
    """A heatmap with the source on top and the target downwards; `labels` names "source", "target" and "weight".

    Its own width and height in pixels make the cells square: show it with `width="content"`.
    """
    values = weights(attention, layer, head)
    rows, columns = labels_of(attention)
    source, target, weight = labels["source"], labels["target"], labels["weight"]
    hover = [
        [
            f"{source}: {escape(column)}<br>{target}: {escape(row)}<br>{weight}: {values[i, j]:.2f}"
            for j, column in enumerate(columns)
        ]
        for i, row in enumerate(rows)
    ]
    # By position alone: given the tokens themselves, the chart would merge those that repeat.
    look = {"zmin": 0, "zmax": 1, "colorscale": "Viridis", "xgap": 1, "ygap": 1}
    colorbar = COLORBAR | {"title": {"text": weight, "side": "right"}}
    figure = go.Figure(go.Heatmap(look, z=values, hoverinfo="text", hovertext=hover, colorbar=colorbar))
    axis = {"showgrid": False, "zeroline": False, "automargin": True, "ticks": "", "fixedrange": True}
    figure.update_xaxes(
        axis,
        title=source,
        side="top",
        tickvals=list(range(len(columns))),
        ticktext=[escape(short(text)) for text in columns],
        autotickangles=[0, -45, -90],
    )
    figure.update_yaxes(
        axis,
        title=target,
        autorange="reversed",
        tickvals=list(range(len(rows))),
        ticktext=[escape(short(text)) for text in rows],
    )
    cell = min(max(LARGE // max(len(rows), len(columns), 1), CELL[0]), CELL[1])
    left, top = (LETTER * max((len(short(text)) for text in texts), default=0) for texts in (rows, columns))
    figure.update_layout(
        width=cell * len(columns) + left + 140,
        height=max(cell * len(rows) + top + 60, 200 + top),
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        modebar={"bgcolor": "rgba(0,0,0,0)"},
        dragmode=False,
    )
    return figure


def escape(text: str) -> str:
    """Text for a chart, which would read `<s>` as a tag and drop it."""
    return html.escape(text, quote=False)


def short(text: str) -> str:
    """A label that leaves room for the cells."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def table(attention: Attention, layer: int | None, head: int | None) -> list[dict[str, Any]]:
    """The heatmap's cells, row by row; positions count from 1, for tokens that repeat."""
    values = weights(attention, layer, head)
    rows, columns = labels_of(attention)
    return [
        {"row": i + 1, "target": row, "column": j + 1, "source": column, "weight": float(values[i, j])}
        for i, row in enumerate(rows)
        for j, column in enumerate(columns)
    ]


def describe(attention: Attention, layer: int | None, head: int | None) -> dict[str, Any]:
    """The numbers of a one-sentence description: size, and the strongest single look with its labels."""
    values = weights(attention, layer, head)
    rows, columns = labels_of(attention)
    i, j = np.unravel_index(values.argmax(), values.shape)
    facts = {"rows": len(rows), "columns": len(columns), "target": rows[i], "source": columns[j]}
    return facts | {"weight": f"{values[i, j]:.2f}"}

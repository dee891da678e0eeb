"""One head's attention, or the mean of several, as a heatmap of source by target."""

import html
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.records import Attention, check
from dashboard.figures.tokens import label

CELL = 34  # pixels a side
LETTER = 8  # pixels a letter of a tick label, roughly
SHARE = 16  # pixels of the colour bar with its numbers, above the cells


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

    Its own width and height make the cells square: show it with `width="content"`.
    """
    values = weights(attention, layer, head)
    rows, columns = labels_of(attention)
    # Escaped, or the chart would read <s> as a tag and drop it.
    rows, columns = ([html.escape(text, quote=False) for text in texts] for texts in (rows, columns))
    hover = [
        [
            f"{labels['source']}: {column}<br>{labels['target']}: {row}<br>{labels['weight']}: {values[i, j]:.2f}"
            for j, column in enumerate(columns)
        ]
        for i, row in enumerate(rows)
    ]
    # By position alone: given the tokens themselves, the chart would merge those that repeat.
    figure = go.Figure(
        go.Heatmap(
            z=values,
            zmin=0,
            zmax=1,
            colorscale="Cividis",
            xgap=1,
            ygap=1,
            hoverinfo="text",
            hovertext=hover,
            colorbar={"title": {"text": labels["weight"], "side": "right"}, "thickness": 12, "tickvals": [0, 0.5, 1]},
        )
    )
    tilted = max(map(len, columns), default=0) * LETTER > CELL
    axis = {"showgrid": False, "zeroline": False, "automargin": True, "ticks": ""}
    figure.update_xaxes(
        axis,
        title=labels["source"],
        side="top",
        tickvals=list(range(len(columns))),
        ticktext=columns,
        tickangle=-45 if tilted else 0,
    )
    figure.update_yaxes(
        axis, title=labels["target"], autorange="reversed", tickvals=list(range(len(rows))), ticktext=rows
    )
    figure.update_layout(
        width=CELL * len(columns) + 190,
        height=CELL * len(rows) + 130,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
    )
    return figure


def table(attention: Attention, layer: int | None, head: int | None) -> list[dict[str, Any]]:
    """The heatmap's cells, row by row; positions count from 1, for tokens that repeat."""
    values = weights(attention, layer, head)
    rows, columns = labels_of(attention)
    return [
        {"row": i + 1, "target": row, "column": j + 1, "source": column, "weight": float(values[i, j])}
        for i, row in enumerate(rows)
        for j, column in enumerate(columns)
    ]

"""Positions as pictures: maps and surfaces, waves, products by distance, a circle, sums, what an encoder gives on."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Figure = dict[str, Any]
Say = Mapping[str, str]
# From below 0 to above: of PuOr (ColorBrewer) the orange and the violet that stand out on white as on black. At 0 a map
# lets the page be seen, so that it follows the reader's theme without a word to the server; a surface is grey there.
SCALE = [[0, "#e08214"], [0.5, "rgba(176, 122, 96, 0)"], [1, "#8073ac"]]
SOLID = [[0, "#e08214"], [0.5, "#a9a9a9"], [1, "#8073ac"]]
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#7570b3", "#a6761d", "#808080")
LEGEND = {"orientation": "h", "y": -0.25}
HIGH = 400  # px of a picture without rows
OUTSIDE, ROOM = 1.13, 0.15  # of a circle's radius: where numbers stand, and how far from each other
WRITTEN = 64  # cells at most whose numbers are written into them
SMALL = 1e-9  # a spread below it is rounding
NONE = 1e-3  # of the longest bar: a shorter one can't be seen
SHOWN = 12  # numbers of a vector that a sum shows


def framed(traces: list[Figure], height: int, title: str = "", **layout: Any) -> Figure:
    """A figure that stays zoomed and turned as it is while its numbers change."""
    above = 12 + (28 + 20 * title.count("<br>") if title else 0)
    frame = {"height": height, "margin": {"l": 8, "r": 8, "t": above, "b": 8}, "uirevision": "kept"}
    return {"data": traces, "layout": frame | {"title": {"text": title, "font": {"size": 16}}} | layout}


def axis(title: str, labels: Sequence[str] = (), **more: Any) -> Figure:
    """An axis that makes room for its labels; all of them are written where they are given."""
    ticks = {"tickvals": list(range(len(labels))), "ticktext": list(labels)} if labels else {}
    return {"title": {"text": title}, "automargin": True, "zeroline": False, "showgrid": False} | ticks | more


def ends(values: np.ndarray) -> tuple[float, float]:
    """The ends of a map's numbers, with 0 among them."""
    low, high = min(0.0, float(np.nanmin(values))), max(0.0, float(np.nanmax(values)))
    return (low, high) if low < high else (0.0, 1.0)


def coloured(scale: Sequence[Any], low: float, high: float) -> list[list[Any]]:
    """Of a scale that is even on both sides of 0 the part from `low` to `high`, of which it shows no more.

    >>> coloured(SOLID, -0.5, 1)
    [[0.0, 'rgba(196, 150, 94, 1.0)'], [0.3333333333333333, '#a9a9a9'], [1.0, '#8073ac']]
    """
    (_, below), (_, zero), (_, above) = scale
    most = max(-low, high)
    stops = [[0.0, between(zero, below, -low / most)]] if low < 0 else []
    stops += [[-low / (high - low), zero]]
    return stops + ([[1.0, between(zero, above, high / most)]] if high > 0 else [])


def between(zero: str, end: str, share: float) -> str:
    """The colour at a share of the way from the middle to an end, as Plotly blends them."""
    if share == 1:
        return end
    pairs = zip(channels(zero), channels(end), strict=True)
    red, green, blue, alpha = (first + (last - first) * share for first, last in pairs)
    return f"rgba({red:.0f}, {green:.0f}, {blue:.0f}, {alpha:.3g})"


def channels(colour: str) -> list[float]:
    """Red, green and blue of 255, and how opaque, of #rrggbb or rgba(…)."""
    if colour.startswith("#"):
        return [*(float(int(colour[at : at + 2], 16)) for at in (1, 3, 5)), 1.0]
    return [float(part) for part in colour.removeprefix("rgba(").removesuffix(")").split(",")]


def cells(values: np.ndarray, **more: Any) -> Figure:
    """A map's trace, its colours even on both sides of 0; few cells hold their numbers."""
    low, high = ends(values)
    written = {"texttemplate": "%{z:.2f}"} if values.size <= WRITTEN else {}
    trace = {"type": "heatmap", "z": values.astype(np.float32), "zmin": low, "zmax": high}
    trace |= {"colorscale": coloured(SCALE, low, high), "colorbar": {"thickness": 12, "len": 1}}
    return trace | written | more


def tall(rows: int) -> int:
    """The px of a map with so many rows, in which each has room for its label."""
    return min(1500, max(280, 13 * rows + 90))


def matrix(say: Say, title: str, values: np.ndarray, rows: Sequence[str], at: tuple[int, int]) -> Figure:
    """A table as a map; the row and the column of the chosen cell are framed."""
    row, column = at
    across = {"x0": -0.5, "x1": values.shape[1] - 0.5, "y0": row - 0.5, "y1": row + 0.5}
    along = {"x0": column - 0.5, "x1": column + 0.5, "y0": -0.5, "y1": len(values) - 0.5}
    look = {"type": "rect", "line": {"color": COLOURS[2], "width": 2}}
    frame = [look | across] + ([look | along] if column < values.shape[1] else [])
    hover = f"{say['row']} %{{y}}, {say['column']} %{{x}}: %{{z:.4f}}<extra></extra>"
    trace = cells(values, hovertemplate=hover)
    down = axis(say["row"], rows, autorange="reversed")
    whole = [str(number) for number in range(values.shape[1])] if values.shape[1] <= 16 else ()
    return framed([trace], tall(len(rows)), title, xaxis=axis(say["column"], whole), yaxis=down, shapes=frame)


def surface(say: Say, title: str, values: np.ndarray) -> Figure:
    """The same table as a landscape."""
    low, high = ends(values)
    look = {"colorscale": coloured(SOLID, low, high), "cmin": low, "cmax": high, "colorbar": {"thickness": 12}}
    trace = {"type": "surface", "z": values.astype(np.float32), "name": title} | look
    names = {"xaxis": say["column"], "yaxis": say["row"], "zaxis": say["value"]}
    scene = {name: {"title": {"text": text}} for name, text in names.items()}
    scene |= {"aspectmode": "manual", "aspectratio": {"x": 1.4, "y": 1, "z": 0.4}, "uirevision": "kept"}
    scene |= {"camera": {"eye": {"x": 0.8, "y": -2.2, "z": 1.4}, "center": {"x": 0, "y": 0, "z": -0.2}}}
    return framed([trace], 520, title, scene=scene)


def waves(say: Say, title: str, lines: Mapping[str, tuple[np.ndarray, np.ndarray]], points: np.ndarray) -> Figure:
    """A wave for each of the `lines` (name → where, how high); the `points` (positions, lines) stand on them."""
    traces = []
    for number, (name, (x, y)) in enumerate(lines.items()):
        look = {"color": COLOURS[number % len(COLOURS)]}
        traces += [
            {"type": "scatter", "mode": "lines", "x": x, "y": y, "name": name, "line": look, "legendgroup": name},
            {"type": "scatter", "mode": "markers", "y": points[:, number], "marker": look, "name": name}
            | {"legendgroup": name, "showlegend": False},
        ]
    return framed(traces, HIGH, title, xaxis=axis(say["row"]), yaxis=axis(say["value"]), legend=LEGEND)


def distances(say: Say, title: str, square: np.ndarray, curve: Sequence[Any]) -> Figure:
    """The product of each position with each, above its mean and its ends over the distance."""
    far = [point.distance for point in curve]
    band = [point.most for point in curve] + [point.least for point in reversed(curve)]
    hover = "%{y} · %{x}: %{z:.3f}<extra></extra>"
    grey = {"type": "scatter", "x": far + far[::-1], "y": band, "fill": "toself", "mode": "lines", "hoverinfo": "skip"}
    traces = [
        cells(square, hovertemplate=hover) | {"colorbar": {"thickness": 12, "len": 0.62, "y": 1, "yanchor": "top"}},
        grey | {"line": {"width": 0}, "fillcolor": "rgba(213, 94, 0, .3)", "xaxis": "x2", "yaxis": "y2"},
        {"type": "scatter", "x": far, "y": [point.mean for point in curve], "line": {"color": COLOURS[0]}}
        | {"mode": "lines+markers", "xaxis": "x2", "yaxis": "y2"},
    ]
    upper = {"xaxis": axis(say["row"], anchor="y"), "yaxis": axis(say["row"], autorange="reversed", domain=[0.42, 1])}
    lower = {"xaxis2": axis(say["distance"], anchor="y2"), "yaxis2": axis(say["product"], domain=[0, 0.27])}
    return framed(traces, 600, title, showlegend=False, **upper, **lower)


def apart(table: np.ndarray, first: Sequence[int]) -> list[int]:
    """The positions on a circle whose numbers have room: the `first` ones, then each that is far enough from those."""
    named: list[int] = []
    for row in [*first, *range(len(table))]:
        if row in first or all(np.linalg.norm(table[row] - table[other]) > ROOM for other in named):
            named.append(row)
    return list(dict.fromkeys(named))


def circle(say: Say, table: np.ndarray, at: int) -> Figure:
    """The pair (sin, cos) of each position on the circle; those of a position and of the next as arrows."""
    named = apart(table, [at, at + 1])
    texts = [f"<b>{row}</b>" if row in (at, at + 1) else str(row) for row in named]
    round_ = np.linspace(0, 2 * np.pi, 181)
    hover = say["row"] + " %{customdata}: (%{y:.3f}, %{x:.3f})<extra></extra>"
    traces = [
        {"type": "scatter", "mode": "lines", "x": np.cos(round_), "y": np.sin(round_), "hoverinfo": "skip"}
        | {"line": {"color": "#808080", "width": 1}},
        {"type": "scatter", "mode": "markers", "x": table[:, 1], "y": table[:, 0], "marker": {"color": "#808080"}}
        | {"customdata": list(range(len(table))), "hovertemplate": hover},
        {"type": "scatter", "mode": "text", "x": OUTSIDE * table[named, 1], "y": OUTSIDE * table[named, 0]}
        | {"text": texts, "textfont": {"size": 13}, "hoverinfo": "skip"},
    ]
    for row, colour in ((at, COLOURS[0]), (at + 1, COLOURS[1])):
        y, x = table[row]
        traces.append(
            {"type": "scatter", "mode": "lines+markers", "x": [0, x], "y": [0, y], "hoverinfo": "skip"}
            | {"line": {"color": colour, "width": 4}, "marker": {"size": [0, 12], "color": colour}}
        )
    wide = {"range": [-1.25, 1.25]}
    across = axis("cos", **wide, constrain="domain")
    return framed(traces, 480, showlegend=False, xaxis=across, yaxis=axis("sin", **wide, scaleanchor="x"))


def sums(say: Say, title: str, word: np.ndarray, position: np.ndarray) -> Figure:
    """The first numbers of a word's embedding, of its position, and of their sum, a column each."""
    parts = np.stack([word, position, word + position])[:, :SHOWN].T
    trace = cells(parts, hovertemplate="%{x}, %{y}: %{z:.4f}<extra></extra>")
    across = axis("", [say["embedding"], say["position"], say["sum"]])
    down = axis(say["column"], [str(row) for row in range(len(parts))], autorange="reversed")
    return framed([trace], HIGH, title, xaxis=across, yaxis=down)


def bars(title: str, labels: Sequence[str], parts: Mapping[str, np.ndarray], at: int | None = None) -> Figure:
    """How long the vectors of each kind are (name → (words, D)), bars for each word, the chosen one's name bold.

    Of a kind that has no bar to be seen the legend says that it is about 0.
    """
    lengths = {name: np.linalg.norm(rows, axis=1) for name, rows in parts.items()}
    least = NONE * max(float(long.max()) for long in lengths.values())
    traces = [
        {"type": "bar", "name": name if long.max() > least else f"{name}: ≈ 0", "y": long}
        | {"marker": {"color": COLOURS[number]}, "showlegend": True}
        for number, (name, long) in enumerate(lengths.items())
    ]
    words = [f"<b>{label}</b>" if number == at else label for number, label in enumerate(labels)]
    return framed(traces, HIGH, title, xaxis=axis("", words), yaxis=axis("", rangemode="tozero"), legend=LEGEND)


def outputs(title: str, values: np.ndarray, rows: Sequence[str]) -> Figure:
    """What an encoder gives on, the first numbers: a row a word."""
    hover = "%{y}, %{x}: %{z:.4f}<extra></extra>"
    down, trace = axis("", rows, autorange="reversed"), cells(values[:, :SHOWN], hovertemplate=hover)
    return framed([trace | {"texttemplate": ""}], tall(len(rows)), title, xaxis=axis(""), yaxis=down)


def long(values: np.ndarray, **names: Sequence[Any]) -> list[dict[str, Any]]:
    """A table for saving: a row a cell, its place by the names of both sides."""
    (row, rows), (column, columns) = names.items()
    return [
        {row: rows[i], column: columns[j], "value": float(values[i, j])}
        for i in range(values.shape[0])
        for j in range(values.shape[1])
        if not np.isnan(values[i, j])
    ]

"""Maps of words by words, alone or side by side: how large their cells are, where each stands, how it is coloured."""

import html
import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from dashboard.figures.alignment import Panel

CELL = (18, 44)  # pixels a side, at least and at most
LARGE = 640  # pixels of the longer side of a map that stands alone
PAGE = 1110  # pixels of the page's width that several maps share on a screen of 1280
GAP = 26  # pixels between two maps
TITLE = 30  # pixels of a title
BAR = 150  # pixels of a colour bar's length
LONGEST = 24  # letters of a label or title
LETTER = 0.58  # of the font's size: a letter's width, roughly
FONT = "Source Sans, sans-serif"  # the page's
CLEAR = "rgba(0, 0, 0, 0)"
VEIL = "rgba(128, 128, 128, 0.25)"  # where cells are hidden, on light and dark
# PuOr (ColorBrewer), safe for the colour-blind; in dark its middle is dark, as nothing should be brightest at zero.
DIFFERENCE = {
    False: ["#7f3b08", "#b35806", "#e08214", "#fdb863", "#f7f7f7", "#b2abd2", "#8073ac", "#542788", "#2d004b"],
    True: ["#fee0b6", "#fdb863", "#e08214", "#8c4a08", "#1a1c24", "#4f3b85", "#8073ac", "#b2abd2", "#d8daeb"],
}


class Place(NamedTuple):
    """Where a map's cells stand, in pixels from the left and the top, and whether its rows' labels stand beside it."""

    left: float
    top: float
    width: float
    height: float
    labelled: bool


class Plan(NamedTuple):
    """Font and angle of labels, the pixels for them above and beside a map, titles in lines, places, the whole size."""

    font: int
    angle: int
    above: float
    beside: float
    titles: list[list[str]]
    places: list[Place]
    width: float
    height: float


def plan(panels: Sequence[Panel]) -> Plan:
    """The largest square cells that fit; maps stand side by side where there is room, else one under another."""
    alone, same = len(panels) == 1, all(panel.rows == panels[0].rows for panel in panels)
    rows, columns = max(len(panel.rows) for panel in panels), max(len(panel.columns) for panel in panels)
    font = 14 if alone and LARGE // max(rows, columns) >= 28 else 12
    beside = TITLE + max(width_of(panel.rows, font) for panel in panels)
    title = 0 if alone else width_of([panel.title for panel in panels], 1.3 * font)
    gap = GAP if same else beside
    room = PAGE - beside + gap  # for maps with a gap after each
    across = 1 if alone else max(1, min(len(panels), int(room // (max(columns * CELL[0], title) + gap))))
    cell = LARGE // max(rows, columns) if alone else int(room / across - gap) // columns
    cell = min(max(cell, CELL[0]), CELL[1])
    gap += max(0, title - columns * cell)
    labels = max(width_of(panel.columns, font) for panel in panels)
    angle = 0 if labels < cell - 2 else -45 if cell >= 26 else -60
    titles = [lines(panel.title, max(title, columns * cell), 1.1 * font) for panel in panels]
    above = TITLE + {0: 1.4 * font, -45: 0.72 * labels + font, -60: 0.87 * labels + font}[angle]
    above += 0 if alone else (max(map(len, titles)) - 1) * 1.6 * font
    places, left = [], 0.0
    for number, panel in enumerate(panels):
        row, first = number // across, number % across == 0
        left = beside if first else left + gap
        top = above + row * (above + rows * cell + 2.5 * TITLE)
        places.append(Place(left, top, cell * len(panel.columns), cell * len(panel.rows), first or not same))
        left += cell * len(panel.columns)
    right, bottom = (max(edge) for edge in zip(*((p.left + p.width, p.top + p.height) for p in places), strict=True))
    if alone:
        return Plan(font, angle, above, beside, titles, places, right + 90, max(bottom + 8, above + BAR + TITLE))
    width = max(right + GAP, places[-1].left + 2 * BAR)
    return Plan(font, angle, above, beside, titles, places, width, bottom + 2 * TITLE)


def width_of(labels: Sequence[str], font: float) -> float:
    """The pixels of the longest label, roughly."""
    return max(len(short(label)) for label in labels) * LETTER * font


def lines(text: str, width: float, font: float) -> list[str]:
    """A text in lines of at most so many pixels, roughly.

    >>> lines("the one and the other", 60, 10)
    ['the one', 'and the', 'other']
    """
    return textwrap.wrap(text, max(1, int(width / (LETTER * font))))


def heatmap(panels: Sequence[Panel], labels: dict[str, str], dark: bool = False) -> go.Figure:
    """Maps with the source on top and the target downwards, their cells square: show it with `width="content"`.

    `labels` names "source", "target" and "weight", and in "difference" what both ends of a signed map mean. `dark`, of
    the page, sets the colour of no difference; the letters' colour is left to `style`.
    """
    drawn = plan(panels)
    hidden = any(np.isnan(panel.values).any() for panel in panels)
    layout: dict[str, Any] = {
        "width": drawn.width,
        "height": drawn.height,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0, "autoexpand": False},  # else a colour bar would squeeze the cells
        "font": {"family": FONT, "size": drawn.font},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": VEIL if hidden else CLEAR,
        "dragmode": False,
        "template": {},  # the default one is larger than the figure
        "hoverlabel": {"font": {"family": FONT, "size": 14}},
        "annotations": titles(panels, drawn, labels),
    }
    data = []
    for suffix, panel, place in zip(("", "2", "3"), panels, drawn.places, strict=False):
        scale = "coloraxis2" if panel.signed else "coloraxis"
        data.append(cells(panel, suffix, scale, labels))
        columns, rows = axes(panel, place, drawn)
        layout |= {
            f"xaxis{suffix}": columns | {"anchor": f"y{suffix}"},
            f"yaxis{suffix}": rows | {"anchor": f"x{suffix}"},
        }
        layout.setdefault(scale, colours(panel, place, drawn, labels, dark))
    return go.Figure({"data": data, "layout": layout})


def style(key: str, figure: go.Figure) -> str:
    """What the page adds for the chart drawn under a Streamlit key, as HTML.

    Its letters take the colour of the page's, also when the reader changes the theme, which the server does not learn.
    Its box keeps the figure's own width, so that it scrolls where the screen is narrow and is not squeezed.
    """
    return (
        f"<style>.st-key-{key} .main-svg :not(.hovertext) > text {{fill: currentColor !important}} "
        f".st-key-{key} [data-testid=stFullScreenFrame] {{width: {figure.layout.width:.0f}px}}</style>"
    )


def cells(panel: Panel, suffix: str, scale: str, labels: dict[str, str]) -> dict[str, Any]:
    """The trace. By position alone: given the tokens themselves, the chart would merge those that repeat."""
    value = f"{escape(panel.title)}: <b>%{{z:+.2f}}</b>" if panel.signed else f"{labels['weight']}: <b>%{{z:.2f}}</b>"
    pair = f"{labels['source']}: <b>%{{x}}</b><br>{labels['target']}: <b>%{{y}}</b>"
    return {
        "type": "heatmap",
        "z": np.round(panel.values, 3).tolist(),
        "xaxis": f"x{suffix}",
        "yaxis": f"y{suffix}",
        "coloraxis": scale,
        "xgap": 1,
        "ygap": 1,
        "hoverongaps": False,
        "hovertemplate": f"{pair}<br>{value}<extra></extra>",
    }


def titles(panels: Sequence[Panel], drawn: Plan, labels: dict[str, str]) -> list[dict[str, Any]]:
    """What stands above each map, and beside its rows' labels; a title of an axis would look for a place by itself."""
    found = []
    for title, place in zip(drawn.titles, drawn.places, strict=True):
        text = labels["source"] if len(panels) == 1 else f"<b>{'<br>'.join(map(escape, title))}</b>"
        above = {"text": text, "x": place.left, "y": place.top - drawn.above, "xanchor": "left", "yanchor": "top"}
        above["align"] = "left"
        middle = {
            "x": place.left - drawn.beside,
            "y": place.top + place.height / 2,
            "xanchor": "left",
            "yanchor": "middle",
        }
        found += [above, middle | {"text": labels["target"], "textangle": -90}] if place.labelled else [above]
    common = {"xref": "paper", "yref": "paper", "showarrow": False, "font": {"size": 1.2 * drawn.font}, "borderpad": 0}
    return [one | common | {"x": one["x"] / drawn.width, "y": 1 - one["y"] / drawn.height} for one in found]


def axes(panel: Panel, place: Place, drawn: Plan) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns' axis on top and the rows' axis downwards, each a fraction of the picture."""
    common = {
        "showgrid": False,
        "zeroline": False,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": CLEAR,
        "fixedrange": True,
        "tickmode": "array",
        "ticklabeloverflow": "allow",  # there is room; to measure it takes a quarter of the time of drawing
    }

    def axis(labels: tuple[str, ...], begin: float, length: float, whole: float) -> dict[str, Any]:
        shown = [escape(short(label)) for label in labels]
        domain = [begin / whole, (begin + length) / whole]
        return common | {
            "tickvals": list(range(len(labels))),
            "ticktext": shown,
            "domain": domain,
            "title": {"standoff": 6},
        }

    columns = axis(panel.columns, place.left, place.width, drawn.width)
    rows = axis(panel.rows, drawn.height - place.top - place.height, place.height, drawn.height)
    columns |= {"side": "top", "tickangle": drawn.angle, "range": [-0.5, len(panel.columns) - 0.5]}
    rows |= {"showticklabels": place.labelled, "range": [len(panel.rows) - 0.5, -0.5]}
    return columns, rows


def colours(panel: Panel, place: Place, drawn: Plan, labels: dict[str, str], dark: bool) -> dict[str, Any]:
    """A scale from 0 to 1, or from -1 to 1, and its bar: beside a map that stands alone, else below the first."""
    beside = {
        "x": (place.left + place.width + 14) / drawn.width,
        "y": 1 - place.top / drawn.height,
        "yanchor": "top",
        "title": {"text": labels["weight"], "side": "right"},
    }
    below = {
        "orientation": "h",
        "x": place.left / drawn.width,
        "y": 1 - (place.top + place.height + 8) / drawn.height,
        "yanchor": "top",
        "title": {"text": labels["difference"] if panel.signed else labels["weight"], "side": "bottom"},
    }
    alone = len(drawn.places) == 1
    length = BAR if alone else min(max(BAR, place.width), 2 * BAR)
    bar = {
        "thickness": 12,
        "lenmode": "pixels",
        "len": length,
        "xanchor": "left",
        "outlinewidth": 0,
        "ticklabeloverflow": "allow",
        "xpad": 0,
        "ypad": 0,
    }
    bar |= {"xref": "container", "yref": "container"} | (beside if alone else below)
    if panel.signed:
        return {"cmin": -1, "cmax": 1, "colorscale": DIFFERENCE[dark], "colorbar": bar | {"tickvals": [-1, 0, 1]}}
    return {"cmin": 0, "cmax": 1, "colorscale": "Viridis", "colorbar": bar | {"tickvals": [0, 0.5, 1]}}


def escape(text: str) -> str:
    """Text for a chart, which would read `<s>` as a tag and drop it."""
    return html.escape(text, quote=False)


def short(text: str) -> str:
    """A label that leaves room for the cells."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"

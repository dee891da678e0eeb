"""The chart and the tables of what was measured of fewer heads."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

import altair as alt

from dashboard.figures import vega
from dashboard.figures.training import COLOURS, SVG

KINDS = ("all", "encoder")  # of which heads are closed
ORDERS = ("gradient", "confidence", "leave_one_out", "random", "gates")
WORDS = ("curve_kept", "curve_order", "bleu", "curve_interval")
PICKED = "picked"  # the selection of a point
DASHES = ([1, 0], [6, 3], [2, 2], [1, 4], [1, 0])
Point = Mapping[str, Any]


def chart(
    study: Mapping[str, Any], points: Sequence[Point], kinds: str, words: Mapping[str, str], orders: Mapping[str, str]
) -> alt.LayerChart:
    """BLEU against heads kept: a line an order, random ones as a band about their mean, pruned models as diamonds."""
    some = [point for point in points if point["kinds"] == kinds]
    whole = {"kept": study["heads"], **study["whole"], "closed": ""}
    lines = [
        {**point, "order": orders[name]}
        for name in ORDERS[:3]
        for point in [whole, *(point for point in some if point["order"] == name)]
    ]
    chance = [{**point, "order": orders["random"]} for point in [whole, *banded(some)]]
    pruned = [{**row, "order": orders["gates"], "closed": None} for row in study["pruned"] if kinds == "all"]
    x = alt.X("kept:Q", title=words["curve_kept"], scale=alt.Scale(reverse=True, nice=False))
    y = alt.Y("bleu:Q", title=words["bleu"])
    names = list(orders.values())
    scale = alt.Scale(domain=names, range=list(COLOURS[: len(names)]))
    colour = alt.Color("order:N", title=None, scale=scale, legend=alt.Legend(orient="top", columns=3, labelLimit=300))
    dash = alt.StrokeDash("order:N", title=None, scale=alt.Scale(domain=names, range=DASHES))
    tips = [
        alt.Tooltip("order:N", title=words["curve_order"]),
        alt.Tooltip("kept:Q", title=words["curve_kept"]),
        alt.Tooltip("bleu:Q", title=words["bleu"], format=".1f"),
        alt.Tooltip("bleu_interval:Q", title=words["curve_interval"], format=".1f"),
    ]
    picked = alt.selection_point(PICKED, fields=["closed"])
    ordered, random = alt.Chart(vega.data(lines)), alt.Chart(vega.data(chance))
    return alt.layer(
        random.mark_area(opacity=0.2).encode(x, alt.Y("low:Q", title=words["bleu"]), alt.Y2("high:Q"), color=colour),
        random.mark_line().encode(x, y, color=colour, strokeDash=dash, tooltip=tips),
        ordered.mark_line().encode(x, y, color=colour, strokeDash=dash),
        ordered.mark_point(filled=True, size=70, cursor="pointer")
        .encode(x, y, color=colour, tooltip=tips)
        .add_params(picked),
        alt.Chart(vega.data(pruned))
        .mark_point(shape="diamond", filled=True, size=160)
        .encode(x, y, color=colour, tooltip=tips),
    ).properties(height=300, usermeta=SVG)


def banded(points: Sequence[Point]) -> list[dict[str, Any]]:
    """At each number of heads kept the mean of the orders by chance, the lowest and the highest of them."""
    kept: dict[int, list[Point]] = {}
    for point in points:
        if point["order"] == "random":
            kept.setdefault(point["kept"], []).append(point)
    return [
        {"kept": count, "bleu": fmean(values), "low": min(values), "high": max(values), "closed": some[0]["closed"]}
        for count, some in kept.items()
        for values in [[point["bleu"] for point in some]]
    ]


def facts(study: Mapping[str, Any]) -> dict[str, Any]:
    """The sentence's numbers: the whole model, half of its heads closed by the best order and by chance."""
    half = [point for point in study["points"] if point["kinds"] == "all" and 2 * point["kept"] == study["heads"]]
    best = max((point for point in half if point["order"] != "random"), key=lambda point: point["bleu"])
    return {
        "heads": study["heads"],
        "half": best["kept"],
        "order": best["order"],
        "sentences": study["sentences"],
        "judged": study["judged_on"],
        "samples": study["samples"],
        "whole": f"{study['whole']['bleu']:.1f}",
        "best": f"{best['bleu']:.1f}",
        "random": f"{fmean(point['bleu'] for point in half if point['order'] == 'random'):.1f}",
    }


def pruned_rows(study: Mapping[str, Any]) -> list[list[Any]]:
    """A row a pruned model: price, heads kept of each kind, BLEU, its interval, p of the difference from the whole."""
    fields = ("price", "encoder", "decoder", "cross", "bleu", "bleu_interval", "p")
    return [[row[name] for name in fields] for row in study["pruned"]]


def rows(points: Sequence[Point]) -> list[dict[str, Any]]:
    """Every point that was measured."""
    return [dict(point) for point in points]

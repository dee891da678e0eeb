"""How models were trained: curves, schedules, and what a study of regimes found; small charts by Altair."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt

from dashboard.figures import vega

AXES = {"epochs": ("epoch", 1), "tokens": ("tokens", 1e6), "minutes": ("seconds", 60)}  # field of a point, divisor
STEPS = 10_000  # updates that a schedule is drawn for
STOPS = range(0, STEPS + 1, 50)  # at which it is computed, and where its slider stops
# Told apart by the colour-blind (Okabe & Ito 2008, then ColorBrewer's Dark2), with 3 : 1 on white and on black.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#7570b3", "#a6761d", "#808080")
DASHES = ([1, 0], [8, 4], [2, 3], [8, 3, 2, 3])
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left")
HEIGHT = 400  # px, the legend included
# Without this Streamlit draws on a canvas, which can't be saved as SVG.
SVG = {"embedOptions": {"renderer": "svg", "actions": False}}

Curves = Mapping[str, Sequence[Mapping[str, float]]]
Row = dict[str, Any]


def curve_rows(curves: Curves, axis: str) -> list[Row]:
    """A row for each point of each curve, its place on the chosen axis included."""
    field, unit = AXES[axis]
    return [{"model": name, axis: point[field] / unit, **point} for name, points in curves.items() for point in points]


def best(points: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    """The epoch with the lowest validation loss, whose weights are the model's."""
    return min(points, key=lambda point: point["validation"])


def best_rows(curves: Curves) -> list[tuple[Any, ...]]:
    """Model, best epoch of how many, validation loss there, million tokens and minutes in all."""
    return [
        (name, f"{point['epoch']:.0f} / {len(points)}", point["validation"], last["tokens"] / 1e6, last["seconds"] / 60)
        for name, points in curves.items()
        for point, last in [(best(points), points[-1])]
    ]


def curve_facts(curves: Curves) -> dict[str, Any]:
    """The best of all models in numbers, and how many there are."""
    name = min(curves, key=lambda name: best(curves[name])["validation"])
    point = best(curves[name])
    facts = {"model": name, "epoch": point["epoch"], "loss": f"{point['validation']:.2f}", "count": len(curves)}
    return facts | {"minutes": f"{point['seconds'] / 60:.0f}"}


def curve_chart(curves: Curves, axis: str, say: Mapping[str, str]) -> alt.LayerChart:
    """Validation (solid) and training loss (dashed) of every model; a large mark where each was best."""
    names = list(curves)
    rows = [
        {"model": row["model"], "x": row[axis], "loss": row[kind], "kind": say[kind], "best": False}
        for row in curve_rows(curves, axis)
        for kind in ("validation", "train")
    ]
    field, unit = AXES[axis]
    marked = [
        {"model": name, "x": best(points)[field] / unit, "loss": best(points)["validation"]}
        for name, points in curves.items()
    ]
    x = alt.X("x:Q", title=say[axis], axis=alt.Axis(tickCount=10, tickMinStep=1 if axis == "epochs" else 0))
    y = alt.Y("loss:Q", title=say["loss"], scale=alt.Scale(zero=False))
    named = legend(columns=1) if len(names) > 1 else None  # a lone one's name stands above its card
    colour = alt.Color("model:N", title=None, scale=palette(names), legend=named)
    dash = alt.StrokeDash(
        "kind:N", title=None, scale=alt.Scale(domain=[say["validation"], say["train"]], range=[[1, 0], [5, 4]])
    )
    tip = [alt.Tooltip("model:N", title=say["model"]), alt.Tooltip("kind:N", title=say["kind"])]
    tip += [alt.Tooltip("x:Q", title=say[axis], format=".1f"), alt.Tooltip("loss:Q", title=say["loss"], format=".3f")]
    lines = alt.Chart(vega.data(rows)).mark_line(strokeWidth=2)
    lines = lines.encode(
        x=x, y=y, color=colour, strokeDash=dash.legend(orient="top", symbolStrokeColor="gray"), tooltip=tip
    )
    shape = alt.Shape("model:N", title=None, scale=alt.Scale(domain=names, range=repeated(SHAPES, len(names))))
    points = alt.Chart(vega.data(marked)).mark_point(size=130, filled=True, opacity=1)
    points = points.encode(x=x, y=y, color=colour, shape=shape.legend(named), tooltip=[tip[0], *tip[2:]])
    return (lines + points).properties(height=HEIGHT + 22 * len(names), usermeta=SVG)


def palette(names: Sequence[str]) -> alt.Scale:
    """A colour for each name."""
    return alt.Scale(domain=list(names), range=repeated(COLOURS, len(names)))


def repeated(choices: Sequence[Any], count: int) -> list[Any]:
    """So many of the choices, from the start again where they do not suffice."""
    return [choices[index % len(choices)] for index in range(count)]


def legend(symbol: str | None = None, columns: int = 2, orient: str = "bottom") -> alt.Legend:
    """Below the chart, or at its `orient`, so many beside each other; of lines with "stroke" as their symbol."""
    legend = alt.Legend(orient=orient, columns=columns, labelLimit=460, symbolOpacity=1)
    if symbol:
        legend.symbolType, legend.symbolStrokeWidth = symbol, 3
    return legend


Schedules = Mapping[str, Callable[[int], float]]


# Each learning-rate schedule that has a line of its own ("plateau" follows "constant" until the loss stalls), and how
# it falls from the peak after w steps of warm-up.
RATES = {"cosine": "½ (1 + cos π(i − w)/(T − w))", "inverse-sqrt": "√(w / i)", "constant": "1"}


def decay_formulas(half: float) -> dict[str, str]:
    """How each share of gold tokens falls with the step i: 1/2 at step `half` (Bengio et al. 2015, §2.4)."""
    k = sigmoid_k(half)
    return {
        "linear": f"1 − i / {2 * half:.0f}",
        "exponential": f"kⁱ, k = {0.5 ** (1 / half):.5f}",
        "inverse-sigmoid": f"k / (k + exp(i / k)), k = {k:.0f}",
    }


def sigmoid_k(half: float) -> float:
    """The k with k · ln k = half, where k / (k + exp(half / k)) is 1/2; by bisection.

    >>> round(sigmoid_k(100 * math.log(100)), 6)
    100.0
    """
    low, high = 1.0, half + math.e
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if middle * math.log(middle) < half else (low, middle)
    return low


def schedule_lines(schedules: Schedules, names: Mapping[str, str], formulas: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each schedule as the browser draws it: its name, formula and look, and its values at all `STOPS`."""
    looks = zip(repeated(COLOURS, len(schedules)), repeated(DASHES, len(schedules)), strict=True)
    return [
        {
            "name": names[key],
            "formula": formulas[key],
            "colour": colour,
            "dash": dash,
            "values": [round(schedule(step), 5) for step in STOPS],
        }
        for (key, schedule), (colour, dash) in zip(schedules.items(), looks, strict=True)
    ]


def schedule_values(schedules: Schedules, names: Mapping[str, str], step: int) -> str:
    """Each schedule's name and value at a step, in a row.

    >>> schedule_values({"linear": lambda step: 1 - step / 10}, {"linear": "straight"}, 5)
    'straight 0.50'
    """
    return ", ".join(f"{names[key]} {schedule(step):.2f}" for key, schedule in schedules.items())


def schedule_rows(schedules: Schedules, names: Mapping[str, str]) -> list[Row]:
    """A row for each point of each schedule: `names` says how each is called."""
    return [
        {"schedule": names[key], "step": step, "share": schedules[key](step)} for key in schedules for step in STOPS
    ]


# Of a run, and how each is written; where a run lacks one, the table has no such column.
MEASURES = {"loss": ".3f", "bleu": ".1f", "chrf": ".1f", "accuracy": ".1%", "gap": ".3f", "seconds": ".0f"}


def study_rows(study: Mapping[str, Any]) -> tuple[dict[str, str], list[list[Any]]]:
    """The measures that were taken, and for each regime its name and the mean of each over the seeds."""
    runs = {row["regime"]: row["runs"] for row in study["rows"]}
    whole = [name for name in MEASURES if all(run.get(name) is not None for some in runs.values() for run in some)]
    rows = [
        [name, *(statistics.fmean(run[measure] for run in some) for measure in whole)] for name, some in runs.items()
    ]
    return {name: MEASURES[name] for name in whole}, rows


def study_table(study: Mapping[str, Any]) -> list[Row]:
    """A row for each run."""
    return [{"regime": row["regime"], **run} for row in study["rows"] for run in row["runs"]]


def study_chart(study: Mapping[str, Any], say: Mapping[str, str]) -> alt.LayerChart:
    """BLEU of every run as a dot, of each regime's mean as a bar across."""
    runs = [{"regime": row["regime"], **run} for row in study["rows"] for run in row["runs"]]
    means = [
        {"regime": row["regime"], "bleu": statistics.fmean(run["bleu"] for run in row["runs"])} for row in study["rows"]
    ]
    lines = alt.Axis(labelLimit=240, labelExpr="split(replace(datum.label, ' (', '|('), '|')")
    y = alt.Y("regime:N", title=None, sort=[row["regime"] for row in study["rows"]], axis=lines)
    x = alt.X("bleu:Q", title=say["bleu"], scale=alt.Scale(zero=False, padding=20), axis=alt.Axis(tickCount=8))
    tip = [alt.Tooltip("regime:N", title=say["regime"]), alt.Tooltip("bleu:Q", title=say["bleu"], format=".1f")]
    dots = alt.Chart(vega.data(runs)).mark_circle(size=90, opacity=0.8, color=COLOURS[0]).encode(x=x, y=y, tooltip=tip)
    bars = alt.Chart(vega.data(means)).mark_tick(thickness=3, size=24, color=COLOURS[1]).encode(x=x, y=y, tooltip=tip)
    return (dots + bars).properties(height=alt.Step(36), usermeta=SVG)


def study_facts(study: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """What a study of regimes shows: which case it is, and its numbers; None where this is no study.

    one: only one regime was measured. single: one seed each, which tells nothing of chance. clear, noise: the best
    regime is ahead of the second by more, or not by more, than the seeds of one regime lie apart.
    """
    try:
        bleu = {row["regime"]: [run["bleu"] for run in row["runs"]] for row in study["rows"]}
        means = sorted(((statistics.fmean(runs), name) for name, runs in bleu.items()), reverse=True)
        spread = max(max(runs) - min(runs) for runs in bleu.values())
        facts = {"pairs": study["pairs"], "corpus": study["corpus"], "validation": study["validation"]}
        facts |= {"parameters": f"{study['parameters'] / 1e6:.1f}", "family": study["family"], "width": study["width"]}
        facts |= {"epochs": study["epochs"], "seeds": len(study["seeds"]), "count": len(means)}
        facts |= {"best": means[0][1], "bleu": f"{means[0][0]:.1f}", "spread": f"{spread:.1f}"}
    except (KeyError, TypeError, ValueError, IndexError):
        return None
    if len(means) == 1:
        return "one", facts
    gap = means[0][0] - means[1][0]
    facts |= {"second": means[1][1], "gap": f"{gap:.1f}"}
    if min(map(len, bleu.values())) < 2:
        return "single", facts
    return "clear" if gap > spread else "noise", facts


def gap_facts(study: Mapping[str, Any]) -> dict[str, str] | None:
    """The regimes with the least and the largest exposure gap; None where it was not measured of two."""
    taken, rows = study_rows(study)
    if "gap" not in taken or len(rows) < 2:
        return None
    place = 1 + list(taken).index("gap")
    least, most = (choose(rows, key=lambda row: row[place]) for choose in (min, max))
    return {"least": least[0], "gap": f"{least[place]:.2f}", "most": most[0], "most_gap": f"{most[place]:.2f}"}

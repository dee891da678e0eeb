"""The chart, the sentences and the table of what was measured of bigger beams."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from dashboard.figures import vega
from dashboard.figures.swap import CHANCE
from dashboard.figures.training import DASHES, SVG, legend, palette

MEASURES = {"bleu": 1, "length": 1, "search_error": 100, "below_empty": 100}  # and by how much each is multiplied
NORMS = ("gnmt", "none")
ENDS = {
    "none": ("none", "bleu"),
    "gnmt": ("gnmt", "bleu"),
    "length": ("none", "length"),
}  # what the table shows of both
ROW = {"model", "norm", "beam_size", "bleu", "bleu_interval", "length", "p", "empty", "below_empty"}
MODE = {"model", "tried", "proven", "empty", "open_empty", "opened"}
Row = Mapping[str, Any]


def sound(finding: object) -> bool:
    """Whether a stored finding has all that is drawn of it."""
    if not isinstance(finding, dict) or not all(
        isinstance(finding.get(name), list) and finding[name] for name in ("rows", "modes")
    ):
        return False
    parts = ((finding["rows"], ROW), (finding["modes"], MODE))
    settings = all(name in finding for name in ("sentences", "samples", "usual", "budget"))
    return settings and all(isinstance(row, dict) and wanted <= set(row) for rows, wanted in parts for row in rows)


def points(
    finding: Mapping[str, Any], labels: Mapping[str, str], measure: str, norms: Mapping[str, str]
) -> list[dict[str, Any]]:
    """A row for each model, norm and beam size with one measure; shares in percent."""
    return [
        {
            "model": labels[row["model"]],
            "norm": norms[row["norm"]],
            "beam": row["beam_size"],
            "value": round(MEASURES[measure] * valued(row, measure), 2),
        }
        for row in finding["rows"]
        if row["model"] in labels
    ]


def valued(row: Row, measure: str) -> float:
    """A measure of a row; where the empty translation is likelier, also what is empty itself counts."""
    return row.get(measure, 0.0) + (row["empty"] if measure == "below_empty" else 0.0)


def chart(rows: Sequence[Row], words: Mapping[str, str]) -> alt.LayerChart:
    """A line for each model and norm over the beam size, which doubles evenly."""
    names, norms = (list(dict.fromkeys(row[column] for row in rows)) for column in ("model", "norm"))
    sizes = sorted({row["beam"] for row in rows})
    axis = alt.Axis(values=sizes, format="d", labelOverlap=False)
    x = alt.X("beam:Q", title=words["beam"], scale=alt.Scale(type="log", nice=False), axis=axis)
    y = alt.Y("value:Q", title=words["value"], scale=alt.Scale(zero=False, padding=8))
    colour = alt.Color("model:N", title=None, scale=palette(names), legend=legend("stroke", columns=1))
    dashes = alt.Scale(domain=norms, range=list(DASHES[: len(norms)]))
    dashed = alt.Legend(orient="top", symbolType="stroke", symbolSize=500, symbolStrokeWidth=2)
    dash = alt.StrokeDash("norm:N", title=None, scale=dashes, legend=dashed)
    tips = [alt.Tooltip("model:N", title=words["model"]), alt.Tooltip("norm:N", title=words["norm"])]
    tips += [alt.Tooltip("beam:Q", title=words["beam"]), alt.Tooltip("value:Q", title=words["value"], format=".2f")]
    base = alt.Chart(vega.data(rows))
    lines = base.mark_line(strokeWidth=2.5).encode(x=x, y=y, color=colour, strokeDash=dash, tooltip=tips)
    dots = base.mark_point(filled=True, size=60, opacity=1).encode(
        x=x, y=y, color=colour, detail="norm:N", tooltip=tips
    )
    return (lines + dots).properties(height=460, usermeta=SVG)


def ends(finding: Mapping[str, Any], model: str, norm: str) -> tuple[Row, Row]:
    """A model's rows of the usual beam size and of the widest."""
    own = {row["beam_size"]: row for row in finding["rows"] if (row["model"], row["norm"]) == (model, norm)}
    return own[finding["usual"]], own[max(own)]


def known(finding: Mapping[str, Any], labels: Mapping[str, str]) -> list[str]:
    """The models that were measured and have a label."""
    return list(dict.fromkeys(row["model"] for row in finding["rows"] if row["model"] in labels))


def seen(finding: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, int]:
    """For how many of all models the widest beam is worse than the usual one beyond chance, by each norm."""
    models = known(finding, labels)
    facts = {norm: sum(case(*ends(finding, model, norm)) == "worse" for model in models) for norm in NORMS}
    usual, widest = ends(finding, models[0], NORMS[0])
    return facts | {"all": len(models), "usual": usual["beam_size"], "widest": widest["beam_size"]}


def ends_table(finding: Mapping[str, Any], labels: Mapping[str, str]) -> list[list[Any]]:
    """A row a model, each value under the usual beam size and the widest: BLEU by plain sums, with the length penalty,
    and the length by plain sums.
    """
    return [
        [labels[model], *(row[what] for norm, what in ENDS.values() for row in ends(finding, model, norm))]
        for model in known(finding, labels)
    ]


def case(usual: Row, widest: Row) -> str:
    """Whether the widest beam is better or worse than the usual one, or by no more than chance."""
    if widest["p"] is None or widest["p"] >= CHANCE:
        return "chance"
    return "better" if widest["bleu"] > usual["bleu"] else "worse"


def modes(finding: Mapping[str, Any], labels: Mapping[str, str], columns: Mapping[str, str]) -> list[list[Any]]:
    """A row a model: how many sentences exact search tried, and what it showed."""
    known = (mode for mode in finding["modes"] if mode["model"] in labels)
    return [[labels[mode["model"]], *(mode[name] for name in columns)] for mode in known]


def guess(finding: Mapping[str, Any], labels: Mapping[str, str]) -> tuple[dict[str, Any], int]:
    """By plain sums the numbers of the first model, and the right answer's place: better, chance, worse."""
    model = known(finding, labels)[0]
    usual, widest = ends(finding, model, "none")
    facts = {"model": labels[model], "usual": usual["beam_size"], "widest": widest["beam_size"]}
    facts |= {"before": f"{usual['bleu']:.1f}", "after": f"{widest['bleu']:.1f}"}
    return facts, ("better", "chance", "worse").index(case(usual, widest))

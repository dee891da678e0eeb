"""The chart, the sentences and the table of what was measured of bigger beams."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from dashboard.figures import vega
from dashboard.figures.swap import CHANCE
from dashboard.figures.training import DASHES, SVG, legend, palette

MEASURES = {"bleu": 1, "length": 1, "search_error": 100, "below_empty": 100}  # and by how much each is multiplied
NORMS = ("gnmt", "none")
ROW = {"model", "norm", "beam_size", "bleu", "bleu_interval", "length", "p", "empty", "below_empty"}
MODE = {"model", "tried", "proven", "empty", "opened"}
Row = Mapping[str, Any]


def sound(finding: object) -> bool:
    """Whether a stored finding has all that is drawn of it."""
    if not isinstance(finding, dict) or not all(finding.get(name) for name in ("rows", "modes")):
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
    dash = alt.StrokeDash("norm:N", title=None, scale=dashes, legend=legend("stroke", orient="top"))
    tips = [alt.Tooltip("model:N", title=words["model"]), alt.Tooltip("norm:N", title=words["norm"])]
    tips += [alt.Tooltip("beam:Q", title=words["beam"]), alt.Tooltip("value:Q", title=words["value"], format=".2f")]
    base = alt.Chart(vega.data(rows))
    lines = base.mark_line(strokeWidth=2.5).encode(x=x, y=y, color=colour, strokeDash=dash, tooltip=tips)
    dots = base.mark_point(filled=True, size=60, opacity=1).encode(
        x=x, y=y, color=colour, detail="norm:N", tooltip=tips
    )
    return (lines + dots).properties(height=380, usermeta=SVG)


def ends(finding: Mapping[str, Any], model: str, norm: str) -> tuple[Row, Row]:
    """A model's rows of the usual beam size and of the widest."""
    own = {row["beam_size"]: row for row in finding["rows"] if (row["model"], row["norm"]) == (model, norm)}
    return own[finding["usual"]], own[max(own)]


def verdicts(finding: Mapping[str, Any], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """For each model BLEU and length under the usual beam size and the widest, by both norms, and whose case each is.

    `none` and `gnmt` are "worse", "better" or "chance".
    """
    facts = []
    for model in dict.fromkeys(row["model"] for row in finding["rows"] if row["model"] in labels):
        some: dict[str, Any] = {"model": labels[model]}
        for norm in NORMS:
            usual, widest = ends(finding, model, norm)
            some |= {norm: case(usual, widest), "usual": usual["beam_size"], "widest": widest["beam_size"]}
            for end, row in (("usual", usual), ("widest", widest)):
                some |= {f"{norm}_{end}": f"{row['bleu']:.1f}", f"{norm}_length_{end}": f"{row['length']:.2f}"}
        facts.append(some)
    return facts


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
    """The numbers of the first model, and which answer is right: better, chance or worse."""
    first = verdicts(finding, labels)[0]
    return first, ("better", "chance", "worse").index(first["none"])

"""Below the roles: is a head that looks at rare tokens over-fitting? The answer, a chart, what closing it costs."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import controls, explain, resources
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.figures.table import table
from dashboard.views.heads import rare_figure as figure

COLUMNS = {"one": "", "rarest": ".0%", "cost_seen": "", "cost_unseen": "", "more": ""}


def show(say: Texts, query: Query, finding: object) -> None:
    """Whether a head that looks at rare tokens is over-fitting: the answer, and each model's numbers."""
    rows = figure.rows(finding, resources.labels(say, resources.shipped()[0]))
    if not rows:
        return
    st.header(say["roles_rare_title"])
    own = next((row for row in rows if row["model"] == query.model), rows[0])
    answer = answer_of(say, own)
    st.markdown(controls.plain(answer))
    worse = sum(figure.verdict(figure.looking(row)["cost_more"]) == "more" for row in rows)
    st.markdown(say["roles_rare_all"].format(worse=worse, all=len(rows)))
    words = {name: say[f"roles_rare_{name}"] for name in ("seen", "unseen", "rate", "set")}
    words |= {"model": say["model"], "low": say["score_low"], "high": say["score_high"]}
    explain.chart("rare", figure.chart(rows, words), answer)
    columns = {say[f"roles_column_{name}"]: form for name, form in COLUMNS.items()}
    heads = [
        (
            str(place),
            head["rate_unseen"][0],
            signed(head["cost_seen"][0]),
            signed(head["cost_unseen"][0]),
            spread(head["cost_more"]),
        )
        for place, head in enumerate(own["heads"], start=1)
    ]
    st.html(table(columns, heads, marked=own["head"]))
    st.caption(controls.plain(say["roles_rare_about"].format(costed=finding["costed"], common=finding["common"])))
    explain.show_data(say, "rare", lambda: figure.table(rows), answer)


def answer_of(say: Texts, row: Mapping[str, Any]) -> str:
    """What was found of a model's head: whether it looks so only in training, and whether it helps only there."""
    head = figure.looking(row)
    facts = {
        "model": row["label"],
        "layer": row["layer"] + 1,
        "head": row["head"] + 1,
        "chance": f"{row['chance']:.0%}",
    }
    facts |= {part: f"{head[f'rate_{part}'][0]:.0%}" for part in figure.RATES}
    costs = {f"cost_{part}": signed(head[f"cost_{part}"][0]) for part in figure.RATES}
    sentences = [say[f"roles_rare_rate_{figure.verdict(head['rate_more'])}"]]
    sentences.append(say[f"roles_rare_cost_{figure.verdict(head['cost_more'])}"])
    return " ".join(sentences).format(**facts, **costs, more=spread(head["cost_more"]))


def spread(value: Sequence[float]) -> str:
    """A value with its interval.

    >>> spread([0.0012, -0.0022, 0.0076])
    '+0.0012 (−0.0022 – +0.0076)'
    """
    return "{} ({} – {})".format(*map(signed, value))


def signed(value: float) -> str:
    """A difference as people write it.

    >>> signed(-0.00123)
    '−0.0012'
    """
    return f"{value:+.4f}".replace("-", "−")

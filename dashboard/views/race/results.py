"""What the race comes to: who finished with what, beside exact search and minimum Bayes risk, and who wins by what."""

from collections.abc import Mapping
from typing import NamedTuple

import streamlit as st

from core.metrics import sentence_chrf
from core.options import ExactOptions, MBROptions
from core.records import DecodeTrace
from dashboard import beside, controls, parameters
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.figures.table import table
from dashboard.views.race import figure
from dashboard.views.race.figure import Result
from dashboard.views.race.verdicts import verdict


class Wanted(NamedTuple):
    """What a reader wants beside the lanes: searches, by their names, and a reference, "" for none."""

    searches: dict[str, ExactOptions | MBROptions]
    reference: str


def wanted(say: Texts, query: Query, seed: int) -> Wanted:
    """The controls of what stands beside the lanes."""
    options = beside.options(seed)
    limits = {"budget": f"{beside.BUDGET:,}", "samples": beside.SAMPLES}
    helps = {name: say[f"beside_{name}_help"].format(**limits) for name in options}
    with controls.row():
        names = [name for name in options if parameters.switch(name, say[f"beside_{name}"], help=helps[name])]
        return Wanted({name: options[name] for name in names}, beside.reference(say, query))


def show(say: Texts, query: Query, lanes: Mapping[str, DecodeTrace], titles: Mapping[str, str], wanted: Wanted) -> None:
    """How far each search beside is, the table, and what it means."""
    searches = {name: beside.show(say, query, name, options) for name, options in wanted.searches.items()}
    ended = {name: trace for name, trace in searches.items() if trace}
    traces, titles = {**lanes, **ended}, {**titles, **{name: say[f"beside_{name}"] for name in ended}}
    results = {titles[name]: result(trace, wanted.reference) for name, trace in traces.items()}
    show_table(say, results, bool(wanted.reference))
    for name in ended:
        kind, facts = verdict(name, traces, titles)
        st.markdown(say[f"race_says_{kind}"].format(**facts))
    cut = [titles[name] for name, trace in traces.items() if not trace.hypotheses[0].finished]
    if cut:
        st.caption(say["race_cut"].format(decoders=", ".join(cut)))
    st.caption(say["race_about"])


def result(trace: DecodeTrace, reference: str) -> Result:
    """What a search came to; what was stored was timed on another machine."""
    (chrf,) = sentence_chrf([(trace.hypotheses[0].text, reference)]) if reference else (None,)
    return figure.result(trace, chrf, timed=trace.logits is not None)


def show_table(say: Texts, results: Mapping[str, Result], scored: bool) -> None:
    """A row a decoder, the likeliest bold, and in words by which measures each wins."""
    formats = {"decoder": "", "text": "", "tokens": "d", "logprob": ".2f", "per_token": ".3f", "chrf": ".1f"}
    formats |= {"questions": ",d", "time": ".0f", "wins": ""}
    won, rows = figure.wins(results), []
    for title, result in results.items():
        words = ", ".join(say[f"race_wins_{measure}"] for measure in won[title])
        text, numbers = result.text or say["beam_empty"], (result.tokens, result.total, result.per_token)
        rest = (result.chrf, result.questions, result.milliseconds, words)
        rows.append(dict(zip(formats, (title, text, *numbers, *rest), strict=True)))
    shown = [name for name in formats if scored or name != "chrf"]
    best = next((place for place, title in enumerate(results) if "likely" in won[title]), None)
    columns = controls.headed(say, **{f"race_{name}": formats[name] for name in shown})
    with st.container(key="race_results"):
        st.html(table(columns, [[row[name] for name in shown] for row in rows], best))

"""What was measured of bigger beams over many sentences: quality, length, whose fault, and how often nothing wins."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import controls, explain, parameters, resources
from dashboard.controls import Texts
from dashboard.figures.table import table
from dashboard.model_names import way_label
from dashboard.views.beam import corpus_chart

KEY = "wider_corpus"
MODES = dict.fromkeys(("tried", "proven", "empty", "open_empty", "opened"), ",.0f")  # of exact search


def show(say: Texts, predict: bool) -> None:
    """The stored result; nothing where there is none. With `predict` the reader guesses first what 100 beams give."""
    finding = resources.measured("bigger-beams")
    cards = resources.shipped()[0]
    if not corpus_chart.sound(finding):
        return
    labels = {name: way_label(say, card.family, card.config) for name, card in cards.items()}
    st.header(say["wider_corpus"])
    if predict and not guessed(say, finding, labels):
        return
    chosen = {name: say[f"wider_by_{name}"] for name in corpus_chart.MEASURES}
    measure = parameters.choice("result", say["measure"], chosen, "bleu", hidden=True)
    norms = {norm: say[f"wider_norm_{norm}"] for norm in corpus_chart.NORMS}
    points = corpus_chart.points(finding, labels, measure, norms)
    words = {name: say[f"wider_{name}"] for name in ("beam", "norm")}
    words |= {"model": say["model"], "value": chosen[measure]}
    seen = corpus_chart.seen(finding, labels)
    description = say["wider_seen"].format(**seen)
    explain.chart(KEY, corpus_chart.chart(points, words), description)
    st.markdown(f"**{controls.plain(description)}**")
    columns = {say["model"]: ""}
    for what in corpus_chart.ENDS:
        for end in ("usual", "widest"):
            title = say["wider_end"].format(what=say[f"wider_end_{what}"], beam=seen[end])
            columns[title] = ".2f" if what == "length" else ".1f"
    st.html(table(columns, corpus_chart.ends_table(finding, labels)))
    st.markdown(say["wider_silence"])
    columns = controls.headed(say, model="", **{f"wider_mode_{name}": form for name, form in MODES.items()})
    st.html(table(columns, corpus_chart.modes(finding, labels, MODES)))
    st.caption(say["wider_about"].format(**finding))
    explain.show_data(say, KEY, lambda: finding["rows"], description)


def guessed(say: Texts, finding: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """What the widest beam gives, by plain sums, for the first model; whether it has been answered."""
    facts, right = corpus_chart.guess(finding, labels)
    return explain.questions(say, "wider_quiz", [explain.question(say, "wider", [right], **facts)]) == 1

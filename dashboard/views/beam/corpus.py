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
MODES = {"tried": ",d", "proven": ",d", "empty": ",d", "opened": ",.0f"}  # of exact search, and how each is written


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
    measure = parameters.choice("wider_by", say["measure"], chosen, "bleu")
    points = corpus_chart.points(
        finding, labels, measure, {norm: say[f"wider_norm_{norm}"] for norm in ("none", "gnmt")}
    )
    words = {name: say[f"wider_{name}"] for name in ("beam", "norm")} | {
        "model": say["model"],
        "value": chosen[measure],
    }
    sentences = [verdict(say, facts) for facts in corpus_chart.verdicts(finding, labels)]
    description = " ".join(sentences)
    explain.chart(KEY, corpus_chart.chart(points, words), description)
    for sentence in sentences:
        st.markdown(controls.plain(sentence))
    st.markdown(say["wider_silence"])
    columns = controls.headed(say, model="", **{f"wider_mode_{name}": form for name, form in MODES.items()})
    st.html(table(columns, corpus_chart.modes(finding, labels, MODES)))
    st.caption(say["wider_about"].format(**finding))
    explain.show_data(say, KEY, lambda: finding["rows"], description)


def guessed(say: Texts, finding: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """What the widest beam gives, by plain sums, for the first model; whether it has been answered."""
    facts, right = corpus_chart.guess(finding, labels)
    return explain.questions(say, "wider_quiz", [explain.question(say, "wider", [right], **facts)]) == 1


def verdict(say: Texts, facts: Mapping[str, Any]) -> str:
    """What bigger beams do to one model, in a sentence."""
    cases = {norm: say[f"wider_case_{facts[norm]}"] for norm in corpus_chart.NORMS}
    return say["wider_verdict"].format(**{**facts, **cases})

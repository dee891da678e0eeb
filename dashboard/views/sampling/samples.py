"""The tab with the samples: a tree of drawn paths that grows with each, and what their counts say of the model."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.options import SamplingOptions
from core.records import Hypothesis
from dashboard import controls, explain
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.views.sampling import drawing, figure, paths


def show(say: Texts, query: Query, options: SamplingOptions, drawn: Sequence[Hypothesis], row: DeltaGenerator) -> None:
    """The tab, top to bottom; who is to guess sees the first sample alone."""
    hidden = query.predict and not guessed(say, drawn)
    own, shown = drawing.own(options), drawn[:1] if hidden else drawn
    description = described(say, drawn, own)
    paths.paths(figure.payload(shown, len(drawn), own), say["sampling_hidden"] if hidden else description, say)
    if hidden:
        return
    st.markdown(meaning(say, options, own))
    explain.formula(say, figure.estimate(drawn, options, own), say["sampling_formula"])
    explain.show_data(say, "paths", lambda: figure.table(drawn, own), description)


def guessed(say: Texts, drawn: Sequence[Hypothesis]) -> bool:
    """How many different translations there are: whether it has been answered."""
    choices, right = figure.guess(drawn)
    facts = figure.describe(drawn)
    question = explain.question(say, "sampling", [right], choices, **facts)
    return explain.questions(say, "sampling_quiz", [question]) == 1


def described(say: Texts, drawn: Sequence[Hypothesis], own: bool) -> str:
    """The picture in a sentence."""
    facts = figure.describe(drawn)
    facts["text"] = facts["text"] or say["paths_empty"]
    kind = "described_once" if facts["most"] == 1 else "described"
    text = say[f"sampling_{kind}"].format(**facts)
    return text + (" " + say["sampling_seen"].format(**facts) if own else "")


def meaning(say: Texts, options: SamplingOptions, own: bool) -> str:
    """What the shares are worth."""
    if own:
        return say["sampling_own"].format(samples=options.samples)
    cut = options.top_k is not None or options.top_p < 1
    heat = "" if options.temperature == 1 else "colder" if options.temperature < 1 else "hotter"
    parts = [
        say[f"sampling_{name}"].format(temperature=options.temperature) for name in (heat, "cut" if cut else "") if name
    ]
    return controls.plain(" ".join([*parts, say["sampling_other"]]))

"""The tab with every head as a small map, and the chosen one large."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import zip_longest

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import answers, beginning, controls, explain
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.figures.alignment import describe
from dashboard.readings import Reading
from dashboard.views.heads import figure
from dashboard.views.heads import heads_component as component
from dashboard.views.heads.figure import ROLLOUT, Part
from dashboard.views.heads.parts import parts
from dashboard.views.heads.second import read_both


def show(say: Texts, query: Query, row: DeltaGenerator) -> None:
    """The tab, top to bottom."""
    with row:
        with st.popover(say["heads_compare"], key="comparing"):
            both = read_both(say, query)
        predict = controls.predict(say)
    if both:
        show_maps(say, both, predict=predict)
    if both and query.card.family != "transformer":
        st.info(say["heads_alone"])
        beginning.offer_transformer(say, query)


def show_maps(say: Texts, readings: Sequence[Reading], *, predict: bool) -> None:
    """The maps, what the large one shows in a sentence, the measures of every head as data."""
    shown = [parts(reading) for reading in readings]
    hidden = predict and not guessed(say, shown[0])
    at = component.places("heads", shown)
    chosen, wake = shown[0][at["part"]], component.wanted("heads")
    norms = [answers.head_norms(reading.trace, wake=wake) for reading in readings if at["amount"] == "norm"]
    layer, head = map(figure.place, (at["layer"], at["head"]))
    _, facts = describe(figure.panel(named(say, at), chosen, at["units"], layer, head))
    description = say["heads_map"].format(**facts)
    pending = not all(norms) and not wake
    models = [reading.model for reading in readings]
    payloads = [figure.payload(*each, hidden=hidden) for each in zip_longest(models, shown, norms)]
    state = {"at": at, "hidden": hidden, "description": description, "pending": pending}
    component.heads(payloads, state, labels(say), key="heads")
    st.caption(about(say, at))
    rows = partial(figure.table, shown[0], at["units"])
    explain.show_data(say, "heads", rows, description, readings[0].trace)


def about(say: Texts, at: Mapping[str, str]) -> str:
    """What the numbers of the large map are, in a sentence."""
    if at["layer"] == ROLLOUT or (at["amount"] == "weight" and not at["layer"].isdecimal()):
        return say[f"heads_about_{at['layer']}"]
    return say["heads_about_norm" if at["amount"] == "norm" else "heads_about"]


def labels(say: Texts) -> dict[str, str]:
    """Every text of the component."""
    texts = {name: say[f"heads_{name}"] for name in component.LABELS if f"heads_{name}" in say}
    texts |= {name: say[name] for name in ("units", "mean")} | {"locale": say["align_locale"]}
    return texts | {name: say[f"align_{name}"] for name in ("words", "pieces", "max", "weight", "difference")}


def named(say: Texts, at: Mapping[str, str]) -> str:
    """Which map is large, in words."""
    facts = {"part": say[f"heads_{at['part']}"], "layer": at["layer"], "head": at["head"]}
    if at["layer"].isdecimal():
        return say["heads_place"].format(**facts | {"head": say["mean"] if at["head"] == "mean" else at["head"]})
    kinds = {"mean": say["mean"], "max": say["align_max"], "rollout": say["heads_rollout"]}
    return say["heads_whole"].format(**facts, kind=kinds[at["layer"]])


def guessed(say: Texts, parts: Mapping[str, Part]) -> bool:
    """Which head is which; whether all has been answered."""
    guesses = figure.guesses(parts)
    if not guesses:
        st.info(say["heads_flat"])
        return True
    questions = []
    for guess in guesses:
        part = say[f"heads_{guess.part}"]
        options = [say["heads_option"].format(layer=layer + 1, head=head + 1) for layer, head in guess.heads]
        facts = {"part": part, "place": options[guess.right], "value": f"{guess.value:.2f}"}
        questions.append(explain.question(say, f"heads_{guess.measure}", [guess.right], options, **facts))
    return explain.questions(say, "heads_quiz", questions) == len(questions)

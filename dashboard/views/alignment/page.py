"""Alignment: where a model looked while it wrote each word; two models compared; a translation of the reader's own."""

from collections.abc import Sequence

import streamlit as st

from dashboard import answers, beginning, controls, explain
from dashboard.figures import alignment
from dashboard.figures.table import table
from dashboard.readings import Reading, read, second_model
from dashboard.views.alignment import blind, maps
from dashboard.views.alignment.target import own_translation, sums

TRIES = {"heads": {"head": "mean"}, "rnn": {"compare": "en-de-rnn-additive"}}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    beginning.question(say, "alignment", show, TRIES)
    explain.show_code(say, "core/models/attention.py", "attend", say["alignment_paper"])


def show(say, query: beginning.Query) -> None:
    """The maps; of a model without attention those of one that has it, both translations beside each other."""
    trace = answers.trace(say, query.model, query.text)
    if trace and trace.attention() is None:
        query = blind.beside(say, query, trace)
    if trace and query:
        explore(say, query)


@st.fragment
def explore(say, query: beginning.Query) -> None:
    """Everything that a control of this page changes."""
    trace = answers.trace(say, query.model, query.text)
    if trace is None:
        return
    with controls.row():
        target, cut = own_translation(say, trace)
        second = second_model(say, query)
        predict = controls.predict(say)
    if cut:
        st.warning(cut)
    readings = read(say, query, trace, second, target)
    at = maps.places("alignment", readings, first="mean" if predict or target or len(readings) > 1 else "each")
    panels = [
        alignment.panel(reading.model, reading.attention(at["units"]), *maps.head_of(at, suffix))
        for reading, suffix in zip(readings, ("", "2"), strict=False)
    ]
    shown = ask(say, panels[0]) if predict else None
    show_maps(say, readings, panels, at, shown)
    show_opinions(say, readings)
    if shown is None:  # the formula would tell what is still to be guessed
        facts = alignment.context_vector(readings[0].attention("pieces"), *maps.head_of(at))
        meaning = say[f"context_{facts['kind']}"].format(**controls.escaped(facts))
        explain.formula(say, facts["latex"], meaning)


def ask(say, panel: alignment.Panel) -> int | None:
    """Questions about the map; how many of its rows may be shown, None for all."""
    guesses = alignment.guesses(panel)
    if not guesses:
        st.info(say["alignment_flat"])
        return None
    questions = []
    for guess in guesses:
        facts = {"model": panel.title, "target": guess.target, "source": guess.source, "weight": guess.weight}
        questions.append(explain.question(say, "alignment", guess.right, guess.options, **facts))
    return alignment.revealed(guesses, explain.questions(say, "alignment_quiz", questions))


def show_maps(say, readings: Sequence[Reading], panels: list[alignment.Panel], at: dict[str, str], shown: int | None):
    """The maps, what they show in a sentence each, and their data."""
    names = dict(zip(("first", "second"), (reading.model for reading in readings), strict=False))
    caption = "compare_caption" if len(panels) > 1 else "forced_caption" if readings[0].forced else "alignment_caption"
    facts = controls.escaped({"text": readings[0].shown.text, **names})
    texts = {name: say[f"align_{name}"] for name in maps.LABELS if f"align_{name}" in say}
    texts |= {name: say[name] for name in ("units", "layer", "head", "layer2", "head2", "mean")}
    texts["between"] = say["compare_title"].format(**names) if len(panels) > 1 else ""
    if len(panels) > 1:
        between = alignment.difference(texts["between"], *panels)
        if between is None:
            st.info(say["compare_uncut"])
        else:
            panels = [*panels, between]
    facts["sums"] = sums(say, panels[0])
    panels = [alignment.hide(panel, shown) for panel in panels]
    described = [alignment.describe(panel) for panel in panels]
    description = " ".join(say[f"alignment_{kind}"].format(**facts) for kind, facts in described)
    if at.get("head") == "each":
        description = f"{say['alignment_each']} {description}"
    maps.maps(readings, at, shown, description, texts, key="alignment")
    st.caption(say[caption].format(**facts))
    explain.show_data(say, "alignment", lambda: alignment.table(panels), description, readings[0].trace)


def show_opinions(say, readings: Sequence[Reading]) -> None:
    """How likely each model finds the translation that was given to it, beside its own."""
    given = [reading for reading in readings if reading.forced]
    if not given:
        return
    st.subheader(say["opinion_title"])
    hypotheses = [(reading.model, {h.text: h for h in (reading.shown, reading.own)}.values()) for reading in given]
    rows = [(model, h.text, *alignment.likelihood(h)) for model, both in hypotheses for h in both]
    st.html(table(controls.headed(say, model="", text="", length="d", total=".2f", perplexity=".2f"), rows))
    for reading in given:
        facts = alignment.surprise(reading.trace, reading.words)
        kind = "surprise_none" if not facts["instead"] else "surprise_inside" if facts["begun"] else "surprise"
        st.markdown(say[kind].format(**controls.escaped(facts | {"model": reading.model})))
        explain.spelling(say, reading.trace)
        if "<unk>" in reading.shown.tokens:
            st.warning(say["target_unknown"].format(model=controls.plain(reading.model)))
    st.caption(say["opinion_caption"])


main()

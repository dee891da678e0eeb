"""Alignment: where a model looked while it wrote each word; two models compared; a translation of the reader's own."""

from collections.abc import Sequence

import streamlit as st

from core.options import BeamOptions
from dashboard import controls, explain, frame
from dashboard.components.quiz import Question
from dashboard.figures import alignment
from dashboard.figures.heatmap import heatmap, style
from dashboard.figures.table import table
from dashboard.views.alignment.readings import Reading, own_translation, read, second_model, sums

PLAIN = {"displayModeBar": False}  # on a narrow screen Plotly's buttons cover the title


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    asked = frame.asked(say, "alignment")
    trace = asked and frame.traced(say, asked, BeamOptions())
    if not trace:
        return
    frame.unknown_pieces(say, trace)
    if trace.attention() is None:
        st.info(say["alignment_none"].format(width=asked.card.config["width"]))
    else:
        explore(say, asked)
    explain.show_code(say, "core/models/attention.py", "attend")


@st.fragment
def explore(say, asked: frame.Asked) -> None:
    """Everything that a control of this page changes."""
    trace = frame.traced(say, asked, BeamOptions())
    if trace is None:
        return
    left, right = st.columns([3, 2])
    with left:
        target = own_translation(say, trace)
    with right:
        second = second_model(say, asked)
    readings = read(say, asked, trace, second, target)
    places = dict(zip(("", "2"), readings, strict=False))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kinds = {name: say[f"units_{name}"] for name in ("words", "pieces")}
        units = controls.choice("units", say["units"], kinds, "words")
        heads = [controls.layer_and_head(say, one.attention("pieces"), place) for place, one in places.items()]
        predict = controls.predict(say)
    panels = [
        alignment.panel(one.model, one.attention(units), *head) for one, head in zip(readings, heads, strict=True)
    ]
    shown = ask(say, panels[0]) if predict else None
    show_maps(say, readings, panels, shown)
    show_opinions(say, readings)
    if shown is None:  # the formula would tell what is still to be guessed
        facts = alignment.context_vector(readings[0].attention("pieces"), *heads[0])
        meaning = say[f"context_{facts['kind']}"].format(**controls.escaped(facts))
        explain.formula(say, facts["latex"], meaning)


def ask(say, panel: alignment.Panel) -> int | None:
    """Questions about the map; how many of its rows may be shown, None for all."""
    guesses = alignment.guesses(panel)
    if not guesses:
        st.info(say["alignment_flat"])
        return None
    asked = []
    for guess in guesses:
        facts = guess._asdict() | {"model": panel.title}
        question, answer = (say[f"alignment_{part}"].format(**facts) for part in ("question", "answer"))
        asked.append(Question(question, guess.options, guess.right, answer))
    return alignment.revealed(guesses, explain.questions(say, "alignment_quiz", asked))


def show_maps(say, readings: Sequence[Reading], panels: list[alignment.Panel], shown: int | None) -> None:
    """The maps, what they show in a sentence each, and their data."""
    names = dict(zip(("first", "second"), (one.model for one in readings), strict=False))
    caption = "compare_caption" if len(panels) > 1 else "forced_caption" if readings[0].forced else "alignment_caption"
    facts = controls.escaped({"text": readings[0].shown.text, **names})
    st.caption(say[caption].format(**facts, sums=sums(say, panels[0])))
    labels = {"source": say["axis_source"], "target": say["axis_target"], "weight": say["weight"]}
    if len(panels) > 1:
        labels["difference"] = say["compare_scale"]
        between = alignment.difference(say["compare_title"].format(**names), *panels)
        if between is None:
            st.info(say["compare_uncut"])
        else:
            panels = [*panels, between]
    panels = [alignment.hide(panel, shown) for panel in panels]
    described = [alignment.describe(panel) for panel in panels]
    description = " ".join(say[f"alignment_{kind}"].format(**facts) for kind, facts in described)
    figure = heatmap(panels, labels, dark=st.context.theme.type == "dark")
    st.html(style("alignment", figure))
    st.plotly_chart(figure, width="content", theme=None, key="alignment", alt=description, config=PLAIN)
    explain.show_data(say, "alignment", lambda: alignment.table(panels), description, readings[0].trace)


def show_opinions(say, readings: Sequence[Reading]) -> None:
    """How likely each model finds the translation that was given to it, beside its own."""
    given = [one for one in readings if one.forced]
    if not given:
        return
    st.subheader(say["opinion_title"])
    found = [(one.model, {h.text: h for h in (one.shown, one.own)}.values()) for one in given]
    rows = [(model, h.text, *alignment.likelihood(h)) for model, both in found for h in both]
    st.html(table(controls.headed(say, model="", text="", length="d", total=".2f", perplexity=".2f"), rows))
    for one in given:
        facts = alignment.surprise(one.trace, one.words)
        kind = "surprise_none" if not facts["instead"] else "surprise_inside" if facts["begun"] else "surprise"
        st.markdown(say[kind].format(**controls.escaped(facts | {"model": one.model})))
        explain.spelling(say, one.trace)
        if "<unk>" in one.shown.tokens:
            st.warning(say["target_unknown"].format(model=controls.plain(one.model)))
    st.caption(say["opinion_caption"])


main()

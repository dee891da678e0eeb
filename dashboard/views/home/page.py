"""Home: one sentence, every model's translation of it, and a picture of each page that shows more."""

import streamlit as st

from core.options import BeamOptions
from core.records import DecodeTrace
from dashboard import controls, explain, frame
from dashboard.model_names import outstanding
from dashboard.views.home import chips, comparison, figure
from dashboard.views.home.cards_component import LABELS, Card, cards, follow


def main() -> None:
    """The page, top to bottom; the other models, which may have to search first, come last."""
    follow("cards")
    say = controls.texts()
    st.html(chips.lead(say["home_lead"]))
    asked = frame.asked(say, "home")
    guessing = examples(say, asked)
    trace = asked and frame.traced(say, asked, BeamOptions())
    if not trace:
        return
    hidden = guessing and comparison.show_models(say, asked, guessing)
    show_translation(say, trace, asked, hidden)
    show_cards(say, trace, hidden)
    models = st.container()
    if not hidden:
        explain.formula(say, figure.product(trace.hypotheses[0]), controls.plain(say["home_formula"]))
    explain.show_code(say, "core/decoding/translate.py", "decode")
    if not guessing:
        with models:
            comparison.show_models(say, asked, guessing)


def examples(say, asked: frame.Asked | None) -> bool:
    """A button for each example that the model can read, which fills the field; whether the reader wants to guess."""
    readable = frame.EXAMPLES if asked is None or asked.card.source == "en" else {}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if readable:
            st.markdown(say["home_examples"], width="content")
        for text, name in readable.items():
            fill = {"on_click": st.session_state.update, "args": ({"text": text},)}
            st.button(say[f"home_example_{name}"], key=f"example_{name}", help=text, **fill)
        return controls.predict(say)


def show_translation(say, trace: DecodeTrace, asked: frame.Asked, hidden: bool) -> None:
    """The best hypothesis, what there is to notice in an example, and the sub-words that the model read.

    The notes are true of the models that are compared while nobody has chosen one.
    """
    with st.container(border=True):
        if hidden:
            st.info(say["home_hidden"])
        else:
            st.html(chips.large(trace.hypotheses[0].text))
            if not trace.hypotheses[0].finished:
                st.caption(say["home_unfinished"].format(count=len(trace.hypotheses[0].tokens)))
            noted = outstanding(asked.found, frame.DEFAULT) if frame.DEFAULT in asked.found else ()
            if trace.text in frame.EXAMPLES and asked.model in noted:
                st.markdown(say[f"home_note_{frame.EXAMPLES[trace.text]}"])
        st.caption(say["home_pieces"].format(count=asked.card.config["vocabulary_size"]))
        st.html(chips.chips(trace.pieces))
        frame.unknown_pieces(say, trace)
        st.caption(say["home_search"].format(nodes=len(trace.tree.nodes) - 1, milliseconds=round(trace.seconds * 1000)))


def show_cards(say, trace: DecodeTrace, hidden: bool) -> None:
    """A live picture of each page, which leads there."""
    st.header(say["home_cards"])
    facts = figure.describe(trace)
    content = [
        Card(
            page,
            say[f"page_{page}"],
            say[f"home_card_{page}"],
            None if hidden else picture,
            say[f"home_describe_{page}"].format(**facts[page]) if picture else "",
            say["home_hidden_card" if hidden else "home_no_attention"],
        )
        for page, picture in figure.pictures(trace).items()
    ]
    cards(content, {label: say[f"home_cards_{label}"] for label in LABELS}, key="cards")


main()

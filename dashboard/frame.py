"""How every page begins: its three sentences, the reader's sentence, a model, and the trace or why there is none."""

from contextlib import nullcontext
from functools import partial
from typing import NamedTuple

import streamlit as st

from core.checkpoints import Card
from core.options import BeamOptions
from core.records import DecodeTrace
from dashboard import controls, resources
from dashboard.controls import Texts

DEFAULT = "en-de-everyday"
# Each shows something: its name stands for what, in the catalogues and in a test.
EXAMPLES = {
    "A street musician plays the violin in a train station.": "moved",
    "A boy watches a girl who is painting a picture.": "verb",
    "A woman in a blue dress is sitting on a bench and reading a book "
    "while two boys are playing with a ball in front of a fountain.": "long",
    "A woman is waiting at the bank.": "bank",
    "A construction worker is drinking coffee.": "compound",
    "An octopus is playing the guitar.": "rare",
}


class Asked(NamedTuple):
    """What the reader asks: a sentence (never empty) of a model."""

    text: str
    model: str
    found: dict[str, Card]

    @property
    def card(self) -> Card:
        """The chosen model's card."""
        return self.found[self.model]


def asked(say: Texts, page: str, *, choose_model: bool = True) -> Asked | None:
    """The page's beginning; None, after one sentence, where there is no model or no text."""
    found = resources.known()
    controls.intro(say, page)
    if not found:
        st.error(say["models_none"])
        return None
    first = name = DEFAULT if DEFAULT in found else next(iter(found))
    left, right = st.columns([3, 2])
    if choose_model:
        with right:
            name = controls.model(say, found, name)
    known = resources.stored(name) or resources.stored(first)
    if resources.stored(name):
        follow(found[name].source, known.text)
    with left:
        pieces = partial(resources.pieces, name)
        text = controls.sentence(say, known.text if known else "", found[name].source, pieces)
    if not text:
        st.info(say["sentence_empty"])
        return None
    return Asked(text, name, found)


def follow(language: str, example: str) -> None:
    """Where the field still holds an example in a language that the model can't read, put the model's own there."""
    before = st.session_state.get("read")  # the last model's language and example
    if before and before[0] != language and st.session_state.get("text") in (before[1], *EXAMPLES):
        st.session_state["text"] = example
    st.session_state["read"] = language, example


def traced(say: Texts, asked: Asked, options: BeamOptions, name: str | None = None) -> DecodeTrace | None:
    """The search of a model (the chosen one) under these options; None, after one sentence, if it is damaged."""
    name = name or asked.model
    waiting = nullcontext() if name in resources.awake() else st.spinner(say["loading"])
    try:
        with waiting:
            return resources.decode(name, asked.text, options)
    except ValueError as error:
        st.error(controls.plain(str(error)))
        return None


def unknown_pieces(say: Texts, trace: DecodeTrace) -> None:
    """One sentence on what the model has never seen."""
    unknown = dict.fromkeys(piece.text for piece in trace.pieces if piece.unknown)
    if unknown:
        st.warning(say["unknown_pieces"].format(pieces=controls.plain(" ".join(unknown))))

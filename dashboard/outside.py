"""A sentence outside what a model knows: said in one sentence below the bar, with the way to a model that does know."""

from typing import Any

import streamlit as st

from core.interpret.familiar import outside, signs
from dashboard import answers, controls, parameters, resources
from dashboard.controls import Texts
from dashboard.model_names import alike, best, reads_captions


def lies_outside(name: str, text: str) -> bool:
    """Whether a sentence lies outside what a model knows, by the translation that it has written by now; not where
    nobody has asked, nor of a model whose limits were not measured, as a reader's own.
    """
    limits, trace = resources.known()[name].familiar, resources.searched(name, text)
    return bool(limits and trace) and outside(signs(trace.pieces, trace.hypotheses[0]), limits)


def note(say: Texts, query: Any) -> None:
    """Say it in the query's place, once the page has asked the model; a page that asks something else has it asked now,
    where that wakes nobody up.
    """
    card, awake = query.card, query.model in resources.awake()
    if card.familiar and awake and not resources.searched(query.model, query.text):
        answers.best_or_failure(say, [query.model], query.text)
    if not lies_outside(query.model, query.text):
        return
    corpus, shares = say[f"corpus_{card.corpus}"], {kind: card.familiar[kind] for kind in ("captions", "everyday")}
    with query.place:
        st.markdown(say["outside"].format(corpus=corpus), help=say["outside_help"].format(**shares), width="content")
        knowing = [name for name, other in alike(query.cards, query.model).items() if not reads_captions(other)]
        if reads_captions(card) and knowing:
            name = best(knowing, query.cards)
            label = say["open_model"].format(model=controls.plain(resources.labels(say, [name])[name]))
            st.button(label, key="outside_open", on_click=parameters.take, args=("model", name))
        elif reads_captions(card) and (example := resources.stored(query.model)):
            take_sentence(say, example.text, "outside_take")


def take_sentence(say: Texts, text: str, key: str) -> None:
    """A button for a sentence that a model of captions can read."""
    st.button(say["captions_take"], key=key, on_click=controls.choose, args=({"text": text},))

"""What the page compares: a model's reading of a sentence with another model's, or with its own of another sentence."""

import streamlit as st

from dashboard import answers, beginning, controls, parameters, resources
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.readings import Reading, read, second_model


def read_both(say: Texts, query: Query) -> list[Reading]:
    """One reading, or two; none, after one sentence, where the model can't read the sentence.

    Two models read the same translation, so that their rows are the same; of two sentences each has its own.
    """
    trace = answers.trace(say, query.model, query.text)
    if trace is None:
        return []
    second, text = second_model(say, query), second_sentence(say, query)
    if not text:
        return read(say, query, trace, second, "")
    name = second or query.model
    other = answers.trace(say, name, text)
    label = resources.labels(say, [name])[name]
    first = read(say, query, trace, None, "")
    if other is None or other.attention() is None:
        return first
    if second is None:
        first, label = [first[0]._replace(model=query.text)], text
    return [*first, Reading(label, other.hypotheses[0], other)]


def second_sentence(say: Texts, query: Query) -> str:
    """The sentence that is compared with the first, "" for none."""
    look = {"placeholder": say["text2_none"]} | parameters.BOUND
    typed = parameters.carried("text2", "", lambda: st.text_input(say["text2"], key="text2", **look))
    text, cut = controls.within_limits(say, typed, "sentence_cut", lambda text: resources.pieces(query.model, text))
    if cut:
        st.warning(cut)
    return text


def none(say: Texts, query: Query) -> None:
    """That a model does not look back, and a button for one that has heads."""
    st.info(say["heads_none"])
    beginning.offer_transformer(say, query)

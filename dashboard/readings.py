"""One translation, read by one model or by two: what each makes of it, so that their attention can be compared."""

from typing import NamedTuple

import streamlit as st

from core.interpret.alignments import by_words, source_words, word_numbers
from core.records import Attention, DecodeTrace, Hypothesis
from dashboard import answers, parameters, resources
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.model_names import alike

OFF = "off"
UNITS = ("words", "pieces")


class Reading(NamedTuple):
    """A model in words, its own translation, and what it made of the one that is shown."""

    model: str
    own: Hypothesis
    trace: DecodeTrace

    @property
    def shown(self) -> Hypothesis:
        """The translation that it was made to write, or its own."""
        return self.trace.hypotheses[0]

    @property
    def forced(self) -> bool:
        """Whether the translation was given to it."""
        return self.trace.strategy == "forced"

    @property
    def words(self) -> tuple[int, ...]:
        """The word of each token of the shown translation."""
        return word_numbers(self.shown.tokens)

    def attention(self, units: str, kind: str = "cross") -> Attention | None:
        """Where it looked, between "words" or "pieces"; None where it has no attention of that kind."""
        attention = self.trace.attention(kind=kind)
        if attention is None or units == "pieces":
            return attention
        return by_words(attention, source_words(self.trace.pieces), self.words)


def second_model(say: Texts, query: Query) -> str | None:
    """The name of a second model that attends too, None for no second."""
    rivals = alike(query.cards, query.model)
    others = resources.labels(say, [name for name, card in rivals.items() if card.attends and name != query.model])
    before = st.session_state.get("compared")
    if st.session_state.get("compare") == query.model:  # just chosen as the first: the two change places
        st.session_state["compare"] = before if before in others else next(iter(others), OFF)
    st.session_state["compared"] = query.model
    name = parameters.one_of_many("compare", say["compare"], {OFF: say["compare_off"], **others}, OFF)
    return None if name == OFF else name


def read(say: Texts, query: Query, trace: DecodeTrace, second: str | None, target: str) -> list[Reading]:
    """The same translation read by the chosen model, whose search is `trace`, and by a second one if it is named.

    That is `target` or, if it is empty, the first model's own. A model that cannot read it is named in a sentence.
    """
    own, given = trace.hypotheses[0], target or trace.hypotheses[0].text
    labels = resources.labels(say, [name for name in (query.model, second) if name])
    if (not target and second is None) or not given.strip():
        return [Reading(labels[query.model], own, trace)]
    traces = answers.forced(say, labels, query.text, given)
    searched = {query.model: trace} | answers.read(say, [name for name in traces if name != query.model], query.text)
    readings = [
        Reading(labels[name], searched[name].hypotheses[0], traces[name]) for name in searched if name in traces
    ]
    return readings or [Reading(labels[query.model], own, trace)]

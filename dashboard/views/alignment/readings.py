"""One translation, read by one model or by two: what each makes of it, so that their attention can be compared."""

from functools import partial
from typing import NamedTuple

import streamlit as st

from core.interpret.alignments import by_words, source_words, word_numbers
from core.options import BeamOptions
from core.records import Attention, DecodeTrace, Hypothesis
from dashboard import controls, resources
from dashboard.controls import Texts
from dashboard.figures.alignment import Panel, row_sums
from dashboard.frame import Asked
from dashboard.model_names import alike

OFF = "off"


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

    def attention(self, units: str) -> Attention:
        """Where it looked, between "words" or "pieces"."""
        found = self.trace.attention()
        return by_words(found, source_words(self.trace.pieces), self.words) if units == "words" else found


def own_translation(say: Texts, trace: DecodeTrace) -> str:
    """The reader's translation, or "" for the model's own."""
    own, tip = trace.hypotheses[0].text, say["target_help"].format(limit=controls.LIMIT)
    typed = st.text_input(say["target"], key="target", placeholder=own, help=tip, **controls.ADDRESS)
    return controls.within_limits(say, typed, "target_cut", partial(resources.pieces, trace.model))


def second_model(say: Texts, asked: Asked) -> str | None:
    """The name of a second model that attends too, None for no second."""
    rivals = alike(asked.found, asked.model)
    others = resources.labels(say, [name for name, card in rivals.items() if card.attends and name != asked.model])
    before = st.session_state.get("compared")
    if st.session_state.get("compare") == asked.model:  # just chosen as the first: the two change places
        st.session_state["compare"] = before if before in others else next(iter(others), OFF)
    st.session_state["compared"] = asked.model
    name = controls.one_of_many("compare", say["compare"], {OFF: say["compare_off"], **others}, OFF)
    return None if name == OFF else name


def read(say: Texts, asked: Asked, trace: DecodeTrace, second: str | None, target: str) -> list[Reading]:
    """The same translation read by the chosen model, whose search is `trace`, and by a second one if it is named.

    That is `target` or, if it is empty, the first model's own. A model that cannot read it is named in a sentence.
    """
    own, given = trace.hypotheses[0], target or trace.hypotheses[0].text
    labels = resources.labels(say, [name for name in (asked.model, second) if name])
    if (not target and second is None) or not given.strip():
        return [Reading(labels[asked.model], own, trace)]
    readings = []
    try:
        with st.spinner(say["loading"]):
            for name, label in labels.items():
                best = own if name == asked.model else resources.decode(name, asked.text, BeamOptions()).hypotheses[0]
                readings.append(Reading(label, best, resources.forced(name, asked.text, given)))
    except ValueError as error:
        st.error(controls.plain(str(error)))
    return readings or [Reading(labels[asked.model], own, trace)]


def sums(say: Texts, panel: Panel) -> str:
    """What the rows of a map add up to, in a sentence."""
    ends = row_sums(panel.values)
    if ends is None:
        return say["alignment_sums"]
    return say["alignment_sums_less"].format(low=f"{ends[0]:.2f}", high=f"{ends[1]:.2f}")

"""One pair taught and written freely: the gold translation, what the model makes of it, and what it writes alone."""

from functools import partial
from typing import NamedTuple

import streamlit as st

from core.options import BeamOptions
from core.records import DecodeTrace
from dashboard import controls, resources
from dashboard.controls import Texts
from dashboard.frame import Asked
from dashboard.views.training.figure import Position, positions


class Lesson(NamedTuple):
    """The gold translation's trace and the greedy one's, and every position of each under a label smoothing."""

    gold: DecodeTrace
    own: DecodeTrace
    taught: list[Position]
    free: list[Position]


def gold_translation(say: Texts, asked: Asked, best: str) -> tuple[str, str]:
    """The gold translation and, as one sentence also says, whose it is.

    "typed" by the reader; else a "person"'s, where the sentence is the example; else the "model"'s own, `best`, or
    "nobody"'s where that is empty.
    """
    known, tip = resources.gold(asked.model, asked.text), say["gold_help"].format(limit=controls.LIMIT)
    typed = st.text_input(say["gold"], key="target", placeholder=known or best, help=tip, **controls.ADDRESS)
    given = controls.within_limits(say, typed, "target_cut", partial(resources.pieces, asked.model))
    whose = "typed" if given else "person" if known else "model" if best.strip() else "nobody"
    st.caption(say[f"gold_{whose}"].format(text=controls.plain(given or known or best)))
    return given or known or best, whose


def taken(asked: Asked, target: str, smoothing: float) -> Lesson | None:
    """The lesson; None where there is no translation to teach or, after one sentence, the model is damaged."""
    if not target.strip():
        return None
    try:
        gold = resources.forced(asked.model, asked.text, target)
        own = resources.decode(asked.model, asked.text, BeamOptions(1))
        return Lesson(gold, own, positions(gold, smoothing), positions(own, smoothing))
    except ValueError as error:
        st.error(controls.plain(str(error)))
        return None

"""Attention by hand: three words, two dimensions, queries and keys as arrows that are dragged."""

import re
from pathlib import Path

import streamlit as st

from dashboard import explain, parameters
from dashboard.beginning import Query
from dashboard.components import chosen_labels, component
from dashboard.controls import Texts
from dashboard.renewal import renewed

KEY = "toy"
START = "1.6,0.4;0.2,1.5;-1.2,0.8;1.2,1.0;-0.4,1.4;-1.5,-0.3"  # three queries, then three keys
FORM = re.compile(r"(-?[0-2]\.\d,-?[0-2]\.\d)(;-?[0-2]\.\d,-?[0-2]\.\d){5}")
LABELS = (
    *("locale", "words", "vectors", "values", "arrow", "scores", "weights", "output", "reset", "query", "key"),
    *("chosen", "described", "share"),
)
COMPONENT = component("toy", folder=Path(__file__).parent)


def toy(say: Texts, query: Query, predict: bool) -> None:
    """The arrows, the weights that follow from them, and the mixture of the values."""
    hidden = predict and not explain.questions(say, "toy_quiz", [explain.question(say, "toy", [1])])
    texts = chosen_labels("toy", LABELS, {name: say[f"toy_{name}"] for name in LABELS})
    data = {"arrows": arrows(), "start": START, "hidden": hidden, "chosen": renewed()}
    COMPONENT(key=KEY, data=data | {"labels": texts}, on_arrows_change=lambda: None)
    explain.formula(say, FORMULA, say["toy_formula"])


def arrows() -> str:
    """Where the six arrows end, as the browser or the link says."""
    dragged = (st.session_state.get(KEY) or {}).get("arrows")
    if isinstance(dragged, str) and FORM.fullmatch(dragged):
        return parameters.addressed("arrows", dragged, START)
    settled = parameters.settled("arrows", lambda text: bool(FORM.fullmatch(text)), START, START)
    return parameters.addressed("arrows", settled, START)


FORMULA = r"c_i = \sum_j \frac{e^{q_i \cdot k_j / \sqrt{2}}}{\sum_l e^{q_i \cdot k_l / \sqrt{2}}} \; v_j"

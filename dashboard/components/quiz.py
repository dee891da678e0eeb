"""Predict, then reveal: questions about a picture, which shows the answers only afterwards."""

import hashlib
import json
from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from dashboard.components import chosen_labels, component

LABELS = ("right", "wrong", "score", "next")
COMPONENT = component("quiz")


class Question(NamedTuple):
    """A question, its choices, the indices of the right ones, and what is said once one was chosen."""

    question: str
    options: Sequence[str]
    right: Sequence[int]
    answer: str


def quiz(questions: Sequence[Question], labels: dict[str, str], *, key: str) -> int:
    """Ask one after the other; how many have been answered so far, and may be revealed."""
    content = [question._asdict() for question in questions]
    name = hashlib.blake2b(json.dumps(content).encode(), digest_size=8).hexdigest()
    known, answered = (st.session_state.get(key) or {}).get("answered") or ("", 0)
    answered = answered if known == name else 0
    data = {"id": name, "answered": answered, "questions": content, "labels": chosen_labels("quiz", LABELS, labels)}
    COMPONENT(key=key, data=data, on_answered_change=lambda: None)
    return answered

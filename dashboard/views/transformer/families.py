"""One sentence through an RNN and a Transformer: the ends of a signal's way are picked in the browser, by words."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import parameters
from dashboard.components import chosen_labels, component

LABELS = (
    "first",
    "second",
    "described",  # "… {first} … {second} … {rnn} …"
    "rnn",
    "transformer",
    "context",
    "looks",
    "vectors",
    "encoder",
    "decoder",
    "all",
)
COMPONENT = component("families", folder=Path(__file__).parent)


def places(key: str, words: Sequence[str]) -> dict[str, str]:
    """The two words of the source, counted from 1, as the browser or the link says."""
    reported = (st.session_state.get(key) or {}).get("at") or {}
    numbers = parameters.numbers(len(words))
    ends = {"first": "1", "second": numbers[-1]}
    return {end: parameters.reported(end, reported.get(end), numbers, default) for end, default in ends.items()}


def families(data: Mapping[str, Any], labels: dict[str, str], *, key: str) -> None:
    """Show `figure.families`, `at` the `places` chosen; ValueError if a text of `LABELS` is missing."""
    COMPONENT(key=key, data={**data, "labels": chosen_labels("families", LABELS, labels)}, on_at_change=lambda: None)

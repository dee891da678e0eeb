"""The key-value cache step by step, walked in the browser."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import parameters
from dashboard.components import chosen_labels, component

LABELS = (
    "locale",  # "en": how numbers are written
    "described",  # "… {step} … {own} … {sources} … {layers} …"
    "step",
    "slider",
    "back",
    "play",
    "pause",
    "forward",
    "self",
    "cross",
    "legend_new",
    "legend_kept",
    "legend_none",
    "once",  # "… {sources} … {millions} …"
    "millions",
    "with",
    "without",
)
COMPONENT = component("cache", folder=Path(__file__).parent)


def place(key: str, steps: int) -> str:
    """The step, counted from 1, as the browser or the link says."""
    reported = (st.session_state.get(key) or {}).get("at") or {}
    return parameters.reported("step", reported.get("step"), parameters.numbers(steps), "1")


def cache(data: Mapping[str, Any], labels: dict[str, str], *, key: str) -> None:
    """Show `figure.cache`, `at` the step chosen; ValueError if a text of `LABELS` is missing."""
    COMPONENT(key=key, data={**data, "labels": chosen_labels("cache", LABELS, labels)}, on_at_change=lambda: None)

"""Schedules of a training as lines, at a step that the reader moves in the browser: no step asks the server."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import parameters
from dashboard.components import chosen_labels, component
from dashboard.figures.training import STOPS
from dashboard.renewal import renewed

LABELS = (
    "locale",  # "en": how numbers are written
    "slider",
    "help",
    "alt",  # a chart in one sentence
    "step",  # what lies along the charts
    "at",  # "at step {step}"
    "schedule",
    "formula",
)
FIRST = "2000"  # the step that is shown until the reader moves
COMPONENT = component("schedules", folder=Path(__file__).parent)


def schedules(charts: Sequence[dict[str, Any]], labels: dict[str, str], *, key: str) -> int:
    """Draw charts, each {title, lines: what `figures.training.schedule_lines` made}; → the step that the address holds.

    `labels` holds every text of `LABELS`; ValueError if one is missing.
    """
    reported = (st.session_state.get(key) or {}).get("at") or {}
    update = parameters.reported("update", reported.get("update"), [str(step) for step in STOPS], FIRST)
    texts = chosen_labels("picture of schedules", LABELS, labels)
    data = {"charts": charts, "stops": list(STOPS), "at": update, "renewed": renewed(), "labels": texts}
    COMPONENT(key=key, data=data, on_at_change=lambda: None)
    return int(update)

"""Every model as a row with what it knows and how good it is: one that is clicked becomes the chosen one."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import parameters
from dashboard.components import component

KEY = "gallery"
COMPONENT = component("gallery", folder=Path(__file__).parent)


def gallery(groups: Sequence[Mapping[str, Any]], chosen: str, legend: Sequence[str], description: str) -> None:
    """Draw the `groups` of figure.groups, the chosen model's row marked; the `legend` names scores, if any show."""
    data = {"groups": groups, "chosen": chosen, "legend": legend, "description": description}
    COMPONENT(key=KEY, data=data, on_model_change=take)


def take() -> None:
    """Choose the model that was clicked."""
    if name := (st.session_state.get(KEY) or {}).get("model"):
        parameters.take("model", name)

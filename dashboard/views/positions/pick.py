"""What a reader clicks in one of Plotly's pictures becomes the value of the fields beside it."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from dashboard.components import component

COMPONENT = component("pick", folder=Path(__file__).parent)


def pick(picture: str, take: Callable[[int, int], None]) -> None:
    """Hand on the column and row that are clicked in the picture drawn under this key."""
    key = f"{picture}_pick"

    def hand_on() -> None:
        if place := st.session_state[key].place:
            take(*(round(number) for number in place))

    COMPONENT(key=key, data={"picture": picture}, on_place_change=hand_on)

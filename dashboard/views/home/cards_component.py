"""A card for each page: a small live picture, and a link that keeps the sentence."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from dashboard.components import chosen_labels, component
from dashboard.pages import script

LABELS = ("locale", "first", "source", "target")  # locale: how numbers are written
COMPONENT = component("cards", folder=Path(__file__).parent)


class Card(NamedTuple):
    """A page by its name; its picture as `figures.home.pictures` made it, or None and a `note` that says why not."""

    page: str
    title: str
    line: str
    picture: dict[str, Any] | None
    description: str
    note: str = ""


def cards(content: Sequence[Card], labels: dict[str, str], *, key: str) -> None:
    """Draw the cards; `follow` goes where one leads. `labels` holds every text of `LABELS`."""
    data = {"cards": [card._asdict() for card in content], "labels": chosen_labels("cards", LABELS, labels)}
    COMPONENT(key=key, data=data, on_page_change=lambda: None)


def follow(key: str) -> None:
    """Go to the page whose card was just clicked, if one was; first of all, as all else would be drawn in vain."""
    if page := (st.session_state.get(key) or {}).get("page"):
        st.switch_page(script(page), query_params={})  # without, Streamlit refuses to drop the bound ones

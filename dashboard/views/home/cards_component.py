"""A card for each page: a small picture, live where there is one, and a link that keeps the sentence."""

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from dashboard.components import chosen_labels, component
from dashboard.pages import script

LABELS = ("locale", "first", "source", "target", "example")  # locale: how numbers are written
KEY = "cards"
VIEWS, THUMBNAIL = Path(__file__).resolve().parents[1], "thumbnail.webp"
COMPONENT = component("cards", folder=Path(__file__).parent)


class Card(NamedTuple):
    """A page by its name; its group, title and line; its picture as `figure.pictures` made it.

    Where that is None, `note` says why. `thumbnail` is a stored picture instead, as a browser
    reads it in place of an address; of an `example` it says that it is none of the reader's sentence.
    """

    page: str
    group: str
    title: str
    line: str
    picture: dict[str, Any] | None
    description: str
    note: str = ""
    thumbnail: str = ""
    example: bool = False


def cards(content: Sequence[Card], labels: dict[str, str]) -> None:
    """Draw the cards; `follow` goes where one leads. `labels` holds every text of `LABELS`."""
    data = {"cards": [card._asdict() for card in content], "labels": chosen_labels("cards", LABELS, labels)}
    COMPONENT(key=KEY, data=data, on_page_change=lambda: None)


def follow() -> None:
    """Go to the page whose card was just clicked, if one was; first of all, as all else would be drawn in vain."""
    if page := (st.session_state.get(KEY) or {}).get("page"):
        st.switch_page(script(page), query_params={})  # without, Streamlit refuses to drop the bound ones


def thumbnail(page: str) -> str:
    """A page's stored picture as a data address; "" where there is none."""
    file = VIEWS / page / THUMBNAIL
    return f"data:image/webp;base64,{b64encode(file.read_bytes()).decode()}" if file.is_file() else ""

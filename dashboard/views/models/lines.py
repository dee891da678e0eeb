"""A document's lines as a table that is sorted in the browser; a line opens on the page that is clicked."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import controls
from dashboard.components import chosen_labels, component
from dashboard.pages import PAGES, script

KEY = "lines"
LABELS = ("locale", "description", "open", "outside", "line", "source", "text", "score", "ratio", "word", "coverage")
COMPONENT = component("lines", folder=Path(__file__).parent)


def lines(rows: Sequence[Mapping[str, Any]], pages: Sequence[tuple[str, str]], labels: Mapping[str, str]) -> None:
    """Draw the `rows` of figure.row; `pages` are the names and titles of those that a line can be opened on."""
    data = {"rows": rows, "pages": pages, "labels": chosen_labels("table", LABELS, dict(labels))}
    COMPONENT(key=KEY, data=data, on_open_change=lambda: None)


def follow() -> None:
    """Open the line that was clicked on its page, if one was; first of all, as all else would be drawn in vain."""
    page, text = (st.session_state.get(KEY) or {}).get("open") or ("", "")
    if page in PAGES:
        controls.show(page, {"text": text})
        st.switch_page(script(page), query_params={})

"""From page to page: on each one Streamlit empties the address and takes every widget for a new one."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import streamlit as st
from streamlit.errors import StreamlitAPIException

SHARED = ("lang", "text", "model", "predict")  # parameters that every page has
Value = TypeVar("Value")


def enter(page: str) -> None:
    """Begin a page: write back at once what all pages have in the address."""
    if st.session_state.get("page", page) != page:
        known = {name: st.session_state.get(f"link_{name}") for name in SHARED if name not in st.query_params}
        fill({name: value for name, value in known.items() if value is not None})
    st.session_state["page"] = page


def fill(values: dict[str, str]) -> None:
    """Write into the address, unless a widget of this page holds it: then that one writes by itself."""
    if values:
        with suppress(StreamlitAPIException):
            st.query_params.update(values)


def keep(name: str, value: object, default: object) -> None:
    """Remember a value for other pages, and what stands of it in the address, where a default is left out."""
    st.session_state[f"kept_{name}"] = value
    st.session_state[f"link_{name}"] = None if value == default else str(value)


def moved(name: str) -> bool:
    """Whether a widget was last drawn on another page."""
    page, before = st.session_state.get("page"), st.session_state.get(f"page_{name}")
    st.session_state[f"page_{name}"] = page
    return page != before


def carried(name: str, default: Value, draw: Callable[[], Value]) -> Value:
    """Draw a widget that is bound to the address with the value that it had on another page."""
    new, kept = moved(name), st.session_state.get(f"kept_{name}", default)
    if kept != default and (new or name not in st.session_state):
        st.session_state[name] = kept
        if name not in st.query_params:
            fill({name: str(kept)})
    value = draw()
    if new and value == default != kept:  # the browser's Back: Streamlit prefers the default to what it was handed
        st.session_state[f"page_{name}"] = None
        st.rerun()
    keep(name, value, default)
    return value

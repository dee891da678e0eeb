"""Parameters that take their values anew, wherever they were chosen: after the browser's Back, and after a chip."""

from collections.abc import Iterable
from contextlib import suppress

import streamlit as st
from streamlit.errors import StreamlitAPIException

SHARED = ("lang", "text", "model", "predict")  # parameters that every page has
COMPONENTS = (  # in which a reader chooses parameters
    *("alignment", "ballot", "edit", "gates", "heads", "kinds", "kinds_numbers", "masks", "order", "passes", "paths"),
    *("pruning", "race", "roles", "schedules", "steps", "teacher", "transformer", "tree", "wider", "worked"),
)


def drawn() -> dict[str, str]:
    """Every parameter that has been drawn, and the page on which it last was."""
    return {str(key)[5:]: page for key, page in st.session_state.items() if str(key).startswith("page_")}


def renew(names: Iterable[str]) -> None:
    """Let parameters take their values anew, wherever they were chosen: by a widget or inside a component.

    How often that was done tells a component that what it is given outdoes what it holds.
    """
    st.session_state["renewed"] = renewed() + 1
    for name in names:
        st.session_state[f"page_{name}"] = None
        for what in ("kept", "link"):
            st.session_state.pop(f"{what}_{name}", None)
    for key in COMPONENTS:
        if at := (st.session_state.get(key) or {}).get("at"):
            st.session_state[key]["at"] = {name: value for name, value in at.items() if name not in names}


def renewed() -> int:
    """How often that was done."""
    return st.session_state.get("renewed", 0)


def reset(page: str, kept: Iterable[str]) -> None:
    """Let a page's own parameters, but those that are `kept`, take their defaults."""
    names = {name for name, last in drawn().items() if last == page} - {*SHARED, *kept}
    renew(names)
    for name in names:
        if f"default_{name}" in st.session_state:
            st.session_state[name] = st.session_state[f"default_{name}"]
        if name in st.query_params:
            with suppress(StreamlitAPIException):  # as in `fill`
                del st.query_params[name]

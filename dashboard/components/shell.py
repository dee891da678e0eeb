"""Around every page: copying its link, keys for the whole page, what finds any page, model or term, the history."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl

import streamlit as st

from dashboard.components import chosen_labels, component

LABELS = ("copy", "copied", "copy_failed", "help", "close", "find", "none")
COMPONENT = component("shell")


class Entry(NamedTuple):
    """What can be found: a "page" or a "model" by its name; its title, the words that find it, what it means."""

    kind: str
    name: str
    title: str
    note: str
    words: str
    means: str = ""


class Wish(NamedTuple):
    """What a reader asked of the shell since the last run: by a key, a choice or the browser's Back; and their tab.

    `opened` is the address at which the tab was loaded.
    """

    page: str | None = None
    model: str | None = None
    address: dict[str, str] | None = None
    tab: str | None = None
    opened: dict[str, str] | None = None


def wishes() -> Wish:
    """What a reader asked, before anything is drawn: all of it would be drawn in vain."""
    state = st.session_state.get("shell") or {}
    tab, address = state.get("tab") or {}, state.get("address")
    return Wish(
        state.get("page"),
        state.get("model"),
        None if address is None else parameters_of(address),
        tab.get("id"),
        parameters_of(tab.get("opened", "")),
    )


def parameters_of(search: str) -> dict[str, str]:
    """The parameters of an address.

    >>> parameters_of("?text=A+cat.&step=3")
    {'text': 'A cat.', 'step': '3'}
    """
    return dict(parse_qsl(search.removeprefix("?")))


def shell(
    page: str,
    pages: Sequence[tuple[str, str]],
    entries: Sequence[Entry],
    keys: Sequence[tuple[str, str]],
    labels: dict[str, str],
    keeps: bool,
) -> None:
    """Draw it on a page. Each of `pages` has a name and a key; `keys` are named in the overlay.

    `keeps` says that the tab has something to find when it is loaded again.
    """
    data = {
        "page": page,
        "pages": list(pages),
        "entries": [entry._asdict() for entry in entries],
        "keys": list(keys),
        "keeps": keeps,
        "labels": chosen_labels("shell", LABELS, labels),
    }
    callbacks = {f"on_{what}_change": lambda: None for what in ("page", "model", "address", "tab")}
    COMPONENT(key="shell", data=data, width="content", **callbacks)

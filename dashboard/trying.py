"""Below the bar: which part of a page is seen, what that is in a line, and chips that do what is worth trying."""

from collections.abc import Collection, Mapping
from typing import Any

import streamlit as st

from core.checkpoints import Card
from dashboard import controls, resources
from dashboard.controls import Texts
from dashboard.model_names import direction
from dashboard.pages import script

LOOKING = {"head", "compare", "show"}  # parameters of where a model looked
Tries = Mapping[str, Mapping[str, Any]]  # what a chip sets, by its name in the page's words; "page" leads elsewhere


def see(
    say: Texts,
    page: str,
    tries: Tries | None = None,
    card: Card | None = None,
    *,
    predict: bool = False,
    line: bool = True,
    tabs: Collection[str] = (),
) -> bool:
    """Which of the page's `tabs` is seen; what that is, in a `line`; what to try: chips that do it; whether the reader
    wants to guess.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="see"):
        titles = {name: say[f"{page}_tab_{name}"] for name in tabs}
        tab = controls.tabs(titles, say[f"{page}_tabs"]) if tabs else ""
        if line:
            st.markdown(say.get(f"{page}_see_{tab}", say[f"{page}_see"]), width="stretch")
        fitting = {name: values for name, values in (tries or {}).items() if possible(values, card)}
        if not (fitting or predict):
            return False
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content", key="tries"):
            guessing = predict and controls.predict(say)
            for name, values in fitting.items():
                chip(say[f"{page}_try_{name}"], name, values)
        return guessing


def possible(values: Mapping[str, Any], card: Card | None) -> bool:
    """Whether what a chip sets fits: its models are there, its words in the languages of the chosen one, which attends.

    Of a model that never looks back there is nothing to compare, of one with itself neither.
    """
    models = {values[name] for name in ("model", "compare") if name in values}
    reads = card is None or card.source == "en" or "text" not in values
    writes = card is None or direction(card) == "en-de" or not {"compare", "target"} & set(values)
    looks = card is None or "model" in values or not LOOKING & set(values) or card.attends
    heads = card is None or not {"head", "closed"} & set(values) or card.config.get("heads", 1) > 1
    other = card is None or values.get("compare") != card.name
    return models <= resources.known().keys() and reads and writes and looks and heads and other


def chip(label: str, name: str, values: Mapping[str, Any]) -> None:
    """One thing to try."""
    page = values.get("page", st.session_state.get("page"))
    chosen = {key: value for key, value in values.items() if key != "page"}
    clicked = st.button(label, key=f"try_{name}", on_click=controls.show, args=(page, chosen))
    if clicked and "page" in values:
        st.switch_page(script(values["page"]), query_params={})

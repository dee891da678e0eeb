"""Heads: every head of encoder, decoder and cross-attention; measured, named, compared, and as BertViz shows them."""

import streamlit as st

from dashboard import answers, beginning, controls, explain
from dashboard.views.heads import bertviz_tab, edit, grid, roles
from dashboard.views.heads.second import none

TABS = {  # by its name what shows a query; the last argument is the row in which its controls stand
    "grid": grid.show,
    "roles": roles.show,
    "edit": edit.show,
    "head_view": bertviz_tab.head_view,
    "model_view": bertviz_tab.model_view,
}
TRIES = {
    "sharp": {"tab": "grid", "measure": "entropy", "order": "least"},
    "roles": {"tab": "roles", "model": "en-de-transformer-rotary", "part": "encoder", "layer": "3", "head": "2"},
    "rollout": {"tab": "grid", "part": "encoder", "layer": "rollout"},
    "edit": {"tab": "edit", "part": "cross", "layer": "1", "head": "2", "edits": "cross~0~1~first"},
    "blind": {
        **{"tab": "edit", "model": "en-de-everyday", "part": "cross", "layer": "3", "head": "1"},
        "edits": "cross~2~0~uniform_cross~2~1~uniform_cross~2~2~uniform_cross~2~3~uniform_"
        "cross~2~4~uniform_cross~2~5~uniform_cross~2~6~uniform_cross~2~7~uniform",
    },
    "bertviz": {"tab": "head_view"},
}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    beginning.asked(say, "heads", show, TRIES)
    explain.show_code(say, "core/interpret/head_measures.py", "rollout", say["heads_paper"])


def show(say, query: beginning.Query) -> None:
    """The heads, or, of a model without attention, what has some."""
    trace = answers.trace(say, query.model, query.text)
    if trace and trace.attention() is None:
        none(say, query)
    elif trace:
        explore(say, query)


@st.fragment
def explore(say, query: beginning.Query) -> None:
    """Everything that a control of this page changes: one tab at a time."""
    tab, row = controls.tab({name: say[f"tab_{name}"] for name in TABS}, say["tab"])
    TABS[tab](say, query, row)
    st.caption(say[f"heads_see_{tab}"])


main()

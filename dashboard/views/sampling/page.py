"""Sampling: translations drawn from the model as a tree, what their counts say, and the vote that picks one of them."""

import streamlit as st

from dashboard import beginning, controls, explain
from dashboard.views.sampling import board, drawing, samples

TABS = {"samples": samples.show, "mbr": board.show}
TRIES = {
    "cold": {"tab": "samples", "tau": 0.5},
    "settle": {"tab": "samples", "samples": "64", "text": "A construction worker is drinking coffee."},
    "board": {
        **{"tab": "mbr", "tau": 0.7},
        "text": next(text for text, shows in beginning.EXAMPLES.items() if shows == "long"),
    },
}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    beginning.question(say, "sampling", explore, TRIES, predict=True)
    explain.show_code(say, "core/decoding/mbr.py", "minimum_bayes_risk", say["sampling_paper"])


@st.fragment
def explore(say, query: beginning.Query) -> None:
    """Everything that a control of this page changes: one tab at a time, over the same samples."""
    tab, row = controls.tab({name: say[f"sampling_tab_{name}"] for name in TABS}, say["sampling_tabs"])
    options = drawing.options(say, row)
    drawn = drawing.drawn(say, query, options, row)
    if drawn:
        TABS[tab](say, query, options, drawn, row)


main()

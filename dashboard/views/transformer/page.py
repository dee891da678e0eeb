"""The Transformer: the whole network opened part by part, beside an RNN, its gradients, its cache."""

import streamlit as st

from dashboard import beginning, controls, explain
from dashboard.views.transformer import beside, caching, gradients, inside

VIEWS = {
    "network": inside.show,
    "families": beside.show,
    "gradients": gradients.show,
    "cache": caching.show,
}
TRIES = {
    "cross": {"inside": "network", "box": "decoder-1-cross"},
    "beside": {"inside": "families"},
    "cache": {"inside": "cache"},
}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    beginning.asked(say, "transformer", explore, TRIES)
    explain.show_code(say, "core/interpret/network_trace.py", "decoder_blocks", say["transformer_paper"])


@st.fragment
def explore(say, query: beginning.Query) -> None:
    """Everything that a control of this page changes: one picture at a time."""
    view, predict = controls.picture(say, "inside", VIEWS, "inside")
    VIEWS[view](say, query, predict=predict)


main()

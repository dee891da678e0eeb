"""The map of beam sizes and α, which the browser draws: a cell that is taken leads to its tree."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import controls, parameters
from dashboard.components import chosen_labels, component
from dashboard.controls import Texts
from dashboard.renewal import renewed
from dashboard.views.beam.search_tree import BEGIN, MORE

KEY = "wider"
MEASURES = ("logprob", "length", "chrf")  # by which the cells are coloured
LABELS = (
    "measure",
    *MEASURES,
    "corner",  # the titles of both axes
    "keys",  # what the map is, and how to walk it
    "cell",  # what is pointed at: "… {beam} … {alpha} … {letter} … {text} … {length} … {sum}"
    "scored",  # the same with a reference: "… {chrf}"
    "columns",  # of the list
)
COLUMNS = ("wider_letter", "text", "length", "total", "wider_chrf")
COMPONENT = component("wider", folder=Path(__file__).parent)


def wider_map(say: Texts, content: Mapping[str, Any], description: str) -> None:
    """Draw `wider_figure.payload`."""
    at = (st.session_state.get(KEY) or {}).get("at") or {}
    measure = parameters.reported("map", at.get("map"), MEASURES, MEASURES[0])
    labels = {name: say[f"wider_{name}"] for name in LABELS[:-1]}
    labels["columns"] = [say[name] for name in COLUMNS]
    texts = chosen_labels("map of beam sizes", LABELS, labels) | {"locale": say["tree_locale"]}
    data = {**content, "measure": measure, "renewed": renewed(), "description": description}
    data["labels"] = texts | {"empty": say["beam_empty"]}
    COMPONENT(key=KEY, data=data, on_at_change=lambda: None, on_open_change=opened)


def opened() -> None:
    """Show the tree of the cell that was taken, with nothing else that decides a search."""
    if cell := (st.session_state.get(KEY) or {}).get("open"):
        chosen = {name: cell[name] for name in ("beam", "alpha")}
        controls.choose({**BEGIN, **MORE, "prefix": "", "ban": "", **chosen, "tab": "tree"})

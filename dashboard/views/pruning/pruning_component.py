"""Every head as a button with its map: what is closed, undone, ordered and coloured is chosen in the browser."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import parameters
from dashboard.components import chosen_labels, component
from dashboard.renewal import renewed

BY_HAND, OFF = "hand", "none"
RANDOM = ("random1", "random2", "random3")
SEARCHED = "searched"  # the path of the search for the smallest set
MEASURES = ("gradient", "confidence")  # as `core.findings.closed_heads` names them
ORDERS = (BY_HAND, *RANDOM, *MEASURES, SEARCHED)
LABELS = (
    "locale",  # "en": how numbers are written
    "keys",  # the picture, and how to walk it
    "encoder",
    "decoder",
    "cross",
    "open_of",  # "{kind}: {left} of {all} open"
    "place",  # "{kind}, layer {layer}, head {head}"
    "layer",
    "column",
    "open_all",
    "close_all",
    "but_one",  # "Only {head}"
    "undo",
    "redo",
    "order",
    *(f"order_{name}" for name in ORDERS),
    "count",
    "preset",
    "preset_none",  # in the place of a preset, where the set is none
    "tint",
    *(f"tint_{name}" for name in (OFF, *MEASURES)),
    "scale",  # "{tint}: {low} to {high}"
    "is_open",  # "{name}: open"
    "is_closed",
    "score",  # "{name} {value}"
    "before",
    "after",
    "same",  # the sentence that is written again
    "logprob",  # "log-probability {value}"
    "none",  # while nothing is closed
    "hidden",  # until it is guessed
)
COMPONENT = component("pruning", folder=Path(__file__).parent)


def reported() -> Mapping[str, str]:
    """What the browser chose last."""
    return (st.session_state.get("pruning") or {}).get("at") or {}


def places(ways: Sequence[str], measured: Sequence[str]) -> dict[str, str]:
    """In which of some ways heads are closed, and what colours them, as the browser or the link says."""
    at, orders = reported(), [BY_HAND, *ways]
    return {
        "order": parameters.reported("by", at.get("order"), orders, BY_HAND),
        "tint": parameters.reported("tint", at.get("tint"), [OFF, *measured], OFF),
    }


def closed(model: str, valid: Callable[[str], bool], choices: str, nothing: str) -> str:
    """Which heads are closed, as an address writes it; what was closed in another model stays with that.

    A link that can't be is answered by the `choices` that there are; `nothing` says that none is closed then.
    """
    at, before, link = reported(), st.session_state.get("closed_of", model), parameters.linked("closed")
    st.session_state["closed_of"] = model
    text = ""
    if at.get("here") == model and valid(at.get("closed") or ""):
        text = at.get("closed") or ""
    elif link and not valid(link):
        parameters.refuse("closed", link, choices, nothing)
    elif before == model or parameters.travelled():
        text = parameters.settled("closed", valid, "", choices)
    return parameters.addressed("closed", text, "")


def pruning(state: dict[str, Any], labels: dict[str, str]) -> None:
    """Show the grid. `state` has the model's name (`here`), its `heads` and their `shapes`, which of them are `closed`,
    the `maps` and their name (`drawn`), the `result`, a `note` on it, whether it is `hidden`, `orders` of places to
    close in, `presets` [name, label, what is closed], `scores` and `roles` of the heads, null where they are not known,
    the `description` of it all, and `at`, what is chosen.
    """
    data = {**state, "chosen": renewed(), "echo": reported().get("closed")}
    data |= {"labels": chosen_labels("pruning", LABELS, labels)}
    COMPONENT(key="pruning", data=data, on_at_change=lambda: None)

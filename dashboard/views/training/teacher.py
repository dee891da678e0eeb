"""Teacher forcing beside free running, walked in the browser: no step asks the server."""

from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import parameters
from dashboard.components import chosen_labels, component
from dashboard.renewal import renewed

LABELS = (
    "locale",  # "en": how numbers are written
    "description",  # the picture in one sentence
    "hidden",  # the same as long as the reader is to guess
    "back",
    "forward",
    "slider",
    "position",  # "Position {n} of {N}"
    "gold",
    "own",
    "mean",  # "… {loss} …"
    "softened",  # "… {loss} …"
    "costs",
    "after_gold",
    "after_own",
    "nothing",
    "finished",  # "… {N} …"
    "others",  # "… {n} …"
    "wanted",  # what the mark on a bar is
    "guess",
    "said_first",  # "… {token} … {share} … {rank} … {loss} …"
    "said",  # the same after "{before}"
    "rank_of",  # "… {rank} …"
    "rank_beyond",  # "… {known} …"
    "loss",  # "… {share} … {loss} …"
    "loss_own",
    "smoothed",  # "… {rest} … {loss} … {smoothing} … {uniform} … {smoothed} …"
    "same_prefix",
    "other_prefix",
)
COMPONENT = component("teacher", folder=Path(__file__).parent)


def teacher(payload: dict[str, Any], labels: dict[str, str], *, key: str, hidden: bool = False) -> None:
    """Walk what `figure.payload` prepared; the address holds the position, counted from 1.

    It begins at the most expensive token. While it is `hidden`, no loss and no expectation is shown. `labels` holds
    every text of `LABELS`; ValueError if one is missing.
    """
    reported = (st.session_state.get(key) or {}).get("at") or {}
    first = "1" if hidden else str(payload["worst"] + 1)
    at = {
        "position": parameters.reported(
            "position", reported.get("position"), parameters.numbers(len(payload["gold"])), first
        )
    }
    data = {**payload, "at": at, "hidden": hidden, "renewed": renewed()}
    data["labels"] = chosen_labels("teacher", LABELS, labels)
    COMPONENT(key=key, data=data, on_at_change=lambda: None)

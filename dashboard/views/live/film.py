"""The film of a training: where the model looked, step after step; played and searched without the server."""

from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.components import chosen_labels, component
from dashboard.views.live import figure

LABELS = (
    "locale",  # "en": how numbers are written
    "back",
    "forward",
    "play",
    "pause",
    "slider",
    "step",  # "Step {step}"
    "layer",
    "head",
    "mean",
    "empty",
    "hidden",
    "keys",  # how to walk the cells
    "source",
    "target",
    "right",
    "weight",
    "writes",  # "… {output}"
    "writes_right",  # the same where it is right
    "loss",  # "… {loss} …"
    "looks",  # "… {rows} … {columns} … {step} … {looks}"
    "bars",  # "… {step} … {bars}"
)
AGAIN = 12  # frames that are sent twice, as an answer may be overtaken by the next
COMPONENT = component("film", folder=Path(__file__).parent)


def film(payload: dict[str, Any], labels: dict[str, str], *, key: str, hidden: bool = False) -> None:
    """Show what `figure.film` prepared, of which only the new frames are sent. `labels` holds all of `LABELS`.

    A browser that misses frames asks for them from where it stands. `hidden` covers the picture until the reader has
    guessed.
    """
    frames, memory = payload["frames"], st.session_state.setdefault(f"{key}_sent", {})
    wanted = (st.session_state.get(key) or {}).get("have") or {}
    first = memory.get("count", 0) - AGAIN if memory.get("id") == payload["id"] else 0
    if wanted.get("id") == payload["id"] and wanted != memory.get("asked"):
        first, memory["asked"] = min(first, wanted["count"]), wanted
    first = max(0, min(first, len(frames)))
    memory |= {"id": payload["id"], "count": len(frames)}
    fresh = [figure.frame(filmed, payload) for filmed in frames[first:]]
    data = {**payload, "first": first, "frames": fresh, "hidden": hidden}
    COMPONENT(key=key, data=data | {"labels": chosen_labels("film", LABELS, labels)}, on_have_change=lambda: None)

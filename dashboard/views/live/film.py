"""The film of a training: where the model looked, step after step; played and searched without the server."""

from collections.abc import Mapping, Sequence
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
    "loss",  # "… {choices} {unit} … {loss} …"
    "looks",  # "… {rows} … {columns} … {step} … {looks}"
    "bars",  # "… {step} … {bars}"
)
AGAIN = 12  # frames that are sent twice, as an answer may be overtaken by the next
COMPONENT = component("film", folder=Path(__file__).parent)


def film(
    runs: Sequence[dict[str, Any]], labels: dict[str, str], *, key: str, hidden: bool = False, play: bool = False
) -> None:
    """Show runs beside each other, in step, as `figure.run` prepared them; only their new frames are sent.

    A browser that misses frames asks for them from where it stands. `hidden` covers the picture until the reader has
    guessed; `play` lets the first run's film begin by itself. `labels` holds all of `LABELS`.
    """
    memory = st.session_state.setdefault(f"{key}_sent", {"counts": {}, "asked": {}})
    wanted = (st.session_state.get(key) or {}).get("have") or {}
    missed = wanted if wanted != memory["asked"] else {}
    content = [sent(run, memory["counts"], missed) for run in runs]
    memory |= {"counts": {run["id"]: len(run["frames"]) for run in runs}, "asked": wanted}
    texts = chosen_labels("film", LABELS, labels)
    data = {"runs": content, "hidden": hidden, "play": play, "labels": texts}
    COMPONENT(key=key, data=data, on_have_change=lambda: None)


def sent(run: dict[str, Any], counts: Mapping[str, int], missed: Mapping[str, Any]) -> dict[str, Any]:
    """A run with the frames that are new to the browser, and the number of the `first` of them."""
    first = counts.get(run["id"], 0) - AGAIN
    if missed.get("id") == run["id"]:
        first = min(first, missed["count"])
    first = max(0, min(first, len(run["frames"])))
    return {**run, "first": first, "frames": [figure.frame(filmed, run) for filmed in run["frames"][first:]]}

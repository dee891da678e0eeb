"""The tree of drawn paths and the list of what they say, which the browser draws, sample by sample."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import parameters
from dashboard.components import chosen_labels, component
from dashboard.controls import Texts
from dashboard.renewal import renewed

KEY = "paths"
LABELS = (
    "play",
    "pause",
    "back",
    "forward",
    "end",
    "slider",
    "step",  # "{n} of {N} samples"
    "tree",  # the picture, and how to walk it
    "start",  # the root
    "branch",  # what is pointed at: "{text} … {n} … {N} … {share} … {probability}"
    "empty",  # a translation of nothing
    "translation",  # the columns of the list
    "drawn",
    "share",
    "probability",
    "more",  # "… {n}"
    "mark",  # what the mark on a bar is
    "band",  # and what the band round it is
)
COMPONENT = component("paths", folder=Path(__file__).parent)


def paths(content: Mapping[str, Any], description: str, say: Texts) -> None:
    """Draw `figure.payload`; how many of its samples are shown stands in the address, by default all."""
    reported = (st.session_state.get(KEY) or {}).get("at") or {}
    steps = [str(number) for number in range(content["all"] + 1)]
    kept = reported.get("drawn") if reported.get("of") == content["id"] else None
    at = int(parameters.reported("drawn", kept, steps, steps[-1]))
    labels = {name: say[f"paths_{name}"] for name in LABELS}
    texts = chosen_labels("tree of samples", LABELS, labels) | {"locale": say["locale"]}
    data = {
        **content,
        "description": description,
        "labels": texts,
        "at": min(at, content["count"]),
        "renewed": renewed(),
    }
    COMPONENT(key=KEY, data=data, on_at_change=lambda: None)

"""A search tree that grows step by step in the browser; stepping, playing and hovering never ask the server."""

from pathlib import Path
from typing import Any

import streamlit as st

LABELS = (
    "locale",  # "en": how numbers are written
    "description",  # the picture in one sentence
    "play",
    "pause",
    "back",
    "forward",
    "end",
    "slider",
    "step",  # "Step {n} of {N}"
    "axis",
    "show_pruned",
    "smaller",
    "larger",
    "tree",
    "keys",
    "legend",
    "kept",
    "dead",  # kept, but what followed was pruned
    "finished",
    "pruned",
    "unfinished",
    "best",
    "logprob",
    "probability",
    "sum",
    "missed",
    "rank",
    "rank_of",  # "{n} of {N}"
    "omitted",  # "{n} …"
)


def source(suffix: str) -> str:
    """The browser's part of this component, from the file beside this one."""
    return Path(__file__).with_suffix(suffix).read_text("utf-8")


COMPONENT = st.components.v2.component("beam_tree", html=source(".html"), css=source(".css"), js=source(".js"))


def beam_tree(payload: dict[str, Any], labels: dict[str, str], *, key: str, height: int = 480) -> None:
    """Draw what `figures.beam_tree` laid out, in a box at most `height` pixels high that scrolls by itself.

    `labels` holds every text of `LABELS`; ValueError if one is missing.
    """
    missing = [name for name in LABELS if name not in labels]
    if missing:
        raise ValueError(f"the beam tree has no text for {', '.join(missing)}")
    data = {**payload, "labels": {name: labels[name] for name in LABELS}, "height": height}
    COMPONENT(key=key, data=data)

"""The maps of one or two models: layers, heads, words, sub-words and the difference change in the browser."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.interpret.alignments import source_words
from dashboard import parameters
from dashboard.components import chosen_labels, component
from dashboard.figures.alignment import MAX, Place
from dashboard.figures.cells import attention_map
from dashboard.readings import UNITS, Reading
from dashboard.renewal import renewed

LABELS = (
    "locale",  # "en": how numbers are written
    "units",
    "words",
    "pieces",
    "layer",
    "head",
    "layer2",
    "head2",
    "mean",
    "max",
    "each",
    "axes",  # what rows and columns are
    "place",  # "… {layer} … {head}"
    "cell",  # "{title}: {target} → {source}: {share}"
    "cell_alone",  # the same without a title
    "weight",
    "difference",  # what both ends of its scale mean
    "between",  # the title of the difference
    "keys",  # how to walk the maps
    "hint",  # what a click on a small map does
)
COMPONENT = component("maps", folder=Path(__file__).parent)


def places(key: str, readings: Sequence[Reading], first: str) -> dict[str, str]:
    """Units, layers and heads, counted from 1, as the browser or the link says; only where there is a choice.

    `first` is what is seen of many heads as long as nobody has chosen.
    """
    reported = (st.session_state.get(key) or {}).get("at") or {}
    at = {"units": parameters.reported("units", reported.get("units"), UNITS, UNITS[0])}
    for suffix, reading in zip(("", "2"), readings, strict=False):
        layers, heads = reading.attention("pieces").weights.shape[:2]
        for name, count, more in ((f"layer{suffix}", layers, ()), (f"head{suffix}", heads, ("each",))):
            options = ["mean", MAX, *parameters.numbers(count), *more]
            default = first if name == "head" else "mean"
            at[name] = parameters.reported(name, reported.get(name), options, default) if count > 1 else "1"
    return at


def place(text: str) -> Place:
    """A layer or head counted from 0, MAX, or None for the mean of all, of which "each" shows every one."""
    return {"mean": None, "each": None, MAX: MAX}[text] if not text.isdecimal() else int(text) - 1


def head_of(at: dict[str, str], suffix: str = "") -> tuple[Place, Place]:
    """The layer and head that are shown; `suffix` is "2" for the second model's."""
    return place(at.get(f"layer{suffix}", "1")), place(at.get(f"head{suffix}", "1"))


def maps(
    readings: Sequence[Reading],
    at: dict[str, str],
    shown: int | None,
    description: str,
    labels: dict[str, str],
    key: str,
) -> None:
    """Show where each looked; of a map just its first `shown` rows, or all. `labels` holds every text of `LABELS`."""
    content = [payload(reading) for reading in readings]
    name = hashlib.blake2b(json.dumps(content).encode(), digest_size=8).hexdigest()
    data: dict[str, Any] = {"id": name, "maps": content, "at": at, "shown": shown, "description": description}
    data |= {"renewed": renewed(), "labels": chosen_labels("maps", LABELS, labels)}
    COMPONENT(key=key, data=data, on_at_change=lambda: None)


def payload(reading: Reading) -> dict[str, Any]:
    """A model's name and all its weights."""
    numbers = reading.words, source_words(reading.trace.pieces)
    return {"title": reading.model} | attention_map(reading.attention("pieces"), reading.attention("words"), numbers)

"""The picture of the whole network: opening parts and choosing tokens never ask the server."""

from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import parameters
from dashboard.components import chosen_labels, component

KINDS = ("embed", "self", "masked", "cross", "norm_post", "norm_pre", "feed", "memory", "softmax")
LABELS = (
    "locale",  # "en": how numbers are written
    "description",  # the picture in a sentence
    "encoder",
    "decoder",
    "layer",  # "Layer {n}"
    "part",  # "{part} ({where})"
    "source",
    "step",
    "line",  # "… {source} … {step} … {token}"
    *KINDS,
    "embed_read_text",  # "… {read} …"
    *(f"{kind}_text" for kind in KINDS),  # "… {token} … {n} … {width} …"
    "writes",  # ", writes {token} ({share})"
    "waking",
    "looks",  # "{token} … {key} … {share}"
    "by_head",
    "measured",  # "mean {mean}, spread {spread}"
    "embedding",
    "position",
    "sum",
    "x",
    "entered",
    "change",
    "total",
    "normalised",
    "after",
    "hidden",
    "output",
    "positions",  # "{rows} × {columns}"
    "units",  # the same
    "outputs",  # the same
    "spreads",  # "… {least} … {most}"
    "fires",  # "{count} of {all} … {token} … {strongest}"
    "rest",
)
COMPONENT = component("network", folder=Path(__file__).parent)


def parts(payload: dict[str, Any]) -> list[str]:
    """The names of all parts, as an address writes them; "none" where none is open."""
    blocks = {"encoder": ("self", "feed"), "decoder": ("masked", "cross", "feed")}
    names = ["none", "encoder-embed", "encoder-memory", "decoder-embed", "decoder-softmax"]
    for side, kinds in blocks.items():
        for layer in parameters.numbers(payload["facts"][f"{side}_layers"]):
            names += [f"{side}-{layer}-{kind}{norm}" for kind in kinds for norm in ("", "-norm")]
    return names


def places(key: str, payload: dict[str, Any]) -> dict[str, str]:
    """The open part, the source position and the step, counted from 1, as the browser or the link says."""
    reported = (st.session_state.get(key) or {}).get("at") or {}
    options = {
        "box": (parts(payload), "encoder-1-self"),
        "source": (parameters.numbers(len(payload["sources"])), "1"),
        "step": (parameters.numbers(len(payload["written"])), "1"),
    }
    return {name: parameters.reported(name, reported.get(name), *choices) for name, choices in options.items()}


def network(data: dict[str, Any], labels: dict[str, str], *, key: str) -> None:
    """Show what `figure.payload` prepared, `at` the `places` chosen; `numbers` may come later, while it is `pending`.

    While it is `hidden` no part opens, and where the encoder's output goes is not drawn. `labels` holds every text of
    `LABELS`; ValueError if one is missing.
    """
    data = {**data, "labels": chosen_labels("network", LABELS, labels)}
    COMPONENT(key=key, data=data, on_at_change=lambda: None, on_wanted_change=lambda: None)


def wanted(key: str) -> bool:
    """Whether the browser has just asked for the numbers."""
    return bool((st.session_state.get(key) or {}).get("wanted"))

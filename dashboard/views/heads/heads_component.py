"""All heads as small maps, the chosen one large: part, order, colours, units and heads change in the browser."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.interpret.head_measures import MEASURES
from dashboard import parameters
from dashboard.components import chosen_labels, component
from dashboard.figures.alignment import MAX
from dashboard.readings import UNITS
from dashboard.renewal import renewed
from dashboard.views.heads.figure import ROLLOUT, Part

OFF = "none"
CHOICES = {
    "units": UNITS,
    "measure": (OFF, *MEASURES),
    "order": ("layers", "most", "least"),
    "amount": ("weight", "norm"),
}
LABELS = (
    "locale",  # "en": how numbers are written
    "parts",
    "all",
    "encoder",
    "decoder",
    "cross",
    "units",
    "words",
    "pieces",
    "measure",
    *(f"measure_{name}" for name in CHOICES["measure"]),
    "order",
    *(f"order_{name}" for name in CHOICES["order"]),
    "amount",
    *(f"amount_{name}" for name in CHOICES["amount"]),
    "side",
    "side_first",
    "side_second",
    "side_difference",
    "mean",
    "max",
    "rollout",
    "place",  # "{part}, layer {layer}, head {head}"
    "whole",  # "{part}, {kind}"
    "pair",  # "{title}: “{target}” → “{source}”: {share}"
    "axes_encoder",  # what rows and columns are
    "axes_decoder",
    "axes_cross",
    "strip",  # what the strip above a small map says: "… {measure} … {low} … {high}"
    "weight",
    "norm",
    "difference",  # what both ends of its scale mean
    "unlike",  # why there is no difference
    "waking",
    "keys",  # how to walk the maps
    "grid",  # the small maps in a sentence
)
COMPONENT = component("heads", folder=Path(__file__).parent)


def places(key: str, readings: Sequence[Mapping[str, Part]]) -> dict[str, str]:
    """Everything that is chosen in the browser, as it or the link says; layers and heads are counted from 1."""
    reported = (st.session_state.get(key) or {}).get("at") or {}
    first = readings[0]
    at = {name: parameters.reported(name, reported.get(name), options, options[0]) for name, options in CHOICES.items()}
    names = list(first)
    at["parts"] = parameters.reported("parts", reported.get("parts"), ["all", *names], "all")
    shared = next(name for name in names if all(name in reading for reading in readings))
    default = shared if at["parts"] == "all" else at["parts"]
    at["part"] = parameters.reported("part", reported.get("part"), names, default)
    part = first[at["part"]]
    layers, heads = part.heads
    whole = ["mean", MAX, *([] if part.rollout is None else [ROLLOUT])]
    at["layer"] = parameters.reported("layer", reported.get("layer"), [*parameters.numbers(layers), *whole], "1")
    at["head"] = parameters.reported("head", reported.get("head"), [*parameters.numbers(heads), "mean"], "1")
    if len(readings) > 1:
        at["side"] = parameters.reported("side", reported.get("side"), ["first", "second", "difference"], "difference")
    return at


def heads(readings: Sequence[dict[str, Any]], state: dict[str, Any], labels: dict[str, str], *, key: str) -> None:
    """Show readings as `figure.payload` prepared them. `state` has `at`, the `places` chosen, the large map's
    `description`, whether answers are `hidden`, and whether norms are `pending`: then the browser asks for them as soon
    as it has drawn the weights. `labels` holds every text of `LABELS`.
    """
    name = hashlib.blake2b(json.dumps(readings).encode(), digest_size=8).hexdigest()
    turn = ((st.session_state.get(key) or {}).get("at") or {}).get("turn", 0)  # how many choices have been answered
    data = {"id": name, "readings": readings, "chosen": renewed(), "turn": turn, **state}
    data |= {"labels": chosen_labels("heads", LABELS, labels)}
    COMPONENT(key=key, data=data, on_at_change=lambda: None, on_wanted_change=lambda: None)


def wanted(key: str) -> bool:
    """Whether the browser has just asked for the norms."""
    return bool((st.session_state.get(key) or {}).get("wanted"))

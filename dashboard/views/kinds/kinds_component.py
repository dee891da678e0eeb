"""Maps of many models, and one model's numbers at a step: stepping and choosing a head never ask the server."""

from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import parameters
from dashboard.components import chosen_labels, component
from dashboard.renewal import renewed

LABELS = (
    "locale",  # "en": how numbers are written
    "description",  # the maps in a sentence
    "keys",  # how to walk the cells
    "numbers",  # the numbers in a sentence: "… {title} …"
    "back",
    "forward",
    "slider",
    "step",  # "Step {n} of {N}"
    "layer",
    "head",
    "mean",
    "text",  # a translation in quotes: "… {text} …"
    "hidden",  # what stands in place of a step's sentence as long as the reader is to guess
    "wrote",  # "… {title} … {target} … {source} … {share} …"
    "cell",  # "{title}: {target} → {source}: {share}"
    "uncut",  # why a map is no difference
    "scale",
    "scale_difference",  # "… {title} …"
    "computed",  # "… {title} … {n} … {target} …"
    "computed_head",  # "… {layer} … {head} …"
    "sharpest",  # the same, for a mean
    "waking",
    "query",  # "… {width} …"
    "source",
    "key",
    "score",
    "gaussian",
    "weight",
    "weight_gaussian",  # the same in local attention
    "values",
    "context",  # "… {width} …"
    "window",  # "… {centre} … {window} …"
    "colours",
)
COMPONENT = component("kinds", folder=Path(__file__).parent)


def places(key: str, payload: dict[str, Any]) -> dict[str, str]:
    """The chosen model's step, the layer and the head, counted from 1, as the browser or the link says."""
    reported = (st.session_state.get(key) or {}).get("at") or {}
    at, steps = {}, payload["steps"]
    if steps:
        at["step"] = parameters.reported("step", reported.get("step"), parameters.numbers(steps), "1")
    if payload["layers"] > 1:
        last = str(payload["layers"])
        at["layer"] = parameters.reported("layer", reported.get("layer"), parameters.numbers(payload["layers"]), last)
    if payload["heads"] > 1:
        at["head"] = parameters.reported(
            "head", reported.get("head"), ["mean", *parameters.numbers(payload["heads"])], "mean"
        )
    return at


def kinds(data: dict[str, Any], labels: dict[str, str], *, key: str) -> None:
    """Show what `figures.kinds.payload` prepared, `at` the `places` chosen.

    While `pending` the browser asks for the numbers as soon as it has drawn the maps. `hidden` says that the maps stand
    under letters. `labels` holds every text of `LABELS`; ValueError if one is missing.
    """
    COMPONENT(
        key=key,
        data={**data, "renewed": renewed(), "labels": chosen_labels("maps", LABELS, labels)},
        on_at_change=lambda: None,
        on_wanted_change=lambda: None,
        on_model_change=lambda: pick(key),
    )


def wanted(key: str) -> bool:
    """Whether the browser has just asked for the numbers."""
    return bool((st.session_state.get(key) or {}).get("wanted"))


def pick(key: str) -> None:
    """Choose the model whose map was clicked, before its buttons are drawn."""
    if name := (st.session_state.get(key) or {}).get("model"):
        st.session_state["model"] = name

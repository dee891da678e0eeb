"""One attention walked through stage by stage: layer, head, kind, pair and stage change in the browser."""

from pathlib import Path
from typing import Any

import streamlit as st

from core.changes import ATTENTION_KINDS
from core.records import DecodeTrace
from dashboard import parameters
from dashboard.components import chosen_labels, component
from dashboard.views.attention import figure

LABELS = (
    "locale",  # "en": how numbers are written
    "keys",  # how to walk the cells
    *("back", "forward", "slider", "play", "pause", "stage", "step"),  # "Stage {n} of {N}: {stage}"
    *("attention", "layer", "head", "scale", "scale_one", "scale_root", "scale_width", "mask_off"),
    *(f"kind_{kind}" for kind in ATTENTION_KINDS),
    *(f"stage_{stage}" for stage in figure.STAGES),
    *(f"does_{stage}" for stage in figure.STAGES),
    *(f"does_{stage}_cross" for stage in ("stream", "vectors", "masked")),
    *(
        "does_masked_encoder",
        "does_stream_first",
        "does_scaled_one",
        "does_scaled_width",
        "kind_decoder_open",
        "writes",
    ),
    *("waking", "first", "cell", "entropy", "leaks", "hides", "own", "signed", "shares", "hidden"),
    *("looks_up", "returned", "query", "key", "value", "score", "weight"),
)
COMPONENT = component("worked", folder=Path(__file__).parent)


def places(key: str, trace: DecodeTrace) -> dict[str, str]:
    """Kind, layer, head, pair, stage, scale and mask, as the browser or the link says; all counted from 1."""
    reports = (st.session_state.get(key) or {}).get("at") or {}
    shapes = {kind: attention.weights.shape for kind, attention in figure.attentions(trace).items()}

    def reported(name: str, options: list[str], default: str) -> str:
        return parameters.reported(name, reports.get(name), options, default)

    kind = reported("attention", list(ATTENTION_KINDS), "encoder")
    layers, heads, queries, keys = shapes[kind]
    return {
        "attention": kind,
        "layer": reported("layer", parameters.numbers(layers), "1"),
        "head": reported("head", parameters.numbers(heads), "1"),
        "query": reported("query", parameters.numbers(queries), str(min(2, queries))),
        "key": reported("key", parameters.numbers(keys), "1"),
        "stage": reported("stage", list(figure.STAGES), "weights"),
        "scale": reported("scale", list(figure.SCALES), "root"),
        "mask": reported("mask", ["on", "off"], "on"),
    }


def worked(data: dict[str, Any], labels: dict[str, str], *, key: str) -> None:
    """Show what `figure.payload` prepared, `at` the `places` chosen; `view` is "steps" or "lookup".

    While `pending` the browser asks for the numbers as soon as it has drawn the weights; while `hidden` it goes no
    farther than the scores.
    """
    COMPONENT(
        key=key,
        data={**data, "labels": chosen_labels("worked attention", LABELS, labels)},
        on_at_change=lambda: None,
        on_wanted_change=lambda: None,
    )


def wanted(key: str) -> bool:
    """Whether the browser has just asked for the numbers."""
    return bool((st.session_state.get(key) or {}).get("wanted"))

"""The tabs in which BertViz shows the same attention: its own pages, embedded, without the internet."""

import hashlib
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import answers, explain, parameters
from dashboard.beginning import Query
from dashboard.components import component
from dashboard.components.bertviz_page import page
from dashboard.controls import Texts
from dashboard.figures.alignment import MAX, labels_of
from dashboard.readings import UNITS, Reading
from dashboard.views.heads.figure import PARTS, ROLLOUT

COMPONENT = component("bertviz_frame", folder=Path(__file__).parent)


def view(name: str, say: Texts, query: Query, row: DeltaGenerator) -> None:
    """BertViz's view of this name: the chosen attention, its layer and head."""
    trace = answers.trace(say, query.model, query.text)
    if trace is None:
        return
    reading = Reading(query.model, trace.hypotheses[0], trace)
    parts = {part: say[f"heads_{part}"] for part in PARTS if reading.attention("pieces", part)}
    with row:
        part = parameters.choice("part", say["bertviz_part"], parts, next(iter(parts)), hidden=True)
        spans = {name: say[f"align_{name}"] for name in UNITS}
        units = parameters.choice("units", say["units"], spans, "words", hidden=True)
    attention = reading.attention(units, part)
    layers, heads = attention.weights.shape[:2]
    at = (st.session_state.get(f"bertviz_{name}") or {}).get("at") or {}
    layer = parameters.reported("layer", at.get("layer"), [*parameters.numbers(layers), "mean", MAX, ROLLOUT], "1")
    head = parameters.reported("head", at.get("head"), [*parameters.numbers(heads), "mean"], "1")
    chosen = (int(layer) - 1, int(head) - 1) if layer.isdecimal() and head.isdecimal() else (0, None)
    labelled = attention.weights, *labels_of(attention)
    dark = st.context.theme.type == "dark"
    drawn = answers.answered([name], lambda _: page(name, *labelled, *chosen, dark=dark))
    if name not in drawn:
        return
    html = drawn[name]
    with row:
        explain.offer(say["bertviz_save"], html, f"seqscope-{name}.html", key=f"bertviz_save_{name}")
    content = repr((reading.trace.text, reading.shown.text, query.model, part, units, name, dark)).encode()
    ident = hashlib.blake2b(content, digest_size=8).hexdigest()
    labels = {"locale": say["locale"], "drawn": say["bertviz_drawn"]}
    data = {"id": ident, "page": html, "title": say[f"tab_{name}"], "labels": labels}
    COMPONENT(key=f"bertviz_{name}", data=data, on_at_change=lambda: None)
    st.caption(
        say["bertviz_caption"].format(count=f"{attention.weights.size:,}", size=f"{len(html.encode()) / 1e6:.1f}")
    )


head_view, model_view = (partial(view, name) for name in ("head_view", "model_view"))

"""The set of closed heads as a file: saved, and loaded again."""

import json
from collections.abc import Sequence

import streamlit as st

from core.changes import Changes, Head
from core.gates import Shapes, closed_by, gates_of
from dashboard import controls, explain
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.views.pruning import figure

LARGEST = 1  # MB


def show(say: Texts, query: Query, changes: Changes, shapes: Shapes, heads: Sequence[Head]) -> None:
    """Save it, or load one; what can't be loaded is named in a sentence."""
    with st.popover(say["pruning_file"], key="pruning_file"):
        content = gates_of(changes, query.model, shapes)
        explain.offer(say["pruning_save"], lambda: json.dumps(content), f"gates-{query.model}.json", key="gates_save")
        turn = st.session_state.get("gate_files", 0)  # a field that is drawn anew is empty
        about = say, turn, query.model, shapes, heads
        label, limit = say["pruning_load"], {"max_upload_size": LARGEST}
        st.file_uploader(label, ["json"], key=f"gate_file_{turn}", on_change=take, args=about, **limit)
    if wrong := st.session_state.pop("gate_file_wrong", ""):
        st.error(controls.plain(wrong))


def take(say: Texts, turn: int, model: str, shapes: Shapes, heads: Sequence[Head]) -> None:
    """Close what the file closes, or remember what is wrong with it."""
    file = st.session_state[f"gate_file_{turn}"]
    if file is None:
        return
    st.session_state["gate_files"] = turn + 1
    try:
        closed = loaded(say, file.getvalue(), model, shapes, heads)
    except ValueError as error:
        st.session_state["gate_file_wrong"] = str(error)
        return
    controls.choose({"closed": figure.address(closed, heads)})


def loaded(say: Texts, content: bytes, model: str, shapes: Shapes, heads: Sequence[Head]) -> set[Head]:
    """The heads that a file closes; ValueError, in one sentence, if it is no gate file of this model."""
    try:
        values = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(say["pruning_no_json"]) from error
    return set(closed_by(values, model, shapes).closed) & set(heads)

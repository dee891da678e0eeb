"""Below the tree: how two beams compare, the winner's score as a formula, all candidates as a table."""

import streamlit as st

from core.records import DecodeTrace
from dashboard import controls, explain
from dashboard.controls import Texts
from dashboard.figures import beam_tree as tree
from dashboard.views.beam import length_score


def show(say: Texts, traces: list[DecodeTrace]) -> None:
    """What would give the answer away to a reader who is to guess."""
    if not traces[0].hypotheses[0].finished:
        st.warning(say["unfinished_note"])
    if len(traces) > 1:
        case, facts = length_score.versus(*traces)
        st.markdown(say[f"sizes_{case}"].format(**facts))
    show_score(say, traces[0])
    show_data(say, traces)


def show_data(say: Texts, traces: list[DecodeTrace]) -> None:
    """All candidates as a table, and how to save them."""

    def rows() -> list[dict]:
        return [{"beam": trace.options.beam_size, **row} for trace in traces for row in caused(say, trace)]

    words = "\n".join(say["tree_description"].format(**tree.describe(trace)) for trace in traces)
    explain.show_data(say, "tree", rows, words, traces[0])


def caused(say: Texts, trace: DecodeTrace) -> list[dict]:
    """The table of a tree, with the reason for each pruning in words and numbers."""
    texts = {name: say[f"tree_cause_{name}"] for name in tree.CAUSES}
    return [{**row, "cause": tree.cause(row, texts)} for row in tree.table(trace)]


def show_score(say: Texts, trace: DecodeTrace) -> None:
    """The best translation's score as a formula, and whom plain sums would have preferred."""
    changed, meaning = length_score.upset(trace), say["score_meaning"]
    if changed:
        facts = {name: value or say["beam_empty"] for name, value in changed.items()}
        st.markdown(say["score_upset"].format(**controls.escaped(facts)))
    elif trace.options.length_norm != "none":
        meaning += " " + say["score_same"]
    explain.formula(say, length_score.formula(trace.hypotheses[0], trace.options), meaning)

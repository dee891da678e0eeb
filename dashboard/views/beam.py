"""Beam search: the tree of one sentence, what finished, and how length and width decide."""

import html

import streamlit as st

from core.options import BeamOptions
from core.records import DecodeTrace
from dashboard import controls, explain, frame
from dashboard.components.beam_tree import LABELS, beam_tree
from dashboard.figures import beam_tree as tree
from dashboard.figures import length_score
from dashboard.figures.table import table


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    asked = frame.asked(say, "beam")
    if asked:
        search(say, asked)
        explain.show_code(say, "core/decoding/beam.py", "best_continuations")


@st.fragment
def search(say, asked: frame.Asked) -> None:
    """Everything that a control of the search changes."""
    with st.container(horizontal=True):
        beam_size = controls.beam_size(say)
        length_norm, alpha = controls.length_score(say)
    with st.container(horizontal=True, vertical_alignment="center"):
        predict = controls.predict(say)
        two = controls.switch("sizes", say["sizes"], help=say["sizes_help"])
        sizes = [beam_size, controls.beam_size(say, "beam2", 1)] if two else [beam_size]
    options = [BeamOptions(size, length_norm, alpha) for size in sizes]
    traces = [frame.traced(say, asked, wanted) for wanted in options]
    if None in traces:
        return
    frame.unknown_pieces(say, traces[0])
    if not show_trees(say, traces, predict):
        st.caption(say["beam_hidden"])
        return
    if two:
        case, facts = length_score.versus(*traces)
        st.markdown(say[f"sizes_{case}"].format(**facts))
    show_data(say, traces)
    show_hypotheses(say, traces[0])
    show_score(say, traces[0])


def show_trees(say, traces: list[DecodeTrace], predict: bool) -> bool:
    """The search trees; whether what the reader was to guess may be shown."""
    texts = {name: say[f"tree_{name}"] for name in LABELS if f"tree_{name}" in say}
    texts |= {name: say[f"quiz_{name}"] for name in ("right", "wrong", "score", "next")}
    titles = [say["tree_title"].format(beam=trace.options.beam_size) for trace in traces]
    trees = [
        {**tree.beam_tree(trace), "title": title, "description": described(say, trace)}
        for trace, title in zip(traces, titles, strict=True)
    ]
    return beam_tree(trees[: 1 if predict else 2], texts, key="tree", predict=predict)


def described(say, trace: DecodeTrace) -> str:
    """A tree in one sentence."""
    return say["tree_description"].format(**tree.describe(trace))


def show_data(say, traces: list[DecodeTrace]) -> None:
    """All candidates as a table, and how to save them."""

    def rows() -> list[dict]:
        return [{"beam": trace.options.beam_size, **row} for trace in traces for row in tree.table(trace)]

    explain.show_data(say, "tree", rows, "\n".join(described(say, trace) for trace in traces), traces[0])


def show_hypotheses(say, trace: DecodeTrace) -> None:
    """All finished translations with their sums and scores."""
    if not trace.hypotheses[0].finished:
        st.warning(say["unfinished_note"])
    rows = [
        (place, found.text, len(found.tokens), found.total, found.score)
        for place, found in enumerate(trace.hypotheses, 1)
    ]
    columns = controls.headed(say, rank="d", text="", length="d", total=".3f", score=".3f")
    title, caption = (html.escape(say[f"hypotheses_{part}"]) for part in ("title", "caption"))
    st.html(f"<h3>{title}</h3><p>{caption}</p>{table(columns, rows, marked=0)}")


def show_score(say, trace: DecodeTrace) -> None:
    """The best translation's score as a formula, and whom plain sums would have preferred."""
    changed = length_score.upset(trace)
    meaning = say["score_same"] if changed is None else say["score_upset"].format(**plain(changed))
    meaning = f"{say['score_meaning']} {meaning}"
    explain.formula(say, length_score.formula(trace.hypotheses[0], trace.options), meaning)


def plain(facts: dict) -> dict:
    """The same facts for Markdown."""
    return {name: controls.plain(str(value)) for name, value in facts.items()}


main()

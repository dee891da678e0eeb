"""Beam search: the tree of one sentence, what finished, and how length and width decide."""

import html

import streamlit as st

from core.options import BeamOptions
from core.records import DecodeTrace
from dashboard import controls, explain, frame, resources
from dashboard.components.beam_tree import LABELS, beam_tree
from dashboard.figures import beam_tree as tree
from dashboard.figures.table import table
from dashboard.views.beam import length_score


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    asked = frame.asked(say, "beam")
    if asked:
        with st.container(horizontal=True):  # outside the fragment, which is the faster the less it holds
            predict = controls.predict(say)
            two = controls.switch("sizes", say["sizes"], help=say["sizes_help"])
        search(say, asked, predict, two)
        explain.show_code(say, "core/decoding/beam.py", "best_continuations")


@st.fragment
def search(say, asked: frame.Asked, predict: bool, two: bool) -> None:
    """Everything that a control of the search changes."""
    with st.container(horizontal=True):
        sizes = [controls.beam_size(say)]
        if two:
            sizes.append(controls.beam_size(say, "beam2", 1))
        length_norm, alpha = controls.length_score(say)
    options = [BeamOptions(size, length_norm, alpha) for size in sizes]
    traces = [frame.traced(say, asked, wanted) for wanted in options]
    if None in traces:
        return
    frame.unknown_pieces(say, traces[0])
    if show_trees(say, traces, predict):
        show_results(say, traces)
    else:
        st.caption(say["beam_hidden"])
    resources.search_ahead(asked.model, asked.text, controls.beams_beside(sizes[0]))


def show_trees(say, traces: list[DecodeTrace], predict: bool) -> bool:
    """The search trees; whether what the reader was to guess may be shown."""
    texts = {name: say[f"tree_{name}"] for name in LABELS if f"tree_{name}" in say}
    texts |= {name: say[f"quiz_{name}"] for name in ("right", "wrong", "score", "next")}
    trees = [
        {**tree.beam_tree(trace), "title": titled(say, trace), "description": described(say, trace)} for trace in traces
    ]
    return beam_tree(trees, texts, key="tree", predict=predict)


def show_results(say, traces: list[DecodeTrace]) -> None:
    """What would give the answer away to a reader who is to guess."""
    if len(traces) > 1:
        case, facts = length_score.versus(*traces)
        st.markdown(say[f"sizes_{case}"].format(**facts))
    show_data(say, traces)
    show_hypotheses(say, traces[0])
    show_score(say, traces[0])


def titled(say, trace: DecodeTrace) -> str:
    """What stands above a tree beside another."""
    return say["tree_title"].format(beam=trace.options.beam_size, text=trace.hypotheses[0].text or say["beam_empty"])


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
        (place, text or say["beam_empty"], len(found.tokens), found.total, found.score)
        for place, (found, text) in enumerate(zip(trace.hypotheses, tree.hypothesis_texts(trace), strict=True), 1)
    ]
    columns = controls.headed(say, rank="d", text="", length="d", total=".3f", score=".3f")
    title, caption = (html.escape(say[f"hypotheses_{part}"]) for part in ("title", "caption"))
    st.html(f"<h3>{title}</h3><p style='font-size: 0.875rem'>{caption}</p>{table(columns, rows, marked=0)}")


def show_score(say, trace: DecodeTrace) -> None:
    """The best translation's score as a formula, and whom plain sums would have preferred."""
    changed, meaning = length_score.upset(trace), say["score_meaning"]
    if changed:
        facts = {name: value or say["beam_empty"] for name, value in changed.items()}
        meaning += " " + say["score_upset"].format(**controls.escaped(facts))
    elif trace.options.length_norm != "none":
        meaning += " " + say["score_same"]
    explain.formula(say, length_score.formula(trace.hypotheses[0], trace.options), meaning)


main()

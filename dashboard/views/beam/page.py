"""Beam search: the tree of one sentence, what finished, and how length and width decide."""

import streamlit as st

from core.records import DecodeTrace
from dashboard import answers, beginning, controls, explain, resources
from dashboard.figures import beam_tree as tree
from dashboard.views.beam import length_score, search_tree

# The controls inside the component, by their names in the address, and their texts' keys.
CONTROLS = {
    "beam": "beam_size",
    "beam2": "beam2_size",
    "sizes": "sizes",
    "norm": "length_norm",
    "alpha": "length_penalty",
}

TRIES = {
    "greedy": {"beam": "1"},
    "wider": {
        "model": "en-de-rnn-additive",
        "text": "People are queuing in front of a museum in the rain.",
        "beam": "5",
        "sizes": "true",
        "beam2": "1",
    },
}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    question(say)
    explain.show_code(say, "core/decoding/beam.py", "best_continuations", say["beam_paper"])


@st.fragment
def question(say) -> None:
    """Everything that another sentence or model changes: without the frame around it, the answer comes sooner."""
    query = beginning.query(say, "beam", TRIES, predict=True)
    if query:
        search(say, query)


@st.fragment
def search(say, query: beginning.Query) -> None:
    """Everything that a control of the search changes."""
    at = search_tree.choices()
    traces = [answers.trace(say, query.model, query.text, options) for options in search_tree.options(at)]
    if None in traces:
        return
    shown = show_trees(say, query, at, traces, query.predict)
    if shown:
        show_results(say, traces)
    else:
        st.caption(say["beam_hidden"])
    resources.search_ahead(query.model, query.text, controls.beams_beside(int(at["beam"])))


def show_trees(say, query: beginning.Query, at: dict[str, str], traces: list[DecodeTrace], predict: bool) -> bool:
    """The search trees and what they finished; whether what the reader was to guess may be shown."""
    texts = {name: say[f"tree_{name}"] for name in search_tree.LABELS if f"tree_{name}" in say}
    texts |= {name: say[f"quiz_{name}"] for name in ("right", "wrong", "score", "next")}
    for name, key in CONTROLS.items():
        texts |= {name: say[key], f"{name}_help": say.get(f"{key}_help", say["beam_size_help"])}
    texts |= {"hypotheses": say["hypotheses_title"], "caption": say["hypotheses_caption"], "empty": say["beam_empty"]}
    texts["columns"] = [say[name] for name in ("rank", "text", "length", "total", "score")]
    texts["norms"] = [[name, say[f"norm_{name}"]] for name in search_tree.NORMS]
    return search_tree.search_trees(f"{query.model}\n{query.text}", at, traces, texts, predict)


def show_results(say, traces: list[DecodeTrace]) -> None:
    """What would give the answer away to a reader who is to guess."""
    if not traces[0].hypotheses[0].finished:
        st.warning(say["unfinished_note"])
    if len(traces) > 1:
        case, facts = length_score.versus(*traces)
        st.markdown(say[f"sizes_{case}"].format(**facts))
    show_score(say, traces[0])
    show_data(say, traces)


def show_data(say, traces: list[DecodeTrace]) -> None:
    """All candidates as a table, and how to save them."""

    def rows() -> list[dict]:
        return [{"beam": trace.options.beam_size, **row} for trace in traces for row in tree.table(trace)]

    words = "\n".join(say["tree_description"].format(**tree.describe(trace)) for trace in traces)
    explain.show_data(say, "tree", rows, words, traces[0])


def show_score(say, trace: DecodeTrace) -> None:
    """The best translation's score as a formula, and whom plain sums would have preferred."""
    changed, meaning = length_score.upset(trace), say["score_meaning"]
    if changed:
        facts = {name: value or say["beam_empty"] for name, value in changed.items()}
        st.markdown(say["score_upset"].format(**controls.escaped(facts)))
    elif trace.options.length_norm != "none":
        meaning += " " + say["score_same"]
    explain.formula(say, length_score.formula(trace.hypotheses[0], trace.options), meaning)


main()

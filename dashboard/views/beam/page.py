"""Beam search: the tree of one sentence, what finished, and how length and width decide."""

from collections.abc import Sequence

import streamlit as st

from core.options import BeamOptions, Options
from core.records import DecodeTrace
from dashboard import answers, beginning, controls, explain, outside, resources, steering
from dashboard.views.beam import picking, rankings, results, search_tree, wider

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
    "map": {
        "tab": "wider",
        "model": "en-de-rnn-plain",
        "text": next(text for text, shows in beginning.EXAMPLES.items() if shows == "long"),
    },
    "steered": {
        "model": beginning.DEFAULT,
        "text": "A street musician plays the violin in a train station.",
        "prefix": "In",
    },
}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    question(say)
    picking.show(say)
    explain.show_code(say, "core/decoding/beam.py", "best_continuations", say["beam_paper"])


@st.fragment
def question(say) -> None:
    """Everything that another sentence or model changes: without the frame around it, the answer comes sooner."""
    query = beginning.query(say, "beam", TRIES, predict=True, tabs=TABS)
    if query:
        TABS[query.tab](say, query)
        outside.note(say, query)


@st.fragment
def search(say, query: beginning.Query) -> None:
    """The tab with the tree: everything that a control of the search changes."""
    question = f"{query.model}\n{query.text}"
    at = search_tree.choices(question)
    free = searched(say, query, search_tree.options(at, attends=query.card.attends))
    hand = steering.constraints(at["prefix"], at["ban"])
    steered = search_tree.options(at, hand, attends=query.card.attends)
    traces = at["here"] and free and searched(say, query, steered)
    if not free:
        return
    if show_trees(say, question, at, traces or free, free[0], query.predict):
        results.show(say, traces or free)
    else:
        st.caption(say["beam_hidden"])
    if free[0].options == BeamOptions(int(at["beam"]), at["norm"], float(at["alpha"])) and not at["here"]:
        resources.search_ahead(query.model, query.text, controls.beams_beside(int(at["beam"])))


def searched(say, query: beginning.Query, options: Sequence[Options]) -> list[DecodeTrace] | None:
    """The searches of a sentence; None, after one sentence, if there is one that can't be done."""
    traces = []
    for each in options:
        traces.append(answers.trace(say, query.model, query.text, each))
        if traces[-1] is None:
            return None
    return traces


def show_trees(
    say, question: str, at: dict[str, str], traces: list[DecodeTrace], free: DecodeTrace, predict: bool
) -> bool:
    """The search trees and what they finished; whether what the reader was to guess may be shown."""
    texts = {name: say[f"tree_{name}"] for name in search_tree.LABELS if f"tree_{name}" in say}
    texts |= {name: say[f"quiz_{name}"] for name in ("right", "wrong", "score", "next")}
    for name, key in CONTROLS.items():
        texts |= {name: say[key], f"{name}_help": say.get(f"{key}_help", say["beam_size_help"])}
    texts |= {"hypotheses": say["hypotheses_title"], "caption": say["hypotheses_caption"], "empty": say["beam_empty"]}
    texts["columns"] = [say[name] for name in ("rank", "text", "length", "total", "score")]
    texts["norms"] = [[name, say[f"norm_{name}"]] for name in rankings.NORMS]
    return search_tree.search_trees(question, at, traces, free, texts, predict)


TABS = {"tree": search, "wider": wider.show}
main()

"""The search trees of a sentence and what finished, as the browser draws, ranks and compares them by itself."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from core.decoding.ranking import rerank
from core.options import LENGTH_NORMS, BeamOptions
from core.records import DecodeTrace, Hypothesis
from dashboard import controls, parameters
from dashboard.components import chosen_labels, component
from dashboard.figures import beam_tree
from dashboard.renewal import renewed

KEY = "tree"
NORMS = LENGTH_NORMS[::-1]
STOPS = [f"{tenths / 10:.1f}" for tenths in range(21)]  # of α
BEGIN = {"beam": "5", "sizes": "false", "beam2": "1", "norm": "gnmt", "alpha": "1.0"}
LABELS = (
    "locale",  # "en": how numbers are written
    "hidden",  # the picture in one sentence as long as the reader is to guess
    "title",  # above a tree beside another: "… {beam} … {text}"
    "description",  # "… {candidates} … {steps} … {kept} … {pruned} … {finished} … {unfinished} … {text}"
    "empty",  # a translation of nothing
    "play",
    "pause",
    "back",
    "forward",
    "end",
    "slider",
    "step",  # "Step {n} of {N}"
    "axis",
    "show_pruned",
    "smaller",
    "larger",
    "tree",
    "keys",
    "legend",
    "kept",
    "dead",  # kept, but what followed was pruned
    "finished",
    "pruned",
    "unfinished",
    "open",  # what the reader is to guess
    "best",
    "logprob",
    "probability",
    "sum",
    "missed",
    "rank",
    "rank_of",  # "{n} of {N}"
    "omitted",  # "{n} …"
    "question",  # "Step {n} …"
    "answer",  # "… {path} … {n} … {N}"
    "right",
    "wrong",
    "score",
    "next",
    "beam",
    "greedy",  # what a beam size of 1 is
    "beam2",
    "sizes",  # whether two beam sizes are compared
    "norm",
    "norms",  # [length norm, its text]
    "alpha",
    *(f"{name}_help" for name in ("beam", "beam2", "sizes", "norm", "alpha")),
    "hypotheses",
    "caption",
    "columns",  # of the table of hypotheses
)
COMPONENT = component("search_tree", folder=Path(__file__).parent)


def choices() -> dict[str, str]:
    """What is chosen inside the component, by its names in the address."""
    link = st.query_params.get("alpha", "")
    if link not in STOPS and parameters.within(link, 0, 2):  # "1", "0.25"
        st.query_params["alpha"] = f"{float(link):z.1f}"
    sizes = parameters.numbers(controls.WIDEST)
    valid = {"beam": sizes, "sizes": ["false", "true"], "beam2": sizes, "norm": NORMS, "alpha": STOPS}
    return {name: parameters.reported(name, reports().get(name), valid[name], BEGIN[name]) for name in valid}


def options(at: dict[str, str]) -> list[BeamOptions]:
    """The searches that are asked for: of one beam size, or of two."""
    sizes = [at["beam"], at["beam2"]] if at["sizes"] == "true" else [at["beam"]]
    return [BeamOptions(int(size), at["norm"], float(at["alpha"])) for size in sizes]


def reports() -> dict[str, str]:
    """What the component reported last."""
    return (st.session_state.get(KEY) or {}).get("at") or {}


def search_trees(
    question: str, at: dict[str, str], traces: Sequence[DecodeTrace], labels: dict[str, Any], predict: bool
) -> bool:
    """Draw the searches of one question, each under every ranking; may answers be shown?

    With `predict` the reader guesses, step by step, which candidate the best translation of the first search goes
    through; answers, and another tree, may be shown after the last. `labels` holds every text of `LABELS`.
    ValueError if one is missing.
    """
    texts = chosen_labels("search trees", LABELS, labels)
    searches = [search(trace) for trace in traces]
    key = f"{searches[0]['id']} {winner(searches[0], traces[0].options)}"
    done = not predict or reports().get("done") == key
    searches = searches if done else searches[:1]
    at = at | {"done": key if predict and done else "", "step": step(max(tree["steps"] for tree in searches), predict)}
    data = {"question": question, "searches": searches, "at": at, "widest": controls.WIDEST}
    data |= {"labels": texts, "predict": predict, "height": 640, "renewed": renewed()}
    COMPONENT(key=KEY, data=data, on_at_change=lambda: None)
    return done


def search(trace: DecodeTrace) -> dict[str, Any]:
    """A search as plain JSON values, the same under whatever ranking it came.

    A hypothesis is [node, text, sub-words, sum], a ranking [their numbers, best first, their scores]: under "gnmt" one
    for each stop of α, under the other norms one.
    """

    def ranked(length_norm: str, alpha: str) -> tuple[Hypothesis, ...]:
        return rerank(trace, replace(trace.options, length_norm=length_norm, length_penalty=float(alpha))).hypotheses

    first = replace(trace, hypotheses=ranked(BEGIN["norm"], BEGIN["alpha"]))
    tree = beam_tree.beam_tree(first)
    places = {hypothesis.leaf: place for place, hypothesis in enumerate(first.hypotheses)}

    def ranking(length_norm: str, alpha: str) -> list[list[float]]:
        best_first = ranked(length_norm, alpha)
        return [[places[best.leaf] for best in best_first], [round(best.score, 6) for best in best_first]]

    texts = beam_tree.hypothesis_texts(first)
    return {
        **tree,
        "beam": trace.options.beam_size,
        "facts": beam_tree.describe(first),
        "hypotheses": [
            [leaf, text, len(hypothesis.tokens), round(hypothesis.total, 6)]
            for leaf, text, hypothesis in zip(tree["leaves"], texts, first.hypotheses, strict=True)
        ],
        "rankings": {
            norm: [ranking(norm, alpha) for alpha in (STOPS if norm == "gnmt" else STOPS[:1])] for norm in NORMS
        },
    }


def winner(search: dict[str, Any], options: BeamOptions) -> int:
    """The last node of the best path under these options."""
    rankings = search["rankings"][options.length_norm]
    order, _ = rankings[round(options.length_penalty * 10) if options.length_norm == "gnmt" else 0]
    return search["hypotheses"][order[0]][0]


def step(last: int, predict: bool) -> str:
    """The step in the address: what the component reported ("" is where it begins), or the link; "" if it begins."""
    begin, reported = "1" if predict else str(last), reports().get("step")
    if reported == "":
        parameters.addressed("step", begin, begin)
        return ""
    fitting = str(min(int(reported), last)) if reported and reported.isdigit() else reported
    chosen = parameters.reported("step", fitting, [str(number) for number in range(last + 1)], begin)
    return "" if chosen == begin else chosen

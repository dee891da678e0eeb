"""The search trees of a sentence and what finished, as the browser draws, ranks and compares them by itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.options import FREE, STOP_RULES, BeamOptions, Constraints, DiverseOptions
from core.records import DecodeTrace
from dashboard import controls, parameters
from dashboard.components import chosen_labels, component
from dashboard.figures import beam_tree
from dashboard.renewal import renewed
from dashboard.views.beam import asking, steers
from dashboard.views.beam.rankings import FIRST, NORMS, STOPS, begun, coverage, rankings_of, winner

KEY = "tree"
BEGIN = {"beam": "5", "sizes": "false", "beam2": "1"} | dict(zip(("norm", "alpha"), FIRST, strict=True))
MORE = {
    "beta": "0.0",
    "stop": "finished",
    "wanted": "0",
    "limit": "0",
    "groups": "1",
    "diversity": "0.5",
}  # 0: what the core makes of it
MOST = {"wanted": 20, "limit": 120, "diversity": 2, "beta": 2}
LABELS = (
    "locale",  # "en": how numbers are written
    "hidden",  # the picture in one sentence as long as the reader is to guess
    "title",  # above a tree beside another: "{name} … {text} … {score}"
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
    "speed",
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
    "banned",
    "unfinished",
    "open",  # what the reader is to guess
    "best",
    "logprob",
    "probability",
    "sum",
    "cut_off",
    "missed",
    *("cause_cut", "cause_end", "cause_penalty"),  # why it was pruned: "… {sum} … {cut}"
    "normalised",
    "places",  # on the way, by the sum
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
    "more",
    *("stop", *(f"stop_{rule}" for rule in STOP_RULES), "wanted", "as_beam", "limit", "as_source"),
    *("groups", "diversity", "beta", "beta_help"),
    *("winner", "score_of", "total", "length"),  # in the line of the winner
    "hypotheses",
    "caption",
    "columns",  # of the table of hypotheses
    "source",
    "looked",  # the same where a token is pointed at: "… {token}"
    *("hand", "hand_start", "hand_on", "hand_ban", "hand_instead", "hand_word", "hand_force", "hand_close"),
    *("steered", "both", "begins", "bans", "remove", "undo", "clear"),  # "… {text}", "… {word}", "… {what}"
    *("steer_waiting", "steer_refused", "steer_hidden"),
    *("free", "forced", "same", "change_logprob", "lost", "gained", "lost_nothing"),  # "… {value}"
    *("count", "count_none", "count_how", "count_sorted", "count_cut", "count_more", "count_product"),
)
COMPONENT = component("search_tree", folder=Path(__file__).parent)


def choices(question: str) -> dict[str, str]:
    """What is chosen inside the component, by its names in the address, for a `question`."""
    link = st.query_params.get("alpha", "")
    if link not in STOPS and parameters.within(link, 0, 2):  # "1", "0.25"
        st.query_params["alpha"] = f"{float(link):z.1f}"
    sizes = parameters.numbers(controls.WIDEST)
    valid = {"beam": sizes, "sizes": ["false", "true"], "beam2": sizes, "norm": NORMS, "alpha": STOPS}
    valid |= {"stop": STOP_RULES, "groups": sizes, "diversity": STOPS, "beta": STOPS}
    valid |= {name: ["0", *parameters.numbers(MOST[name])] for name in ("wanted", "limit")}
    valid |= {"both": ["false", "true"]}
    begin = BEGIN | MORE | {"both": "false"}
    at = {name: parameters.reported(name, reports().get(name), valid[name], begin[name]) for name in valid}
    return at | steers.chosen(question, reports())


def options(at: dict[str, str], constraints: Constraints = FREE, *, attends=True) -> list[BeamOptions | DiverseOptions]:
    """The searches that are asked for: of one beam size, or of two."""
    sizes = [at["beam"], at["beam2"]] if at["sizes"] == "true" else [at["beam"]]
    return [option(int(size), at, constraints, attends) for size in sizes]


def option(size: int, at: dict[str, str], constraints: Constraints, attends: bool) -> BeamOptions | DiverseOptions:
    """A search of one beam size; in groups where it can be split into so many.

    Of a model that never looks back nothing is covered, and to stop at the optimum there is no bound.
    """
    ranking, limit, groups = (at["norm"], float(at["alpha"])), int(at["limit"]) or None, int(at["groups"])
    if groups > 1 and size % groups == 0:
        return DiverseOptions(size, groups, float(at["diversity"]), *ranking, limit, constraints)
    wanted = (int(at["wanted"]) or None) if at["stop"] == "finished" else None
    beta = float(at["beta"]) if attends and at["stop"] != "optimum" else 0.0
    return BeamOptions(size, *ranking, wanted, limit, at["stop"], beta, constraints)


def reports() -> dict[str, str]:
    """What the component reported last."""
    return (st.session_state.get(KEY) or {}).get("at") or {}


def search_trees(
    question: str,
    at: dict[str, str],
    traces: Sequence[DecodeTrace],
    free: DecodeTrace,
    labels: dict[str, Any],
    predict: bool,
) -> bool:
    """Draw the searches of one question, each under every ranking; may answers be shown?

    With `predict` the reader guesses, step by step, which candidate the best translation of the first search goes
    through; answers, and another tree, may be shown after the last. Where the first is steered, it is compared with the
    `free` one of its size, which may stand beside it. `labels` holds every text of `LABELS`; ValueError if one is
    missing.
    """
    texts = chosen_labels("search trees", LABELS, labels)
    searches = [search(trace) | {"asked": question_of(trace)} for trace in traces]
    if free is not traces[0]:
        before = {"rankings": rankings_of(free), "coverage": coverage(free)}
        searches[0]["compared"] = steers.compared(begun(free), begun(traces[0]), before, searches[0])
        searches += [search(free) | {"asked": question_of(free)}] if at["both"] == "true" else []
    key = f"{searches[0]['id']} {winner(searches[0], traces[0])}"
    done = not predict or reports().get("done") == key
    searches = searches if done else searches[:1]
    at = at | {"done": key if predict and done else "", "step": step(max(tree["steps"] for tree in searches), predict)}
    data = {"question": question, "searches": searches, "at": at, "widest": controls.WIDEST}
    data |= {"begin": MORE, "most": MOST, "labels": texts, "predict": predict, "height": 640, "renewed": renewed()}
    COMPONENT(key=KEY, data=data, on_at_change=lambda: None)
    return done


def search(trace: DecodeTrace) -> dict[str, Any]:
    """A search as plain JSON values, the same under whatever ranking it came.

    A hypothesis is [node, text, sub-words, sum]; `offers` and `looks` have a row for each `expanded` node.
    """
    first = begun(trace)
    tree = beam_tree.beam_tree(first)
    texts = beam_tree.hypothesis_texts(first)
    return {
        **tree,
        "beam": trace.options.beam_size,
        "facts": beam_tree.describe(first),
        "hypotheses": [
            [leaf, text, len(hypothesis.tokens), round(hypothesis.total, 6)]
            for leaf, text, hypothesis in zip(tree["leaves"], texts, first.hypotheses, strict=True)
        ],
        "rankings": rankings_of(trace),
        "coverage": coverage(trace),
        "offers": asking.offers(trace),
        "looks": asking.looks(trace),
        "source": asking.source(trace),
    }


def question_of(trace: DecodeTrace) -> dict[str, str]:
    """What was asked of a search, as the address says it."""
    options, at = trace.options, steers.address(trace)
    at |= {"norm": options.length_norm, "alpha": f"{options.length_penalty:.1f}", "limit": str(options.max_length or 0)}
    if isinstance(options, DiverseOptions):
        return MORE | at | {"groups": str(options.groups), "diversity": f"{options.diversity:.1f}"}
    at |= {"beta": f"{options.coverage_penalty:.1f}"}
    return MORE | at | {"stop": options.stop, "wanted": str(options.finished or 0)}


def step(last: int, predict: bool) -> str:
    """The step in the address: what the component reported ("" is where it begins), or the link; "" if it begins."""
    begin, reported = "1" if predict else str(last), reports().get("step")
    if reported == "":
        parameters.addressed("step", begin, begin)
        return ""
    fitting = str(min(int(reported), last)) if reported and reported.isdigit() else reported
    chosen = parameters.reported("step", fitting, [str(number) for number in range(last + 1)], begin)
    return "" if chosen == begin else chosen

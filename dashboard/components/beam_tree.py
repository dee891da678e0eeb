"""Search trees that grow step by step in the browser; stepping, playing, hovering and the quiz never ask the server."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard import controls
from dashboard.components import chosen_labels, component

LABELS = (
    "locale",  # "en": how numbers are written
    "hidden",  # the picture in one sentence as long as the reader is to guess
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
)
COMPONENT = component("beam_tree", "beam_tree_draw")


def beam_tree(
    trees: Sequence[dict[str, Any]], labels: dict[str, str], *, key: str, predict: bool = False, height: int = 640
) -> bool:
    """Draw what `figures.beam_tree` laid out, each tree in a box at most `height` pixels high; may answers be shown?

    Each tree also has a `title` and a `description`. With `predict` the reader guesses, step by step, which candidate
    the best translation of the first tree goes through; answers, and other trees, may be shown after the last. The
    address holds the step. `labels` holds every text of `LABELS`; ValueError if one is missing.
    """
    state = st.session_state.get(key) or {}
    done = not predict or state.get("done") == trees[0]["id"]
    trees = trees if done else trees[:1]
    at = step(state.get("step"), max(tree["steps"] for tree in trees), predict)
    texts = chosen_labels("beam tree", LABELS, labels)
    data = {"trees": list(trees), "labels": texts, "step": at, "predict": predict, "done": done, "height": height}
    COMPONENT(key=key, data=data, on_step_change=lambda: None, on_done_change=lambda: None)
    return done


def step(said: str | None, last: int, predict: bool) -> int | None:
    """The step in the address: what the component said last ("" is where it begins), or the link; None if it begins."""
    begin = "1" if predict else str(last)
    if said == "":
        controls.addressed("step", begin, begin)
        return None
    fitting = str(min(int(said), last)) if said and said.isdigit() else said
    chosen = controls.reported("step", fitting, [str(number) for number in range(last + 1)], begin)
    return None if chosen == begin else int(chosen)

"""A search that the reader takes by the hand: what the address asks of it, as the core's constraints."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from core.options import MAX_TARGET
from core.records import DecodeTrace
from dashboard import parameters
from dashboard.figures.rewriting import rewriting
from dashboard.renewal import renewed
from dashboard.steering import BETWEEN, fits


def chosen(question: str, reported: Mapping[str, str]) -> dict[str, str]:
    """What steers the search of a `question`: what the component reported or the link says, nothing once it is another.

    `prefix` is what the translation begins with, `ban` holds words that it must not write.
    """
    before = st.session_state.get("steered")
    st.session_state["steered"] = question, renewed()
    own = reported if reported.get("here") == question else {}
    if before and before[0] != question and before[1] == renewed():
        own = {"prefix": "", "ban": ""}  # what began one translation begins no other
    forms: dict[str, tuple[Callable[[str], bool], str]] = {
        "prefix": (lambda text: fits(text, ""), f"at most {MAX_TARGET} characters"),
        "ban": (lambda text: fits("", text), f"word{BETWEEN}word"),
    }
    at = {name: parameters.written(name, own.get(name), valid, "", form) for name, (valid, form) in forms.items()}
    return at | {"here": question if any(at.values()) else ""}


def address(trace: DecodeTrace) -> dict[str, str]:
    """What steered a search, as the address says it."""
    given = trace.options.constraints
    return {"prefix": given.prefix, "ban": BETWEEN.join(given.banned)}


def compared(free: DecodeTrace, steered: DecodeTrace, rankings: Sequence[Mapping[str, list]]) -> dict[str, Any]:
    """Two searches by their winners under each ranking of both, as `search_tree.search` makes them.

    `texts` are as `figures.rewriting` writes them; `places`, in the shape of the rankings, name one of them each.
    """
    pairs: dict[tuple[int, int], int] = {}
    places = {
        norm: [
            pairs.setdefault((before[0], after[0]), len(pairs))
            for (before, _), (after, _) in zip(stops, rankings[1][norm], strict=True)
        ]
        for norm, stops in rankings[0].items()
    }
    texts = [rewriting(free.hypotheses[before], steered.hypotheses[after]) for before, after in pairs]
    return {"texts": texts, "places": places}

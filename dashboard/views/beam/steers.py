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
from dashboard.views.beam.rankings import STOPS


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


def compared(
    free: DecodeTrace, steered: DecodeTrace, before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, Any]:
    """Two searches by their winners under each ranking of both; `before` and `after` hold `rankings` and `coverage`.

    `texts` are as `figures.rewriting` writes them; `places` name one of them by the numbers of both winners.
    """
    pairs: dict[tuple[int, int], int] = {}
    for norm, rankings in before["rankings"].items():
        for first, second in zip(rankings, after["rankings"][norm], strict=True):
            for beta in map(float, STOPS):
                pair = picked(*first, before["coverage"], beta), picked(*second, after["coverage"], beta)
                pairs.setdefault(pair, len(pairs))
    texts = [rewriting(free.hypotheses[first], steered.hypotheses[second]) for first, second in pairs]
    places = {f"{first},{second}": place for (first, second), place in pairs.items()}
    return {"free": before, "texts": texts, "places": places}


def picked(order: Sequence[int], scores: Sequence[float], coverage: Sequence[float] | None, beta: float) -> int:
    """Which hypothesis wins under a ranking and β."""
    if not coverage:
        return order[0]
    totals = [score + beta * coverage[number] for number, score in zip(order, scores, strict=True)]
    return order[max(range(len(order)), key=lambda place: totals[place])]

"""Which translation each beam size and α picks for a sentence: as the browser draws it, as a table, in a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.decoding.ranking import rerank
from core.records import DecodeTrace, Hypothesis

SIZES = (1, 2, 3, 4, 5, 8, 12)
ALPHAS = tuple(f"{tenths / 10:.1f}" for tenths in range(0, 21, 2))
Winners = Mapping[int, Sequence[Hypothesis]]  # by beam size the best translation under each α


def best_by_alpha(trace: DecodeTrace) -> tuple[Hypothesis, ...]:
    """What each α picks of what a beam has finished: another ranking, no other search."""
    return tuple(rerank(trace, replace(trace.options, length_penalty=float(alpha))).hypotheses[0] for alpha in ALPHAS)


def outputs(winners: Winners) -> list[Hypothesis]:
    """The translations of different texts, those of narrow beams and of a small α first."""
    best: dict[str, Hypothesis] = {}
    for row in winners.values():
        for hypothesis in row:
            best.setdefault(hypothesis.text, hypothesis)
    return list(best.values())


def payload(winners: Winners, scores: Sequence[float] | None) -> dict[str, Any]:
    """The map as plain JSON values: a row of places among the `outputs` for each beam size that was searched.

    An output is [text, sub-words, log-probability, chrF], the last from `scores`, None without a reference.
    """
    different = outputs(winners)
    places = {hypothesis.text: place for place, hypothesis in enumerate(different)}
    return {
        "sizes": list(SIZES),
        "alphas": list(ALPHAS),
        "cells": [[places[hypothesis.text] for hypothesis in row] for row in winners.values()],
        "outputs": [
            [each.text, len(each.tokens), round(each.total, 4), None if scores is None else round(scores[place], 1)]
            for place, each in enumerate(different)
        ],
    }


def letter(place: int) -> str:
    """What an output is called in the map.

    >>> letter(0), letter(27)
    ('A', 'B1')
    """
    return chr(65 + place % 26) + (str(place // 26) if place >= 26 else "")


def facts(winners: Winners) -> dict[str, Any]:
    """How many translations there are, the likeliest of them and which beam size first came upon it."""
    different = outputs(winners)
    best = max(range(len(different)), key=lambda place: different[place].total)
    first = next(size for size, row in winners.items() if any(each.text == different[best].text for each in row))
    return {"count": len(different), "letter": letter(best), "sum": signed(different[best].total), "beam": first}


def signed(value: float) -> str:
    """A sum of log-probabilities as a reader is used to it.

    >>> signed(-3.2)
    '−3.20'
    """
    return f"{value:z.2f}".replace("-", "−")


def table(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row for each cell of the map's `payload`."""
    return [
        {"beam": size, "alpha": float(alpha), "letter": letter(place)}
        | dict(zip(("text", "length", "logprob", "chrf"), content["outputs"][place], strict=True))
        for size, row in zip(content["sizes"], content["cells"], strict=False)
        for alpha, place in zip(content["alphas"], row, strict=True)
    ]

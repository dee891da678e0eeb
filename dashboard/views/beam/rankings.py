"""What a search finished under every ranking that a reader can choose: length norm, α and β need no other search."""

from dataclasses import replace
from typing import Any

from core.decoding.ranking import covered, rerank
from core.options import LENGTH_NORMS, BeamOptions, DiverseOptions
from core.records import DecodeTrace, Hypothesis

NORMS = LENGTH_NORMS[::-1]
STOPS = [f"{tenths / 10:.1f}" for tenths in range(21)]  # of α, and of β
FIRST = ("gnmt", "1.0")  # the ranking with which the page begins


def ranked(trace: DecodeTrace, length_norm: str, alpha: str) -> tuple[Hypothesis, ...]:
    """What a search finished, best first under a ranking without β."""
    options = replace(trace.options, length_norm=length_norm, length_penalty=float(alpha))
    if isinstance(options, BeamOptions):
        options = replace(options, coverage_penalty=0.0)
    return rerank(trace, options).hypotheses


def begun(trace: DecodeTrace) -> DecodeTrace:
    """The search under the ranking with which a page begins: its order numbers the hypotheses."""
    return replace(trace, hypotheses=ranked(trace, *FIRST))


def rankings_of(trace: DecodeTrace) -> dict[str, list]:
    """Under "gnmt" one for each stop of α, under the other norms one: [numbers of hypotheses, best first, scores]."""
    places = {hypothesis.leaf: place for place, hypothesis in enumerate(begun(trace).hypotheses)}

    def ranking(length_norm: str, alpha: str) -> list[list[float]]:
        best_first = ranked(trace, length_norm, alpha)
        return [[places[best.leaf] for best in best_first], [round(best.score, 6) for best in best_first]]

    return {norm: [ranking(norm, alpha) for alpha in (STOPS if norm == "gnmt" else STOPS[:1])] for norm in NORMS}


def coverage(trace: DecodeTrace) -> list[float] | None:
    """What β is multiplied with, for each hypothesis; None where nobody looked at the source, or groups search."""
    if isinstance(trace.options, DiverseOptions):
        return None
    try:
        return [round(covered(trace.tree, hypothesis.leaf), 6) for hypothesis in begun(trace).hypotheses]
    except ValueError:
        return None


def winner(search: dict[str, Any], trace: DecodeTrace) -> int:
    """The last node of the best path."""
    leaves = [hypothesis.leaf for hypothesis in begun(trace).hypotheses]
    return search["hypotheses"][leaves.index(trace.hypotheses[0].leaf)][0]

"""Translations drawn for one sentence, one of the records."""

from dataclasses import dataclass

from core.records import Hypothesis


@dataclass(frozen=True)
class Draws:
    """How many of the samples have ended after so many `steps`; all `hypotheses`, as drawn, once it is over."""

    steps: int
    ended: int
    hypotheses: tuple[Hypothesis, ...] = ()

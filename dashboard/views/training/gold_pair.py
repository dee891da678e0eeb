"""One pair taught and written freely: the gold translation, what the model makes of it, and what it writes alone."""

from functools import partial
from typing import NamedTuple

from core.options import BeamOptions
from core.records import DecodeTrace
from dashboard import answers, controls, resources
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.views.training.figure import Position, positions


class GoldPair(NamedTuple):
    """The gold translation's trace and the greedy one's, and every position of each under a label smoothing."""

    gold: DecodeTrace
    own: DecodeTrace
    taught: list[Position]
    free: list[Position]


def gold_translation(say: Texts, query: Query, best: str) -> tuple[str, str, str]:
    """The gold translation; as one sentence also says, whose it is; what was cut off, in a sentence.

    "typed" by the reader; else a "person"'s, where the sentence is the example; else the "model"'s own, `best`, or
    "nobody"'s where that is empty.
    """
    known, tip = resources.gold(query.model, query.text), say["gold_help"].format(limit=controls.LIMIT)
    typed = controls.target(say["gold"], known or best, tip)
    given, cut = controls.within_limits(say, typed, "target_cut", partial(resources.pieces, query.model))
    whose = "typed" if given else "person" if known else "model" if best.strip() else "nobody"
    return given or known or best, whose, cut


def taken(say: Texts, query: Query, target: str, smoothing: float) -> GoldPair | None:
    """Both walks; None where there is no translation to teach or, after one sentence, the model is damaged."""
    if not target.strip():
        return None
    gold = answers.forced(say, [query.model], query.text, target).get(query.model)
    own = gold and answers.trace(say, query.model, query.text, BeamOptions(1))
    return own and GoldPair(gold, own, positions(gold, smoothing), positions(own, smoothing))

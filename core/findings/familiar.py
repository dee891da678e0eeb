"""Where a model's knowledge ends: the limits of `core.interpret.familiar`, and how often they tell right."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.checkpoints import Loaded
from core.decoding.translate import translate_batches
from core.interpret.familiar import Signs, limits, outside, signs
from core.options import BeamOptions


def familiar(loaded: Loaded, held_out: Sequence[str], tried: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """A model's limits on held-out sentences of its own kind, and which share of each kind that is `tried`, on
    sentences that it has not seen either, lies outside them.
    """
    known = limits(signs_of(loaded, held_out))
    shares = {
        kind: round(sum(outside(given, known) for given in signs_of(loaded, some)) / len(some), 3)
        for kind, some in tried.items()
    }
    return {"sentences": len(held_out), **known, **shares}


def signs_of(loaded: Loaded, sentences: Sequence[str]) -> list[Signs]:
    """The signs of each sentence, searched as the pages do."""
    hypotheses = dict(translate_batches(loaded.model, loaded.subwords, sentences, BeamOptions()))
    return [signs(loaded.subwords.pieces(text), hypotheses[index][0]) for index, text in enumerate(sentences)]


def spread(sentences: Sequence[str], count: int) -> list[str]:
    """So many sentences from everywhere in a list, each once.

    >>> spread(["a", "b", "b", "c", "d", "e"], 2)
    ['a', 'c']
    """
    once = list(dict.fromkeys(sentences))
    return once[:: max(1, len(once) // count)][:count]

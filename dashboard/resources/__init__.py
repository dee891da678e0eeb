"""All that is shared between sessions, each cache bounded; the only place with caches.

folders: what lies on disk · models: loaded ones · searches: what they answer, on a shelf of so many bytes · ahead
"""

from dashboard.resources.ahead import search_ahead
from dashboard.resources.folders import curves, gate_films, gold, measured, shipped, stored, weights_of
from dashboard.resources.models import (
    awake,
    embedded,
    keeps,
    known,
    labels,
    own,
    pieces,
    rejoin,
    take_in,
    tensor,
    warm_up,
)
from dashboard.resources.searches import (
    ask,
    attention_steps,
    decode,
    draws,
    growing,
    head_norms,
    kept,
    searched,
    utilities,
)

__all__ = [
    "ask",
    "attention_steps",
    "awake",
    "curves",
    "decode",
    "draws",
    "embedded",
    "gate_films",
    "gold",
    "growing",
    "head_norms",
    "keeps",
    "kept",
    "known",
    "labels",
    "measured",
    "own",
    "pieces",
    "rejoin",
    "search_ahead",
    "searched",
    "shipped",
    "stored",
    "take_in",
    "tensor",
    "utilities",
    "warm_up",
    "weights_of",
]

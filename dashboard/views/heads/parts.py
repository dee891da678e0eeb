"""What a reading has to show: its attentions, what is measured of their heads, and their rollout."""

from dataclasses import replace

from core.interpret.alignments import by_words, source_words, word_numbers
from core.interpret.head_measures import MEASURES, joint_rollout, rollout
from core.records import Attention
from dashboard.readings import UNITS, Reading
from dashboard.views.heads.figure import PARTS, Part


def parts(reading: Reading) -> dict[str, Part]:
    """Each attention that the model has, by its name."""
    pieces = {kind: attention for kind in PARTS if (attention := reading.attention("pieces", kind))}
    rolled, drawn = rollouts(pieces), {}
    for kind, attention in pieces.items():
        both = {"pieces": attention, "words": reading.attention("words", kind)}
        measures = {units: {name: measure(both[units]) for name, measure in MEASURES.items()} for units in UNITS}
        drawn[kind] = Part(both, numbers(reading, attention), measures, spans(reading, rolled.get(kind)))
    return drawn


def numbers(reading: Reading, attention: Attention) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The word of each row and of each column."""
    source = source_words(reading.trace.pieces)
    rows = source if attention.kind == "encoder" else reading.words
    return rows, word_numbers(attention.keys) if attention.kind == "decoder" else source


def rollouts(pieces: dict[str, Attention]) -> dict[str, Attention]:
    """The rollout that belongs to each attention, as if of one head; none without self-attention, as in an RNN."""
    if len(pieces) < len(PARTS):
        return {}
    own, source = joint_rollout(*(pieces[kind] for kind in PARTS))
    values = {"encoder": rollout(pieces["encoder"]), "decoder": own, "cross": source}
    return {kind: replace(pieces[kind], weights=values[kind][None, None], absent=()) for kind in PARTS}


def spans(reading: Reading, rolled: Attention | None) -> dict[str, Attention] | None:
    """A rollout between sub-words and between words."""
    return rolled and {"pieces": rolled, "words": by_words(rolled, source_words(reading.trace.pieces), reading.words)}

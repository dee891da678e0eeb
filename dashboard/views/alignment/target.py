"""A translation of the reader's own, and what the rows of its map add up to."""

from functools import partial

from core.records import DecodeTrace
from dashboard import controls, resources
from dashboard.controls import Texts
from dashboard.figures.alignment import WHOLE, Panel, row_sums


def own_translation(say: Texts, trace: DecodeTrace) -> tuple[str, str]:
    """The reader's translation, or "" for the model's own; what was cut off, in a sentence."""
    own, tip = trace.hypotheses[0].text, say["target_help"].format(limit=controls.LIMIT)
    typed = controls.target(say["target"], own, tip)
    return controls.within_limits(say, typed, "target_cut", partial(resources.pieces, trace.model))


def sums(say: Texts, panel: Panel) -> str:
    """What the rows of a map add up to, in a sentence; of the whole map, as a sum gives no guess away."""
    ends = row_sums(panel.values)
    if ends is None:
        return say["alignment_sums"]
    kind = "more" if ends[1] > 1 + WHOLE else "less"
    return say[f"alignment_sums_{kind}"].format(low=f"{ends[0]:.2f}", high=f"{ends[1]:.2f}")

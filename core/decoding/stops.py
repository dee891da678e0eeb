"""When a search over a sentence ends, before its cut-off length.

A rule keeps a number (or a row of them) a sentence, the tally, which begins at -inf. It gets the tally (n, …), the
choice of this step, the step and the cut-off lengths (n,), and gives the new tally and which sentences end (n,).
"""

from collections.abc import Callable

from torch import Tensor

from core.decoding.ranking import normalised
from core.decoding.search import IMPOSSIBLE, Choice, Stop
from core.options import BeamOptions


def enough(wanted: int, groups: int = 1) -> Stop:
    """In every group of rows, so many hypotheses are complete (or were cut off, which ends any search)."""

    def stop(tally: Tensor, choice: Choice, step: int, limit: Tensor) -> tuple[Tensor, Tensor]:
        complete = choice.finished.view(len(limit), groups, -1).sum(dim=2)
        tally = complete + tally.view(len(limit), -1).clamp(min=0)
        return tally, (tally >= wanted).all(dim=1)

    return stop


def finished(options: BeamOptions) -> Stop:
    """N hypotheses are complete: blind to α, so that another α is only another order of the same record."""
    return enough(options.finished or options.beam_size)


def first(options: BeamOptions) -> Stop:
    """The likeliest candidate of a step is complete (as OpenNMT has it)."""
    return lambda tally, choice, step, limit: (tally, choice.finished[:, 0])


def optimum(options: BeamOptions) -> Stop:
    """Nothing in the beam can still outrank the best complete hypothesis (after Huang et al. 2017, arXiv 1809.00069).

    Log-probabilities only fall, so a sum s that goes on never ranks above s normalised by the cut-off length.
    """

    def stop(tally: Tensor, choice: Choice, step: int, limit: Tensor) -> tuple[Tensor, Tensor]:
        complete = choice.scores.masked_fill(~choice.finished, IMPOSSIBLE).amax(dim=1)
        tally = tally.maximum(normalised(complete, step, options))
        return tally, tally >= normalised(choice.sums.amax(dim=1), limit, options)

    return stop


STOPS: dict[str, Callable[[BeamOptions], Stop]] = {"finished": finished, "first": first, "optimum": optimum}

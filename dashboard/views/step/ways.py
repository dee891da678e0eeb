"""Every way to a translation that can be walked: a search, or a draw, with what the reader holds by hand."""

from collections.abc import Mapping

from core.options import BeamOptions, Constraints, DiverseOptions, ExactOptions, MBROptions, Options, SamplingOptions
from dashboard.views.step.stepper import OFF

PATHS = ("beam", "greedy", "sample", "diverse", "mbr", "exact")
SLOW = ("mbr", "exact")  # a second or two, not a blink
BEAM = 5
SAMPLES = 20  # of minimum Bayes risk
BUDGET = 200  # prefixes that exact search opens: about a second


def options(path: str, draws: Mapping[str, str], seed: int, constraints: Constraints) -> Options:
    """The search behind one of `PATHS`; only "sample" heeds how it is drawn."""
    if path == "sample":
        return sampling(draws, seed, constraints)
    if path == "diverse":
        return DiverseOptions(constraints=constraints)
    if path == "mbr":
        return MBROptions(samples=SAMPLES, constraints=constraints)
    if path == "exact":
        return ExactOptions(BUDGET, constraints=constraints)
    return BeamOptions(BEAM if path == "beam" else 1, constraints=constraints)  # one branch wide is greedy


def sampling(draws: Mapping[str, str], seed: int, constraints: Constraints) -> SamplingOptions:
    """One sample, drawn as the sliders say."""
    top_k = None if draws["topk"] == OFF else int(draws["topk"])
    top_p, typical = (1.0 if draws[name] == OFF else float(draws[name]) for name in ("topp", "typicality"))
    return SamplingOptions(1, float(draws["heat"]), top_k, top_p, typical, seed, constraints=constraints)

"""Every strategy by name, and what a search needs besides its options: rows, cut-off lengths, filters."""

from collections.abc import Iterator, Sequence

from core.decoding.beam import beam_search
from core.decoding.diverse import diverse_beam_search
from core.decoding.exact import exact
from core.decoding.filters import filters_of, prefix_ids
from core.decoding.forced import forced
from core.decoding.greedy import greedy
from core.decoding.mbr import minimum_bayes_risk
from core.decoding.sampling import sample
from core.decoding.search import Filter, Frontier
from core.models.contract import Encoded, Seq2Seq
from core.options import (
    BeamOptions,
    DiverseOptions,
    ExactOptions,
    ForcedOptions,
    GreedyOptions,
    MBROptions,
    Options,
    SamplingOptions,
    check,
)
from core.text.subwords import Subwords

STRATEGIES = {
    "greedy": (GreedyOptions, greedy),
    "sample": (SamplingOptions, sample),
    "beam": (BeamOptions, beam_search),
    "diverse": (DiverseOptions, diverse_beam_search),
    "exact": (ExactOptions, exact),
    "mbr": (MBROptions, minimum_bayes_risk),
    "forced": (ForcedOptions, forced),
}
BATCHED = ("greedy", "sample", "beam", "diverse", "forced")  # these go step by step, many sentences together


def strategy_of(options: Options) -> str:
    """The name of the strategy that takes these options."""
    return next(name for name, (kind, _) in STRATEGIES.items() if isinstance(options, kind))


def width_of(options: Options) -> int:
    """The live rows that a sentence needs."""
    if isinstance(options, BeamOptions | DiverseOptions):
        return options.beam_size
    return options.samples if isinstance(options, SamplingOptions) else 1


def limit(pieces: int, options: Options) -> int:
    """The cut-off length of a source of that many pieces."""
    return options.max_length or 2 * pieces + 10


def ends_of(subwords: Subwords, options: Options, pieces: Sequence[int]) -> list[int] | list[list[int]]:
    """Where the search over sentences of so many pieces ends: the cut-off lengths, or the ids that it is to write."""
    if isinstance(options, ForcedOptions):
        ids = subwords.encode(options.target)
        check(bool(ids), "there is no translation to force: give some text")
        return [ids] * len(pieces)
    limits = [limit(count, options) for count in pieces]
    asked = {
        "the prefix": len(prefix_ids(subwords, options.constraints.prefix)),
        "the minimum length": options.constraints.min_length,
    }
    for name, length in asked.items():
        room = f"{name} of {length} tokens and <eos> don't fit below the cut-off length {min(limits, default=0)}"
        check(not length or all(length < longest for longest in limits), f"{room}: raise max_length")
    return limits


def filters_for(subwords: Subwords, options: Options) -> list[Filter]:
    """What the options' constraints rule out; ValueError if some text of them can't be written."""
    return [] if isinstance(options, ForcedOptions) else filters_of(subwords, options.constraints)


def steps(
    model: Seq2Seq,
    encoded: Encoded,
    options: Options,
    ends: list[int] | list[list[int]],
    *,
    filters: Sequence[Filter] = (),
    detail: bool = False,
) -> Iterator[Frontier]:
    """The search of a `BATCHED` strategy, step by step, each sentence to its end (`ends_of`)."""
    name = strategy_of(options)
    check(name in BATCHED, f"{name!r} decodes one sentence at a time; step by step go {', '.join(BATCHED)}")
    state = model.start(encoded, width=width_of(options))
    if isinstance(options, ForcedOptions):
        return forced(model, state, options, ends, detail=detail)
    return STRATEGIES[name][1](model, state, options, ends, filters=filters, detail=detail)

"""Every strategy by name, and what a search needs besides its options: rows, cut-off lengths, filters."""

from collections.abc import Iterator, Sequence

from core.checks import check
from core.decoding.beam import beam_search
from core.decoding.diverse import diverse_beam_search
from core.decoding.filters import filters_of
from core.decoding.greedy import greedy
from core.decoding.sampling import sample
from core.decoding.search import Filter, Frontier
from core.models.contract import Encoded, Seq2Seq
from core.options import BeamOptions, DiverseOptions, ForcedOptions, Options, SamplingOptions, check_pieces, strategy_of
from core.text.subwords import Subwords, clean, keyed

# What goes step by step, many sentences together; the others decode one at a time.
SEARCHES = {"greedy": greedy, "sample": sample, "beam": beam_search, "diverse": diverse_beam_search}


def width_of(options: Options) -> int:
    """The live rows that a sentence needs."""
    if isinstance(options, BeamOptions | DiverseOptions):
        return options.beam_size
    return options.samples if isinstance(options, SamplingOptions) else 1


def limit(pieces: int, options: Options) -> int:
    """The cut-off length of a source of that many pieces."""
    return options.max_length or 2 * pieces + 10


def limits_of(subwords: Subwords, options: Options, pieces: Sequence[int]) -> list[int]:
    """The cut-off lengths of sources of so many pieces; ValueError if the constraints leave no room below them."""
    limits = [limit(count, options) for count in pieces]
    lengths = {
        "the prefix": len(subwords.encode(options.constraints.prefix)),
        "the minimum length": options.constraints.min_length,
    }
    for name, length in lengths.items():
        room = f"{name} of {length} tokens and <eos> don't fit below the cut-off length {min(limits, default=0)}"
        check(not length or all(length < longest for longest in limits), f"{room}: raise max_length")
    return limits


def target_ids(subwords: Subwords, target: str) -> list[int]:
    """The tokenizer's spelling of a translation to force; ValueError if there is none, or too much.

    A character that the vocabulary lacks is written as a keyboard does.
    """
    known = set(subwords.tokens)
    ids = subwords.encode("".join(char if char in known else keyed(char) for char in clean(target)))
    check(bool(ids), "there is no translation to force: give some text")
    check_pieces(len(ids), "the translation to force")
    return ids


def longest(subwords: Subwords, options: Options, pieces: int) -> int:
    """The most steps that a run over so many pieces takes; a forced translation may be spelt a character at a time."""
    if isinstance(options, ForcedOptions):
        return len(subwords.spelt(target_ids(subwords, options.target))) + 2
    return limits_of(subwords, options, [pieces])[0]


def filters_for(subwords: Subwords, options: Options) -> list[Filter]:
    """What the options' constraints rule out; ValueError if some text of them can't be written."""
    return [] if isinstance(options, ForcedOptions) else filters_of(subwords, options.constraints)


def steps(
    model: Seq2Seq,
    encoded: Encoded,
    options: Options,
    limits: Sequence[int],
    *,
    filters: Sequence[Filter] = (),
    detail: bool = False,
) -> Iterator[Frontier]:
    """The search of one of the `SEARCHES`, step by step, each sentence to its cut-off length."""
    name = strategy_of(options)
    check(name in SEARCHES, f"{name!r} decodes one sentence at a time; step by step go {', '.join(SEARCHES)}")
    state = model.start(encoded, width=width_of(options))
    return SEARCHES[name](model, state, options, limits, filters=filters, detail=detail)

"""From a sentence to its trace, and from many sentences to their translations."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch

from core.decoding.beam import beam_search
from core.decoding.forced import forced
from core.decoding.greedy import greedy
from core.decoding.ranking import best_leaves, hypothesis
from core.decoding.recording import Answers, Recorder
from core.decoding.search import Frontier
from core.models.contract import NONE, Encoded, Interventions, Seq2Seq
from core.options import BeamOptions, ForcedOptions, GreedyOptions, Options, check
from core.records import Attention, DecodeTrace, Hypothesis, SearchTree, source_keys
from core.text.batches import bucketed, source_batch
from core.text.subwords import Subwords, clean

STRATEGIES = {
    "greedy": (GreedyOptions, greedy),
    "beam": (BeamOptions, beam_search),
    "forced": (ForcedOptions, forced),
}


def strategy_of(options: Options) -> str:
    """The name of the strategy that takes these options."""
    return next(name for name, (kind, _) in STRATEGIES.items() if isinstance(options, kind))


def width_of(options: Options) -> int:
    """The live rows that a sentence needs."""
    return options.beam_size if isinstance(options, BeamOptions) else 1


def limit(pieces: int, options: GreedyOptions | BeamOptions) -> int:
    """The cut-off length of a source of that many pieces."""
    return options.max_length or 2 * pieces + 10


def ends_of(subwords: Subwords, options: Options, pieces: Sequence[int]) -> list[int] | list[list[int]]:
    """Where the search over sentences of so many pieces ends: the cut-off lengths, or the ids that it is to write."""
    if not isinstance(options, ForcedOptions):
        return [limit(count, options) for count in pieces]
    ids = subwords.encode(options.target)
    check(bool(ids), "there is no translation to force: give some text")
    return [ids] * len(pieces)


def steps(
    model: Seq2Seq, encoded: Encoded, options: Options, ends: list[int] | list[list[int]], *, detail: bool = False
) -> Iterator[Frontier]:
    """The search under these options, step by step, each sentence to its end (`ends_of`)."""
    state = model.start(encoded, width=width_of(options))
    return STRATEGIES[strategy_of(options)][1](model, state, options, ends, detail=detail)


@torch.inference_mode()
def decode(
    model: Seq2Seq,
    subwords: Subwords,
    text: str,
    options: Options,
    *,
    name: str = "",
    interventions: Interventions = NONE,
) -> DecodeTrace:
    """Translate one sentence and record everything; ValueError if there is nothing to translate or to force."""
    began = time.perf_counter()
    text = clean(text)
    ids = subwords.encode(text)
    if not ids:
        raise ValueError("there is nothing to translate: type a sentence")
    source, mask = (torch.from_numpy(part) for part in source_batch([ids]))
    ends = ends_of(subwords, options, [len(ids)])
    encoded = model.encode(source, mask, interventions=interventions, detail=True)
    recorder, answers = Recorder(subwords.tokens), Answers()
    for frontier in steps(model, encoded, options, ends, detail=True):
        recorder.add(frontier, 0)
        answers.add(frontier)
    tree, pieces = recorder.tree(answers.array("cross")), subwords.pieces(text)
    keys = source_keys(pieces)
    own = None if encoded.attention is None else Attention(encoded.attention[0].numpy(), keys, keys, "encoder")
    trace = DecodeTrace(
        model=name,
        text=text,
        pieces=pieces,
        strategy=strategy_of(options),
        options=options,
        hypotheses=ranked(tree, subwords, options, keys),
        tree=tree,
        encoder=own,
        logits=answers.array("logits"),
        vocabulary=subwords.tokens,
        states=answers.states(encoded),
    )
    return replace(trace, seconds=time.perf_counter() - began)


@torch.inference_mode()
def translate_batches(
    model: Seq2Seq, subwords: Subwords, lines: Sequence[str], options: Options, max_tokens: int = 2000
) -> Iterator[tuple[int, tuple[Hypothesis, ...]]]:
    """Each line's index and hypotheses, best first, a batch of like lengths at a time.

    `max_tokens` bounds source tokens times beam width. A line without any text has no hypothesis.
    """
    device = next(model.parameters()).device
    sources = subwords.encode_batch(lines)
    filled = [index for index, ids in enumerate(sources) if ids]
    for index in set(range(len(lines))) - set(filled):
        yield index, ()
    for places in bucketed([len(sources[index]) + 1 for index in filled], max_tokens // width_of(options)):
        some = [filled[place] for place in places]
        source, mask = (torch.from_numpy(part).to(device) for part in source_batch([sources[i] for i in some]))
        recorders = [Recorder(subwords.tokens) for _ in some]
        encoded = model.encode(source, mask)
        ends = ends_of(subwords, options, [len(sources[index]) for index in some])
        for frontier in steps(model, encoded, options, ends):
            for position, sentence in enumerate(frontier.sentences):
                recorders[sentence].add(frontier, position)
        for index, recorder in zip(some, recorders, strict=True):
            tree = recorder.tree()
            yield index, ranked(tree, subwords, options, ())


def ranked(tree: SearchTree, subwords: Subwords, options: Options, keys: tuple[str, ...]) -> tuple[Hypothesis, ...]:
    """All hypotheses of a tree, best first."""
    return tuple(
        hypothesis(tree, leaf, score, subwords.decode(tree.nodes[node].id for node in tree.path(leaf)), keys)
        for leaf, score in best_leaves(tree, options)
    )

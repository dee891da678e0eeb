"""From a sentence to its trace, and from many sentences to their translations."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import torch

from core.changes import UNCHANGED, Changes
from core.checks import check
from core.decoding.exact import exact
from core.decoding.forced import best_spellings, forced
from core.decoding.mbr import minimum_bayes_risk
from core.decoding.ranking import best_leaves, hypothesis
from core.decoding.recording import Answers, Recorder, record
from core.decoding.search import Filter, Frontier
from core.decoding.strategies import filters_for, limits_of, longest, steps, target_ids, width_of
from core.models.contract import NONE, Encoded, Interventions, Seq2Seq, interventions_of
from core.options import (
    BeamOptions,
    ExactOptions,
    ForcedOptions,
    MBROptions,
    Options,
    SamplingOptions,
    check_pieces,
    check_recorded,
    strategy_of,
)
from core.records import Attention, DecodeTrace, Hypothesis, Proof, SearchTree, Spelling, source_keys
from core.text.batches import bucketed, source_batch
from core.text.subwords import Subwords, clean


class Recorded(NamedTuple):
    """What a search over one sentence has recorded so far."""

    tree: SearchTree
    answers: Answers
    proof: Proof | None = None
    spelling: Spelling | None = None


class Run(NamedTuple):
    """What a run can be given by name, besides its options."""

    name: str = ""  # of the model
    changes: Changes = UNCHANGED  # what a reader changes, which the trace names
    interventions: Interventions = NONE  # or tensors, which it can't name
    hidden: bool = False  # whether the hidden vectors of every layer are recorded, and not only of the last


@torch.inference_mode()
def decode(model: Seq2Seq, subwords: Subwords, text: str, options: Options, **run: Any) -> DecodeTrace:
    """Translate one sentence and record everything; ValueError if there is nothing to translate, or to write.

    By name: the fields of `Run`.
    """
    *_, last = snapshots(model, subwords, text, options, **run)
    return last()


def decode_steps(model: Seq2Seq, subwords: Subwords, text: str, options: Options, **run: Any) -> Iterator[DecodeTrace]:
    """The same growing: the trace after each step, the whole one last. Whoever stops iterating stops the search."""
    for snapshot in snapshots(model, subwords, text, options, **run):
        yield snapshot()


@torch.inference_mode()
def snapshots(
    model: Seq2Seq, subwords: Subwords, text: str, options: Options, **run: Any
) -> Iterator[Callable[[], DecodeTrace]]:
    """After each step what makes the trace of the search so far; a trace that nobody asks for costs nothing."""
    if isinstance(options, MBROptions):
        done: list[DecodeTrace] = []
        for part in [options.sampling] if options.candidates == "samples" else [options.beam, options.sampling]:
            for snapshot in snapshots(model, subwords, text, part, **run):
                yield lambda now=snapshot, before=tuple(done): minimum_bayes_risk([*before, now()], options)
            done.append(snapshot())
        return
    setting, began, text = Run(**run), time.perf_counter(), clean(text)
    ids = subwords.encode_source(text)
    check(bool(ids), "there is nothing to translate: type a sentence")
    check_pieces(len(ids), "the sentence")
    source, mask = (torch.from_numpy(part) for part in source_batch([ids]))
    interventions = interventions_in(setting, model, subwords, options, len(ids))
    encoded = model.encode(source, mask, interventions=interventions, detail=True)
    record = explored if isinstance(options, ExactOptions) else followed
    answers = Answers(every_layer=setting.hidden)
    for recorded in record(model, subwords, encoded, options, len(ids), answers):
        yield lambda: trace_of(recorded(), model, encoded, subwords, text, options, setting, began)  # noqa: B023


def interventions_in(run: Run, model: Seq2Seq, subwords: Subwords, options: Options, pieces: int) -> Interventions:
    """What a run over a source of so many pieces changes."""
    if run.changes == UNCHANGED:
        return run.interventions
    unset = all(field is None for field in run.interventions)
    check(unset, "a run is changed by `changes` or by `interventions`, not by both")
    return interventions_of(run.changes, model, pieces + 1, longest(subwords, options, pieces))


def followed(
    model: Seq2Seq, subwords: Subwords, encoded: Encoded, options: Options, pieces: int, answers: Answers
) -> Iterator[Callable[[], Recorded]]:
    """A search step by step, all recorded."""
    recorder = Recorder(subwords.tokens)
    frontiers, (spelling,) = grown(model, subwords, encoded, options, [pieces], detail=True)
    for frontier in frontiers:
        record(frontier, [recorder])
        answers.add(frontier)
        yield lambda: Recorded(recorder.tree(*answers.attention()), answers, spelling=spelling)


def grown(
    model: Seq2Seq,
    subwords: Subwords,
    encoded: Encoded,
    options: Options,
    pieces: Sequence[int],
    *,
    filters: Sequence[Filter] | None = None,
    detail: bool = False,
) -> tuple[Iterator[Frontier], list[Spelling | None]]:
    """The search over n sources of so many pieces, and of forced ones the tokenizer's spelling, where it is another.

    The `filters` of the options, if they are made already.
    """
    if isinstance(options, ForcedOptions):
        targets, spellings = zip(
            *best_spellings(model, subwords, encoded, target_ids(subwords, options.target)), strict=True
        )
        return forced(model, model.start(encoded), targets, detail=detail), list(spellings)
    limits = limits_of(subwords, options, pieces)
    if detail:
        check_recorded(width_of(options), max(limits), max(pieces), "decoder" in model.heads)
    filters = filters_for(subwords, options) if filters is None else filters
    return steps(model, encoded, options, limits, filters=filters, detail=detail), [None] * len(pieces)


def explored(
    model: Seq2Seq, subwords: Subwords, encoded: Encoded, options: ExactOptions, pieces: int, answers: Answers
) -> Iterator[Callable[[], Recorded]]:
    """An exact search, question by question."""
    (limit,), filters = limits_of(subwords, options, [pieces]), filters_for(subwords, options)
    state, tokens = model.start(encoded), subwords.tokens
    for so_far in exact(model, state, options, limit, tokens, filters=filters, detail=True, answers=answers):
        yield lambda: Recorded(so_far.tree(), so_far.answers, so_far.proof)  # noqa: B023


def trace_of(
    recorded: Recorded,
    model: Seq2Seq,
    encoded: Encoded,
    subwords: Subwords,
    text: str,
    options: Options,
    run: Run,
    began: float,
) -> DecodeTrace:
    """The record of one sentence's search."""
    tree, answers, proof, spelling = recorded
    pieces = subwords.pieces(text)
    keys, own = source_keys(pieces), encoded.attention
    return DecodeTrace(
        model=run.name,
        text=text,
        pieces=pieces,
        strategy=strategy_of(options),
        options=options,
        hypotheses=ranked(tree, subwords, options),
        tree=tree,
        encoder=None if own is None else Attention(own[0].numpy(), keys, keys, "encoder", model.absent),
        seconds=time.perf_counter() - began,
        logits=answers.array("logits"),
        vocabulary=subwords.tokens,
        states=answers.states(encoded),
        proof=proof,
        spelling=spelling,
        changes=run.changes,
        absent=model.absent,
    )


@torch.inference_mode()
def translate_batches(
    model: Seq2Seq,
    subwords: Subwords,
    lines: Sequence[str],
    options: Options,
    max_tokens: int = 4000,
    *,
    changes: Changes = UNCHANGED,
) -> Iterator[tuple[int, tuple[Hypothesis, ...]]]:
    """Each line's index and hypotheses, best first, a batch of like lengths at a time.

    `max_tokens` bounds source tokens times live rows. A line without any text has no hypothesis. Of the attention only
    what a coverage penalty needs is looked at, and none is kept. Of `changes` heads can be closed for all lines.
    """
    given = changes.edited + changes.patterns
    check(
        not given, "an edited row or a head set whole belongs to one sentence: translate that one alone, or close heads"
    )
    device = next(model.parameters()).device
    filters = filters_for(subwords, options)
    covers = isinstance(options, BeamOptions) and options.coverage_penalty > 0
    sources = subwords.encode_sources(lines)
    filled = [index for index, ids in enumerate(sources) if ids]
    for index in filled:
        check_pieces(len(sources[index]), f"line {index + 1:,}")
    for index in set(range(len(lines))) - set(filled):
        yield index, ()
    batches = bucketed([len(sources[index]) + 1 for index in filled], max_tokens // width_of(options))
    for number, places in enumerate(batches):
        some = [filled[place] for place in places]
        source, mask = (torch.from_numpy(part).to(device) for part in source_batch([sources[i] for i in some]))
        recorders, looked = [Recorder(subwords.tokens) for _ in some], [Answers(("cross",)) for _ in some]
        interventions = interventions_of(changes, model, source.shape[1], 0)
        encoded = model.encode(source, mask, interventions=interventions)
        pieces = [len(sources[index]) for index in some]
        frontiers, _ = grown(model, subwords, encoded, reseeded(options, number), pieces, filters=filters)
        for frontier in frontiers:
            record(frontier, recorders)
            for position, sentence in enumerate(frontier.sentences if covers else ()):
                looked[sentence].add(frontier, position)
        for index, recorder, answers in zip(some, recorders, looked, strict=True):
            cross = answers.array("cross")
            tree = recorder.tree(None if cross is None else cross[..., : len(sources[index]) + 1])
            yield index, ranked(tree, subwords, options)


def reseeded(options: Options, number: int) -> Options:
    """Of samples the options for the batch of that number: each batch draws its own random numbers."""
    return replace(options, seed=(options.seed + number) % 2**63) if isinstance(options, SamplingOptions) else options


def ranked(tree: SearchTree, subwords: Subwords, options: Options) -> tuple[Hypothesis, ...]:
    """All hypotheses of a tree, best first."""
    return tuple(
        hypothesis(tree, leaf, score, subwords.decode(tree.nodes[node].id for node in tree.path(leaf)))
        for leaf, score in best_leaves(tree, options)
    )

"""What models answer, computed once for all readers and kept within one number of bytes."""

import os
import threading
from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from core.changes import UNCHANGED, Changes
from core.checkpoints import EXAMPLE, GOLD, GREEDY
from core.checks import check
from core.options import BeamOptions, ForcedOptions, Options, SamplingOptions
from core.records import AttentionSteps, DecodeTrace
from core.records.draws import Draws
from dashboard.live.trainings import MINE
from dashboard.resources.folders import samples, stored
from dashboard.resources.models import model
from dashboard.resources.shelf import Shelf

# Searches that compute at the same time: more than cores only take turns, and twenty took twice as long for it.
PLACES = os.cpu_count() or 1
AT_ONCE = threading.BoundedSemaphore(PLACES)
RANKING = {"length_norm": "gnmt", "length_penalty": 1.0, "coverage_penalty": 0.0}  # what only ranks a beam's record


@st.cache_resource(max_entries=1, show_spinner=False)
def traces() -> Shelf:
    """All traces that were computed, of all models and for all readers; ValueError if the budget is no number."""
    budget = os.environ.get("SEQSCOPE_CACHE_MB") or "512"
    check(budget.isdecimal(), f"SEQSCOPE_CACHE_MB must be a whole number of megabytes such as 512, not {budget!r}")
    return Shelf(int(budget) * 1_000_000)


def computed(name: str, text: str, options: Options, changes: Changes = UNCHANGED) -> DecodeTrace:
    """A trace with everything recorded: about 1 MB for a short sentence at beam 5, 90 MB for a long one at 12."""

    def compute() -> DecodeTrace:
        from core.decoding.translate import decode

        loaded = model(name)
        with AT_ONCE:
            return decode(loaded.model, loaded.subwords, text, options, name=name, changes=changes)

    return traces().get((name, text, options, changes), compute)


def decode(name: str, text: str, options: Options, changes: Changes = UNCHANGED) -> DecodeTrace:
    """What `core.decoding.translate.decode` returns; a search that another ranking leaves as it is, is done once.

    ValueError, in one sentence, if the model is damaged, or the options or changes do not fit it.
    """
    from core.decoding.ranking import rerank

    search = unranked(options)
    trace = (changes == UNCHANGED and kept(name, text, search)) or computed(name, text, search, changes)
    return rerank(trace, options) if ranked(options) else trace


def kept(name: str, text: str, search: Options) -> DecodeTrace | None:
    """The same search of a shipped model as it was stored, which needs no torch; None if it was not."""
    files = () if name.startswith(MINE) else (EXAMPLE, GREEDY, GOLD)
    examples = (stored(name, file) for file in files)
    return next(
        (trace for trace in examples if trace and trace.text == text and unranked(trace.options) == search), None
    )


def searched(name: str, text: str) -> DecodeTrace | None:
    """What a model's default beam made of a sentence, if that was stored or anybody has asked: nothing is searched."""
    search = unranked(BeamOptions())
    return kept(name, text, search) or traces().known((name, text, search, UNCHANGED))


def ranked(options: Options) -> bool:
    """Whether options rank what a search has recorded, without a say in how it searches."""
    return isinstance(options, BeamOptions) and options.stop != "optimum"


def unranked(options: Options) -> Options:
    """The search behind options: the same for all rankings of what it records."""
    return replace(options, **RANKING) if ranked(options) else options


def attention_steps(name: str, text: str, target: str, changes: Changes = UNCHANGED) -> AttentionSteps | None:
    """Every number of a model's attention while it wrote a given translation or, if that is "", its own best.

    ValueError, in one sentence, if the model is damaged or the changes do not fit it.
    """

    def compute() -> AttentionSteps | None:
        from core.interpret.attention_numbers import attention_steps

        trace = decode(name, text, ForcedOptions(target) if target else BeamOptions(), changes)
        loaded = model(name)
        with AT_ONCE:
            return attention_steps(loaded.model, loaded.subwords, trace)

    return traces().get((name, text, target, changes), compute)


def head_norms(trace: DecodeTrace) -> dict[str, np.ndarray]:
    """What `core.interpret.head_norms.head_norms` returns; ValueError, in one sentence, if the model is damaged."""

    def compute() -> dict[str, np.ndarray]:
        from core.interpret.head_norms import head_norms

        loaded = model(trace.model)
        with AT_ONCE:
            return head_norms(loaded.model, loaded.subwords, trace)

    return traces().get(("norms", trace.model, trace.text, trace.options, trace.changes), compute)


def ask(question: Callable[..., Any], name: str, *about: Hashable) -> Any:
    """What a function of core (model, sub-words, *about) finds in a model; ValueError if the model is damaged."""

    def compute() -> Any:
        loaded = model(name)
        with AT_ONCE:
            return question(loaded.model, loaded.subwords, *about)

    return traces().get((question, name, *about), compute)


def growing(question: Callable[..., Iterator[Any]], name: str, *about: Hashable) -> Iterator[Any]:
    """What a generator of core (model, sub-words, *about) has found in a model so far; at once its last where that was
    found before. Whoever stops iterating stops it. ValueError if the model is damaged.
    """
    key = (question, name, *about)
    record = traces().known(key)
    if record is not None:
        yield record
        return
    loaded = model(name)
    for record in question(loaded.model, loaded.subwords, *about):
        yield record
    traces().put(key, record)


def draws(name: str, text: str, options: SamplingOptions) -> Iterator[Draws]:
    """What `core.decoding.draws.draws` draws; what was stored needs no torch. ValueError if the model is damaged."""
    kept = None if name.startswith(MINE) else samples(name)
    if kept and (kept.text, kept.options) == (text, options):
        yield Draws(0, options.samples, kept.hypotheses)
        return
    from core.decoding.draws import draws

    yield from growing(draws, name, text, options)


def utilities(candidates: tuple[str, ...], references: tuple[str, ...], utility: str) -> np.ndarray:
    """What `core.decoding.mbr.utility_matrix` returns, (N, M)."""
    from core.decoding.mbr import utility_matrix

    key = "utilities", candidates, references, utility
    return traces().get(key, lambda: utility_matrix(candidates, references, utility))


def idle() -> bool:
    """Whether no search is under way."""
    free = 0
    while free < PLACES and AT_ONCE.acquire(blocking=False):
        free += 1
    for _ in range(free):
        AT_ONCE.release()
    return free == PLACES

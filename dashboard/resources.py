"""All that is shared between sessions: cards, models and traces, each cache bounded. The only place with caches."""

import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import streamlit as st

from core.checkpoints import PRETRAINED, Card, cards, example, load_packed
from core.options import BeamOptions, ForcedOptions
from core.records import AttentionSteps, DecodeTrace

WARM_UP_DELAY = 3.0  # seconds, in which a browser has fetched the page's scripts
QUIET = 0.25  # seconds without a question, after which nobody is likely to wait for the processor
MODELS = Path(os.environ.get("SEQSCOPE_MODELS") or PRETRAINED)
# Searches that compute at the same time: more than cores only take turns, and twenty took twice as long for it.
PLACES = os.cpu_count() or 1
AT_ONCE = threading.BoundedSemaphore(PLACES)


@st.cache_resource(max_entries=1)
def shipped() -> tuple[dict[str, Card], dict[str, str]]:
    """The sound models' cards by name, in the order of their invention, and what is wrong with the others."""
    found, broken = cards(MODELS)
    return dict(sorted(found.items(), key=lambda item: (item[1].family, item[1].attends))), broken


@st.cache_resource(max_entries=16)
def stored(name: str) -> DecodeTrace | None:
    """The stored example of a model: drawn without torch."""
    try:
        return example(name, MODELS)
    except ValueError:
        return None


@st.cache_resource(max_entries=1, show_spinner=False)
def awake() -> set[str]:
    """The names of the models in memory, from which an answer comes at once."""
    return set()


@st.cache_resource(max_entries=16, show_spinner=False)
def model(name: str):
    """A model and its vocabulary, packed; one thread is fastest for one sentence."""
    import torch

    torch.set_num_threads(1)
    loaded = load_packed(name, MODELS)
    awake().add(name)
    return loaded


@st.cache_resource(max_entries=64, show_spinner=False)
def searched(name: str, text: str, beam_size: int) -> DecodeTrace:
    """A beam search with everything recorded; about 1 MB each at beam 5."""
    from core.decoding.translate import decode

    loaded = model(name)
    with AT_ONCE:
        return decode(loaded.model, loaded.subwords, text, BeamOptions(beam_size), name=name)


def decode(name: str, text: str, options: BeamOptions) -> DecodeTrace:
    """The trace under these options; a length norm only ranks again what one search found.

    ValueError, in one sentence, if the model is damaged.
    """
    from core.decoding.ranking import rerank

    known = stored(name)
    if known is None or known.text != text or known.options.beam_size != options.beam_size:
        known = searched(name, text, options.beam_size)
    return rerank(known, options)


@st.cache_resource(max_entries=1, show_spinner=False)
def next_searches() -> list[threading.Timer]:
    """The timer of the searches that are done in advance, of which there is at most one."""
    return []


def idle() -> bool:
    """Whether no search is under way."""
    free = 0
    while free < PLACES and AT_ONCE.acquire(blocking=False):
        free += 1
    for _ in range(free):
        AT_ONCE.release()
    return free == PLACES


def search_ahead(name: str, text: str, beam_sizes: Iterable[int]) -> None:
    """Search what a reader may ask for next, once a while has passed in which no reader asked for a tree.

    Each question puts it off and the last one wins: among many readers at work it never happens, and slows nobody.
    """
    waiting = next_searches()
    for timer in waiting:
        timer.cancel()

    def search() -> None:
        for size in beam_sizes:
            if waiting == [timer] and idle():  # nobody has asked since
                with suppress(ValueError, OSError):  # a damaged model is named when it is asked for
                    searched(name, text, size)

    timer = threading.Timer(QUIET, search)
    timer.daemon = True
    waiting[:] = [timer]
    if name in awake():
        timer.start()


@st.cache_resource(max_entries=64, show_spinner=False)
def forced(name: str, text: str, target: str) -> DecodeTrace:
    """What a model makes of a given translation (teacher forcing), everything recorded.

    ValueError, in one sentence, if the model is damaged or the translation is empty.
    """
    from core.decoding.translate import decode

    loaded = model(name)
    with AT_ONCE:
        return decode(loaded.model, loaded.subwords, text, ForcedOptions(target), name=name)


@st.cache_resource(max_entries=32, show_spinner=False)
def attention_steps(name: str, text: str, target: str) -> AttentionSteps | None:
    """Every number of a model's attention while it wrote a given translation or, if that is "", its own best.

    ValueError, in one sentence, if the model is damaged.
    """
    from core.interpret.asking import attention_steps

    trace = forced(name, text, target) if target else decode(name, text, BeamOptions())
    loaded = model(name)
    with AT_ONCE:
        return attention_steps(loaded.model, loaded.subwords, trace)


@st.cache_resource(max_entries=1, show_spinner=False)
def warm_up() -> None:
    """Import torch and load the models once a server, soon after the first paint: beside it they would delay it."""

    def wake() -> None:
        for name in shipped()[0]:
            with suppress(ValueError, OSError):  # a damaged model is named when it is asked for
                model(name)

    timer = threading.Timer(WARM_UP_DELAY, wake)
    timer.daemon = True
    timer.start()

"""All that is shared between sessions: cards, models and traces, each cache bounded. The only place with caches."""

import atexit
import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import streamlit as st

from core.checkpoints import (
    EXAMPLE,
    FINDINGS,
    GOLD,
    GREEDY,
    PRETRAINED,
    TOKENIZER,
    WEIGHTS,
    Card,
    NotFinite,
    cards,
    curve,
    example,
    load_packed,
)
from core.checkpoints.card import OWN
from core.files import read_json
from core.options import BeamOptions, ForcedOptions, Options, check
from core.records import AttentionSteps, DecodeTrace, Piece
from core.text.subwords import Subwords
from dashboard.live.own_models import OwnModels
from dashboard.live.refusal import Refusal
from dashboard.live.trainings import MINE, Trainings
from dashboard.model_names import model_labels
from dashboard.resources.shelf import Shelf
from dashboard.text import Texts

WARM_UP_DELAY = 3.0  # seconds, in which a browser has fetched the page's scripts
QUIET = 0.25  # seconds without a question, after which nobody is likely to wait for the processor
MODELS = Path(os.environ.get("SEQSCOPE_MODELS") or PRETRAINED)
# Searches that compute at the same time: more than cores only take turns, and twenty took twice as long for it.
PLACES = os.cpu_count() or 1
AT_ONCE = threading.BoundedSemaphore(PLACES)
RANKING = {"length_norm": "gnmt", "length_penalty": 1.0, "coverage_penalty": 0.0}  # what only ranks a beam's record


@st.cache_resource(max_entries=1)
def shipped() -> tuple[dict[str, Card], dict[str, str]]:
    """The sound models' cards by name, in the order of their invention, and what is wrong with the others."""
    found, broken = cards(MODELS)
    for name in [name for name, card in found.items() if name.startswith(MINE) or card.corpus == OWN]:
        broken[name] = f"{name} is a reader's own model: load its zip on the page Train it live"
        del found[name]
    return dict(sorted(found.items(), key=lambda item: (item[1].family, item[1].attends))), broken


@st.cache_resource(max_entries=1, show_spinner=False, on_release=Trainings.close)
def trainings() -> Trainings:
    """All that is trained live on this server, in a folder that goes when the server does."""
    made = Trainings()
    atexit.register(made.close)
    return made


def own() -> OwnModels:
    """What this session trains and has trained: it goes with the session, and no other one sees it."""
    if "own" not in st.session_state:
        st.session_state["own"] = OwnModels(trainings())
    return held(st.session_state["own"])


@st.cache_resource(scope="session", show_spinner=False, on_release=OwnModels.leave)
def held(_own: OwnModels) -> OwnModels:
    """The same: Streamlit lets go of it when the browser is gone, and this runs again if it comes back."""
    _own.stay()
    return _own


def known() -> dict[str, Card]:
    """The models that this session may choose from: the shipped ones and its own."""
    return shipped()[0] | own().found()


def labels(say: Texts, some: Iterable[str] | None = None) -> dict[str, str]:
    """Known models in words (all, or some), on all pages the same."""
    names = model_labels(known(), say)
    return names if some is None else {name: names[name] for name in some}


def folder_of(name: str) -> Path:
    """The folder in which a model's folder lies."""
    return trainings().folder_of(name) if name.startswith(MINE) else MODELS


@st.cache_resource(max_entries=48)
def stored(name: str, file: str = EXAMPLE) -> DecodeTrace | None:
    """A stored example of a shipped model: drawn without torch."""
    try:
        return example(name, MODELS, file)
    except ValueError:
        return None


@st.cache_resource(max_entries=1)
def curves() -> tuple[dict[str, list[dict[str, float]]], dict[str, str]]:
    """Each sound model's training, a point an epoch, by its name; and for each other one what is wrong with it."""
    found, broken = {}, {}
    for name in shipped()[0]:
        try:
            found[name] = curve(name, MODELS)
        except ValueError as error:
            broken[name] = str(error)
    return found, broken


def weights_of(name: str) -> int:
    """The bytes of a shipped model's weights."""
    return (MODELS / name / WEIGHTS).stat().st_size


@st.cache_resource(max_entries=8)
def measured(study: str) -> object:
    """What a study wrote, as JSON values; None where it was not run or its file is damaged."""
    try:
        return read_json(MODELS / FINDINGS / f"{study}.json")
    except ValueError:
        return None


@st.cache_resource(max_entries=1, show_spinner=False)
def awake() -> set[str]:
    """The names of the models in memory, from which an answer comes at once."""
    return set()


def model(name: str):
    """A model and its vocabulary, packed; what readers train never pushes a shipped one out of memory."""
    return own_model(name) if name.startswith(MINE) else shipped_model(name)


@st.cache_resource(max_entries=32, show_spinner=False)
def shipped_model(name: str):
    """A shipped model, which then counts as awake."""
    loaded = packed(name)
    awake().add(name)
    return loaded


@st.cache_resource(max_entries=16, show_spinner=False)
def own_model(name: str):
    """A model that a reader trained; ValueError, in one sentence, if it is damaged or gone."""
    return packed(name)


@st.cache_resource(max_entries=32, show_spinner=False)
def subwords(name: str) -> Subwords:
    """A model's vocabulary alone, without torch; ValueError if it is damaged or gone."""
    return Subwords.load(folder_of(name) / name / TOKENIZER)


def pieces(name: str, text: str) -> tuple[Piece, ...]:
    """How a model cuts a text; () where its vocabulary is damaged, which is named when the model is asked."""
    try:
        return subwords(name).pieces(text)
    except ValueError:
        return ()


def take_in(content: bytes) -> Card:
    """Load a model from a zip into this session; Refusal names the damage."""
    name = own().upload(content).name
    try:
        card = model(name).card
    except Exception as error:  # whatever a strange file made a library raise
        own().forget(name)
        raise Refusal("finite" if isinstance(error, NotFinite) else "weights") from error
    own().keep(card)
    return card


def packed(name: str):
    """A model, loaded; one thread is fastest for one sentence."""
    import torch

    torch.set_num_threads(1)
    return load_packed(name, folder_of(name))


@st.cache_resource(max_entries=1, show_spinner=False)
def traces() -> Shelf:
    """All traces that were computed, of all models and for all readers; ValueError if the budget is no number."""
    budget = os.environ.get("SEQSCOPE_CACHE_MB") or "512"
    check(budget.isdecimal(), f"SEQSCOPE_CACHE_MB must be a whole number of megabytes such as 512, not {budget!r}")
    return Shelf(int(budget) * 1_000_000)


def computed(name: str, text: str, options: Options) -> DecodeTrace:
    """A trace with everything recorded: about 1 MB for a short sentence at beam 5, 90 MB for a long one at 12."""

    def compute() -> DecodeTrace:
        from core.decoding.translate import decode

        loaded = model(name)
        with AT_ONCE:
            return decode(loaded.model, loaded.subwords, text, options, name=name)

    return traces().get((name, text, options), compute)


def decode(name: str, text: str, options: Options) -> DecodeTrace:
    """What `core.decoding.translate.decode` returns; a search that another ranking leaves as it is, is done once.

    ValueError, in one sentence, if the model is damaged or the options can't be met.
    """
    from core.decoding.ranking import rerank

    if not isinstance(options, BeamOptions) or options.stop == "optimum":
        return computed(name, text, options)
    search = replace(options, **RANKING)
    for file in () if name.startswith(MINE) else (EXAMPLE, GREEDY):
        kept = stored(name, file)
        if kept and kept.text == text and replace(kept.options, **RANKING) == search:
            return rerank(kept, options)
    return rerank(computed(name, text, search), options)


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
                    computed(name, text, BeamOptions(size))

    timer = threading.Timer(QUIET, search)
    timer.daemon = True
    waiting[:] = [timer]
    if name in awake():
        timer.start()


def gold(name: str, text: str) -> str:
    """A person's translation of the model's stored example; "" for any other sentence."""
    kept = None if name.startswith(MINE) else stored(name, GOLD)
    return kept.options.target if kept and kept.text == text else ""


def forced(name: str, text: str, target: str) -> DecodeTrace:
    """What a model makes of a given translation (teacher forcing), everything recorded.

    ValueError, in one sentence, if the model is damaged or the translation is empty.
    """
    kept = None if name.startswith(MINE) else stored(name, GOLD)
    same = kept and kept.text == text and kept.options == ForcedOptions(target)
    return kept if same else computed(name, text, ForcedOptions(target))


def attention_steps(name: str, text: str, target: str) -> AttentionSteps | None:
    """Every number of a model's attention while it wrote a given translation or, if that is "", its own best.

    ValueError, in one sentence, if the model is damaged.
    """

    def compute() -> AttentionSteps | None:
        from core.interpret.attention_numbers import attention_steps

        trace = forced(name, text, target) if target else decode(name, text, BeamOptions())
        loaded = model(name)
        with AT_ONCE:
            return attention_steps(loaded.model, loaded.subwords, trace)

    return traces().get((name, text, target), compute)


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

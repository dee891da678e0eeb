"""The models that a session may choose from, loaded: the shipped ones, shared by all, and its own."""

import atexit
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np
import streamlit as st

from core.checkpoints import TOKENIZER, WEIGHTS, Card, NotFinite, load_packed
from core.quoting import brief
from core.records import Piece
from core.text.subwords import EOS, Subwords
from dashboard.live.own_models import ID, OwnModels, Tabs
from dashboard.live.refusal import Refusal
from dashboard.live.trainings import MINE, Trainings
from dashboard.model_names import model_labels
from dashboard.resources import folders
from dashboard.text import Texts

WARM_UP_DELAY = 3.0  # seconds, in which a browser has fetched the page's scripts


@st.cache_resource(max_entries=1, show_spinner=False, on_release=Trainings.close)
def trainings() -> Trainings:
    """All that is trained live on this server, in a folder that goes when the server does."""
    made = Trainings()
    atexit.register(made.close)
    return made


@st.cache_resource(max_entries=1, show_spinner=False)
def tabs() -> Tabs:
    """What was trained in which tab, for a page that is loaded again."""
    return Tabs()


def own() -> OwnModels:
    """What this session trains and has trained: it goes with the session, and no other one sees it."""
    if "own" not in st.session_state or st.session_state["own"].closed:
        st.session_state["own"] = OwnModels(trainings())
    return held(st.session_state.get("tab_id", ""), st.session_state["own"])


@st.cache_resource(scope="session", show_spinner=False, on_release=OwnModels.leave)
def held(tab: str, _own: OwnModels) -> OwnModels:
    """The same: Streamlit lets go of it when the browser is gone, and this runs again if it comes back."""
    _own.stay()
    return _own


def rejoin(tab: object) -> bool:
    """Give a tab that was loaded again what it trained before; whether there was anything. Its id is the browser's."""
    if not (isinstance(tab, str) and ID.fullmatch(tab)) or st.session_state.get("tab_id") == tab:
        return False
    mine = own()
    st.session_state["own"], st.session_state["tab_id"] = tabs().claim(tab, mine), tab
    return own() is not mine


def keeps() -> bool:
    """Whether this session has anything that its tab should find again when it is loaded again."""
    return not own().empty


def known() -> dict[str, Card]:
    """The models that this session may choose from: the shipped ones and its own."""
    return folders.shipped()[0] | own().saved()


def labels(say: Texts, some: Iterable[str] | None = None) -> dict[str, str]:
    """Known models in words (all, or some), on all pages the same."""
    names = model_labels(known(), say)
    return names if some is None else {name: names[name] for name in some}


def folder_of(name: str) -> Path:
    """The folder in which a model's folder lies."""
    return trainings().folder_of(name) if name.startswith(MINE) else folders.MODELS


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


def packed(name: str):
    """A model, loaded; one thread is fastest for one sentence."""
    import torch

    torch.set_num_threads(1)
    return load_packed(name, folder_of(name))


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


@st.cache_resource(max_entries=8, show_spinner=False)
def tensor(name: str, part: str) -> np.ndarray:
    """One of a model's tensors in float32, read without torch; ValueError where its file is damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(folder_of(name) / name / WEIGHTS, "np") as file:
            return file.get_tensor(part).astype(np.float32)
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{name}/{WEIGHTS} can't be read: {brief(error)}") from error


def embedded(name: str, text: str) -> np.ndarray:
    """The embeddings (S, D) of a text as a model reads it, `<eos>` at the end, scaled by √D as both families do."""
    table = tensor(name, "embedding.weight")
    return table[[*subwords(name).encode_source(text), EOS]] * np.float32(table.shape[1] ** 0.5)


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


@st.cache_resource(max_entries=1, show_spinner=False)
def warm_up() -> None:
    """Import torch and load the models once a server, soon after the first paint: beside it they would delay it."""

    def wake() -> None:
        for name in folders.shipped()[0]:
            with suppress(ValueError, OSError):  # a damaged model is named when it is asked for
                model(name)

    timer = threading.Timer(WARM_UP_DELAY, wake)
    timer.daemon = True
    timer.start()

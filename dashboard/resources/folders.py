"""What lies in the models' folders, read once a server and without torch: cards, examples, curves, findings."""

import os
from contextlib import suppress
from pathlib import Path

import streamlit as st

from core.checkpoints import (
    EXAMPLE,
    FINDINGS,
    GOLD,
    PRETRAINED,
    WEIGHTS,
    Card,
    GateFilm,
    StoredDraws,
    cards,
    curve,
    example,
    gate_film,
    stored_draws,
)
from core.checkpoints.card import OWN
from core.files import read_json
from core.records import DecodeTrace
from dashboard.live.trainings import MINE

MODELS = Path(os.environ.get("SEQSCOPE_MODELS") or PRETRAINED)


@st.cache_resource(max_entries=1)
def shipped() -> tuple[dict[str, Card], dict[str, str]]:
    """The sound models' cards by name, in the order of their invention, and what is wrong with the others."""
    sound, broken = cards(MODELS)
    for name in [name for name, card in sound.items() if name.startswith(MINE) or card.corpus == OWN]:
        broken[name] = f"{name} is a reader's own model: load its zip on the page Train it live"
        del sound[name]
    return dict(sorted(sound.items(), key=lambda item: (item[1].family, item[1].attends))), broken


@st.cache_resource(max_entries=48)
def stored(name: str, file: str = EXAMPLE) -> DecodeTrace | None:
    """A stored example of a shipped model: drawn without torch."""
    try:
        return example(name, MODELS, file)
    except ValueError:
        return None


@st.cache_resource(max_entries=48)
def samples(name: str) -> StoredDraws | None:
    """What was drawn from a shipped model for its example; None where nothing was."""
    try:
        return stored_draws(name, MODELS)
    except ValueError:
        return None


def gold(name: str, text: str) -> str:
    """A person's translation of the model's stored example; "" for any other sentence."""
    kept = None if name.startswith(MINE) else stored(name, GOLD)
    return kept.options.target if kept and kept.text == text else ""


@st.cache_resource(max_entries=1)
def curves() -> tuple[dict[str, list[dict[str, float]]], dict[str, str]]:
    """Each sound model's training, a point an epoch, by its name; and for each other one what is wrong with it."""
    points, broken = {}, {}
    for name in shipped()[0]:
        try:
            points[name] = curve(name, MODELS)
        except ValueError as error:
            broken[name] = str(error)
    return points, broken


@st.cache_resource(max_entries=8)
def gate_films(name: str) -> dict[str, GateFilm]:
    """How each shipped model that was pruned from this one lost its heads, by name, the cheapest heads first."""
    films = {}
    for other, card in shipped()[0].items():
        if card.pruned and card.recipe.get("start", {}).get("model") == name:
            with suppress(ValueError):  # a damaged film is left out
                films[other] = gate_film(other, MODELS)
    return dict(sorted(films.items(), key=lambda item: item[1].penalty))


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

"""The ways to look in plain words: the label of each, and a sentence on what it does."""

from collections.abc import Iterable

import streamlit as st

from core.checkpoints import Card
from dashboard.figures.table import table
from dashboard.model_names import traits
from dashboard.text import Texts


def named(say: Texts, card: Card) -> str:
    """How a recurrent model looks and what else is special; after " · " where its context goes or how it reads."""
    kind, also = say[f"swap_kind_{card.config['attention']}"], [say[f"model_{name}"] for name in traits(card.config)]
    if card.config["attention"] == "none":
        return " · ".join([kind, *also])
    place = say[f"model_place_{card.config['context']}"]
    return f"{', '.join([kind, *also])} · {place}"


def show(say: Texts, cards: Iterable[Card], *, opened: bool) -> None:
    """What is swapped: where the context goes, and each way to look."""
    configs = [card.config for card in cards]
    places = dict.fromkeys(config["context"] for config in configs if config["attention"] != "none")
    lines = [(say[f"model_place_{place}"], say[f"place_words_{place}"]) for place in places]
    kinds = dict.fromkeys(config["attention"] for config in configs)
    lines += [(say[f"swap_kind_{kind}"], say[f"kind_words_{kind}"]) for kind in kinds]
    with st.expander(say["swap_kinds"], expanded=opened):
        st.html(table({say["swap_kind"]: "", say["swap_does"]: ""}, lines))

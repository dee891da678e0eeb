"""Which models the page shows beside each other."""

from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

from core.checkpoints import Card
from dashboard import beginning, controls, resources
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.model_names import alike, best

KINDS = MappingProxyType(  # by what a card says of itself
    {
        "plain": lambda card: card.family == "rnn" and not card.attends,
        "attention": lambda card: card.family == "rnn" and card.attends,
        "transformer": lambda card: card.family == "transformer",
    }
)


def family(query: Query, kind: str) -> str | None:
    """The model of a kind that is shown: the reader's own or, of those that translate alike, the best; None of none."""
    cards: Mapping[str, Card] = {
        name: card for name, card in alike(query.cards, query.model).items() if KINDS[kind](card)
    }
    if query.model in cards:
        return query.model
    if beginning.DEFAULT in cards:
        return beginning.DEFAULT
    return best(list(cards), cards) if cards else None


def transformer(say: Texts, query: Query) -> str | None:
    """The Transformer that is shown, after one sentence where it is not the reader's own, or where there is none."""
    name = family(query, "transformer")
    if name is None:
        st.info(say["transformer_none"])
    elif name != query.model:
        st.info(say["transformer_instead"].format(model=controls.plain(resources.labels(say)[name])))
    return name


def rnn(say: Texts, query: Query) -> str | None:
    """The RNN beside it: the reader's own, or one without attention before one with; a sentence where there is none."""
    kinds = ("attention", "plain") if query.card.family == "rnn" and query.card.attends else ("plain", "attention")
    name = next((name for name in (family(query, kind) for kind in kinds) if name), None)
    if name is None:
        st.info(say["transformer_rnn_none"])
    return name

"""A model that never looks back, beside one that does."""

import streamlit as st

from core.records import DecodeTrace
from dashboard import answers, controls, resources
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.figures.table import table
from dashboard.model_names import alike, quality


def beside(say: Texts, query: Query, trace: DecodeTrace) -> Query | None:
    """Why there is no map, and both translations; the same asked of a model that looks back, None if none does."""
    st.info(say["alignment_none"].format(width=query.card.config["width"]))
    cards = {name: card for name, card in alike(query.cards, query.model).items() if card.attends}
    if not cards:
        return None
    family = query.card.family
    name = max(cards, key=lambda name: (cards[name].family == family, quality(cards[name])))
    other = answers.trace(say, name, query.text)
    if other is None:
        return None
    labels = resources.labels(say, [query.model, name])
    texts = [(labels[each.model], each.hypotheses[0].text) for each in (trace, other)]
    st.html(table(controls.headed(say, model="", text=""), texts))
    return query._replace(model=name)

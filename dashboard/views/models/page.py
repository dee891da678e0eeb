"""Models: all of them by what they know and how good they are, a card for the chosen one; and a whole text, judged."""

from dataclasses import asdict
from typing import Any

import streamlit as st

from core.checkpoints import Card
from core.recipes.recipes import RECIPES, recipe
from dashboard import beginning, controls, explain, resources, trying
from dashboard.components.quiz import Question
from dashboard.model_names import outstanding, quality
from dashboard.views.models import cards, document, figure
from dashboard.views.models.gallery import gallery

TRIES = {"blind": {"model": "en-de-rnn-plain"}, "document": {"tab": "document"}}
TABS = ("gallery", "document")


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    shipped, _ = resources.shipped()
    if not shipped:
        st.error(say["models_none"])
        return
    with beginning.bar():
        name = beginning.model(say, shipped)
    predict = trying.see(say, "models", TRIES, predict=True)
    tab, _ = controls.tab({tab: say[f"models_tab_{tab}"] for tab in TABS}, say["models_tab"])
    if tab == "document":
        document.show(say, shipped[name])
    else:
        show_all(say, shipped, name, predict)
    explain.show_code(say, "core/recipes/model_folders.py", "carry_out", say["models_paper"])


def show_all(say, shipped: dict[str, Card], name: str, predict: bool) -> None:
    """All of them, and beside them the card of the chosen one; no scores until the reader has guessed."""
    hidden = predict and not explain.questions(say, "models_quiz", [riddle(say, shipped)])
    left, right = st.columns([2, 3], gap="medium")
    with left:
        rows = figure.groups(shipped, resources.labels(say), say, hidden=hidden)
        legend = [] if hidden else [say[f"models_bar_{split}"] for split in figure.SPLITS]
        gallery(rows, name, legend, say["models_gallery"].format(count=len(shipped)))
    if not hidden:
        with right, st.container(key="details"):
            show_card(say, shipped[name])


def show_card(say, card: Card) -> None:
    """One model: what it is for, how good it is, how it learned, how to make it again."""
    languages = {"source": say[f"language_{card.source}"], "target": say[f"language_{card.target}"]}
    with st.container(border=True):
        st.subheader(resources.labels(say)[card.name], anchor=False)
        st.markdown(say[f"models_for_{card.corpus}"].format(**languages))
        cards.curve(say, card)
        st.markdown(f"**{say['models_quality']}**")
        cards.quality(say, card)
        cards.facts(say, card)
        cards.tricks(say, card)
        st.markdown(f"**{say['models_again']}**")
        commands = figure.commands(card.name, card.recipe, usual)
        st.code(commands, language=None)
        if "--extra" in commands:
            st.caption(say["models_extra"])
        if begun := card.recipe.get("start"):
            st.caption(say["models_start"].format(model=controls.plain(begun["model"])))


def usual(name: str) -> dict[str, Any]:
    """The options of a recipe and what it begins with, or nothing of a model without one."""
    return asdict(recipe(name).options) | {"start": recipe(name).start} if name in RECIPES else {}


def riddle(say, shipped: dict[str, Card]) -> Question:
    """Which of a few is best at captions?"""
    first = beginning.DEFAULT if beginning.DEFAULT in shipped else next(iter(shipped))
    some = outstanding(shipped, first)
    labels = resources.labels(say, some)
    best = max(some, key=lambda name: quality(some[name]))
    facts = {"model": labels[best], "bleu": f"{quality(some[best]):.1f}"}
    return explain.question(say, "models", [list(some).index(best)], list(labels.values()), **facts)


main()

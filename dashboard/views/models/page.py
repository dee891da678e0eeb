"""Models: a card for each that is shipped, and all of them beside each other."""

from dataclasses import asdict
from typing import Any

import streamlit as st

from core.checkpoints import Card
from core.recipes.recipes import RECIPES, recipe
from dashboard import controls, explain, frame, resources
from dashboard.components.quiz import Question
from dashboard.figures.table import table
from dashboard.model_names import outstanding, quality
from dashboard.views.models import cards, figure


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    controls.intro(say, "models")
    found, _ = resources.shipped()
    if not found:
        st.error(say["models_none"])
        return
    show_card(say, found)
    show_all(say, found)
    explain.show_code(say, "core/recipes/model_folders.py", "cook")


@st.fragment
def show_card(say, found: dict[str, Card]) -> None:
    """One model: what it is for, how good it is, how it learned, how to make it again."""
    first = frame.DEFAULT if frame.DEFAULT in found else next(iter(found))
    labels = resources.labels(say, found)
    card = found[controls.one_of_many("model", say["model"], labels, first)]
    languages = {"source": say[f"language_{card.source}"], "target": say[f"language_{card.target}"]}
    with st.container(border=True):
        st.subheader(controls.plain(labels[card.name]))
        st.markdown(say[f"models_for_{card.corpus}"].format(**languages))
        left, right = st.columns(2, gap="medium")
        with left:
            cards.facts(say, card)
        with right:
            cards.curve(say, card)
        st.markdown(f"**{say['models_quality']}**")
        cards.quality(say, card)
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


def riddle(say, found: dict[str, Card]) -> Question:
    """Which of a few is best at captions?"""
    first = frame.DEFAULT if frame.DEFAULT in found else next(iter(found))
    some = outstanding(found, first)
    labels = resources.labels(say, some)
    best = max(some, key=lambda name: quality(some[name]))
    answer = say["models_answer"].format(model=labels[best], bleu=f"{quality(some[best]):.1f}")
    return Question(say["models_question"], list(labels.values()), [list(some).index(best)], answer)


def show_all(say, found: dict[str, Card]) -> None:
    """All of them, the best first."""
    st.header(say["models_all"])
    if controls.predict(say) and not explain.questions(say, "models_quiz", [riddle(say, found)]):
        return
    sets = {name: say[f"models_set_{name}"] for name in cards.SETS}
    columns = {
        "model": "",
        "models_pair": "",
        "models_set": "",
        "models_bleu": ".1f",
        "models_chrf": ".1f",
        "models_millions": ".1f",
        "models_minutes": ".0f",
    }
    st.html(table(controls.headed(say, **columns), figure.overview(found, resources.labels(say), sets)))
    st.caption(say["models_all_caption"])


main()

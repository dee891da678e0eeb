"""One sentence in every model's words, side by side, and the riddle which of them never looks back."""

import streamlit as st

from core.checkpoints import Card
from core.options import BeamOptions
from dashboard import controls, explain, frame, resources
from dashboard.figures.table import table
from dashboard.model_names import outstanding
from dashboard.text import Texts
from dashboard.views.home import figure


def said_by(name: str, card: Card, text: str) -> figure.Said:
    """A model's best translation, or what is wrong with it."""
    bleu = card.metrics.get("test_2016", {}).get("bleu")
    try:
        best = resources.decode(name, text, BeamOptions()).hypotheses[0]
        return figure.Said(name, best.text, best.score, bleu)
    except ValueError as error:
        return figure.Said(name, str(error), None, bleu)


def show_models(say: Texts, asked: frame.Asked, guessing: bool) -> bool:
    """All translations side by side; whether names and numbers are hidden, because the reader has yet to guess."""
    compared = outstanding(asked.found, asked.model)
    if len(compared) == 1:
        return False
    st.header(say["home_models"])
    place, hidden = st.container(), False
    said = [said_by(name, card, asked.text) for name, card in compared.items()]
    blind = next((one.model for one in said if one.score is not None and not asked.found[one.model].attends), None)
    names = resources.labels(say)
    if guessing and blind:
        said = figure.shuffled(said, asked.text)
        hidden = not explain.questions(say, "riddle", [riddle(say, said, blind)])
        letters = zip(figure.LETTERS, said, strict=False)
        names = {one.model: letter if hidden else f"{letter} · {names[one.model]}" for letter, one in letters}
    if hidden:
        columns = controls.headed(say, model="", column_text="")
        place.html(table(columns, [(names[one.model], one.text) for one in said]))
        return True
    columns = controls.headed(say, model="", column_text="", column_score=".3f", column_bleu=".1f")
    marked = [one.model for one in said].index(asked.model)
    place.html(table(columns, [(names[one.model], one.text, one.score, one.bleu) for one in said], marked=marked))
    st.caption(say["home_models_caption"])
    rows = [one._asdict() for one in said]
    explain.offer(say["save"].format(kind="CSV"), lambda: explain.csv_text(rows), "seqscope-models.csv")
    return False


def riddle(say: Texts, said: list[figure.Said], blind: str) -> explain.Question:
    """Which of these is the model without attention? All that wrote the same text as it count."""
    many, right = figure.same(said, blind)
    answer = say[f"home_answer_{many}"].format(letters=", ".join(figure.LETTERS[place] for place in right))
    return explain.Question(say["home_question"], list(figure.LETTERS[: len(said)]), right, answer)

"""One sentence in every model's words, side by side, and the riddle which of them never looks back."""

from collections.abc import Mapping

import streamlit as st

from core.checkpoints import Card
from dashboard import answers, beginning, controls, explain, resources
from dashboard.figures.table import table
from dashboard.model_names import outstanding
from dashboard.text import Texts
from dashboard.views.home import figure


def translations(say: Texts, cards: Mapping[str, Card], text: str) -> list[figure.Translation]:
    """Each model's best translation, or what is wrong with it."""
    traces, failures = answers.best_or_failure(say, cards, text)
    rows = []
    for name, card in cards.items():
        best, bleu = name in traces and traces[name].hypotheses[0], card.metrics.get("test_2016", {}).get("bleu")
        rows.append(figure.Translation(name, best.text if best else failures[name], best.score if best else None, bleu))
    return rows


def show_models(say: Texts, query: beginning.Query, guessing: bool) -> bool:
    """All translations side by side; whether names and numbers are hidden, because the reader has yet to guess."""
    compared = outstanding(query.cards, query.model)
    if len(compared) == 1:
        return False
    st.header(say["home_models"])
    place, hidden = st.container(), False
    rows = translations(say, compared, query.text)
    blind = next((row.model for row in rows if row.score is not None and not query.cards[row.model].attends), None)
    names = resources.labels(say)
    if guessing and blind:
        rows = figure.shuffled(rows, query.text)
        hidden = not explain.questions(say, "riddle", [riddle(say, rows, blind)])
        letters = zip(figure.LETTERS, rows, strict=False)
        names = {row.model: letter if hidden else f"{letter} · {names[row.model]}" for letter, row in letters}
    if hidden:
        columns = controls.headed(say, model="", column_text="")
        place.html(table(columns, [(names[row.model], row.text) for row in rows]))
        return True
    columns = controls.headed(say, model="", column_text="", column_score=".3f", column_bleu=".1f")
    marked = [row.model for row in rows].index(query.model)
    place.html(table(columns, [(names[row.model], row.text, row.score, row.bleu) for row in rows], marked=marked))
    st.caption(say["home_models_caption"])
    rows = [row._asdict() for row in rows]
    explain.offer(say["save"].format(kind="CSV"), lambda: explain.csv_text(rows), "seqscope-models.csv")
    return False


def riddle(say: Texts, rows: list[figure.Translation], blind: str) -> explain.Question:
    """Which of these is the model without attention? All that wrote the same text as it count."""
    many, right = figure.same(rows, blind)
    answer = say[f"home_answer_{many}"].format(letters=", ".join(figure.LETTERS[place] for place in right))
    return explain.Question(say["home_question"], list(figure.LETTERS[: len(rows)]), right, answer)

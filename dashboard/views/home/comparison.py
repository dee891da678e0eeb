"""One sentence in every model's words, side by side, and the riddle which of them never looks back."""

from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st

from core.checkpoints import Card
from dashboard import answers, beginning, controls, explain, outside, resources
from dashboard.figures.table import table
from dashboard.model_names import outstanding
from dashboard.text import Texts
from dashboard.views.home import figure


def translations(say: Texts, cards: Mapping[str, Card], text: str) -> Iterator[list[figure.Translation]]:
    """Each model's best translation, or what is wrong with it, and what the model knows: a row more each time."""
    rows: list[figure.Translation] = []
    for name, card in cards.items():
        traces, failures = answers.best_or_failure(say, [name], text)
        best, bleu = name in traces and traces[name].hypotheses[0], card.metrics.get("test_2016", {}).get("bleu")
        words = best.text if best else failures[name], best.score if best else None
        rows = [*rows, figure.Translation(name, *words, bleu, knows(say, card, text))]
        yield rows


def knows(say: Texts, card: Card, text: str) -> str:
    """What a model has read, and where the sentence is of another kind that it is."""
    corpus = say.get(f"home_knows_{card.corpus}") or say.get(f"corpus_{card.corpus}", card.corpus)
    return say["home_outside"].format(knows=corpus) if outside.lies_outside(card.name, text) else corpus


def show_models(say: Texts, query: beginning.Query, guessing: bool) -> bool:
    """All translations side by side, those of models that know the same as the chosen one first; whether names and
    numbers are hidden, because the reader has yet to guess.
    """
    rivals, corpus = outstanding(query.cards, query.model), query.card.corpus
    compared = dict(sorted(rivals.items(), key=lambda rival: rival[1].corpus != corpus))
    if len(compared) == 1:
        return False
    st.header(say["home_models"])
    place, names = st.empty(), resources.labels(say)
    for rows in translations(say, compared, query.text):
        if not guessing:
            show_table(say, place, rows, names, query.model)
    blind = next((row.model for row in rows if row.score is not None and not query.cards[row.model].attends), None)
    if guessing and blind:
        rows = figure.shuffled(rows, query.text)
        hidden = not explain.questions(say, "riddle", [riddle(say, rows, blind)])
        letters = zip(figure.LETTERS, rows, strict=False)
        names = {row.model: letter if hidden else f"{letter} · {names[row.model]}" for letter, row in letters}
        if hidden:
            columns = controls.headed(say, model="", column_text="")
            place.html(table(columns, [(names[row.model], row.text) for row in rows]))
            return True
    show_table(say, place, rows, names, query.model)
    st.caption(say["home_models_caption"])
    rows = [row._asdict() for row in rows]
    explain.offer(say["save"].format(kind="CSV"), lambda: explain.csv_text(rows), "seqscope-models.csv")
    return False


def show_table(say: Texts, place: Any, rows: list[figure.Translation], names: Mapping[str, str], chosen: str) -> None:
    """What is known of the models by now, the chosen one marked."""
    columns = controls.headed(say, model="", column_text="", column_knows="", column_bleu=".1f", column_score=".3f")
    marked = next((place for place, row in enumerate(rows) if row.model == chosen), None)
    cells = [(names[row.model], row.text, row.knows, row.bleu, row.score) for row in rows]
    place.html(table(columns, cells, marked=marked))


def riddle(say: Texts, rows: list[figure.Translation], blind: str) -> explain.Question:
    """Which of these is the model without attention? All that wrote the same text as it count."""
    many, right = figure.same(rows, blind)
    answer = say[f"home_answer_{many}"].format(letters=", ".join(figure.LETTERS[place] for place in right))
    return explain.Question(say["home_question"], list(figure.LETTERS[: len(rows)]), right, answer)

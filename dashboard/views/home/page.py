"""Home: one sentence, a picture of each page that shows more of it, and every model's translation of it."""

import streamlit as st

from core.records import DecodeTrace
from dashboard import answers, beginning, controls, explain, outside
from dashboard.model_names import outstanding
from dashboard.pages import TABLE, Page
from dashboard.views.home import chips, comparison, figure
from dashboard.views.home.cards_component import LABELS, Card, cards, follow, thumbnail

TRIES = {name: {"text": text} for text, name in beginning.EXAMPLES.items()}


def main() -> None:
    """The page, top to bottom; the other models, which may have to search first, are asked last."""
    follow()
    say = controls.texts()
    query = beginning.query(say, "home", TRIES, predict=True, lead=True)
    trace = query and answers.trace(say, query.model, query.text)
    if not trace:
        return
    hidden = query.predict and comparison.show_models(say, query, guessing=True)
    show_translation(say, trace, query, hidden)
    show_cards(say, trace, hidden)
    models = st.container()
    show_reading(say, trace, query)
    if not hidden:
        explain.formula(say, figure.product(trace.hypotheses[0]), controls.plain(say["home_formula"]))
    explain.show_code(say, "core/decoding/translate.py", "decode", say["home_paper"])
    if not query.predict:
        with models:
            comparison.show_models(say, query, guessing=False)


def show_translation(say, trace: DecodeTrace, query: beginning.Query, hidden: bool) -> None:
    """The best hypothesis, where it was cut off or is not to be trusted, and what there is to notice in an example.

    The notes are true of the models that are compared while nobody has chosen one.
    """
    outside.note(say, query)
    if hidden:
        st.markdown(say["home_hidden"])
        return
    st.html(chips.large(say["home_translation"], trace.hypotheses[0].text))
    if not trace.hypotheses[0].finished:
        st.caption(say["home_unfinished"].format(count=len(trace.hypotheses[0].tokens)))
    noted = outstanding(query.cards, beginning.DEFAULT) if beginning.DEFAULT in query.cards else ()
    if trace.text in beginning.EXAMPLES and query.model in noted:
        st.markdown(say[f"home_note_{beginning.EXAMPLES[trace.text]}"])


def show_reading(say, trace: DecodeTrace, query: beginning.Query) -> None:
    """The sub-words that the model read, and what its search looked at."""
    st.html(chips.chips(say["home_pieces"], trace.pieces))
    facts = {"count": query.card.config["vocabulary_size"], "nodes": len(trace.tree.nodes) - 1}
    st.caption(say["home_search"].format(**facts, milliseconds=round(trace.seconds * 1000)))


def show_cards(say, trace: DecodeTrace, hidden: bool) -> None:
    """A picture of each page, which leads there: live, or a stored one."""
    pictures, facts = figure.pictures(trace), figure.describe(trace)

    def card(page: Page) -> Card:
        name = page.name
        words = say[f"menu_{page.group}"], say[f"page_{name}"], say[f"line_{name}"]
        if name not in pictures:
            return Card(name, *words, None, "", thumbnail=thumbnail(name), example=page.reads)
        described = say[f"home_describe_{name}"].format(**facts[name]) if pictures[name] else ""
        note = say["home_hidden_card" if hidden else "home_no_attention"]
        return Card(name, *words, None if hidden else pictures[name], described, note)

    labels = {label: say[f"home_cards_{label}"] for label in LABELS}
    cards([card(page) for page in TABLE if page.group], labels)


main()

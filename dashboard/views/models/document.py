"""A small document, line by line: how sure the model was of each, and which lines to distrust first."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import streamlit as st

from core.checkpoints import Card
from core.interpret.confidence import confidence
from core.text.subwords import clean
from dashboard import answers, explain, job, outside, resources
from dashboard.controls import LIMIT, PIECES, Texts
from dashboard.pages import TABLE
from dashboard.views.models import figure
from dashboard.views.models.lines import LABELS, follow, lines

MOST = 50  # lines
SAMPLE = {  # a caption, what people say, and what no model of ours was taught
    "en": "A boy in a red shirt is climbing a tree.\nI love you.\nWhere is the nearest train station?\n"
    "A woman is waiting at the bank.\nThe court dismissed the appeal on procedural grounds.\n"
    "Two dogs are running through the snow.\nInflation fell sharply in the third quarter.",
}


def show(say: Texts, card: Card) -> None:
    """The field for the text, and below it what became of each line so far."""
    follow()
    sample = SAMPLE.get(card.source) or getattr(resources.stored(card.name), "text", "")
    label = say["document_label"].format(most=MOST)
    with st.expander(label, icon=":material/edit_note:"):
        look = {"label_visibility": "collapsed", "persist_state": "session"}
        typed = st.text_area(label, sample, 200, key=f"document_{card.source}", **look)
    text = tuple(filter(None, map(clean, typed.splitlines())))
    if wrong := figure.complaint(text, MOST, partial(too_long, card.name)):
        name, facts = wrong
        st.info(say[name].format(**facts, limit=LIMIT, pieces=PIECES, most=MOST))
        return
    about, state = (card.name, text), st.session_state.get("document", ((), (), ""))
    rows, halted = (state[1], state[2]) if state[0] == about else ((), "")
    if not halted:
        st.fragment(translate, run_every=job.PACE)(say, card, text)
        return
    if halted == "stopped":
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(say["document_done"].format(done=len(rows), all=len(text)))
            st.button(say["document_go_on"], key="document_go_on", on_click=remember, args=(about, rows, ""))
    table(say, rows)


def too_long(model: str, line: str) -> bool:
    """Whether a line is more than a model reads on the pages."""
    return len(line) > LIMIT or len(resources.pieces(model, line)) > PIECES


def remember(about: tuple, rows: tuple, halted: str) -> None:
    """What became of a model's document so far, and why that does not go on: "stopped", "ended" or ""."""
    st.session_state["document"] = about, rows, halted


def translate(say: Texts, card: Card, text: tuple[str, ...]) -> None:
    """Some lines more, in sight, until the reader stops it."""
    follow()
    about = card.name, text
    with st.container(horizontal=True, vertical_alignment="center"):
        stopped = st.button(say["document_stop"], key="document_stop")
        bar = st.progress(0.0)
    before, done, _ = st.session_state.get("document", ((), (), ""))
    rows, ended = (
        (done if before == about else (), False)
        if stopped
        else job.advance("document", about, partial(records, say, card.name, text))
    )
    remember(about, rows, "stopped" if stopped else "ended" if ended else "")
    if stopped or ended:
        st.rerun()
    bar.progress(len(rows) / len(text), say["document_done"].format(done=len(rows), all=len(text)))
    table(say, rows)


def records(say: Texts, model: str, text: tuple[str, ...]) -> Iterator[tuple[dict[str, Any], ...]]:
    """The rows of all lines that are translated by now."""
    rows: tuple[dict[str, Any], ...] = ()
    for number, line in enumerate(text, 1):
        traces, failures = answers.best_or_failure(say, [model], line)
        if trace := traces.get(model):
            strange = outside.lies_outside(model, line)
            row = figure.line(number, line, trace.hypotheses[0].text, confidence(trace), strange)
        else:
            row = {"line": number, "source": line, "text": failures[model]}
        rows = (*rows, row)
        yield rows


def table(say: Texts, rows: tuple[dict[str, Any], ...]) -> None:
    """What is known of the lines, to be sorted; and as a file."""
    if not rows:
        return
    pages = [(page.name, say[f"page_{page.name}"]) for page in TABLE if page.reads and page.group]
    lines(rows, pages, {name: say[f"document_{name}"] for name in LABELS})
    st.caption(say["document_about"])
    explain.offer(say["save"].format(kind="CSV"), lambda: explain.csv_text(list(rows)), "seqscope-document.csv")

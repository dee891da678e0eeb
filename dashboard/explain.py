"""What stands beside every picture: its data and how to save it, a formula with this sentence's numbers, the code."""

import ast
import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt
import streamlit as st

from core.records import DecodeTrace
from core.records.trace_json import to_json
from dashboard.components.quiz import LABELS, Question, quiz
from dashboard.components.save import save
from dashboard.controls import Texts, escaped
from dashboard.figures import vega
from dashboard.figures.tokens import spelt

ROOT = Path(__file__).resolve().parents[1]
FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # with what a spreadsheet begins to compute
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)


def show_data(
    say: Texts, picture: str, rows: Callable[[], list[dict]], description: str, trace: DecodeTrace | None = None
) -> None:
    """A picture's sentence, its data and all ways to save it, made when they are asked for.

    `picture` is the key under which it was drawn. Where no `trace` is behind it, the rows themselves are the JSON.
    """
    with st.expander(say["data"], key=f"{picture}_data", on_change="rerun") as opened:
        if not opened.open:
            return
        st.text(description)
        content = rows()
        st.dataframe(content, hide_index=True, width="stretch")
        with st.container(horizontal=True):
            save(picture, f"seqscope-{picture}", say)
            kept = (lambda: json.dumps(content, ensure_ascii=False)) if trace is None else (lambda: trace_text(trace))
            offer(say["save"].format(kind="CSV"), lambda: csv_text(content), f"seqscope-{picture}.csv")
            offer(say["save_trace"], kept, f"seqscope-{picture}.json")


def offer(label: str, content: Callable[[], str | bytes], file: str, key: str | None = None) -> None:
    """A button that saves a file; what it holds is made on the click, and the page stays as it is."""
    st.download_button(label, content, file, key=key, on_click="ignore")


def chart(picture: str, drawn: alt.LayerChart, description: str) -> None:
    """A small chart, in a place of its own under its key, where `show_data` finds it."""
    with st.container(key=picture):
        st.vega_lite_chart(spec=vega.specification(drawn), alt=description)


def plot(picture: str, figure: Mapping[str, Any], description: str) -> None:
    """The same of a Plotly figure, for what a person zooms and turns: it stays as it was turned when numbers change."""
    config = {"displaylogo": False, "modeBarButtonsToRemove": ["toImage"]}
    with st.container(key=picture):
        st.plotly_chart(figure, key=f"{picture}_plot", alt=description, config=config)


def csv_text(rows: list[dict]) -> bytes:
    """Rows as CSV, marked as UTF-8 for spreadsheets; no cell is a formula to them."""
    text, columns = io.StringIO(), list(rows[0]) if rows else []
    table = [columns, *([row.get(name) for name in columns] for row in rows)]
    csv.writer(text).writerows(map(harmless, line) for line in table)
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: object) -> object:
    """A cell with an apostrophe before a text that a spreadsheet would compute: CSV itself knows no text.

    >>> [harmless(cell) for cell in ("=1+1", "-5", "- no", -0.5, "a = b")]
    ["'=1+1", '-5', "'- no", -0.5, 'a = b']
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) and not NUMBER.fullmatch(cell) else cell


def trace_text(trace: DecodeTrace) -> str:
    """All that was recorded, as JSON."""
    return json.dumps(to_json(trace), ensure_ascii=False)


def formula(say: Texts, latex: str, meaning: str) -> None:
    """The page's formula with the numbers of this sentence, and what it says in words."""
    with st.expander(say["formula"]):
        st.latex(latex)
        st.caption(meaning)


def spelling(say: Texts, trace: DecodeTrace) -> None:
    """One sentence where a forced translation was cut otherwise than the tokenizer does."""
    if trace.spelling is not None:
        best, own = trace.hypotheses[0], trace.spelling
        cuts = {"cut": spelt(best.tokens), "usual": spelt(own.tokens)}
        facts = {"total": f"{best.total:.2f}", "usual_total": f"{own.logprob:.2f}"}
        st.caption(say["spelling"].format(**escaped(cuts | facts)))


def show_code(say: Texts, file: str, function: str, papers: str = "") -> None:
    """A page's papers, and the source of the function behind it; read, not imported, as importing may need torch."""
    label = say["sources" if papers else "code"].format(function=function, file=file)
    with st.expander(label, key=f"code_{function}", on_change="rerun") as opened:
        st.markdown(papers)
        if opened.open:
            st.code(source_of(file, function), language="python")


def source_of(file: str, function: str) -> str:
    """The lines of a function or class of this repository."""
    source = (ROOT / file).read_text("utf-8")
    nodes = (node for node in ast.walk(ast.parse(source)) if getattr(node, "name", None) == function)
    return ast.get_source_segment(source, next(nodes))


def question(
    say: Texts, name: str, right: Sequence[int], options: Sequence[str] | None = None, **facts: object
) -> Question:
    """NAME_question of the catalogue with NAME_answer, and NAME_options where none are given; `facts` stand in each."""
    choices = say[f"{name}_options"].format(**facts).split(" | ") if options is None else options
    return Question(say[f"{name}_question"].format(**facts), choices, right, say[f"{name}_answer"].format(**facts))


def questions(say: Texts, key: str, questions: Sequence[Question]) -> int:
    """Predict, then reveal: how many of the questions have been answered."""
    return quiz(questions, {label: say[f"quiz_{label}"] for label in LABELS}, key=key)

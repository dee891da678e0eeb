"""The smallest set of heads that the reader's sentence needs: found step by step; and what a reader guesses before."""

from collections.abc import Sequence

import streamlit as st

from core.changes import Changes, Head
from dashboard import answers, controls, explain, job
from dashboard.answers import BEAM
from dashboard.beginning import Query
from dashboard.components.quiz import Question
from dashboard.controls import Texts
from dashboard.views.pruning import figure, path_chart

GUESSES = ("d1.*", "e*", "c*")  # what a reader closes in thought


def steps_of(query: Query) -> tuple:
    """The path that was found for this sentence and model, as far as it went; () where none was."""
    return state("paths").get((query.model, query.text), ())


def state(what: str) -> dict:
    """What this session knows by model and sentence: the "paths", and which of them "ended" by themselves."""
    return st.session_state.setdefault(f"pruning_{what}", {})


def button(say: Texts, query: Query) -> None:
    """What begins the search."""
    label, tip = say["pruning_smallest"], say["pruning_smallest_help"]
    st.button(label, key="pruning_smallest", help=tip, on_click=begin, args=((query.model, query.text),))


def begin(about: tuple[str, str] | None) -> None:
    """Search for this sentence and model; for none, stop."""
    st.session_state["pruning_search"] = about


def show(say: Texts, query: Query, heads: Sequence[Head]) -> None:
    """How far the search is, if it goes on, and the path that it has found."""
    if st.session_state.get("pruning_search") == (query.model, query.text):
        st.fragment(search, run_every=job.PACE)(say, query, heads)
    else:
        path(say, query, heads)


def search(say: Texts, query: Query, heads: Sequence[Head]) -> None:
    """Close some heads more, in sight; at the end, or when the reader stops it, close them in the picture."""
    from core.interpret.smallest_set import closings

    about = query.model, query.text
    with st.container(horizontal=True, vertical_alignment="center", key="pruning_searching"):
        stopped = st.button(say["pruning_stop"], key="pruning_stop_search")
        bar = st.progress(*progress(say, job.known("search", about) or (), heads))
    if not stopped:
        last, ended = job.advance("search", about, lambda: answers.growing(query.model, closings, query.text, BEAM))
        state("paths")[about], state("ended")[about] = last or (), ended
        if not ended:
            bar.progress(*progress(say, last, heads))
            return
    begin(None)
    show_last(query, heads)
    st.rerun()


def progress(say: Texts, steps: Sequence, heads: Sequence[Head]) -> tuple[float, str]:
    """How far the search is, as a share and in words."""
    return len(steps) / len(heads), say["pruning_searching"].format(closed=len(steps), all=len(heads))


def show_last(query: Query, heads: Sequence[Head]) -> None:
    """Close what the search closed, if it did."""
    if shut := {closing.head for closing in steps_of(query)}:
        controls.choose({"closed": figure.address(shut, heads), "by": "searched"})


def path(say: Texts, query: Query, heads: Sequence[Head]) -> None:
    """The path that was found: the log-probability with each head more that is closed."""
    steps, whole = steps_of(query), state("ended").get((query.model, query.text))
    if not steps:
        if whole:
            st.info(say["pruning_path_none"])
        return
    names = [say["pruning_place"].format(**place(say, step.head)) for step in steps]
    rows = path_chart.rows(steps, names)
    facts = {
        "closed": len(steps),
        "all": len(heads),
        "left": len(heads) - len(steps),
        "last": f"{steps[-1].logprob:.2f}",
    }
    description = say["pruning_path" if whole else "pruning_path_stopped"].format(**facts)
    st.markdown(controls.plain(description))
    words = {name: say[f"pruning_path_{name}"] for name in ("closed", "logprob", "head")}
    explain.chart("pruning_path", path_chart.chart(rows, words), description)
    explain.show_data(say, "pruning_path", lambda: rows, description)


def place(say: Texts, head: Head) -> dict[str, object]:
    """A head in words, counted from 1."""
    return {"kind": say[f"heads_{head.kind}"], "layer": head.layer + 1, "head": head.head + 1}


def guessed(say: Texts, query: Query, before, heads: Sequence[Head]) -> bool:
    """Whether closing some heads changes the translation; whether all has been answered."""
    options = [say["pruning_guess_same"], say["pruning_guess_other"]]
    questions = []
    for text in GUESSES:
        changes = Changes(tuple(figure.closed_by(text, heads)))
        after = answers.trace(say, query.model, query.text, changes=changes)
        if after is None:
            return True
        same = after.hypotheses[0].text == before.hypotheses[0].text
        name = say[f"pruning_guess_{text[0]}"]
        answer = say["pruning_guess_answer"].format(text=after.hypotheses[0].text)
        questions.append(Question(say["pruning_guess"].format(what=name), options, (0 if same else 1,), answer))
    return explain.questions(say, "pruning_quiz", questions) == len(questions)

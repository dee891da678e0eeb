"""Train it live: a small model learns a task before one's eyes, and the film of its attention can be played."""

import json

import streamlit as st

from dashboard import controls, explain, resources, trying
from dashboard.components.save import save
from dashboard.live.plan import Plan
from dashboard.live.recorded import Recording
from dashboard.live.trainings import Training
from dashboard.model_names import kind_label
from dashboard.views.live import figure, form, own, runs
from dashboard.views.live.film import LABELS, film
from dashboard.views.live.runs import Run

PACE = 0.5  # seconds between two looks at a training that runs
TRIES = {
    "reverse": {"task": "reverse"},
    "blind": {"kind": "rnn-plain"},
    "beside": {"versus": "rnn-plain"},
    "fast": {"own_rate": "0.1"},
}
MOVING = ("waiting", "starting", "running", "stopping")


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    trying.see(say, "live", TRIES)
    plan, predict = form.wanted(say)
    newest = resources.own().training
    run = runs.shown(newest, plan) or runs.recorded(plan)
    shown = run.plan if run else plan
    hidden = predict and shown is not None and not explain.questions(say, "live_quiz", form.guesses(say, shown))
    state = st.session_state["live_state"] = newest and newest.state
    st.fragment(watch, run_every=PACE if state in MOVING else None)(say, plan, hidden)
    if shown:
        about = kind_label(say, shown.family, shown.config) + "."
        st.caption(controls.plain(f"{about} {form.held_back(say, shown)}" if shown.task == "own" else about))
    if run and run.frames and not hidden:
        show_data(say, run)
    own.models(say)
    explain.show_code(say, "core/training/loop.py", "train_step", say["live_paper"])
    resources.own().trainings.warm()  # at the end: it is for a later click


def watch(say, plan: Plan | None, hidden: bool) -> None:
    """What changes while a training runs: drawn again and again by itself, and the rest of the page with its state."""
    newest = resources.own().training
    training = runs.shown(newest, plan)
    run = training or runs.recorded(plan)
    with st.container(horizontal=True, vertical_alignment="center", key="acts"):
        runs.buttons(say, plan, newest)
        other = runs.beside(say, run, plan)
    runs.status(say, training)
    if training and runs.another(training, plan):
        st.info(say["live_other"].format(again=say["live_again"]))
    left, right = (st.container(), st.container()) if other else st.columns([3, 2])
    with left:
        show_film(say, run, other, plan, hidden)
    if run and run.frames and not hidden:
        with right:
            runs.losses(say, [run, other] if other else [run])
        show_formula(say, run)
    elif plan or run:
        right.caption(say["live_soon"])
    shown = run.plan if run else plan
    if shown and not shown.attends:
        st.caption(say["live_blind"].format(width=shown.config["width"]))
    if newest and newest.state != st.session_state["live_state"]:
        st.rerun()


def show_film(say, run: Run | None, other: Run | None, plan: Plan | None, hidden: bool) -> None:
    """The film so far, or the map that it will fill; the other's beside it."""
    if run is None and plan is None:
        return
    moving = isinstance(run, Training) and run.state in MOVING
    first = (
        runs.filmed(say, run, moving)
        if run and run.frames
        else runs.waiting(say, run, run.plan if run else plan, moving)
    )
    texts = {label: say[f"film_{label}"] for label in LABELS} | ({"empty": say["film_coming"]} if moving else {})
    others = [runs.filmed(say, other, live=False)] if other else []
    film([first, *others], texts, key="film", hidden=hidden, play=isinstance(run, Recording))


def show_formula(say, run: Run) -> None:
    """The cross-entropy of the newest frame."""
    last, rows = run.frames[-1], run.about["rows"]
    facts = figure.worst(last, rows)
    meaning = say["live_formula"].format(**{**facts, "token": controls.plain(facts["token"])}, step=last["step"])
    explain.formula(say, figure.cross_entropy(last), meaning)


@st.fragment
def show_data(say, run: Run) -> None:
    """The film as a table, and all ways to save it."""
    with st.expander(say["data"], key="film_data", on_change="rerun") as opened:
        if not opened.open:
            return
        frames, about = run.frames[:], run.about
        rows = figure.table(frames, about["rows"])
        st.text(runs.losses_in_words(say, run))
        st.dataframe(rows, hide_index=True, width="stretch")
        with st.container(horizontal=True):
            save("film", "seqscope-film", say)
            explain.offer(say["save"].format(kind="CSV"), lambda: explain.csv_text(rows), "seqscope-film.csv")
            content = {**about, "validation": run.validation, "frames": frames}
            explain.offer(say["live_json"], lambda: json.dumps(content, ensure_ascii=False), "seqscope-film.json")


main()

"""Train it live: a small model learns a task before one's eyes, and the film of its attention can be played."""

import json

import streamlit as st

from dashboard import controls, explain, resources, trying
from dashboard.components.save import save
from dashboard.live.plan import Plan
from dashboard.live.trainings import Training
from dashboard.views.live import figure, parts
from dashboard.views.live.film import LABELS, film

PACE = 0.5  # seconds between two looks at a training that runs
TRIES = {"reverse": {"task": "reverse"}, "blind": {"kind": "rnn-plain"}}
MOVING = ("waiting", "starting", "running", "stopping")


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    trying.see(say, "live", TRIES)
    plan, predict = parts.wanted(say)
    newest = resources.own().training
    training = parts.shown(newest, plan)
    shown = training.plan if training else plan
    hidden = predict and shown is not None and not explain.questions(say, "live_quiz", parts.guesses(say, shown))
    state = st.session_state["live_state"] = newest and newest.state
    st.fragment(watch, run_every=PACE if state in MOVING else None)(say, plan, hidden)
    if shown:
        st.caption(parts.described(say, shown))
    if training and training.frames and not hidden:
        show_data(say, training)
    parts.models(say)
    explain.show_code(say, "core/training/loop.py", "train_step", say["live_paper"])


def watch(say, plan: Plan | None, hidden: bool) -> None:
    """What changes while a training runs: drawn again and again by itself, and the rest of the page with its state."""
    newest = resources.own().training
    training = parts.shown(newest, plan)
    parts.buttons(say, plan, newest)
    parts.status(say, training)
    if training and parts.another(training, plan):
        st.info(say["live_other"].format(again=say["live_again"]))
    shown = training.plan if training else plan
    if shown and not shown.attends:
        st.info(say["live_blind"].format(width=shown.config["width"]))
    left, right = st.columns([3, 2])
    with left:
        show_film(say, training, shown, hidden)
    if training and training.frames and not hidden:
        with right:
            parts.losses(say, training)
        show_formula(say, training)
    elif shown:
        right.caption(say["live_soon"])
    if newest and newest.state != st.session_state["live_state"]:
        st.rerun()


def show_film(say, training: Training | None, plan: Plan | None, hidden: bool) -> None:
    """The film so far, or the map that it will fill."""
    if plan is None:
        return
    frames = training.frames[:] if training else []
    about = training.about if frames else figure.preview(*plan.filmed())
    name = training.name if training else f"{plan.task} {plan.kind}"
    moving = bool(training) and training.state in MOVING
    payload = figure.film(name, about, frames, attends=plan.attends, live=moving)
    texts = {label: say[f"film_{label}"] for label in LABELS}
    film(payload, texts | ({"empty": say["film_coming"]} if moving else {}), key="film", hidden=hidden)


def show_formula(say, training: Training) -> None:
    """The cross-entropy of the newest frame."""
    last, rows = training.frames[-1], training.about["rows"]
    facts = figure.worst(last, rows)
    meaning = say["live_formula"].format(**{**facts, "token": controls.plain(facts["token"])}, step=last["step"])
    explain.formula(say, figure.cross_entropy(last), meaning)


@st.fragment
def show_data(say, training: Training) -> None:
    """The film as a table, and all ways to save it."""
    with st.expander(say["data"], key="film_data", on_change="rerun") as opened:
        if not opened.open:
            return
        frames, about = training.frames[:], training.about
        rows = figure.table(frames, about["rows"])
        st.text(parts.losses_in_words(say, training))
        st.dataframe(rows, hide_index=True, width="stretch")
        with st.container(horizontal=True):
            save("film", "seqscope-film", say)
            explain.offer(say["save"].format(kind="CSV"), lambda: explain.csv_text(rows), "seqscope-film.csv")
            content = {**about, "validation": training.validation, "frames": frames}
            explain.offer(say["live_json"], lambda: json.dumps(content, ensure_ascii=False), "seqscope-film.json")


main()

"""The trainings that Train it live shows: one of the reader's own or recorded earlier, another beside it."""

from typing import Any

import streamlit as st

from dashboard import controls, parameters, resources
from dashboard.controls import Texts
from dashboard.live import trainings
from dashboard.live.plan import DEFAULTS, DETAILS, KINDS, Plan
from dashboard.live.recorded import NAME, Recording, recordings
from dashboard.live.trainings import Training
from dashboard.views.live import figure as figures
from dashboard.views.live.form import WORDS, written

Run = Training | Recording
BESIDE = ("none", "before")  # what stands beside a run, if it is none that was recorded


def recorded(plan: Plan | None) -> Recording | None:
    """What was recorded of a plan; None where nothing was."""
    recording = plan and recordings(resources.measured(NAME)).get((plan.task, plan.kind))
    return recording if recording and recording.plan.alike(plan) else None


def beside(say: Texts, run: Run | None, plan: Plan | None) -> Run | None:
    """What the reader sets beside a run, of the same task if it was recorded; None where that is nothing else."""
    films = recordings(resources.measured(NAME))
    options = {name: say[f"live_beside_{name}"] for name in BESIDE}
    options |= {kind: say["live_recorded"].format(what=say[f"live_kind_{kind}"]) for kind in KINDS}
    choice = parameters.one_of_many("versus", say["live_beside"], options, "none")
    own = resources.own()
    task = run.plan.task if run else plan and plan.task
    before = own.before if run is own.training else own.training
    other = before if choice == "before" else films.get((task, choice))
    return other if other and other.frames and (run is None or other.name != run.name) else None


def titled(say: Texts, run: Run) -> str:
    """A run in few words: its kind, and what else is not as usual."""
    plan = run.plan
    numbers = {name: value for name, value in plan.numbers.items() if value != DEFAULTS[name]}
    usual = {name: next(iter(values)) for name, values in DETAILS.items()}
    details = {name: value for name, value in plan.details.items() if value != usual[name]}
    parts = [say[f"live_kind_{plan.kind}"]]
    parts += [f"{say[f'live_{name}'].lower()} {written(say, value)}" for name, value in numbers.items()]
    words = {name: say[f"{WORDS.get(name, (f'live_{name}',))[0]}_{value}"] for name, value in details.items()}
    parts += [f"{say[f'live_{name}'].lower()}: {word}" for name, word in words.items()]
    parts += [say[f"regime_{plan.regime}"]] if plan.regime != DEFAULTS["regime"] else []
    what = ", ".join(parts)
    return say["live_recorded"].format(what=what) if isinstance(run, Recording) else what


def filmed(say, run: Run, live: bool) -> dict[str, Any]:
    """A run that has frames, for the component."""
    texts = {"title": titled(say, run), "unit": unit(say, run.plan)}
    return figures.run(run.name, texts, run.about, run.frames[:], attends=run.plan.attends, live=live)


def waiting(say, run: Run | None, plan: Plan, live: bool) -> dict[str, Any]:
    """The map of a run that has no frame yet, or was not begun."""
    name = run.name if run else f"{plan.task} {plan.kind} …"
    about = figures.preview(*plan.filmed())
    return figures.run(name, {"title": "", "unit": ""}, about, [], attends=plan.attends, live=live)


def buttons(say: Texts, plan: Plan | None, training: Training | None) -> None:
    """Start, pause, go on, stop: what is possible now, in a row."""
    state = training.state if training else "ended"
    busy = state not in ("ended", "failed")
    if st.button(say["live_again" if busy else "live_start"], key="start", disabled=plan is None):
        begin(say, plan)
    if st.button(say["live_pause"], key="pause", disabled=state != "running"):
        training.ask("pause")
    if st.button(say["live_on"], key="on", disabled=state != "paused"):
        training.ask("go")
        st.rerun()
    if st.button(say["live_stop"], key="stop", disabled=not busy or state == "stopping"):
        resources.own().trainings.stop(training)
        st.rerun()


def shown(training: Training | None, plan: Plan | None) -> Training | None:
    """The training that the page shows: one that is over gives way to another plan."""
    return None if training and training.over and another(training, plan) else training


def another(training: Training, plan: Plan | None) -> bool:
    """Whether something else is chosen than what is trained."""
    return plan is not None and not plan.alike(training.plan)


def begin(say: Texts, plan: Plan) -> None:
    """Start a training and show it."""
    try:
        resources.own().begin(plan)
    except OSError as error:
        st.error(say["live_disk"].format(reason=controls.plain(error.strerror or str(error))))
        return
    st.rerun()


def status(say: Texts, training: Training | None) -> None:
    """How far the training is, in one sentence."""
    if training is None:
        return
    if training.state == "waiting":
        manager = resources.own().trainings
        st.info(say["live_waiting"].format(place=manager.place(training), places=manager.places))
    elif training.state == "failed":
        st.error(failure(say, training))
    elif not training.frames:
        st.progress(0.0, say["live_starting" if not training.over else "live_none"])
    else:
        last, steps = training.frames[-1], training.about["steps"]
        facts = {
            "step": last["step"],
            "steps": steps,
            "epoch": last["epoch"],
            "tokens": f"{last['tokens']:,}".replace(",", "\u202f"),
        }
        cut_short = training.state == "ended" and last["step"] < steps
        line = say["live_stopped" if cut_short else f"live_{training.state}"].format(
            **facts, seconds=round(last["seconds"])
        )
        st.progress(min(1.0, last["step"] / steps), line)
        if training.timed_out:
            st.info(say["live_time"].format(minutes=round(resources.own().trainings.seconds / 60)))


def failure(say: Texts, training: Training) -> str:
    """Why a training failed: what it said itself, that it was ended by force, its last line, or that it has none."""
    if training.reason:
        return say["live_failed"].format(reason=controls.plain(training.reason))
    if training.forced:
        return say["live_forced"].format(seconds=f"{trainings.GRACE:g}")
    line = controls.plain(training.last_line)
    return say["live_died"].format(line=line) if line else say["live_killed"]


def losses_in_words(say: Texts, run: Run) -> str:
    """What is known of the losses by now, in sentences, and what the model writes."""
    facts = figures.describe(run.frames, run.validation) | {"unit": unit(say, run.plan)}
    parts = ["live_loss_both" if "first" in facts else "live_loss_one"] if "loss" in facts else []
    if run.about["held"]:
        parts += ["live_held" if "validation" in facts else "live_held_none"]
    return " ".join(say[part].format(**facts) for part in [*parts, "live_output"])


def unit(say: Texts, plan: Plan) -> str:
    """What the model writes one after another."""
    return say["live_unit_own" if plan.task == "own" else "live_unit_letters"]


def losses(say: Texts, shown: list[Run]) -> None:
    """The chart of the losses and, below it, its sentence: with another `alt` the browser would build it anew."""
    labels = {name: say[f"live_{name}"] for name in ("train", "validation", "step", "loss", "guessing")}
    labels["choices"] = say["live_choices"].format(unit=unit(say, shown[0].plan))
    curves = [figures.losses(run.frames, run.validation) for run in shown]
    points = [{**point, "run": place} for place, curve in enumerate(curves) for point in curve]
    if points:
        chart = figures.chart(shown[0].about, [titled(say, run) for run in shown], labels)
        st.vega_lite_chart(points, chart, key="losses", alt=say["live_losses"], width="stretch")
    for run in shown:
        name = f"**{controls.plain(titled(say, run))}.** " if len(shown) > 1 else ""
        st.caption(name + controls.plain(losses_in_words(say, run)))

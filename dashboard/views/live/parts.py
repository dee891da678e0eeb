"""The parts of the page Train it live: what to train, the buttons, how far it is, and what becomes of the model."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from core.checkpoints import Card
from core.training.options import REGIME_OPTIONS
from dashboard import beginning, controls, explain, parameters, resources
from dashboard.components.quiz import Question
from dashboard.controls import Texts
from dashboard.live import pairs, trainings
from dashboard.live.model_zip import LARGEST_ZIP
from dashboard.live.own_models import MOST
from dashboard.live.plan import DEFAULTS, DETAILS, HAS, KINDS, SIZES, TASKS, Plan
from dashboard.live.refusal import Refusal
from dashboard.live.trainings import Training
from dashboard.model_names import kind_label, model_label
from dashboard.pages import opening, script
from dashboard.views.live import figure as figures

LOOKS = ("falling", "rising", "column", "even")  # the answers to the first question
# Under which keys a detail's choices, and a sentence on each, stand in the catalogue, where they are not its own.
WORDS = {"score": ("kind", "kind_words"), "context": ("model_place", "place_words")}


def wanted(say: Texts) -> tuple[Plan | None, bool]:
    """What the reader wants to train (None, after one sentence, if their own pairs can't be read); whether to guess."""
    with controls.row():
        task = pick(say, "task", {name: say[f"task_{name}"] for name in TASKS})
        kind = pick(say, "kind", {name: say[f"live_kind_{name}"] for name in KINDS})
        size = pick(say, "size", {name: say[f"size_{name}"] for name in SIZES})
        regime = pick(say, "regime", {name: say[f"regime_{name}"] for name in REGIME_OPTIONS})
        with st.popover(say["live_more"], key="more"):
            details = {name: detail(say, name) for name in HAS[kind]}
        predict = controls.predict(say)
    try:
        return Plan(task, kind, size, regime, given_pairs(say) if task == "own" else (), details), predict
    except Refusal as refusal:
        st.error(in_words(say[f"pairs_{refusal.reason}"], refusal))
        return None, predict


def pick(say: Texts, name: str, options: Mapping[str, str]) -> str:
    """One of a table's names."""
    return parameters.one_of_many(name, say[name], options, DEFAULTS[name])


def detail(say: Texts, name: str) -> str:
    """One of the choices of a detail, and below it a sentence on it."""
    label, about = WORDS.get(name, (f"live_{name}", f"live_{name}_about"))
    options = {value: say[f"{label}_{value}"] for value in DETAILS[name]}
    value = parameters.one_of_many(name, say[f"live_{name}"], options, next(iter(options)))
    st.caption(say[f"{about}_{value}"])
    return value


def described(say: Texts, plan: Plan) -> str:
    """What is trained, in words, and how."""
    return f"{kind_label(say, plan.family, plan.config)}. {say[f'regime_about_{plan.regime}']}"


def given_pairs(say: Texts) -> tuple[tuple[str, str], ...]:
    """The reader's own pairs, from the field or from a file; Refusal says what is wrong with them."""
    left, right = st.columns([3, 2])
    tip = say["pairs_help"].format(fewest=pairs.FEWEST, most=pairs.MOST, longest=pairs.LONGEST)
    with left:
        persist = {"persist_state": "session"}
        typed = st.text_area(say["pairs"], pairs.EXAMPLE, 180, key="pairs", help=tip, **persist)
    with right:
        file = st.file_uploader(say["pairs_file"], ["tsv", "txt"], key="pairs_file", max_upload_size=1)
    return pairs.parsed(pairs.decoded(file.getvalue()) if file else typed)


def in_words(sentence: str, refusal: Refusal) -> str:
    """Why something is not taken: the sentence that belongs to it, with its numbers."""
    return sentence.format(**controls.escaped(refusal.facts))


def guesses(say: Texts, plan: Plan) -> list[Question]:
    """What the reader may predict before the training shows it."""
    questions = []
    if plan.looks:
        options = [say[f"live_look_{where}"] for where in LOOKS]
        answer = say["live_look_mean" if plan.looks == "even" else f"live_look_{plan.task}"]
        questions = [Question(say["live_look"], options, (LOOKS.index(plan.looks),), answer)]
    options = [say[f"live_guess_{value}"] for value in ("zero", "log", "all")]
    return [*questions, Question(say["live_guess"], options, (1,), say["live_guess_answer"])]


def buttons(say: Texts, plan: Plan | None, training: Training | None) -> None:
    """Start, pause, go on, stop: what is possible now."""
    state = training.state if training else "ended"
    busy = state not in ("ended", "failed")
    with st.container(horizontal=True):
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
    """Whether something else is chosen than what is trained; pairs aside, as a file is gone with the page."""
    return plan is not None and replace(plan, pairs=()) != replace(training.plan, pairs=())


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


def losses_in_words(say: Texts, training: Training) -> str:
    """What is known of the losses by now, in sentences, and what the model writes."""
    facts = figures.describe(training.frames, training.validation)
    parts = ["live_loss_both" if "first" in facts else "live_loss_one"] if "loss" in facts else []
    if training.about["held"]:
        parts += ["live_held" if "validation" in facts else "live_held_none"]
    return " ".join(say[part].format(**facts) for part in [*parts, "live_output"])


def losses(say: Texts, training: Training) -> None:
    """The chart of the losses and, below it, its sentence: with another `alt` the browser would build it anew."""
    labels = {name: say[f"live_{name}"] for name in ("train", "validation", "step", "loss", "guessing")}
    points = figures.losses(training.frames, training.validation)
    if points:
        chart = figures.chart(training.about, labels)
        st.vega_lite_chart(points, chart, key="losses", alt=say["live_losses"], width="stretch")
    st.caption(controls.plain(losses_in_words(say, training)))


def models(say: Texts) -> None:
    """The session's own models: open each on another page, take it home, bring it back."""
    st.subheader(say["live_models"])
    own = resources.own()
    cards = own.saved()
    if not cards:
        st.caption(say["live_models_none"])
    for name, card in reversed(cards.items()):
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"card_{name}"):
            label = model_label(card, say)
            st.markdown(controls.plain(label), width="content")
            for page in opening(card.attends):
                if st.button(say["live_open"].format(page=say[f"page_{page}"]), key=f"open_{page}_{name}"):
                    open_on(page, name, card)
            file = f"seqscope-{card.corpus}-{card.training['steps']}.zip"
            explain.offer(say["live_save"], lambda name=name: own.zipped(name), file, f"zip_{name}")
    st.caption(say["live_models_note"].format(most=MOST))
    with st.expander(say["live_load"], key="load"):
        load(say)


def open_on(page: str, name: str, card: Card) -> None:
    """Go to another page with this model, and a sentence that it can read."""
    parameters.keep("model", name, None)
    if text := card.training["filmed"]:
        beginning.follow(card.source, text, new=False)
        st.session_state["text"] = text
        parameters.keep("text", text, text)
    st.switch_page(script(page), query_params={})


def load(say: Texts) -> None:
    """Take a zip in, once; what became of it is said as long as it lies there."""
    file = st.file_uploader(say["live_zip"], "zip", key="zip", max_upload_size=LARGEST_ZIP // 1_000_000)
    if file is None:
        return
    if st.session_state.get("zip_taken", ("",))[0] != file.file_id:
        try:
            with st.spinner(say["loading"]):
                outcome = resources.take_in(file.getvalue()).name
        except Refusal as refusal:
            outcome = refusal
        st.session_state["zip_taken"] = (file.file_id, outcome)
        st.rerun()
    outcome = st.session_state["zip_taken"][1]
    if isinstance(outcome, Refusal):
        st.error(in_words(say[f"zip_{outcome.reason}"], outcome))
    else:
        st.success(say["zip_taken"])

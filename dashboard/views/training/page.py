"""Training: teacher forcing token by token, its schedules, every model's curve, and what each regime changed."""

from functools import partial

import streamlit as st

from core.options import BeamOptions
from core.training.schedules import DECAYS, SCHEDULES
from dashboard import controls, explain, frame, resources
from dashboard.components.quiz import Question
from dashboard.figures import training
from dashboard.figures.table import table
from dashboard.views.training import curves, figure, gold_pair
from dashboard.views.training.teacher import LABELS, teacher


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    asked = frame.asked(say, "training")
    if asked:
        teach(say, asked)
        schedules(say)
        curves.curves(say)
        curves.regimes(say)
        explain.show_code(say, "core/training/regimes.py", "teacher_forcing")


@st.fragment
def teach(say, asked: frame.Asked) -> None:
    """One pair: the walk, its formula, and where the model alone goes another way."""
    trace = frame.traced(say, asked, BeamOptions())
    if trace is None:
        return
    frame.unknown_pieces(say, trace)
    target, whose = gold_pair.gold_translation(say, asked, trace.hypotheses[0].text)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        smoothing = controls.number("smoothing", say["smoothing"], 0.0, 0.5, 0.0, 0.05, help=say["smoothing_help"])
        predict = controls.predict(say)
    lesson = gold_pair.taken(asked, target, smoothing)
    if lesson is None:
        return
    if whose == "typed" and "<unk>" in lesson.gold.hypotheses[0].tokens:
        st.warning(say["target_unknown"].format(model=controls.plain(resources.labels(say)[asked.model])))
    explain.spelling(say, lesson.gold)
    answered, count = ask(say, lesson) if predict else (1, 1)
    size = asked.card.config["vocabulary_size"]
    walk(say, asked, lesson, {"text": asked.text, "vocabulary": size, "smoothing": smoothing}, hidden=not answered)
    if answered >= count:  # the formula would tell what is still to be guessed
        kind, facts = figure.parting(lesson.taught, lesson.free)
        st.markdown(say[f"parting_{kind}"].format(**controls.escaped(facts)))
        latex = figure.cross_entropy(lesson.taught, smoothing, size)
        facts = figure.meaning(lesson.taught, smoothing, size)
        told = "_smoothed" if smoothing else "_worse" if facts["worse"] else ""
        explain.formula(say, latex, say[f"training_formula{told}"].format(**facts))


def ask(say, lesson: gold_pair.Lesson) -> tuple[int, int]:
    """Which token costs most, and what smoothing does to the cheapest: how many were answered, and of how many."""
    effects = [say[f"smoothing_{effect}"] for effect in ("rises", "falls", "stays")]
    guesses = {"dearest": figure.dearest(lesson.taught), "softened": figure.softened(lesson.taught, effects)}
    asked = [
        Question(
            say[f"{name}_question"].format(**one.facts),
            one.options,
            one.right,
            say[f"{name}_answer"].format(**one.facts),
        )
        for name, one in guesses.items()
        if one
    ]
    return explain.questions(say, "training_quiz", asked), len(asked)


@st.fragment
def walk(say, asked: frame.Asked, lesson: gold_pair.Lesson, about: dict, *, hidden: bool) -> None:
    """The walk and its data: alone, as each position that the reader takes is written into the address."""
    facts = figure.describe(lesson.taught, lesson.gold.hypotheses[0].text, lesson.own.hypotheses[0].text)
    description = say["teacher_description"].format(**facts)
    texts = {name: say[f"teacher_{name}"] for name in LABELS if name != "description"} | {"description": description}
    teacher(figure.lesson(lesson.taught, lesson.free, about), texts, key="lesson", hidden=hidden)
    if not hidden:
        lanes = {say["reads_gold"]: lesson.taught, say["reads_own"]: lesson.free}
        explain.show_data(say, "lesson", lambda: figure.table(lanes), description, lesson.gold)


@st.fragment
def schedules(say) -> None:
    """Share of gold tokens and learning rate over the training: lines, and their values at a step."""
    st.header(say["schedules"])
    step = controls.number("update", say["update"], 0, training.STEPS, 2000, 50, help=say["update_help"])
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(say["decays_caption"])
        half = controls.number("half", say["half"], 500, 9500, 4000, 100, help=say["half_help"])
        decays = {name: partial(decay, half=half) for name, decay in DECAYS.items()}
        draw(say, "decays", decays, step, training.decay_formulas(half))
    with right:
        st.markdown(say["rates_caption"].format(steps=training.STEPS))
        warmup = controls.number("warmup", say["warmup"], 0, 4000, 800, 100, help=say["warmup_help"])
        rates = {name: partial(SCHEDULES[name], warmup=warmup, total=training.STEPS) for name in training.RATES}
        draw(say, "rates", rates, step, training.RATES)


def draw(say, key: str, lines: training.Schedules, step: int, formulas: dict[str, str]) -> None:
    """One chart of schedules, its values at the step, and its data: with another `alt` it would be drawn anew."""
    names = {name: say[f"schedule_{name}"] for name in lines}
    values = training.schedule_values(lines, names, step)
    values = [(*one, formulas[name]) for name, one in zip(lines, values, strict=True)]
    facts = {"step": step, "steps": training.STEPS, "values": training.listed(values)}
    description = say["schedule_description"].format(**facts)
    labels = {"step": say["schedule_step"], "share": say[f"{key}_share"], "schedule": say["schedule"]}
    with st.container(key=key):
        marks, chart = training.schedule_marks(lines, names, step), training.schedule_chart(lines, names, labels)
        st.vega_lite_chart(marks, chart, key=f"{key}_lines", alt=say["schedules_alt"].format(**facts))
    st.html(table({say["schedule"]: "", say["schedule_at"].format(step=step): ".3f", say["formula_short"]: ""}, values))
    explain.show_data(say, key, lambda: training.schedule_rows(lines, names), description)


main()

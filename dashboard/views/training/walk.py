"""Teacher forcing token by token: one pair walked through, guessed at, and what it costs."""

import streamlit as st

from dashboard import answers, controls, explain, parameters, resources
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.views.training import figure, gold_pair
from dashboard.views.training.teacher import LABELS, teacher


def teach(say: Texts, query: Query, row) -> None:
    """One pair: the walk, its formula, and where the model alone goes another way; its controls stand in the `row`."""
    trace = answers.trace(say, query.model, query.text)
    if trace is None:
        return
    with row:
        target, whose, cut = gold_pair.gold_translation(say, query, trace.hypotheses[0].text)
        smoothing = parameters.number("smoothing", say["smoothing"], 0.0, 0.5, 0.0, 0.05, help=say["smoothing_help"])
    if cut:
        st.warning(cut)
    pair = gold_pair.taken(say, query, target, smoothing)
    gold = say[f"gold_{whose}"].format(text=controls.plain(target))
    if pair is None:
        st.caption(gold)
        return
    answered, count = ask(say, pair) if query.predict else (1, 1)
    size = query.card.config["vocabulary_size"]
    walk(say, query, pair, {"text": query.text, "vocabulary": size, "smoothing": smoothing}, hidden=not answered)
    st.caption(gold)
    if whose == "typed" and "<unk>" in pair.gold.hypotheses[0].tokens:
        st.warning(say["target_unknown"].format(model=controls.plain(resources.labels(say)[query.model])))
    explain.spelling(say, pair.gold)
    if answered >= count:  # the formula would tell what is still to be guessed
        kind, facts = figure.parting(pair.taught, pair.free)
        st.markdown(say[f"parting_{kind}"].format(**controls.escaped(facts)))
        latex = figure.cross_entropy(pair.taught, smoothing, size)
        facts = figure.meaning(pair.taught, smoothing, size)
        case = "_smoothed" if smoothing else "_worse" if facts["worse"] else ""
        explain.formula(say, latex, say[f"training_formula{case}"].format(**facts))


def ask(say: Texts, pair: gold_pair.GoldPair) -> tuple[int, int]:
    """Which token costs most, and what smoothing does to the cheapest: how many were answered, and of how many."""
    effects = [say[f"smoothing_{effect}"] for effect in ("rises", "falls", "stays")]
    guesses = {"dearest": figure.dearest(pair.taught), "softened": figure.softened(pair.taught, effects)}
    questions = [
        explain.question(say, name, guess.right, guess.options, **guess.facts)
        for name, guess in guesses.items()
        if guess
    ]
    return explain.questions(say, "training_quiz", questions), len(questions)


@st.fragment
def walk(say: Texts, query: Query, pair: gold_pair.GoldPair, about: dict, *, hidden: bool) -> None:
    """The walk and its data: alone, as each position that the reader takes is written into the address."""
    facts = figure.describe(pair.taught, pair.gold.hypotheses[0].text, pair.own.hypotheses[0].text)
    description = say["teacher_description"].format(**facts)
    texts = {name: say[f"teacher_{name}"] for name in LABELS if name != "description"} | {"description": description}
    teacher(figure.payload(pair.taught, pair.free, about), texts, key="teacher", hidden=hidden)
    if not hidden:
        lanes = {say["reads_gold"]: pair.taught, say["reads_own"]: pair.free}
        explain.show_data(say, "teacher", lambda: figure.table(lanes), description, pair.gold)

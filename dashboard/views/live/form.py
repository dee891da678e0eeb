"""The form of Train it live: what to train, on which pairs, and what may be guessed before it shows."""

from collections.abc import Mapping

import streamlit as st

from core.training.options import REGIME_OPTIONS
from dashboard import controls, parameters
from dashboard.components.quiz import Question
from dashboard.controls import Texts
from dashboard.live import pairs
from dashboard.live.plan import DEFAULTS, DETAILS, HAS, KINDS, NUMBERS, TASKS, Plan
from dashboard.live.refusal import Refusal

SHOWN = 4  # pairs held back that are written out
LOOKS = ("falling", "rising", "column", "even")  # the answers to the first question
# Under which keys a detail's choices, and a sentence on each, stand in the catalogue, where they are not its own.
WORDS = {"score": ("kind", "kind_words"), "context": ("model_place", "place_words")}


def wanted(say: Texts) -> tuple[Plan | None, bool]:
    """What the reader wants to train (None, after one sentence, if their own pairs can't be read); whether to guess."""
    with controls.row():
        task = pick(say, "task", {name: say[f"task_{name}"] for name in TASKS})
        kind = pick(say, "kind", {name: say[f"live_kind_{name}"] for name in KINDS})
        numbers = {name: number(say, name) for name in NUMBERS if (name, task) != ("data", "own")}
        with st.popover(say["live_more"], key="more"):
            regime = pick(say, "regime", {name: say[f"regime_{name}"] for name in REGIME_OPTIONS})
            st.caption(say[f"regime_about_{regime}"])
            details = {name: detail(say, name) for name in HAS[kind]}
        predict = controls.predict(say)
    try:
        given = given_pairs(say) if task == "own" else ()
    except Refusal as refusal:
        st.error(in_words(say[f"pairs_{refusal.reason}"], refusal))
        return None, predict
    return Plan(task, kind, regime, given, numbers, details), predict


def pick(say: Texts, name: str, options: Mapping[str, str]) -> str:
    """One of a table's names."""
    return parameters.one_of_many(name, say[name], options, DEFAULTS[name])


def number(say: Texts, name: str) -> str:
    """One of the values of a number, as the reader's language writes it; another page has a width, too."""
    options = {value: written(say, value) for value in NUMBERS[name]}
    return parameters.one_of_many(f"own_{name}", say[f"live_{name}"], options, DEFAULTS[name])


def written(say: Texts, value: str) -> str:
    """A number as the reader's language writes it.

    >>> written({"live_point": ","}, "0.005"), written({"live_point": "."}, "3000")
    ('0,005', '3\\u202f000')
    """
    return value.replace(".", say["live_point"]) if "." in value else f"{int(value):,}".replace(",", "\u202f")


def detail(say: Texts, name: str) -> str:
    """One of the choices of a detail, and below it a sentence on it."""
    label, about = WORDS.get(name, (f"live_{name}", f"live_{name}_about"))
    options = {value: say[f"{label}_{value}"] for value in DETAILS[name]}
    value = parameters.one_of_many(name, say[f"live_{name}"], options, next(iter(options)))
    st.caption(say[f"{about}_{value}"])
    return value


def given_pairs(say: Texts) -> tuple[tuple[str, str], ...]:
    """The reader's own pairs, from the field or from a file; Refusal says what is wrong with them."""
    left, right = st.columns([3, 2])
    tip = say["pairs_help"].format(fewest=pairs.FEWEST, most=pairs.MOST, longest=pairs.LONGEST)
    with left:
        persist = {"persist_state": "session"}
        typed = st.text_area(say["pairs"], pairs.EXAMPLE, 120, key="pairs", help=tip, **persist)
    with right:
        file = st.file_uploader(say["pairs_file"], ["tsv", "txt"], key="pairs_file", max_upload_size=1)
    return pairs.parsed(pairs.decoded(file.getvalue()) if file else typed)


def held_back(say: Texts, plan: Plan) -> str:
    """Which of a reader's own pairs the model never learns from, in a sentence."""
    held = plan.train_and_held()[1]
    if not held:
        return say["live_held_few"]
    shown = "; ".join(say["live_held_pair"].format(source=source, target=target) for source, target in held[:SHOWN])
    return say["live_held_pairs"].format(count=len(held), pairs=shown + (" …" if len(held) > SHOWN else ""))


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
    options = [say[f"live_guess_{value}"] for value in ("one", "some", "all")]
    return [*questions, Question(say["live_guess"], options, (2,), say["live_guess_answer"])]

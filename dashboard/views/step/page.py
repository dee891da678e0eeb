"""Step through: one word at a time, what the model expected and where it looked."""

from contextlib import nullcontext
from dataclasses import replace

import streamlit as st

from core.options import FREE
from core.records import DecodeTrace
from dashboard import answers, beginning, controls, explain, parameters, steering
from dashboard.figures import step
from dashboard.views.step import stepper, ways

WIDTH = 340  # px of the list of searches
BEST = 0  # the hypothesis that is walked
SEEDS = parameters.numbers(99)  # of a sample
TRIES = {
    "waver": {"model": "en-de-transformer", "text": "A woman is waiting at the bank.", "step": "5"},
    "blind": {"model": "en-de-rnn-plain"},
    "cold": {"heat": "0.5", "step": "3"},
}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    beginning.question(say, "step", walk, TRIES)
    explain.show_code(say, "core/decoding/search.py", "search", say["step_paper"])


@st.fragment
def walk(say, query: beginning.Query) -> None:
    """Everything that the choice of a path, a step or a word changes."""
    here = f"{query.model}\n{query.text}"
    with controls.row():
        path, seed = chosen(say)
        predict = controls.predict(say)
    draws, hand = stepper.draws(), stepper.by_hand(here, say["stepper_off"])
    options = ways.options(path, draws, seed, steering.constraints(hand["prefix"].strip(), hand["ban"]))
    with st.spinner(say["step_searching"]) if path in ways.SLOW else nullcontext():
        trace = answers.trace(say, query.model, query.text, options)
    if trace is None:
        if any(hand.values()):
            st.button(say["step_free"], key="step_free", on_click=controls.choose, args=(dict.fromkeys(hand, ""),))
        return
    walked = step.moments(trace, BEST)
    size = query.card.config["vocabulary_size"]
    description = say["step_description"].format(**step.describe(trace, BEST, walked))
    texts = labels(say, description, query.card.config["width"])
    stepper.stepper(step.stepper(trace, BEST, walked, size), draws, hand, here, texts, predict)
    explain.show_data(say, stepper.KEY, lambda: step.table(walked), description, trace)
    if not predict:  # this would tell how long the translation is
        st.markdown(note(say, trace, path, step.unlikely(walked)))
        st.markdown(say["step_space"].format(**step.space(trace, BEST, size)))
    latex = step.chain_rule(trace.hypotheses[BEST], words=not predict)
    explain.formula(say, latex, say["step_formula"])


def chosen(say) -> tuple[str, int]:
    """Which search is followed, and of a sample which draw."""
    titles = {name: say[f"path_{name}"] for name in ways.PATHS}
    with st.container(width=WIDTH):
        path = parameters.one_of_many("path", say["step_path"], titles, "beam")
    if path != "sample":
        return path, 1
    seed = int(parameters.reported("draw", None, SEEDS, SEEDS[0]))
    following = {"draw": SEEDS[seed % len(SEEDS)]}
    st.button(say["step_again"], key="step_again", on_click=controls.choose, args=(following,))
    return path, seed


def labels(say, description: str, width: int) -> dict[str, str]:
    """The component's texts."""
    texts = {name: say[f"stepper_{name}"] for name in stepper.LABELS if f"stepper_{name}" in say}
    texts |= {name: say[f"quiz_{name}"] for name in ("right", "wrong", "score")}
    return texts | {"description": description, "unattended": say["stepper_unattended"].format(width=width)}


def note(say, trace: DecodeTrace, path: str, elsewhere: list[int]) -> str:
    """Whether this search took the likeliest bar each time; of one led by hand, what that costs."""
    if trace.options.constraints != FREE:
        free = answers.trace(say, trace.model, trace.text, replace(trace.options, constraints=FREE))
        return say["path_note_hand"].format(**controls.escaped(step.compared(free, trace, BEST))) if free else ""
    if path in ("beam", "greedy") and elsewhere:
        path = "other"
    if path == "exact" and not trace.proof.proven:
        path = "exact_open"
    facts = {"steps": ", ".join(map(str, elsewhere)) or "–", "samples": ways.SAMPLES, "budget": ways.BUDGET}
    return say[f"path_note_{path}"].format(**facts)


main()

"""Step through: one word at a time, what the model expected and where it looked."""

import streamlit as st

from core.options import BeamOptions
from core.records import DecodeTrace
from dashboard import answers, beginning, controls, explain, parameters
from dashboard.figures import step
from dashboard.views.step.stepper import LABELS, stepper

PATHS = {"beam": 5, "greedy": 1}  # beam sizes; a search one branch wide is greedy
BEST = 0  # the hypothesis that is walked
TRIES = {
    "waver": {"model": "en-de-transformer", "text": "A woman is waiting at the bank.", "step": "5"},
    "blind": {"model": "en-de-rnn-plain"},
}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    query = beginning.query(say, "step", TRIES)
    if query:
        walk(say, query)


@st.fragment
def walk(say, query: beginning.Query) -> None:
    """Everything that the choice of a path or a step changes."""
    with controls.row():
        path = parameters.choice("path", say["step_path"], {name: say[f"path_{name}"] for name in PATHS}, "beam")
        predict = controls.predict(say)
    options = BeamOptions(PATHS[path])
    trace = answers.trace(say, query.model, query.text, options)
    if trace is None:
        return
    walked = step.moments(trace, BEST)
    size = query.card.config["vocabulary_size"]
    show_steps(say, query, options, walked, predict)
    if not predict:  # this would tell how long the translation is
        show_search(say, step.unlikely(walked), path)
        st.markdown(say["step_space"].format(**step.space(trace, BEST, size)))
    show_formula(say, trace, predict)
    explain.show_code(say, "core/decoding/search.py", "search", say["step_paper"])


@st.fragment
def show_steps(say, query: beginning.Query, options: BeamOptions, walked: list[step.Moment], predict: bool) -> None:
    """The walk, its sentence and its data: alone, as each step that the reader takes is written into the address."""
    trace = answers.trace(say, query.model, query.text, options)
    if trace is None:
        return
    config = query.card.config
    description = say["step_description"].format(**step.describe(trace, BEST, walked))
    texts = {name: say[f"stepper_{name}"] for name in LABELS if f"stepper_{name}" in say}
    texts |= {name: say[f"quiz_{name}"] for name in ("right", "wrong", "score")}
    texts |= {"description": description, "unattended": say["stepper_unattended"].format(width=config["width"])}
    payload = step.stepper(trace, BEST, walked, config["vocabulary_size"])
    stepper(payload, texts, key="steps", predict=predict)
    explain.show_data(say, "steps", lambda: step.table(walked), description, trace)


def show_search(say, elsewhere: list[int], path: str) -> None:
    """Whether this search always took the likeliest bar."""
    note = "path_note_other" if elsewhere else f"path_note_{path}"
    st.markdown(say[note].format(steps=", ".join(map(str, elsewhere))))


def show_formula(say, trace: DecodeTrace, predict: bool) -> None:
    """The chain rule with this sentence's numbers."""
    explain.formula(say, step.chain_rule(trace.hypotheses[BEST], words=not predict), say["step_formula"])


main()

"""How samples are drawn, as a reader sets it, and the samples: both tabs show the same ones."""

import time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.options import SamplingOptions
from core.records import Hypothesis
from dashboard import answers, controls, parameters
from dashboard.beginning import Query
from dashboard.controls import Texts

COUNTS = ("8", "16", "32", "64")  # of samples: what a class can draw at a time
SEEDS = parameters.numbers(99)
SHOWN = 0.3  # seconds, after which it is shown how far the drawing is


def options(say: Texts, row: DeltaGenerator) -> SamplingOptions:
    """What is drawn, as the controls in the page's row say."""
    with row:
        counts = {count: count for count in COUNTS}
        count = parameters.choice("samples", say["sampling_count"], counts, "16")
        label, tip = say["sampling_temperature"], say["sampling_temperature_help"]
        temperature = parameters.number("tau", label, 0.0, 2.0, 1.0, 0.1, help=tip)
        seed = parameters.reported("draw", None, SEEDS, SEEDS[0])
        following = {"draw": SEEDS[int(seed) % len(SEEDS)]}
        st.button(say["sampling_again"], key="draw_again", on_click=controls.choose, args=(following,))
        with st.popover(say["sampling_more"], key="sampling_more"):
            top_k = parameters.number("topk", say["sampling_top_k"], 0, 50, 0, help=say["sampling_top_k_help"])
            top_p = parameters.number(
                "topp", say["sampling_top_p"], 0.05, 1.0, 1.0, 0.05, help=say["sampling_top_p_help"]
            )
    return SamplingOptions(int(count), round(temperature, 2), top_k or None, round(top_p, 2), seed=int(seed))


def own(options: SamplingOptions) -> bool:
    """Whether samples are drawn from the model's own distribution, so that their shares estimate it."""
    return (options.temperature, options.top_k, options.top_p) == (1.0, None, 1.0)


def drawn(say: Texts, query: Query, options: SamplingOptions, row: DeltaGenerator) -> tuple[Hypothesis, ...]:
    """The samples; how far it is stands in the row, and any other choice stops it. () where the model can't."""
    began, last = time.perf_counter(), None
    with row:
        bar = st.empty()
    with answers.waiting(say, [query.model]):
        for last in answers.draws(query.model, query.text, options):
            if not last.hypotheses and time.perf_counter() - began > SHOWN:
                facts = {"ended": last.ended, "samples": options.samples, "steps": last.steps}
                bar.progress(last.ended / options.samples, say["sampling_drawing"].format(**facts))
    bar.empty()
    return last.hypotheses if last else ()

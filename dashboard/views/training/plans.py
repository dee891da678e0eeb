"""How much help there is and how fast to learn, over a training."""

from functools import partial

import streamlit as st

from core.training.schedules import DECAYS, SCHEDULES
from dashboard import explain, parameters
from dashboard.controls import Texts
from dashboard.figures import training
from dashboard.views.training.schedules import LABELS, schedules


def plans(say: Texts, _query, row) -> None:
    """Share of gold tokens and learning rate over the training: lines, and their values at a step."""
    with row:
        half = parameters.number("half", say["half"], 500, 9500, 4000, 100, help=say["half_help"])
        warmup = parameters.number("warmup", say["warmup"], 0, 4000, 800, 100, help=say["warmup_help"])
    decays = {name: partial(decay, half=half) for name, decay in DECAYS.items()}
    rates = {name: partial(SCHEDULES[name], warmup=warmup, total=training.STEPS) for name in training.RATES}
    lines = decays | rates
    names = {name: say[f"schedule_{name}"] for name in lines}
    charts = [
        {"title": say["decays_share"], "lines": training.schedule_lines(decays, names, training.decay_formulas(half))},
        {"title": say["rates_share"], "lines": training.schedule_lines(rates, names, training.RATES)},
    ]
    texts = {name: say[f"schedules_{name}"] for name in LABELS}
    texts["alt"] = texts["alt"].format(steps=training.STEPS)
    st.markdown(say["training_line_plans"])
    step = schedules(charts, texts, key="schedules")
    left, right = st.columns(2, gap="medium")
    left.markdown(say["decays_caption"])
    right.markdown(say["rates_caption"].format(steps=training.STEPS))
    facts = {"step": step, "steps": training.STEPS, "values": training.schedule_values(lines, names, step)}
    description = say["schedules_description"].format(**facts)
    explain.show_data(say, "schedules", lambda: training.schedule_rows(lines, names), description)

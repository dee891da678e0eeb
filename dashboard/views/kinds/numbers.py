"""The tab with the map of one head, and every number behind the row of one step."""

from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.records import Attention, AttentionSteps
from dashboard import answers, beginning, controls, explain, parameters
from dashboard.beginning import Query
from dashboard.components import chosen_labels, component
from dashboard.controls import Texts
from dashboard.figures.alignment import describe, panel
from dashboard.renewal import renewed
from dashboard.views.kinds import attending, figure, formulas, notes
from dashboard.views.kinds.places import layer_and_head

KEY = "kinds_numbers"
LABELS = (
    "locale",  # "en": how numbers are written
    "description",  # the map in a sentence
    "keys",  # how to walk the cells
    "numbers",  # the numbers in a sentence: "… {title} …"
    "back",
    "forward",
    "slider",
    "step",  # "Step {n} of {N}"
    "layer",
    "head",
    "wrote",  # "… {title} … {target} … {source} … {share} …"
    "cell",  # "{title}: {target} → {source}: {share}"
    "scale",
    "computed",  # "… {n} … {target} …"
    "computed_head",  # which head is shown: "… {layer} … {head} …"
    "sharpest",  # the same as long as none is chosen
    "waking",
    "query",  # "… {width} …"
    "source",
    "key",
    "score",
    "gaussian",
    "weight",
    "weight_gaussian",  # the same in local attention
    "values",
    "context",  # "… {width} …"
    "window",  # "… {centre} … {window} …"
    "colours",
)
COMPONENT = component("kinds_numbers", folder=Path(__file__).parent)


def show(say: Texts, query: Query, row: DeltaGenerator) -> None:
    """The tab, top to bottom; of a model that never looks back a sentence."""
    trace = answers.trace(say, query.model, query.text)
    attention = trace and trace.attention()
    if attention is not None:
        explore(say, query, trace, attention)
    elif trace:
        st.info(say["kinds_no_numbers"])
        beginning.offer_transformer(say, query)


def explore(say: Texts, query: Query, trace, attention: Attention) -> None:
    """The map, the numbers, the formula and the data."""
    at = places(attention)
    layer, head = figure.sharpest(attention.weights, *figure.place(at))
    wake = bool((st.session_state.get(KEY) or {}).get("wanted"))
    steps = answers.attention_steps(query.model, query.text, "", wake=wake)
    title = attending.titles(say, attending.distinct(attending.ordered(query.cards), query.model))[query.model]
    drawn = panel(title, attention, layer, head)
    description = say["kinds_map"].format(**describe(drawn)[1])
    texts = {name: say[f"maps_{name}"] for name in LABELS if f"maps_{name}" in say}
    texts |= {name: say[name] for name in ("layer", "head")} | {"description": description}
    state = {"at": at, "pending": not steps and not wake, "renewed": renewed()}
    state["labels"] = chosen_labels("numbers", LABELS, texts)
    data = figure.alone(title, attention, steps) | state
    COMPONENT(key=KEY, data=data, on_at_change=lambda: None, on_wanted_change=lambda: None)
    if steps:
        show_formula(say, query, steps, int(at["step"]) - 1, layer, head)
    explain.show_data(say, KEY, partial(figure.scored, drawn, steps, layer, head), description, trace)
    if code := formulas.FORMULAS[steps.kind if steps else attending.kind_of(query.card)].code:
        explain.show_code(say, "core/models/attention_scores.py", code)


def places(attention: Attention) -> dict[str, str]:
    """Step, layer and head, counted from 1, as the browser or the link says; no head is chosen at first."""
    held = (st.session_state.get(KEY) or {}).get("at") or {}
    layers, heads, steps, _ = attention.weights.shape
    step = parameters.reported("step", held.get("step"), parameters.numbers(steps), "1")
    return {"step": step} | layer_and_head(held, layers, heads)


def show_formula(say: Texts, query: Query, steps: AttentionSteps, step: int, layer: int, head: int) -> None:
    """The score of the chosen kind, with the numbers of the step."""
    kind, place = attending.kind_of(query.card), attending.place_of(query.card)
    latex = formulas.with_numbers(steps, place, step, layer, head)
    parts = [say[f"kind_words_{kind}"]] + ([say[f"place_words_{place}"]] if place else [])
    papers = [formulas.FORMULAS[kind].paper] + ([formulas.PLACES[place]] if place else [])
    explain.formula(say, latex, f"{' '.join(parts)} ({'; '.join(papers)})")
    with st.expander(say["kinds_notes"]):
        for name, facts in notes.notes(steps, layer, head, step).items():
            words = {key: controls.plain(fact) if isinstance(fact, str) else fact for key, fact in facts.items()}
            st.markdown(say[f"kinds_note_{name}"].format(**words))

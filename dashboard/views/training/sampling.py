"""Schedules and sampling: a second pass over mixed words, a judge of two decoders, and schedules over a training."""

from pathlib import Path
from typing import Any

import streamlit as st

from core.records import DecodeTrace
from core.records.own_words import TwoPasses
from dashboard import answers, controls, explain, parameters
from dashboard.beginning import Query
from dashboard.components import chosen_labels, component
from dashboard.controls import Texts
from dashboard.renewal import renewed
from dashboard.views.training import gold_pair, own_words
from dashboard.views.training.plans import plans

FOLDER = Path(__file__).parent
PASSES, JUDGE = component("passes", folder=FOLDER), component("judge", folder=FOLDER)
PASSES_LABELS = (
    *("locale", "description", "back", "play", "pause", "forward", "slider", "loss", "gold", "own", "guess"),
    "mixed",  # "{n} of {N} …"
    "said",  # "… {n} … {loss} … {first} …"
)
JUDGE_LABELS = ("description", "hidden", "gold", "taught", "apart", "free", "own", "judge")


def sampling(say: Texts, query: Query, row) -> None:
    """One of the pictures, chosen in the row of the controls."""
    ways = {"passes": passes, "judge": judge, "plans": plans}
    with row:
        way = parameters.choice("way", say["way"], {name: say[f"way_{name}"] for name in ways}, "passes", hidden=True)
    ways[way](say, query, row)


def passes(say: Texts, query: Query, row) -> None:
    """Parallel scheduled sampling of the reader's pair: the more own words are read, the dearer the right ones."""
    record = record_of(say, query, row, "passes")
    if record is None:
        return
    facts = own_words.passes_facts(record)
    options = [say[f"smoothing_{effect}"] for effect in ("rises", "falls", "stays")]
    riddle = explain.question(say, "passes", [own_words.effect(record)], options, **facts)
    hidden = query.predict and not explain.questions(say, "passes_quiz", [riddle])
    description = say["passes_description"].format(**facts)
    st.markdown(say["training_line_passes"])
    show_passes(say, query, record, description, hidden)
    st.markdown(say["passes_caption"])
    if not hidden:
        explain.show_data(say, "passes", lambda: own_words.passes_rows(record), description)


@st.fragment
def show_passes(say: Texts, query: Query, record: TwoPasses, description: str, hidden: bool) -> None:
    """The picture alone, as each number of own words that the reader takes is written into the address."""
    places = ["0", *parameters.numbers(len(record.own))]
    reported = (st.session_state.get("passes") or {}).get("at") or {}
    at = parameters.reported("mixed", reported.get("mixed"), places, str(own_words.half(record)))
    labels = {name: say[f"passes_{name}"] for name in PASSES_LABELS if name != "description"}
    texts = chosen_labels("picture of two passes", PASSES_LABELS, labels | {"description": description})
    content = own_words.passes(record) | {"id": f"{query.model} {record.gold}", "at": at, "hidden": hidden}
    PASSES(key="passes", data=content | {"renewed": renewed(), "labels": texts}, on_at_change=lambda: None)


def judge(say: Texts, query: Query, row) -> None:
    """Professor forcing: the states of a decoder that reads gold words beside those of one that reads its own."""
    record = record_of(say, query, row, "judge")
    if record is None:
        return
    facts, place = own_words.judge_facts(record), own_words.split(record)
    case = "same" if place is None else "parts"
    description = say[f"judge_description_{case}"].format(**facts)
    hidden = False
    if query.predict and place is not None:
        hidden = not explain.questions(say, "judge_quiz", [explain.question(say, "judge", [1], **facts)])
    labels = {name: say[f"judge_{name}"] for name in JUDGE_LABELS if name != "description"}
    texts = chosen_labels("picture of the judge", JUDGE_LABELS, labels | {"description": description})
    st.markdown(say["training_line_judge"])
    JUDGE(key="judge", data=own_words.judged(record) | {"hidden": hidden, "labels": texts})
    st.markdown(say["judge_caption"])
    if not hidden:
        st.markdown(controls.plain(description))
        explain.show_data(say, "judge", lambda: own_words.judge_rows(record), description)


def record_of(say: Texts, query: Query, row, way: str) -> Any:
    """What is to be drawn of the reader's pair (None, after one sentence, where there is none)."""
    trace = answers.trace(say, query.model, query.text)
    if trace is None:
        return None
    with row:
        target, _, cut = gold_pair.gold_translation(say, query, trace.hypotheses[0].text)
    if cut:
        st.warning(cut)
    pair = gold_pair.taken(say, query, target, 0)
    if pair is None:
        st.caption(say["gold_nobody"])
        return None
    with answers.waiting(say, [query.model]):
        from core.training.own_words import behaviours, two_passes

    gold, own = map(written, (pair.gold, pair.own))
    about = {"passes": (two_passes, query.text, gold), "judge": (behaviours, query.text, gold, own)}[way]
    return answers.ask(say, [query.model], *about).get(query.model)


def written(trace: DecodeTrace) -> tuple[int, ...]:
    """The ids of a translation, `<eos>` at the end."""
    return tuple(trace.tree.nodes[node].id for node in trace.tree.path(trace.hypotheses[0].leaf))

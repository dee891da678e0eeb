"""The tab in which a reader edits a head: a row's weights dragged, or all rows set; the sentence translated again."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.changes import UNCHANGED, Changes
from core.records import DecodeTrace
from dashboard import answers, controls, explain, parameters
from dashboard.beginning import Query
from dashboard.components import chosen_labels, component
from dashboard.controls import Texts
from dashboard.figures.rewriting import rewriting
from dashboard.renewal import renewed
from dashboard.views.heads import edit_figure as figure

LABELS = (
    "locale",  # "en": how numbers are written
    "encoder",
    "decoder",
    "cross",
    "part",
    "layer",
    "head",
    "set",  # what all rows of the head follow
    "own",
    "closed",
    "uniform",
    "diagonal",
    "first",
    "axes_encoder",  # what rows and columns are
    "axes_decoder",
    "axes_cross",
    "place",  # "{part}, layer {layer}, head {head}"
    "row",  # "Row {row}: “{token}”"
    "whole",  # an edit of all rows: "{place}: {pattern}"
    "single",  # an edit of one: "{place}, row {row}"
    "past",  # the same past the end of the translation
    "pair",  # "“{target}” → “{source}”: {share}"
    "weight",
    "before",
    "after",
    "same",  # the sentence that is written again
    "logprob",  # "log-probability {value}"
    "none",  # before there is an edit
    "guess",  # while what came out is hidden
    "undo",
    "clear",
    "remove",  # "Remove: {edit}"
    "keys",
    "map",  # the map in a sentence
)
SAME = 0.005  # nats, which two decimals do not tell apart
COMPONENT = component("edit", folder=Path(__file__).parent)


def show(say: Texts, query: Query, row: DeltaGenerator) -> None:
    """The tab, top to bottom."""
    with row:
        predict = controls.predict(say)
    before = answers.trace(say, query.model, query.text)
    if before is None:
        return
    here = hashlib.blake2b(repr((query.model, query.text)).encode(), digest_size=8).hexdigest()
    reported = (st.session_state.get("edit") or {}).get("at") or {}
    changes = edited(say, query.model, here, reported)
    after = before if changes == UNCHANGED else answers.trace(say, query.model, query.text, changes=changes)
    if after is None:  # the edits do not fit, which has been said
        changes, after = Changes.from_address(parameters.addressed("edits", "", "")), before
    hidden = predict and changes != UNCHANGED and not guessed(say, changes, before, after)
    shown = rows_of(say, query, before, changes) if hidden else after
    state = {"here": here, "echo": reported.get("edits"), "at": places(reported, shown), "edits": figure.edits(changes)}
    known = None if hidden else after.hypotheses[0]
    state |= {"maps": figure.maps(shown), "result": rewriting(before.hypotheses[0], known)}
    texts = {name: say[f"heads_{name}"] for name in LABELS if f"heads_{name}" in say}
    texts |= {name: say[f"edit_{name}"] for name in LABELS if f"edit_{name}" in say}
    texts |= {"locale": say["align_locale"], "weight": say["align_weight"]}
    labels = chosen_labels("edit", LABELS, texts)
    state["chosen"] = renewed()
    COMPONENT(key="edit", data={**state, "labels": labels}, on_at_change=lambda: None)
    st.caption(say["edit_about"])
    if hidden:
        return
    facts = {"before": before.hypotheses[0].text, "after": after.hypotheses[0].text}
    explain.show_data(say, "edit", lambda: figure.table(before, after), say["edit_description"].format(**facts), after)


def guessed(say: Texts, changes: Changes, before: DecodeTrace, after: DecodeTrace) -> bool:
    """Whether the words change, and their log-probability; whether both were answered for the rows that are edited."""
    old, new = (trace.hypotheses[0] for trace in (before, after))
    facts = {"count": len(figure.edits(changes)), "text": new.text}
    facts |= {"before": f"{old.total:.2f}", "after": f"{new.total:.2f}"}
    way = 2 if abs(new.total - old.total) < SAME else int(new.total < old.total)
    right = {"words": int(old.text != new.text), "logprob": way}
    questions = [explain.question(say, f"edit_{name}", [place], **facts) for name, place in right.items()]
    rows = hashlib.blake2b(repr([edit[:4] for edit in figure.edits(changes)]).encode(), digest_size=8).hexdigest()
    return explain.questions(say, f"edit_quiz_{rows}", questions) == len(questions)


def rows_of(say: Texts, query: Query, before: DecodeTrace, changes: Changes) -> DecodeTrace:
    """The edited run made to write the words of the plain one, so that its maps tell no other."""
    forced = answers.forced(say, [query.model], query.text, before.hypotheses[0].text, changes)
    return forced.get(query.model, before)


def edited(say: Texts, model: str, here: str, reported: Mapping[str, str]) -> Changes:
    """What the browser or the link changes; to another sentence go only whole heads, to another model nothing."""
    before = st.session_state.get("edits_of", (model, here, UNCHANGED))
    if reported.get("here") == here and valid(reported["edits"]):
        changes = Changes.from_address(reported["edits"])
    elif before[:2] != (model, here):
        changes = whole_heads(before[2]) if before[0] == model else UNCHANGED
        dropped = len(figure.edits(before[2])) - len(figure.edits(changes))
        if dropped:
            st.info(say["edit_dropped"].format(count=dropped))
    else:
        form = "kind~layer~head~query~weights, kind~layer~head~pattern"
        changes = Changes.from_address(parameters.settled("edits", valid, "", form))
    st.session_state["edits_of"] = model, here, changes
    parameters.addressed("edits", changes.address(), "")
    return changes


def whole_heads(changes: Changes) -> Changes:
    """The changes that fit any sentence: heads closed, and heads that follow a pattern."""
    return Changes(closed=changes.closed, patterns=changes.patterns)


def valid(text: str) -> bool:
    """Whether an address says what is changed."""
    try:
        Changes.from_address(text)
    except ValueError:
        return False
    return True


def places(reported: Mapping[str, str], trace: DecodeTrace) -> dict[str, str]:
    """The part, layer and head that are shown, as the browser or the link says; counted from 1."""
    maps = {part: trace.attention(kind=part) for part in ("cross", "encoder", "decoder")}
    names = [part for part, attention in maps.items() if attention]
    part = parameters.reported("part", reported.get("part"), names, names[0])
    layers, heads = maps[part].weights.shape[:2]
    layer = parameters.reported("layer", reported.get("layer"), parameters.numbers(layers), "1")
    return {
        "part": part,
        "layer": layer,
        "head": parameters.reported("head", reported.get("head"), parameters.numbers(heads), "1"),
    }

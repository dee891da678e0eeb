"""The tab with what each head does: its role with the evidence, and the reader's sentence as the head looks at it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.records.head_roles import ROLES, Evidence
from dashboard import answers, controls, explain, parameters, resources
from dashboard.beginning import Query
from dashboard.components import chosen_labels, component
from dashboard.controls import Texts
from dashboard.figures.table import table
from dashboard.readings import Reading
from dashboard.renewal import renewed
from dashboard.views.heads import rare
from dashboard.views.heads import roles_figure as figure
from dashboard.views.heads.figure import PARTS

LABELS = (
    "locale",  # "en": how numbers are written
    "encoder",
    "decoder",
    "cross",
    "place",  # "{part}, layer {layer}, head {head}"
    *(f"legend_{role}" for role in ROLES),
    "legend_pale",  # of what a head only leans to
    "legend_unsure",
    "measure",  # the columns of the evidence
    "share",
    "interval",
    "least",
    "baseline",
    "named",  # "{place}: {roles}"
    "leaning",  # of a head without a role: "{place}: … {roles}"
    "unnamed",  # of one that leans to none
    "sentence",  # the picture in a sentence: "… {looks}"
    "pair",  # "“{target}” → “{source}” {share}"
    "keys",
)
COUNTED = ("sentences", "trees", "pieces_a_word")
COLUMNS = {"relation": "", "captions": "", "fixed_captions": ".0%", "news": "", "fixed_news": ".0%"}
COMPONENT = component("roles", folder=Path(__file__).parent)


def show(say: Texts, query: Query, row: DeltaGenerator) -> None:
    """The tab, top to bottom."""
    finding = resources.measured("head-roles")
    known = figure.evidence(finding, query.model)
    if not known:
        nothing(say, query, finding)
    else:
        with row:
            corpora = {corpus: say[f"roles_{corpus}"] for corpus in figure.CORPORA}
            corpus = parameters.choice("corpus", say["roles_corpus"], corpora, figure.CORPORA[0], hidden=True)
        show_map(say, query, known, corpus)
        show_measured(say, finding, query.model, known)
    rare.show(say, query, finding)


def nothing(say: Texts, query: Query, finding: object) -> None:
    """Which models' heads were measured, and a button that opens one."""
    cards = resources.shipped()[0]
    names = [name for name in cards if figure.evidence(finding, name)]
    if not names:
        st.info(say["finding_none"].format(name="head-roles"))
        return
    labels = resources.labels(say, names)
    st.info(say["roles_none"].format(models=controls.plain("; ".join(labels.values()))))
    label = say["open_model"].format(model=controls.plain(labels[names[0]]))
    st.button(label, key="roles_open", on_click=parameters.take, args=("model", names[0]))


def show_map(say: Texts, query: Query, known: Mapping[str, Sequence[Evidence]], corpus: str) -> None:
    """The map of roles, and the sentence as the chosen head looks at it."""
    trace = answers.trace(say, query.model, query.text)
    if trace is None:
        return
    reading = Reading(query.model, trace.hypotheses[0], trace)
    maps = {kind: map_ for kind in PARTS if (map_ := reading.attention("words", kind))}
    parts, name = known[corpus], partial(named, say)
    drawn = figure.heads(parts, maps, name, partial(named, say, form="short"))
    state: dict[str, Any] = {"heads": drawn, "words": {kind: figure.words(map_) for kind, map_ in maps.items()}}
    state["id"] = hashlib.blake2b(json.dumps(state).encode(), digest_size=8).hexdigest()
    state |= {"at": places(drawn), "chosen": renewed(), "labels": labels(say)}
    held = sum(bool(head["role"]) for head in drawn)
    description = say["roles_described"].format(held=held, all=len(drawn), corpus=say[f"roles_{corpus}"])
    st.markdown(description)
    COMPONENT(key="roles", data=state, on_at_change=lambda: None)
    explain.show_data(say, "roles", lambda: figure.table(parts, name), description)


def named(say: Texts, part: Evidence, form: str = "role") -> str:
    """A measure in words, or in a few letters for a cell."""
    key = part.measure if part.measure != "syntactic" else part.about.replace(" ", "_")
    return say[f"roles_{form}_{key}"].format(about=signed(part.about))


def signed(offset: str) -> str:
    """A relative position as people write it.

    >>> [signed(offset) for offset in ("-1", "0", "2")]
    ['−1', '0', '+2']
    """
    return offset.replace("-", "−") if offset.startswith(("-", "0")) else f"+{offset}"


def places(drawn: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The head that is shown, as the browser or the link says; else the first with a role."""
    reported = (st.session_state.get("roles") or {}).get("at") or {}
    first = next((head for head in drawn if head["role"]), drawn[0])
    at = {}
    for name in ("part", "layer", "head"):
        fitting = [head for head in drawn if all(head[key] == value for key, value in at.items())]
        values = list(dict.fromkeys(head[name] for head in fitting))
        default = first[name] if first[name] in values else values[0]
        at[name] = parameters.reported(name, reported.get(name), values, default)
    return at


def labels(say: Texts) -> dict[str, str]:
    """Every text of the component."""
    texts = {name: say[f"heads_{name}"] for name in LABELS if f"heads_{name}" in say}
    texts |= {name: say[f"roles_{name}"] for name in LABELS if f"roles_{name}" in say}
    return chosen_labels("roles", LABELS, texts | {"locale": say["align_locale"]})


def show_measured(say: Texts, finding: Mapping[str, Any], model: str, known: Mapping[str, Sequence[Evidence]]) -> None:
    """What was measured on what, how far news is from captions, and the best head of each relation."""
    about = finding["models"][model]
    facts = {f"{corpus}_{name}": about[corpus][name] for corpus in figure.CORPORA for name in COUNTED}
    pair = figure.clearest(known)
    if pair:
        captions, news = ((f"{part.value:.0%}", signed(part.about)) for part in pair)
        place = say["heads_place"].format(part=say["heads_encoder"], layer=pair[0].layer + 1, head=pair[0].head + 1)
        shares = {"place": place, "captions": captions[0], "about": captions[1], "news": news[0], "news_about": news[1]}
        st.markdown(controls.plain(say["roles_gap"].format(**shares, **facts)))
    settings = {name: finding[name] for name in ("samples", "longest", "common")}
    st.caption(controls.plain(say["roles_about"].format(**settings, **facts)))
    st.header(say["roles_relations"])
    columns = {say[f"roles_column_{name}"]: form for name, form in COLUMNS.items()}
    best = zip(*(figure.best(known[corpus]) for corpus in figure.CORPORA), strict=True)
    rows = [
        (named(say, parts[0]), *(cell for part in parts for cell in (accuracy(part), part.baseline))) for parts in best
    ]
    st.html(table(columns, rows))


def accuracy(part: Evidence) -> str:
    """How often a head finds a relation, with its interval, and which it is, counted from 1."""
    return f"{part.value:.0%} ({100 * part.low:.0f} – {100 * part.high:.0f}), {part.layer + 1}·{part.head + 1}"

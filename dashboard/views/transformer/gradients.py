"""Vanishing gradients, measured: how much a model's last output still feels each source position."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from core.records import DecodeTrace, source_keys
from dashboard import answers, controls, explain, resources
from dashboard.beginning import Query
from dashboard.components.quiz import Question
from dashboard.controls import Texts
from dashboard.views.transformer import asking, figure, latex

OPTIONS = 2  # kinds at least, for there to be a question


def show(say: Texts, query: Query, *, predict: bool) -> None:
    """A chart for every kind of model that this direction has."""
    models = {kind: asking.family(query, kind) for kind in asking.KINDS}
    missing = [say[f"gradients_{kind}"] for kind, name in models.items() if name is None]
    present = {kind: name for kind, name in models.items() if name}
    traces = answers.read(say, list(present.values()), query.text)
    felt = shares(say, traces)
    kinds = {kind: name for kind, name in present.items() if name in felt}
    if predict and len(kinds) >= OPTIONS:
        problem = riddle(say, {kind: felt[name] for kind, name in kinds.items()}, traces, kinds)
        if not explain.questions(say, "transformer_quiz_gradients", [problem]):
            return
    rows, described, labels = [], [], resources.labels(say)
    most = max((float(felt[name].max()) for name in kinds.values()), default=1.0)
    st.markdown(say["gradients_see"])
    with st.container(key="transformer_gradients"):
        for kind, name in kinds.items():
            keys = source_keys(traces[name].pieces)
            texts = {axis: say[f"gradients_{axis}"] for axis in ("axis", "position")}
            st.markdown(
                say["gradients_title"].format(kind=say[f"gradients_{kind}"], model=controls.plain(labels[name]))
            )
            ends = {"first": f"{felt[name][0]:.0%}", "last": f"{felt[name][-2 if len(keys) > 1 else -1]:.0%}"}
            described.append(say["gradients_first"].format(kind=say[f"gradients_{kind}"], **ends))
            drawn = figure.shares(texts, keys, felt[name], most)
            explain.chart(f"transformer_gradients_{kind}", drawn, described[-1])
            rows += [
                {"model": name, "position": at, "token": key, "share": float(share)}
                for at, (key, share) in enumerate(zip(keys, felt[name], strict=True), 1)
            ]
    if missing:
        st.info(say["gradients_missing"].format(kinds=", ".join(missing)))
    st.markdown(say["gradients_read"])
    st.caption(f"{say['gradients_note']} {differences(say, query, kinds)}")
    explain.formula(say, latex.GRADIENT, say["gradients_formula"])
    explain.show_data(say, "transformer_gradients", lambda: rows, "; ".join(described))


def differences(say: Texts, query: Query, kinds: Mapping[str, str]) -> str:
    """That the models are not of one size and do not know the same, in a sentence."""
    facts = []
    for kind, name in kinds.items():
        card = query.cards[name]
        corpus = say.get(f"corpus_{card.corpus}", card.corpus)
        size = say["model_size"].format(millions=card.parameters / 1e6)
        facts.append(f"{say[f'gradients_{kind}']}: {controls.plain(corpus)}, {size}")
    return say["gradients_differ"].format(models="; ".join(facts))


def shares(say: Texts, traces: Mapping[str, DecodeTrace]) -> dict[str, np.ndarray]:
    """Of each model the gradient's norm at every source position, as shares of their sum; 0 where nothing is felt."""
    from core.interpret.source_gradients import source_gradients  # which needs torch

    with answers.waiting(say, list(traces)):
        norms = answers.ask_of_best(traces, source_gradients)
    return {name: norm / (norm.sum() or 1.0) for name, norm in norms.items()}


def riddle(
    say: Texts, felt: Mapping[str, np.ndarray], traces: Mapping[str, DecodeTrace], names: Mapping[str, str]
) -> Question:
    """Which kind leans most on a single token."""
    kinds = list(felt)
    most = max(kinds, key=lambda kind: felt[kind].max())
    token = source_keys(traces[names[most]].pieces)[int(felt[most].argmax())]
    facts = {"kind": say[f"gradients_{most}"], "share": f"{felt[most].max():.0%}", "token": token}
    options = [say[f"gradients_{kind}"] for kind in kinds]
    return explain.question(say, "ask_gradients", [kinds.index(most)], options, **facts)

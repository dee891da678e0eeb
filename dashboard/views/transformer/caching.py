"""The key-value cache: what a step computes and what it reads, multiplications counted, seconds measured."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.interpret.decoding_cost import Costs, Decoder, multiplications
from core.records import DecodeTrace
from dashboard import answers, explain
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.views.transformer import asking, figure, latex
from dashboard.views.transformer import cache as component


def show(say: Texts, query: Query, *, predict: bool) -> None:
    """The cache step by step; the whole translation's costs."""
    name = asking.transformer(say, query)
    trace = name and answers.trace(say, name, query.text)
    if not trace:
        return
    config = query.cards[name].config
    sizes = (config[part] for part in ("decoder_layers", "width", "feed_forward", "vocabulary_size"))
    decoder, steps = Decoder(*sizes), len(trace.hypotheses[0].tokens)
    riddle = explain.question(say, "ask_cache", [0], step=steps)
    if predict and steps > 1 and not explain.questions(say, f"transformer_quiz_cache_{steps}", [riddle]):
        return
    costs = multiplications(decoder, len(trace.pieces) + 1, steps)
    at = component.place("transformer_cache", steps)
    texts = {label: say[f"cache_{label}"] for label in component.LABELS}
    component.cache(
        figure.cache(trace, costs._asdict(), decoder.layers) | {"at": {"step": at}},
        texts,
        key="transformer_cache",
    )
    description = totals(say, costs)
    st.markdown(description)
    measured(say, name, trace)
    st.caption(say["cache_note"])
    explain.formula(say, latex.cached(decoder, len(trace.pieces) + 1, int(at)), say["cache_formula"])
    tokens = trace.hypotheses[0].tokens
    explain.show_data(say, "transformer_cache", lambda: table(tokens, costs), description)


def totals(say: Texts, costs: Costs) -> str:
    """What the whole translation costs, both ways."""
    cached, fresh = costs.start + sum(costs.cached), sum(costs.fresh)
    facts = {"cached": f"{cached / 1e6:,.1f}", "fresh": f"{fresh / 1e6:,.1f}", "times": f"{fresh / cached:.1f}"}
    return say["cache_totals"].format(steps=len(costs.cached), **facts)


def measured(say: Texts, name: str, trace: DecodeTrace) -> None:
    """One line: the milliseconds of both ways on this machine."""
    from core.interpret.decoding_seconds import decoding_seconds  # which needs torch

    with answers.waiting(say, [name]):
        seconds = answers.ask_of_best({name: trace}, decoding_seconds)
    if name in seconds:
        cached, fresh = seconds[name].start + sum(seconds[name].cached), sum(seconds[name].fresh)
        st.markdown(say["cache_seconds"].format(cached=f"{cached * 1e3:.1f}", fresh=f"{fresh * 1e3:.1f}"))


def table(tokens: Sequence[str], costs: Costs) -> list[dict[str, Any]]:
    """What each step costs; step 0 is what the cache needs once, so that both columns add up to the whole."""
    once = {"step": 0, "token": "", "cached": costs.start, "fresh": 0}
    steps = enumerate(zip(tokens, costs.cached, costs.fresh, strict=True), 1)
    return [
        once,
        *({"step": step, "token": token, "cached": kept, "fresh": fresh} for step, (token, kept, fresh) in steps),
    ]

"""What stands beside a page's own searches: exact search and minimum Bayes risk, each in its time, and a reference."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import NamedTuple

import streamlit as st

from core.options import ExactOptions, MBROptions
from core.records import DecodeTrace
from core.text.subwords import clean
from dashboard import answers, controls, job, parameters, resources
from dashboard.beginning import Query
from dashboard.controls import Texts

BUDGET = 3_000  # questions of exact search
SAMPLES = 30
PAUSE = 0.05  # seconds of work between two looks at how far it is


class Growth(NamedTuple):
    """A search so far: its trace, if there is one, and how many questions it asked, or samples it drew, of so many."""

    trace: DecodeTrace | None
    done: int
    all: int

    @property
    def over(self) -> bool:
        """Whether it was not stopped before its end."""
        return self.trace is not None and (self.trace.proof is None or self.trace.proof.proven or self.done >= self.all)


def options(seed: int) -> dict[str, ExactOptions | MBROptions]:
    """How each searches, by its name."""
    return {"exact": ExactOptions(BUDGET), "mbr": MBROptions(samples=SAMPLES, seed=seed)}


def show(say: Texts, query: Query, name: str, options: ExactOptions | MBROptions) -> DecodeTrace | None:
    """What a search has come to, at its end or when the reader stopped it; until then how far it is."""
    about = query.model, query.text, options
    known, growth = st.session_state.get(f"beside_{name}", (None, None))
    if known != about:
        st.fragment(search, run_every=job.PACE)(say, name, about)
        return None
    if growth and not growth.over:
        with st.container(horizontal=True, vertical_alignment="center", key=f"beside_stopped_{name}"):
            st.text(say[f"beside_{name}_stopped"].format(done=growth.done, all=growth.all))
            st.button(say["beside_go_on"], key=f"beside_go_on_{name}", on_click=keep, args=(name, None, None))
    return growth and growth.trace


def search(say: Texts, name: str, about: tuple) -> None:
    """A slice of a search, and how far it is."""
    model, *question = about
    with st.container(horizontal=True, vertical_alignment="center", key=f"beside_searching_{name}"):
        stopped = st.button(say["beside_stop"], key=f"beside_stop_{name}")
        bar = st.progress(*progress(say, name, job.known(f"beside_{name}", about)))
    growth, ended = job.advance(f"beside_{name}", about, partial(answers.growing, model, growing, *question))
    if stopped or ended:
        keep(name, about, growth)
        st.rerun()
    bar.progress(*progress(say, name, growth))


def progress(say: Texts, name: str, growth: Growth | None) -> tuple[float, str]:
    """How far a search is, as a share and in words."""
    if growth is None:
        return 0.0, say[f"beside_{name}"]
    words = say[f"beside_{name}_searching"].format(done=growth.done, all=growth.all)
    return min(growth.done / growth.all, 1.0), words


def keep(name: str, about: tuple | None, growth: Growth | None) -> None:
    """Remember what a search has come to; None lets it go on."""
    st.session_state[f"beside_{name}"] = about, growth


def growing(model, subwords, text: str, options: ExactOptions | MBROptions) -> Iterator[Growth]:
    """A search now and then and at its end; its trace's seconds are those of its own work, without what lay between."""
    from core.decoding.translate import snapshots

    vote = isinstance(options, MBROptions)
    seconds, resumed = 0.0, perf_counter()
    for snapshot in snapshots(model, subwords, text, options.sampling if vote else options):
        if perf_counter() - resumed > PAUSE:
            seconds += perf_counter() - resumed
            yield growth(snapshot(), options, seconds)
            resumed = perf_counter()
    trace = voted(snapshot(), options) if vote else snapshot()
    yield growth(trace, options, seconds + perf_counter() - resumed)


def voted(drawn: DecodeTrace, options: MBROptions) -> DecodeTrace:
    """The vote over samples."""
    from core.decoding.mbr import minimum_bayes_risk

    return minimum_bayes_risk([drawn], options)


def growth(trace: DecodeTrace, options: ExactOptions | MBROptions, seconds: float) -> Growth:
    """How far a search has come by now; before the vote there is no trace of it."""
    trace = replace(trace, seconds=seconds)
    if trace.proof is not None:
        return Growth(trace, trace.proof.opened, options.budget)
    drawn = sum(hypothesis.finished for hypothesis in trace.hypotheses)
    return Growth(trace if trace.vote else None, drawn, options.samples)


def reference(say: Texts, query: Query) -> str:
    """The reference: what the reader typed or, of an example, a person's translation; "" for none."""
    before, st.session_state["referred"] = st.session_state.get("referred", query.text), query.text
    if before != query.text and not parameters.travelled():  # it was of another sentence
        parameters.take("reference", "")
    gold = resources.gold(query.model, query.text)
    look = {"placeholder": gold or say["beside_reference_none"], "help": say["beside_reference_help"]}

    def draw() -> str:
        return st.text_input(say["beside_reference"], key="reference", **look, **controls.BOUND)

    return clean(parameters.carried("reference", "", draw)[: controls.LIMIT]) or gold

"""The tab with bigger beams: what each beam size and α picks of the reader's sentence, and what they are worth."""

from collections.abc import Iterator
from functools import partial

import streamlit as st

from core.metrics import sentence_chrf
from core.options import BeamOptions
from core.records import DecodeTrace
from dashboard import answers, beside, controls, explain, job, parameters
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.figures.step import ways
from dashboard.views.beam import corpus, wider_figure, wider_map
from dashboard.views.beam.wider_figure import SIZES, Winners, signed

STATE = "wider_winners"  # (model, sentence), by beam size what each α picks, whether that is all


def show(say: Texts, query: Query) -> None:
    """The tab, top to bottom."""
    with controls.row():
        reference = beside.reference(say, query)
    about = query.model, query.text
    known, winners, ended = st.session_state.get(STATE, (None, {}, True))
    if known != about:
        st.fragment(search, run_every=job.PACE)(say, about, reference)
    else:
        draw(say, winners, reference)
        if not ended:
            with st.container(horizontal=True, vertical_alignment="center", key="wider_stopped"):
                st.text(say["wider_stopped"].format(done=len(winners), all=len(SIZES)))
                st.button(say["beside_go_on"], key="wider_go_on", on_click=keep, args=(None, {}, True))
        if winners:
            space(say, query, winners)
        elif ended:
            answers.trace(say, *about)  # says why there is nothing
    corpus.show(say, query.predict)
    st.caption(say["wider_training"])


def search(say: Texts, about: tuple[str, str], reference: str) -> None:
    """What is known by now, how far that is, and a beam size or two more."""
    if st.session_state.get(STATE, (None,))[0] == about:  # the last slice ended it
        st.rerun()
    known = job.known("wider", about) or {}
    draw(say, known, reference)
    with st.container(horizontal=True, vertical_alignment="center", key="wider_searching"):
        stopped = st.button(say["beside_stop"], key="wider_stop")
        st.progress(len(known) / len(SIZES), say["wider_searching"].format(done=len(known), all=len(SIZES)))
    winners, ended = job.advance("wider", about, partial(searched, say, *about))
    if stopped or ended:
        keep(about, winners or {}, ended)
    if stopped:
        st.rerun()


def keep(about: tuple[str, str] | None, winners: Winners, ended: bool) -> None:
    """Remember by beam size what each α picks; None lets the search begin again, which finds at once what is known."""
    st.session_state[STATE] = about, winners, ended


def searched(say: Texts, model: str, text: str) -> Iterator[Winners]:
    """What each α picks, beam size by beam size; nothing, after one sentence, if the model can't."""
    winners: Winners = {}
    for size in SIZES:
        trace = answers.trace(say, model, text, BeamOptions(size))
        if trace is None:
            return
        winners = {**winners, size: wider_figure.best_by_alpha(trace)}
        yield winners


def draw(say: Texts, winners: Winners, reference: str) -> None:
    """The map, what it shows in a sentence, its data."""
    texts = [output.text for output in wider_figure.outputs(winners)]
    scores = sentence_chrf([(text, reference) for text in texts]) if reference else None
    content, description = wider_figure.payload(winners, scores), described(say, winners)
    wider_map.wider_map(say, content, description)
    if winners:
        explain.show_data(say, wider_map.KEY, lambda: wider_figure.table(content), description)


def described(say: Texts, winners: Winners) -> str:
    """The map in a sentence."""
    if not winners:
        return say["beam_see_wider"]
    facts = wider_figure.facts(winners)
    alike = facts["count"] == 1 and len(winners) == len(SIZES)
    return say["wider_alike" if alike else "wider_described"].format(**facts)


def space(say: Texts, query: Query, winners: Winners) -> None:
    """How many outputs there could be, beside what exact search has to open to prove which one is the likeliest."""
    best = max(wider_figure.outputs(winners), key=lambda output: output.total)
    vocabulary, steps = query.card.config["vocabulary_size"], len(best.tokens)
    st.markdown(say["wider_space"].format(vocabulary=vocabulary, steps=steps, ways=ways(vocabulary, steps)))
    tip = say["beside_exact_help"].format(budget=f"{beside.BUDGET:,}")
    if parameters.switch("exact", say["beside_exact"], help=tip):
        trace = beside.show(say, query, "exact", beside.options(1)["exact"])
        if trace:
            st.markdown(proof(say, trace))


def proof(say: Texts, trace: DecodeTrace) -> str:
    """What exact search has shown, in a sentence."""
    best = trace.hypotheses[0]
    kind = "open" if not trace.proof.proven else "proven" if best.text else "empty"
    facts = {"asked": f"{trace.proof.opened:,}", "text": best.text or say["beam_empty"]}
    facts |= {"sum": signed(best.total), "empty": signed(trace.proof.empty)}
    return say[f"wider_exact_{kind}"].format(**controls.escaped(facts))

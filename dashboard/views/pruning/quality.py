"""What closed heads cost on the sixty-four pairs of our own: chrF and BLEU, measured while the reader goes on."""

from collections.abc import Iterator, Sequence
from functools import partial

import streamlit as st

from core.changes import UNCHANGED, Changes
from core.text.own_pairs import pairs_between
from dashboard import answers, controls, explain, job
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.figures.table import table

Pairs = Sequence[tuple[str, str]]


def show(say: Texts, query: Query, changes: Changes) -> None:
    """The scores with these heads closed; until they are there, how far that is, unless the reader has stopped it."""
    pairs = pairs_between(query.card.source, query.card.target)
    about = query.model, changes
    if not pairs:
        st.info(say["pruning_no_pairs"])
    elif st.session_state.get("pruning_measured", ("",))[0] == about:
        shown(say, st.session_state["pruning_measured"][1], pairs)
    elif st.session_state.get("pruning_stopped") == about:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(say["pruning_stopped"])
            st.button(say["pruning_go_on"], key="pruning_go_on", on_click=stop, args=(None,))
    else:
        st.fragment(measure, run_every=job.PACE)(say, query, changes, pairs)


def measure(say: Texts, query: Query, changes: Changes, pairs: Pairs) -> None:
    """A slice of the measurement, and how far it is."""
    about = query.model, changes
    with st.container(horizontal=True, vertical_alignment="center", key="pruning_measuring"):
        if st.button(say["pruning_stop"], key="pruning_stop"):
            stop(about)
            st.rerun()
        bar = st.progress(0.0, say["pruning_measuring"])
    last, ended = job.advance("quality", about, partial(records, query.model, changes, pairs))
    if ended:
        st.session_state["pruning_measured"] = about, last
        stop(None if last else about)  # it can't: that was said
        st.rerun()
    done = sum(part.done for part in last) / (2 if changes.closed else 1)
    bar.progress(min(done, 1.0), say["pruning_measuring"])


def stop(about: object) -> None:
    """Remember what is not to be measured."""
    st.session_state["pruning_stopped"] = about


def records(model: str, changes: Changes, pairs: Pairs) -> Iterator[tuple]:
    """The quality of the model as it is, then also with heads closed, as far as they are."""
    from core.findings.closed_heads import quality

    plain = None
    for plain in answers.growing(model, quality, pairs, UNCHANGED, None):
        yield (plain,)
    if plain and changes.closed:
        for closed in answers.growing(model, quality, pairs, changes, plain.translations):
            yield plain, closed


def shown(say: Texts, runs: tuple, pairs: Pairs) -> None:
    """The scores in a table, and the translations as data."""
    names = [say["edit_before"], say["pruning_after"]][: len(runs)]
    rows = [row(name, run.scores[place]) for place, (name, run) in enumerate(zip(names, runs, strict=True))]
    columns = controls.headed(say, pruning_run="", pruning_chrf="", pruning_bleu="")
    with st.container(key="pruning_quality"):
        st.html(table(columns, rows))
    st.caption(say["pruning_quality_about"].format(size=len(pairs)))
    texts = [
        {"source": source, "reference": target, "all open": runs[0].translations[i]}
        | ({"closed": runs[1].translations[i]} if len(runs) > 1 else {})
        for i, (source, target) in enumerate(pairs)
    ]
    description = "; ".join(f"{name}: chrF {chrf}, BLEU {bleu}" for name, chrf, bleu in rows)
    explain.show_data(say, "pruning_quality", lambda: texts, description)


def row(name: str, scores) -> tuple[str, str, str]:
    """A run in words: its chrF and BLEU with their intervals."""
    return name, *(f"{scores[metric]:.1f} ± {scores[f'{metric}_interval']:.1f}" for metric in ("chrf", "bleu"))

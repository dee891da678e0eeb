"""Widgets → core options. Keys are the names in the address, so that a link restores what they show."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import streamlit as st

from core.records import Piece
from core.text.subwords import clean, source_text
from dashboard.parameters import BOUND, carried, choice, fill, numbers, reported, switch, take, travel
from dashboard.renewal import renew, reset
from dashboard.text import LANGUAGES, Texts, catalogue

LIMIT = 300  # characters of a sentence
PIECES = 120  # sub-words of a sentence: what a search records grows with their square
WIDEST = 12  # beam size
ORDERS = numbers(30)  # in which words can be shuffled


def texts() -> Texts:
    """The catalogue of the reader's language, which the link names before the widget has been drawn."""
    kept = st.session_state.get("kept_lang", "en")  # after a switch of pages the address is empty at first
    return catalogue(st.session_state.get("lang") or st.query_params.get("lang", kept))


def language(say: Texts) -> str:
    """The reader's language, beside a page's title."""
    return choice("lang", say["language"], {key: name for key, (name, _) in LANGUAGES.items()}, "en", hidden=True)


def row():
    """The controls of a page, beside each other: on a phone they scroll."""
    return st.container(horizontal=True, vertical_alignment="center", gap="small", key="controls")


def tab(names: Mapping[str, str], label: str):
    """Which part of a page is shown, the first by default; and the row in which it stands, for the part's controls."""
    beside = row()
    with beside:
        return tabs(names, label), beside


def tabs(names: Mapping[str, str], label: str) -> str:
    """Which part of a page is shown, the first by default."""
    return choice("tab", label, names, next(iter(names)), hidden=True)


def sentence(say: Texts, default: str, language: str, pieces: Callable[[str], Sequence[Piece]]) -> tuple[str, str]:
    """The sentence to be translated from a language, within the limits, and what was cut off, in a sentence."""
    label = say.get(f"sentence_{language}", say["sentence_other"])
    typed = carried("text", default, lambda: st.text_input(label, default, key="text", placeholder=label, **BOUND))
    return within_limits(say, typed, "sentence_cut", pieces)


def target(label: str, own: str, tip: str) -> str:
    """What the reader types as a translation, "" for the page's `own`."""
    look = {"placeholder": own, "help": tip}
    return carried("target", "", lambda: st.text_input(label, key="target", **look, **BOUND))


def choose(values: Mapping[str, object]) -> None:
    """Set parameters for the reader, wherever they are chosen otherwise: by a widget or inside a component."""
    travel(None)
    renew(values)
    for name, value in values.items():
        take(name, value)
        if name in st.query_params:
            fill({name: str(value)})


def show(page: str, values: Mapping[str, object]) -> None:
    """The same of a page, and whatever else that page has of its own as it is by default."""
    reset(page, values)
    choose(values)


def within_limits(say: Texts, typed: str, note: str, pieces: Callable[[str], Sequence[Piece]]) -> tuple[str, str]:
    """What was typed, cleaned and cut at the limits; the sentence `note` of the catalogue on what was cut off, or "".

    `pieces` cuts a text into sub-words, of which there may be one more than the characters that are read.
    """
    limit, text, cut = LIMIT, clean(typed[:LIMIT]), typed[LIMIT:]
    beyond = pieces(text)[PIECES:] if len(source_text(text)) >= PIECES else ()
    if beyond:
        limit, text, note = PIECES, text[: beyond[0].start].rstrip(), f"{note}_pieces"
        cut = clean(typed)[len(text) :].lstrip()
    shown = cut if len(cut) <= 60 else cut[:60] + "…"
    return text, say[note].format(limit=limit, count=len(cut), cut=plain(clean(shown))) if cut else ""


def plain(text: str) -> str:
    """Text for a place that would read it as Markdown."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|$:~])", r"\\\1", text)


def escaped(facts: Mapping[str, object]) -> dict[str, str]:
    """Facts for a sentence that stands in such a place."""
    return {name: plain(str(fact)) for name, fact in facts.items()}


def beams_beside(beam_size: int) -> list[int]:
    """The slider's stops beside this one, the wider first."""
    return [size for size in (beam_size + 1, beam_size - 1) if 1 <= size <= WIDEST]


def predict(say: Texts) -> bool:
    """Whether the page hides an answer until the reader has guessed it; one switch for all pages."""
    return switch("predict", say["predict"], help=say["predict_help"])


def order(say: Texts, **also: str) -> int:
    """In which of its orders a sentence is shuffled, and a button for the next one, which sets what is named `also`."""
    seed = int(reported("seed", None, ORDERS, ORDERS[0]))
    following = {"seed": ORDERS[seed % len(ORDERS)], **also}
    st.button(say["shuffle_again"], key="shuffle_again", on_click=choose, args=(following,))
    return seed


def picture(say: Texts, name: str, pictures: Iterable[str], words: str, first: str = "") -> tuple[str, bool]:
    """Which of a page's pictures is seen, at first `first` or the first, and whether it hides an answer; in one row.

    `name` is the parameter, `words` what their texts in the catalogue begin with.
    """
    titles = {each: say[f"{words}_{each}"] for each in pictures}
    with row():
        return choice(name, say[name], titles, first or next(iter(titles)), hidden=True), predict(say)


def headed(say: Texts, **formats: str) -> dict[str, str]:
    """A table's columns in the reader's language, with the format of their numbers."""
    return {say[name]: form for name, form in formats.items()}

"""Widgets → core options. Keys are the names in the address, so that a link restores what they show."""

import re
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from core.checkpoints import Card
from core.options import LENGTH_NORMS
from core.records import Attention, Piece
from core.text.subwords import clean, source_text
from dashboard.address import carried, keep, moved
from dashboard.model_names import model_labels
from dashboard.text import LANGUAGES, Texts, catalogue

LIMIT = 300  # characters of a sentence
PIECES = 120  # sub-words of a sentence: what a search records grows with their square
WIDEST = 12  # beam size
ADDRESS = {"bind": "query-params"}


def texts() -> Texts:
    """The catalogue of the reader's language, which the link names before the widget has been drawn."""
    kept = st.session_state.get("kept_lang", "en")  # after a switch of pages the address is empty at first
    return catalogue(st.session_state.get("lang") or st.query_params.get("lang", kept))


def refused(name: str, value: str, valid: str, shown: object) -> None:
    """Remember, for the sentence on top of the page, that the link asked for something that there is not."""
    facts = escaped({"value": value[:40], "valid": valid, "shown": shown})
    problem = texts()["link_refused"].format(name=name, **facts)
    st.session_state.setdefault("refused", []).append(problem)


def settled(name: str, valid: Callable[[str], bool], default: str, choices: str) -> str:
    """What the reader chose last for a name, on whatever page; else what the link says; else the default."""
    asked, kept = st.query_params.get(name), st.session_state.get(f"kept_{name}")
    if kept is not None and valid(kept) and asked in (None, kept):
        return kept
    if asked is None or valid(asked):
        return default if asked is None else asked
    refused(name, asked, choices, default)
    return default


def addressed(name: str, value: str, default: str) -> str:
    """Write a value into the address, from where a default is left out, and keep it for other pages."""
    keep(name, value, default)
    if value == default:  # which may be another on another page
        st.session_state.pop(f"kept_{name}", None)
    if value != default and st.query_params.get(name) != value:
        st.query_params[name] = value
    elif value == default and name in st.query_params:
        del st.query_params[name]
    return value


def choice(name: str, label: str, options: Mapping[str, str], default: str, *, hidden: bool = False, tip=None) -> str:
    """One of a few, as buttons. `options` maps each value to what is shown; the address holds the value.

    (Streamlit's own binding would put what is shown there, and the link would speak one language only.)
    """
    settle(name, options, default)
    picked = st.segmented_control(
        label,
        list(options),
        format_func=lambda value: options.get(value, value),
        key=name,
        width="content",
        label_visibility="collapsed" if hidden else "visible",
        help=tip,
        required=True,
    )
    return addressed(name, picked, default)


def one_of_many(name: str, label: str, options: Mapping[str, str], default: str) -> str:
    """The same as a list that opens, and can be searched by typing."""
    names, new = list(options), settle(name, options, default)
    index = 0 if new else names.index(st.session_state[name])  # a browser that builds it anew begins with the index
    shown = {"format_func": lambda value: options.get(value, value), "key": name, "filter_mode": "contains"}
    return addressed(name, st.selectbox(label, names, index, **shown), default)


def settle(name: str, options: Mapping[str, str], default: str) -> bool:
    """Give a widget its value before it is drawn; whether it had none that fits."""
    new = moved(name) or st.session_state.get(name) not in options
    if new:
        st.session_state[name] = settled(name, options.__contains__, default, ", ".join(options))
    return new


def number(name: str, label: str, low: float, high: float, default: float, step: float = 1, **more) -> float:
    """A slider whose value stands in the address; what a link asks beyond its ends is refused in a sentence."""
    asked = st.query_params.get(name)
    if name not in st.session_state and asked is not None and not within(asked, low, high):
        refused(name, asked, f"{low} – {high}", default)
    return carried(name, default, lambda: st.slider(label, low, high, default, step, key=name, **ADDRESS, **more))


def within(text: str, low: float, high: float) -> bool:
    """Whether a text is a number from `low` to `high`."""
    try:
        return low <= float(text) <= high
    except ValueError:
        return False


def numbers(count: int) -> list[str]:
    """1 to `count` as an address writes them."""
    return [str(number) for number in range(1, count + 1)]


def reported(name: str, component_value: object, options: Sequence[str], default: str) -> str:
    """One of `options` that a reader chooses inside a component: what it said last, or the link.

    What was kept of another sentence or model and does not fit this one gives way without a word.
    """
    if component_value in options:
        return addressed(name, component_value, default)
    kept = st.session_state.get(f"kept_{name}")
    outdated = kept is not None and kept not in options and st.query_params.get(name) in (None, kept)
    ends = ", ".join(options) if len(options) < 12 else f"{options[0]} – {options[-1]}"
    return addressed(name, default if outdated else settled(name, options.__contains__, default, ends), default)


def switch(name: str, label: str, **more) -> bool:
    """A toggle whose state stands in the address."""
    return carried(name, False, lambda: st.toggle(label, key=name, **ADDRESS, **more))


def language(say: Texts) -> str:
    """The reader's language, beside a page's title."""
    return choice("lang", say["language"], {key: name for key, (name, _) in LANGUAGES.items()}, "en", hidden=True)


def intro(say: Texts, page: str) -> None:
    """What you see, what to try, the paper: three short sentences on top of each page."""
    st.markdown("  \n".join(say[f"{page}_{part}"] for part in ("see", "try", "paper")))


def sentence(say: Texts, default: str, language: str, pieces: Callable[[str], Sequence[Piece]]) -> str:
    """The sentence to be translated from a language, within the limits."""
    label, tip = say.get(f"sentence_{language}", say["sentence_other"]), say["sentence_help"]
    tip = tip.format(limit=LIMIT, pieces=PIECES)
    typed = carried("text", default, lambda: st.text_input(label, default, key="text", help=tip, **ADDRESS))
    return within_limits(say, typed, "sentence_cut", pieces)


def within_limits(say: Texts, typed: str, note: str, pieces: Callable[[str], Sequence[Piece]]) -> str:
    """What was typed, cleaned and cut at the limits; the sentence `note` of the catalogue then says so.

    `pieces` cuts a text into sub-words, of which there may be one more than the characters that are read.
    """
    limit, text, cut = LIMIT, clean(typed[:LIMIT]), typed[LIMIT:]
    beyond = pieces(text)[PIECES:] if len(source_text(text)) >= PIECES else ()
    if beyond:
        limit, text, note = PIECES, text[: beyond[0].start].rstrip(), f"{note}_pieces"
        cut = clean(typed)[len(text) :].lstrip()
    if cut:
        shown = cut if len(cut) <= 60 else cut[:60] + "…"
        st.warning(say[note].format(limit=limit, count=len(cut), cut=plain(clean(shown))))
    return text


def plain(text: str) -> str:
    """Text for a place that would read it as Markdown."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|$:~])", r"\\\1", text)


def escaped(facts: Mapping[str, object]) -> dict[str, str]:
    """Facts for a sentence that stands in such a place."""
    return {name: plain(str(fact)) for name, fact in facts.items()}


def model(say: Texts, found: Mapping[str, Card], default: str) -> str:
    """The name of the chosen model."""
    return one_of_many("model", say["model"], model_labels(found, say), default)


def beam_size(say: Texts, name: str = "beam", default: int = 5) -> int:
    """How many branches the search keeps; `say` has a label for each slider, by its name."""
    return number(name, say[f"{name}_size"], 1, WIDEST, default, help=say["beam_size_help"])


def beams_beside(beam_size: int) -> list[int]:
    """The slider's stops beside this one, the wider first."""
    return [size for size in (beam_size + 1, beam_size - 1) if 1 <= size <= WIDEST]


def length_score(say: Texts) -> tuple[str, float]:
    """Length norm and α."""
    norms = {name: say[f"norm_{name}"] for name in LENGTH_NORMS[::-1]}
    length_norm = choice("norm", say["length_norm"], norms, "gnmt", tip=say["length_norm_help"])
    label, tip = say["length_penalty"], say["length_penalty_help"]
    return length_norm, number("alpha", label, 0.0, 2.0, 1.0, 0.1, help=tip, disabled=length_norm != "gnmt")


def predict(say: Texts) -> bool:
    """Whether the page hides an answer until the reader has guessed it; one switch for all pages."""
    return switch("predict", say["predict"], help=say["predict_help"])


def layer_and_head(say: Texts, attention: Attention, place: str = "") -> tuple[int | None, int | None]:
    """Which layer and head to show, counted from 0; None is the mean. Where there is only one, nothing is asked.

    `place` is "2" for the second of two models.
    """
    with st.container(horizontal=True, width="content"):
        layers, heads = attention.weights.shape[:2]
        return one_of(say, f"layer{place}", layers), one_of(say, f"head{place}", heads)


def one_of(say: Texts, name: str, count: int) -> int | None:
    """A number from 0, or None for the mean of all."""
    if count == 1:
        return None
    shown = {"mean": say["mean"]} | {str(number): str(number) for number in range(1, count + 1)}
    picked = choice(name, say[name], shown, "mean")
    return None if picked == "mean" else int(picked) - 1


def headed(say: Texts, **formats: str) -> dict[str, str]:
    """A table's columns in the reader's language, with the format of their numbers."""
    return {say[name]: form for name, form in formats.items()}

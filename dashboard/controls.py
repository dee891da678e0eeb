"""Widgets → core options. Keys are the names in the address, so that a link restores what they show."""

import re
from collections.abc import Callable, Mapping

import streamlit as st

from core.checkpoints import Card
from core.records import LENGTH_NORMS, Attention, BeamOptions
from core.text.subwords import clean
from dashboard.text import LANGUAGES, catalogue

LIMIT = 300  # characters of a sentence
ADDRESS = {"bind": "query-params"}

Texts = Mapping[str, str]


def texts() -> Texts:
    """The catalogue of the reader's language, which the link names before the widget has been drawn."""
    return catalogue(st.session_state.get("lang") or st.query_params.get("lang", "en"))


def choice(name: str, label: str, options: Mapping[str, str], default: str, *, hidden: bool = False, tip=None) -> str:
    """One of a few, as buttons. `options` maps each value to what is shown; the address holds the value.

    (Streamlit's own binding would put what is shown there, and the link would speak one language only.)
    """
    if st.session_state.get(name) not in options:
        asked = st.query_params.get(name)
        st.session_state[name] = asked if asked in options else default
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
    if picked != default:
        st.query_params[name] = picked
    elif name in st.query_params:
        del st.query_params[name]
    return picked


def language(say: Texts) -> str:
    """The reader's language, beside a page's title."""
    return choice("lang", say["language"], {key: name for key, (name, _) in LANGUAGES.items()}, "en", hidden=True)


def intro(say: Texts, page: str) -> None:
    """What you see, what to try, the paper: three short sentences on top of each page."""
    st.markdown("  \n".join(say[f"{page}_{part}"] for part in ("see", "try", "paper")))


def sentence_and_model(say: Texts, text: str, found: Mapping[str, Card], name: str) -> tuple[str, str]:
    """The sentence and the model's name, side by side, with their defaults."""
    left, right = st.columns([3, 2])
    with left:
        typed = sentence(say, text)
    with right:
        return typed, model(say, found, name)


def sentence(say: Texts, default: str) -> str:
    """The sentence to be translated, cleaned and cut at the limit."""
    typed = st.text_input(
        say["sentence"], default, key="text", help=say["sentence_help"].format(limit=LIMIT), **ADDRESS
    )
    if len(typed) > LIMIT:
        st.warning(say["sentence_cut"].format(limit=LIMIT))
    return clean(typed[:LIMIT])


def plain(text: str) -> str:
    """Text for a place that would read it as Markdown."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|$:~])", r"\\\1", text)


def model_label(card: Card, say: Texts) -> str:
    """A model in words."""
    kind = f"{card.family}_{card.config['attention']}" if "attention" in card.config else card.family
    return say.get(f"model_{kind}", card.name)


def model(say: Texts, found: Mapping[str, Card], default: str) -> str:
    """The name of the chosen model."""
    return choice("model", say["model"], {name: model_label(card, say) for name, card in found.items()}, default)


def beam(say: Texts) -> BeamOptions:
    """Beam size, length norm and α."""
    size, norm, penalty = st.columns([2, 3, 2])
    beam_size = size.slider(say["beam_size"], 1, 12, 5, key="beam", help=say["beam_size_help"], **ADDRESS)
    with norm:
        norms = {name: say[f"norm_{name}"] for name in LENGTH_NORMS[::-1]}
        length_norm = choice("norm", say["length_norm"], norms, "gnmt", tip=say["length_norm_help"])
    alpha = penalty.slider(
        say["length_penalty"],
        *(0.0, 2.0, 1.0, 0.1),
        key="alpha",
        help=say["length_penalty_help"],
        disabled=length_norm != "gnmt",
        **ADDRESS,
    )
    return BeamOptions(beam_size, length_norm, alpha)


def layer_and_head(say: Texts, attention: Attention) -> tuple[int | None, int | None]:
    """Which layer and head to show, counted from 0; None is the mean. Where there is only one, nothing is asked."""
    with st.container(horizontal=True):
        layers, heads = attention.weights.shape[:2]
        return one_of(say, "layer", layers), one_of(say, "head", heads)


def one_of(say: Texts, name: str, count: int) -> int | None:
    """A number from 0, or None for the mean of all."""
    if count == 1:
        return None
    shown = {"mean": say["mean"]} | {str(number): str(number) for number in range(1, count + 1)}
    picked = choice(name, say[name], shown, "mean")
    return None if picked == "mean" else int(picked) - 1


def show_data(say: Texts, key: str, rows: Callable[[], list[dict]], description: str) -> None:
    """A picture's sentence and its data, made when they are asked for; the table's own menu saves it as CSV."""
    with st.expander(say["data"], key=key, on_change="rerun") as opened:
        if opened.open:
            st.text(description)
            st.dataframe(rows(), hide_index=True, width="stretch")


def headed(say: Texts, **formats: str) -> dict[str, str]:
    """A table's columns in the reader's language, with the format of their numbers."""
    return {say[name]: form for name, form in formats.items()}

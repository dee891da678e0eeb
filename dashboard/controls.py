"""Widgets → core options. Keys are the names in the address, so that a link restores what they show."""

from collections.abc import Mapping

import streamlit as st

from core.checkpoints import Card
from core.records import LENGTH_NORMS, Attention, BeamOptions
from dashboard.text import LANGUAGES

LIMIT = 300  # characters of a sentence
ADDRESS = {"bind": "query-params"}

Texts = Mapping[str, str]


def language() -> str:
    """The reader's language."""
    return st.segmented_control(
        "Language · Язык",
        list(LANGUAGES),
        default="en",
        format_func=lambda key: LANGUAGES[key][0],
        key="lang",
        required=True,
        **ADDRESS,
    )


def sentence(say: Texts, default: str) -> str:
    """The sentence to be translated, cut at the limit."""
    typed = st.text_input(
        say["sentence"], default, key="text", help=say["sentence_help"].format(limit=LIMIT), **ADDRESS
    )
    if len(typed) > LIMIT:
        st.warning(say["sentence_cut"].format(limit=LIMIT))
    return typed[:LIMIT]


def model_label(card: Card, say: Texts) -> str:
    """A model in words."""
    kind = f"{card.family}_{card.config['attention']}" if "attention" in card.config else card.family
    return say.get(f"model_{kind}", card.name)


def model(say: Texts, found: Mapping[str, Card], default: str) -> str:
    """The name of the chosen model."""
    return st.segmented_control(
        say["model"],
        list(found),
        default=default,
        format_func=lambda name: model_label(found[name], say),
        key="model",
        required=True,
        **ADDRESS,
    )


def beam(say: Texts) -> BeamOptions:
    """Beam size, length norm and α."""
    size, norm, penalty = st.columns([2, 3, 2])
    beam_size = size.slider(say["beam_size"], 1, 12, 5, key="beam", help=say["beam_size_help"], **ADDRESS)
    length_norm = norm.segmented_control(
        say["length_norm"],
        LENGTH_NORMS[::-1],
        default="gnmt",
        format_func=lambda name: say[f"norm_{name}"],
        key="norm",
        help=say["length_norm_help"],
        required=True,
        **ADDRESS,
    )
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
    """Which layer and head to show; None is the mean. A model with one of each leaves nothing to choose."""
    chosen = []
    for column, name, count in zip(st.columns([2, 3]), ("layer", "head"), attention.weights.shape[:2], strict=True):
        if count == 1:
            chosen.append(None)
            continue
        picked = column.segmented_control(
            say[name],
            ["mean", *(str(number) for number in range(1, count + 1))],
            default="mean",
            format_func=lambda value: say["mean"] if value == "mean" else value,
            key=name,
            required=True,
            **ADDRESS,
        )
        chosen.append(None if picked == "mean" else int(picked) - 1)
    return tuple(chosen)

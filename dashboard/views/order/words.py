"""The words of the sentence, which the reader drags into another order."""

import random
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import controls, parameters
from dashboard.components import chosen_labels, component
from dashboard.controls import Texts
from dashboard.renewal import renewed

KEY = "order"
WRITTEN = "written"  # as the reader wrote it
LABELS = (
    "list",  # what the words are
    "hint",  # how they are moved
    "word",  # "{word}, place {n} of {N} …"
    "now",  # "“{word}” … {n}"
    "back",  # what puts all back
)
COMPONENT = component("words", folder=Path(__file__).parent)


def reordered(say: Texts, text: str) -> str:
    """The sentence in the order that the reader chose; as long as none was, in the one that a shuffle gives."""
    words, mark = parted(text)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(say["order_yours"], width="content")
        seed = controls.order(say, words="")
    order = chosen(say, len(words), seed)
    data: dict[str, Any] = {"id": text, "words": words, "mark": mark, "order": order, "renewed": renewed()}
    data["labels"] = chosen_labels("words", LABELS, {name: say[f"order_words_{name}"] for name in LABELS})
    COMPONENT(key=KEY, data=data, on_at_change=lambda: None)
    return " ".join(words[place] for place in order) + mark


def parted(text: str) -> tuple[list[str], str]:
    """The words of a sentence and the mark at its end, which stays there.

    >>> parted("A dog bites a man.")
    (['A', 'dog', 'bites', 'a', 'man'], '.')
    """
    body = text.rstrip(".!? ")
    return body.split(), text[len(body) :].strip()


def chosen(say: Texts, count: int, seed: int) -> list[int]:
    """Where each word came from, counted from 0: as the browser or the link says, or as a shuffle has it.

    What was chosen for a sentence of another length counts for nothing.
    """
    reported = ((st.session_state.get(KEY) or {}).get("at") or {}).get("words")
    text = parameters.written("words", reported, valid, "", say["order_words_form"])
    places = list(range(count))
    if text != WRITTEN and len(given := numbers(text)) == count:
        return [number - 1 for number in given]
    if text != WRITTEN:
        random.Random(seed).shuffle(places)
    return places


def valid(text: str) -> bool:
    """Whether a text says an order of words: none of its own, as written, or the number of each word once.

    >>> [valid(text) for text in ("", "written", "2,1,3", "1,1", "x")]
    [True, True, True, False, False]
    """
    return text in ("", WRITTEN) or sorted(numbers(text)) == list(range(1, text.count(",") + 2))


def numbers(text: str) -> list[int]:
    """The numbers of a text with commas between; none where one is no number."""
    parts = text.split(",")
    return [int(part) for part in parts] if all(part.isdecimal() for part in parts) else []

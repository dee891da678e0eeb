"""The samples that vote, each with a box to untick: who has no vote stands in the address."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.options import SamplingOptions
from dashboard import parameters
from dashboard.components import component
from dashboard.controls import Texts
from dashboard.renewal import renewed

KEY = "ballot"
LABELS = ("title", "all", "number")  # "Samples that vote: {n} of {N}", "Tick all", "{n}. {text}"
COMPONENT = component("ballot", folder=Path(__file__).parent)


def named(model: str, text: str, options: SamplingOptions) -> str:
    """A name for the samples that are drawn so: another draw has other voters."""
    return hashlib.blake2b(repr((model, text, options)).encode(), digest_size=8).hexdigest()


def numbers(text: str, count: int) -> frozenset[int]:
    """The samples that a text such as "3,7" leaves out; ValueError if there is no such one, or nobody is left.

    >>> sorted(numbers("3,7", 8)), sorted(numbers("", 8))
    ([3, 7], [])
    """
    left_out = frozenset(int(part) for part in text.split(",")) if text else frozenset()
    if not left_out <= frozenset(range(1, count + 1)) or len(left_out) == count:
        raise ValueError(f"{text} does not leave some of {count} samples")
    return left_out


def left_out(say: Texts, count: int, drawn: str) -> frozenset[int]:
    """Who has no vote, as the browser or the link says; another draw (by its name) begins with all votes."""

    def valid(text: str) -> bool:
        try:
            numbers(text, count)
        except ValueError:
            return False
        return True

    at = (st.session_state.get(KEY) or {}).get("at") or {}
    before = st.session_state.get("ballot_of", drawn)
    st.session_state["ballot_of"] = drawn
    parameters.moved("without")
    link = parameters.linked("without")
    text = ""
    if at.get("of") == drawn and valid(at.get("without") or ""):
        text = at.get("without") or ""
    elif link and not valid(link):
        parameters.refuse("without", link, say["ballot_valid"].format(count=count), say["ballot_nobody"])
    elif before == drawn or parameters.travelled():
        text = parameters.settled("without", valid, "", "")
    return numbers(parameters.addressed("without", text, ""), count)


def ballot(say: Texts, texts: Sequence[str], out: frozenset[int]) -> None:
    """Draw the boxes."""
    labels = {name: say[f"ballot_{name}"] for name in LABELS} | {"empty": say["paths_empty"]}
    data = {"texts": list(texts), "without": sorted(out), "of": st.session_state["ballot_of"]}
    COMPONENT(key=KEY, data=data | {"labels": labels, "renewed": renewed()}, on_at_change=lambda: None)

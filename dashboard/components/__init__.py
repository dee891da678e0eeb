"""What a browser draws by itself: each component is a Python function and its .html, .css and .js beside it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

FOLDER = Path(__file__).parent


def component(name: str, *parts: str) -> Callable[..., Any]:
    """Register a component from its three files; common.css, common.js and further `parts` of its script go before."""

    def read(suffix: str, *names: str) -> str:
        return "\n".join((FOLDER / f"{one}{suffix}").read_text("utf-8") for one in names)

    css, js = read(".css", "common", name), read(".js", "common", *parts, name)
    return st.components.v2.component(name, html=read(".html", name), css=css, js=js)


def chosen_labels(what: str, wanted: Sequence[str], labels: dict[str, str]) -> dict[str, str]:
    """Just the texts a component needs; ValueError if one is missing."""
    missing = [name for name in wanted if name not in labels]
    if missing:
        raise ValueError(f"the {what} has no text for {', '.join(missing)}")
    return {name: labels[name] for name in wanted}

"""What a browser draws by itself: each component is a Python function and its .html, .css and .js beside it.

What one page alone needs lies in that page's folder.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

FOLDER = Path(__file__).parent


def component(name: str, *parts: str, folder: Path = FOLDER) -> Callable[..., Any]:
    """Register a component from its three files; common.css, common.js and further `parts` of its script go before.

    Each is looked for in the component's `folder`, then among the shared ones.
    """

    def read(suffix: str, *names: str) -> str:
        files = (f"{one}{suffix}" for one in names)
        return "\n".join(
            next(path for path in (folder / file, FOLDER / file) if path.is_file()).read_text("utf-8") for file in files
        )

    css, js = read(".css", "common", name), read(".js", "common", *parts, name)
    return st.components.v2.component(name, html=read(".html", name), css=css, js=js)


def chosen_labels(what: str, wanted: Sequence[str], labels: dict[str, str]) -> dict[str, str]:
    """Just the texts a component needs; ValueError if one is missing."""
    missing = [name for name in wanted if name not in labels]
    if missing:
        raise ValueError(f"the {what} has no text for {', '.join(missing)}")
    return {name: labels[name] for name in wanted}

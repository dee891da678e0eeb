"""What a browser draws by itself: a component is a Python function and a module of JavaScript, built on shared ones.

Shared are the player, the cell grid, the tree, bars, ink and colours; what one page alone needs lies in its folder.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.components.bundle import bundle

FOLDER = Path(__file__).parent


def component(name: str, folder: Path = FOLDER) -> Callable[..., Any]:
    """Register a component: the module `name`.js of a folder with all it imports, in the elements of `name`.html."""
    html, whole = folder / f"{name}.html", bundle(folder / f"{name}.js")
    elements = html.read_text("utf-8") if html.is_file() else '<div class="root"></div>'
    return st.components.v2.component(name, html=elements, css=whole.css, js=whole.js)


def chosen_labels(what: str, wanted: Sequence[str], labels: dict[str, str]) -> dict[str, str]:
    """Just the texts a component needs; ValueError if one is missing."""
    missing = [name for name in wanted if name not in labels]
    if missing:
        raise ValueError(f"the {what} has no text for {', '.join(missing)}")
    return {name: labels[name] for name in wanted}

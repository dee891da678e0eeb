"""Modules of JavaScript joined as one script, each in a scope of its own, with the style sheets that lie beside them.

Streamlit gives a component one script. The modules stay what browsers, linters and tests read as they are.
"""

import re
from pathlib import Path
from typing import NamedTuple

IMPORT = re.compile(r"^import \{([^}]*)\} from '(\.[^']*)';\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class)\*? (\w+))", re.MULTILINE)


class Bundle(NamedTuple):
    """A script whose default export is its entry's, and a style sheet."""

    js: str
    css: str


def bundle(entry: Path) -> Bundle:
    """A module with all that it imports; ValueError where modules import each other in a circle."""
    order = modules(entry, ())
    names = {path: f"${number}" for number, path in enumerate(order)}
    scripts = [scope(path, names) for path in order[:-1]] + [body(entry, names)]
    sheets = [path.with_suffix(".css") for path in order]
    return Bundle("\n".join(scripts), "\n".join(sheet.read_text("utf-8") for sheet in sheets if sheet.is_file()))


def modules(path: Path, importers: tuple[Path, ...]) -> list[Path]:
    """A module and all that it imports, each once, after what it imports itself."""
    if path in importers:
        raise ValueError(f"{path.name} imports itself by way of {', '.join(module.name for module in importers)}")
    order: list[Path] = []
    for _, address in IMPORT.findall(path.read_text("utf-8")):
        order += modules((path.parent / address).resolve(), (*importers, path))
    return list(dict.fromkeys([*order, path]))


def scope(path: Path, names: dict[Path, str]) -> str:
    """A module as a function that is called at once and returns what it exports."""
    exports = ", ".join(EXPORT.findall(path.read_text("utf-8")))
    return f"const {names[path]} = (() => {{\n{EXPORT.sub('', body(path, names))}return {{{exports}}};\n}})();"


def body(path: Path, names: dict[Path, str]) -> str:
    """A module's text, its imports read from the scopes before it."""

    def read(match: re.Match) -> str:
        imported = match[1].replace(" as ", ": ")
        return f"const {{{imported}}} = {names[(path.parent / match[2]).resolve()]};\n"

    return IMPORT.sub(read, path.read_text("utf-8"))

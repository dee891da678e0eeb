"""Who may import whom: the map in core/__init__.py, held over every file of core/ and dashboard/."""

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = ("core", "dashboard")
ASKABLE = ("core.checks", "core.options", "core.changes", "core.gates")  # what a person may ask for, and its checks
LEARNING = (  # what a training needs
    "core.files",
    "core.quoting",
    "core.models",
    "core.language_models",
    "core.decoding",
    "core.text",
    *ASKABLE,
    "core.records",
    "core.checkpoints",
    "core.metrics",
)
# What a module or package may import of ours, besides itself: the entry of the longest name that fits counts.
INTERNAL = {
    "core.checks": (),
    "core.options": ("core.checks",),
    "core.changes": ("core.checks", "core.options"),
    "core.gates": ("core.checks", "core.changes"),
    "core.records": (*ASKABLE,),
    "core.text": (*ASKABLE, "core.records"),
    "core.models": (*ASKABLE,),
    "core.language_models": ("core.models", *ASKABLE),
    "core.decoding": (
        "core.models.contract",
        "core.language_models.contract",
        *ASKABLE,
        "core.records",
        "core.text",
        "core.metrics",
    ),
    "core.quoting": (),
    "core.files": ("core.quoting",),
    "core.checkpoints.forms": (*ASKABLE, "core.quoting"),
    "core.checkpoints.card": ("core.checkpoints.forms", *ASKABLE, "core.quoting", "core.text"),
    "core.checkpoints": (
        "core.files",
        "core.quoting",
        "core.models",
        "core.language_models",
        *ASKABLE,
        "core.records",
        "core.text",
    ),
    "core.training": LEARNING,
    "core.recipes": (*LEARNING, "core.training"),
    "core.interpret": (
        *ASKABLE,
        "core.records",
        "core.metrics",
        "core.text.batches",
        "core.text.subwords",
        "core.models",
        "core.decoding",
    ),
    "core.findings": (
        "core.checkpoints",
        "core.decoding",
        "core.interpret",
        "core.metrics",
        "core.models",
        *ASKABLE,
        "core.records",
        "core.text",
        "core.training",
    ),
    "core.interpret.alignments": (*ASKABLE, "core.records", "core.text.subwords"),
    "core.interpret.familiar": (*ASKABLE, "core.records"),
    "core.interpret.confidence": (*ASKABLE, "core.records", "core.text.subwords", "core.interpret.alignments"),
    "core": ("core",),
    "dashboard.pages": (),
    "dashboard.terms": (),
    "dashboard.figures": (*ASKABLE, "core.records"),
    "dashboard.live": ("core",),
    "dashboard.renewal": (),
    "dashboard.parameters": ("dashboard.renewal",),
    "dashboard.components": ("dashboard.parameters",),
    "dashboard.controls": (
        "core",
        "dashboard.model_names",
        "dashboard.parameters",
        "dashboard.renewal",
        "dashboard.text",
    ),
    "dashboard.resources": ("core", "dashboard.live", "dashboard.model_names", "dashboard.text"),
    "dashboard.answers": (
        *ASKABLE,
        "core.records",
        "dashboard.controls",
        "dashboard.resources",
        "dashboard.text",
    ),
    "dashboard": ("core", "dashboard"),
}
FIGURES = ("dashboard.figures", *ASKABLE, "core.records")  # and what else a page's own figure.py may import
# What it may import of others, besides the standard library; where nothing is said, anything not barred below.
EXTERNAL = {
    "core.checks": (),
    "core.options": (),
    "core.changes": (),
    "core.gates": (),
    "core.records": ("numpy",),
    "core.models": ("torch",),
    "core.decoding.ranking": ("numpy",),
    "core.decoding.truncation": ("numpy",),
    "core.decoding.mbr": ("numpy",),
    "core.interpret.alignments": ("numpy",),
    "core.interpret.confidence": ("numpy",),
    "core.interpret.familiar": ("numpy",),
    "core.interpret.head_measures": ("numpy",),
    "core.interpret.head_roles": ("numpy",),
    "dashboard.figures": ("numpy", "plotly", "altair"),
    "dashboard.pages": (),
    "dashboard.terms": (),
}
# What it may import nowhere, not even inside a function.
BARRED = {
    "core": ("dashboard", "streamlit", "plotly", "altair", "bertviz"),
    "core.text": ("torch",),
    "dashboard.figures": ("torch", "streamlit"),
    "dashboard.views": ("torch",),
    "dashboard.live": ("streamlit",),
}
ASKING = (
    "decode",
    "computed",
    "attention_steps",
    "head_norms",
    "ask",
)  # of dashboard.resources: for dashboard.answers alone
LATE = ("torch", "bertviz")  # never while a page of the dashboard is first painted
TORCH_FREE = (
    "core.options",
    "core.records",
    "core.records.trace_json",
    "core.text",
    "core.decoding.ranking",
    "core.decoding.truncation",
    "core.decoding.mbr",
    "core.interpret.alignments",
    "core.interpret.confidence",
    "core.interpret.familiar",
    "core.interpret.head_measures",
    "core.interpret.head_roles",
    "core.checkpoints",
    "core.commands.command_line",
)


class Import(NamedTuple):
    """An imported name, and whether the import runs when its module does."""

    name: str
    line: int
    at_once: bool


def within(name: str, *packages: str) -> bool:
    """Whether a dotted name is one of the packages or lies in it."""
    return any(name == package or name.startswith(package + ".") for package in packages)


def entry(table: dict[str, tuple[str, ...]], module: str) -> tuple[str, ...] | None:
    """The table's entry for the longest name that the module lies in."""
    fitting = [name for name in table if within(module, name)]
    return table[max(fitting, key=len)] if fitting else None


def imports(source: str, module: str, is_package: bool = False) -> Iterator[Import]:
    """All imports of a source, relative ones resolved; `from a import b` imports a.b."""

    def walk(node: ast.AST, at_once: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, at_once) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = node.level - is_package if node.level else 0
            parts = module.split(".")[: len(module.split(".")) - above] if node.level else []
            package = ".".join([*parts, *([node.module] if node.module else [])])
            yield from (Import(f"{package}.{alias.name}", node.lineno, at_once) for alias in node.names)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for child in node.body:
                yield from walk(child, False)
            for child in node.orelse:
                yield from walk(child, at_once)
        else:
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for child in ast.iter_child_nodes(node):
                yield from walk(child, at_once and not inside)

    return walk(ast.parse(source), True)


def violations(source: str, module: str, is_package: bool = False) -> list[str]:
    """What in a module's source breaks a rule, a sentence each."""
    found = []
    own = next((name for name in sorted(INTERNAL, key=len, reverse=True) if within(module, name)), module)
    internal, external = entry(INTERNAL, module), entry(EXTERNAL, module)
    barred = {name for package, names in BARRED.items() if within(module, package) for name in names}
    barred |= set() if within(module, "core.commands", "core.__main__") else {"core.commands"}
    page = ".".join(module.split(".")[:3]) if within(module, "dashboard.views") else ""
    if module == f"{page}.figure":
        own, internal, external = module, FIGURES, EXTERNAL["dashboard.figures"]
        barred |= set(BARRED["dashboard.figures"])
    for name, line, at_once in imports(source, module, is_package):
        top = name.split(".")[0]
        wrong = within(name, *barred) or (within(name, "dashboard.views") and not (page and within(name, page)))
        if top in OURS:
            wrong |= internal is not None and not within(name, own, *internal)
        elif top not in sys.stdlib_module_names:
            wrong |= external is not None and top not in external
            wrong |= at_once and within(module, "dashboard") and top in LATE
        if wrong:
            found.append(f"{module}, line {line}, must not import {name}{' at once' if top in LATE else ''}")
    if not within(module, "dashboard.resources"):
        found += [f"{module}, line {line}, caches" for line in cache_lines(source)]
    if not within(module, "dashboard.resources", "dashboard.answers"):
        found += [f"{module}, line {line}, asks a model" for line in asking_lines(source)]
    return found


def cache_lines(source: str) -> list[int]:
    """Lines that take one of Streamlit's caches, by attribute or by import."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            names = [node.attr] if node.value.id in ("st", "streamlit") else []
        elif isinstance(node, ast.ImportFrom) and within(node.module or "", "streamlit"):
            names = [alias.name for alias in node.names]
        else:
            continue
        lines += [node.lineno for name in names if name.startswith("cache")]
    return lines


def asking_lines(source: str) -> list[int]:
    """Lines that take what asks a model from dashboard.resources, by attribute or by import."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            names = [node.attr] if ast.unparse(node.value).split(".")[-1] in ("resources", "searches") else []
        elif isinstance(node, ast.ImportFrom) and within(node.module or "", "dashboard.resources"):
            names = [alias.name for alias in node.names]
        else:
            continue
        lines += [node.lineno for name in names if name in ASKING]
    return lines


class Module(NamedTuple):
    name: str
    is_package: bool
    source: str


@functools.cache
def imported_at_once(module: Module) -> list[str]:
    """What a module imports when it is imported itself."""
    return [found.name for found in imports(module.source, module.name, module.is_package) if found.at_once]


def modules() -> dict[str, Module]:
    """Every module of core/ and dashboard/ by its dotted name."""
    found = {}
    for path in sorted(path for folder in OURS for path in (ROOT / folder).rglob("*.py")):
        parts, is_package = list(path.relative_to(ROOT).with_suffix("").parts), path.stem == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        found[name] = Module(name, is_package, path.read_text(encoding="utf-8"))
    return found


def loaded_with(module: str, known: dict[str, Module]) -> dict[str, str]:
    """Everything imported, directly or through others, when a module is, and by which module."""
    by, waiting = {}, [module]
    while waiting:
        current = waiting.pop()
        for name in imported_at_once(known[current]):
            parts = name.split(".")
            for prefix in (".".join(parts[:length]) for length in range(1, len(parts) + 1)):
                if prefix not in by:
                    by[prefix] = current
                    waiting += [prefix] if prefix in known else []
    return by


MODULES = modules()


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_what_it_may(name):
    module = MODULES[name]
    assert violations(module.source, module.name, module.is_package) == []


@pytest.mark.parametrize("name", [name for name in MODULES if within(name, "dashboard", *TORCH_FREE)])
def test_a_module_that_a_page_needs_at_once_loads_no_torch(name):
    by = loaded_with(name, MODULES)
    assert {late: f"through {by[late]}" for late in LATE if late in by} == {}


def test_records_text_and_checkpoints_are_imported_without_torch():
    """By a fresh Python, so that what the libraries themselves import counts too."""
    names = [name for name in MODULES if within(name, *TORCH_FREE)]
    assert {"core.records", "core.text.subwords", "core.checkpoints"} <= set(names)
    code = f"import sys, {', '.join(names)}; print([name for name in {LATE} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


# --- the checker itself --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("core.options", "import numpy as np"),
        ("core.options", "from core.records import Piece"),
        ("core.records", "import torch"),
        ("core.records", "from core.text.subwords import EOS"),
        ("core.records", "def late():\n    import plotly"),
        ("core.text.batches", "from core.models.contract import State"),
        ("core.text.batches", "def late():\n    import torch"),
        ("core.models.rnn", "from core.records import Piece"),
        ("core.models.rnn", "from ..text import batches"),
        ("core.models.rnn", "import tokenizers"),
        ("core.decoding.beam", "from core.models import transformer"),
        ("core.decoding.beam", "from core.models.rnn import RNN"),
        ("core.decoding.beam", "from core import checkpoints"),
        ("core.language_models.ngram", "from core.decoding.beam import beam_search"),
        ("core.training.loop", "import core.interpret.head_roles"),
        ("core.interpret.alignments", "from core.training.loop import train"),
        ("core.interpret.alignments", "def late():\n    import torch"),
        ("core.interpret.head_roles", "from core.training.loop import train"),
        ("core.checkpoints", "from core.decoding.translate import decode"),
        ("core.metrics", "def late():\n    import streamlit"),
        ("core.metrics", "from dashboard.figures import tree"),
        ("core.__main__", "from dashboard import resources"),
        ("dashboard.figures.tree", "import streamlit as st"),
        ("dashboard.figures.tree", "def late():\n    import torch"),
        ("dashboard.figures.tree", "from core.checkpoints import load"),
        ("dashboard.figures.tree", "from dashboard import controls"),
        ("dashboard.figures.tree", "import pandas"),
        ("dashboard.views.translate", "def late():\n    from torch import Tensor"),
        ("dashboard.views.translate", "from dashboard.views import heads"),
        ("dashboard.views.translate", "from . import heads"),
        ("dashboard.views.translate", "import streamlit as st\n@st.cache_data\ndef late(): ..."),
        ("dashboard.views.translate", "from streamlit import cache_resource"),
        ("core.training.loop", "from core.commands.train import run_train"),
        ("dashboard.pages", "import streamlit as st"),
        ("dashboard.live.plan", "import streamlit as st"),
        ("dashboard.live.plan", "from dashboard import controls"),
        ("dashboard.frame", "from dashboard.views.home import figure"),
        ("dashboard.views.step.page", "from dashboard.views.beam.page import main"),
        ("dashboard.views.step.figure", "import streamlit as st"),
        ("dashboard.views.step.figure", "from dashboard import controls"),
        ("dashboard.app", "import dashboard.views.translate"),
        ("dashboard.app", "from dashboard import views"),
        ("dashboard.controls", "import streamlit as st\nst.cache_resource.clear()"),
        ("dashboard.views.translate", "from dashboard import resources\nresources.decode('model', 'text', None)"),
        ("dashboard.explain", "from dashboard.resources import attention_steps as steps"),
        ("dashboard.controls", "from dashboard import resources"),
        ("dashboard.parameters", "from dashboard.text import catalogue"),
        ("dashboard.components.quiz", "from dashboard import controls"),
        ("dashboard.resources", "from dashboard import answers"),
        ("dashboard.resources", "import torch"),
        ("dashboard.resources", "try:\n    from bertviz import head_view\nexcept ImportError:\n    pass"),
        ("dashboard.resources", "class Cached:\n    import torch.nn"),
    ],
)
def test_the_checker_sees_a_forbidden_import(module, source):
    assert len(violations(source, module)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("core.options", "from dataclasses import dataclass"),
        ("core.records", "import json\nimport numpy as np\nfrom core.options import check"),
        ("core.text.batches", "from core.records import Piece\nfrom .subwords import EOS"),
        ("core.models.rnn", "import torch.nn\nfrom core.models.contract import State"),
        ("core.decoding.beam", "from core.models.contract import State\nfrom core import records"),
        ("core.training.loop", "from core.models.rnn import RNN\nimport torch"),
        ("dashboard.figures.tree", "import plotly.graph_objects as go\nfrom dashboard.figures.tokens import label"),
        ("dashboard.views.translate", "import streamlit as st\nfrom dashboard import resources"),
        ("dashboard.resources", "import streamlit as st\n@st.cache_resource\ndef late():\n    import torch"),
        ("dashboard.controls", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch"),
    ],
)
def test_the_checker_passes_what_is_allowed(module, source):
    assert violations(source, module) == []


def test_the_checker_follows_imports_through_other_modules():
    chain = {
        "dashboard.app": "from dashboard import resources",
        "dashboard": "",
        "dashboard.resources": "from core.decoding import beam\ndef late():\n    import bertviz",
        "core": "",
        "core.decoding": "",
        "core.decoding.beam": "import torch",
    }
    known = {name: Module(name, name in ("core", "dashboard"), source) for name, source in chain.items()}
    by = loaded_with("dashboard.app", known)
    assert by["torch"] == "core.decoding.beam"
    assert "bertviz" not in by


def test_a_relative_import_in_a_package_starts_at_the_package():
    names = [found.name for found in imports("from . import a\nfrom .b import c", "core.text", is_package=True)]
    assert names == ["core.text.a", "core.text.b.c"]
    names = [found.name for found in imports("from . import a\nfrom ..b import c", "core.text.batches")]
    assert names == ["core.text.a", "core.b.c"]

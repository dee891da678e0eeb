"""A name says what a thing is, not how it came about."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EMPTY = {"found", "told", "one", "said", "asked"}  # true of anything


def names(node: ast.AST) -> set[str]:
    """What a node gives a name to: a variable, an argument, a function, a class, a field."""
    stored = isinstance(getattr(node, "ctx", None), ast.Store)
    if isinstance(node, ast.Name | ast.Attribute) and stored:
        return {node.id if isinstance(node, ast.Name) else node.attr}
    if isinstance(node, ast.arg):
        return {node.arg}
    return {node.name} if isinstance(node, ast.FunctionDef | ast.ClassDef) else set()


def empty(source: str) -> list[str]:
    """The empty names in a source, each with its line."""
    nodes = [node for node in ast.walk(ast.parse(source)) if {name.lower() for name in names(node)} & EMPTY]
    return [f"line {node.lineno}: {names(node)}" for node in nodes]


@pytest.mark.parametrize(
    "file", sorted((ROOT / "dashboard").rglob("*.py")), ids=lambda file: str(file.relative_to(ROOT))
)
def test_no_name_of_the_dashboard_is_empty(file):
    assert empty(file.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "found = 1",
        "def told(): ...",
        "class Asked: ...",
        "f = lambda one: 1",
        "[1 for said in ()]",
        "class A:\n    found: int",
    ],
)
def test_an_empty_name_is_seen(source):
    assert len(empty(source)) == 1

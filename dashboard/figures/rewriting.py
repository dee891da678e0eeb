"""A translation before and after a change, word by word, as the browser takes it."""

from difflib import SequenceMatcher
from typing import Any

from core.records import Hypothesis

WAYS = {"equal": "same", "delete": "gone", "insert": "new"}  # what became of words


def word_diff(before: str, after: str) -> list[tuple[str, str]]:
    """Words that are the same, gone or new, in the order of both texts.

    >>> word_diff("a dog runs", "a cat runs")
    [('same', 'a'), ('gone', 'dog'), ('new', 'cat'), ('same', 'runs')]
    """
    old, new, parts = before.split(), after.split(), []
    for way, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        steps = [("delete", old[start:end]), ("insert", new[first:last])] if way == "replace" else [(way, None)]
        for kind, words in steps:
            parts.append((WAYS[kind], " ".join(words or (new[first:last] if kind == "insert" else old[start:end]))))
    return parts


def rewriting(before: Hypothesis, after: Hypothesis | None) -> dict[str, Any]:
    """Both translations and what they differ in; of one that is still to be guessed nothing."""
    return {
        "before": before.text,
        "diff": word_diff(before.text, after.text) if after else None,
        "logprobs": [round(hypothesis.total, 4) for hypothesis in (before, after) if hypothesis],
    }

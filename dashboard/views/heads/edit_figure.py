"""What an edit did, as the browser takes it: the maps of the edited run, the edits."""

from collections.abc import Mapping
from typing import Any

from core.changes import Changes
from core.records import DecodeTrace
from dashboard.figures.cells import attention_map
from dashboard.views.heads.figure import PARTS


def maps(trace: DecodeTrace) -> dict[str, Any]:
    """Each attention that the model has, between sub-words."""
    attentions = {part: trace.attention(kind=part) for part in PARTS}
    return {part: attention_map(attention) for part, attention in attentions.items() if attention}


def edits(changes: Changes) -> list[list[Any]]:
    """Each change as its kind, layer and head, from 0, and what is done: rows with query and weights, or a word."""
    rows = [[row.kind, row.layer, row.head, row.query, list(row.weights)] for row in changes.edited]
    patterns = [[head.kind, head.layer, head.head, head.pattern] for head in changes.patterns]
    return [*([head.kind, head.layer, head.head, "closed"] for head in changes.closed), *patterns, *rows]


def table(before: DecodeTrace, after: DecodeTrace) -> list[Mapping[str, Any]]:
    """A row a run: what was edited, what came out, its log-probability."""
    return [
        {
            "edits": trace.changes.address(),
            "translation": trace.hypotheses[0].text,
            "logprob": round(trace.hypotheses[0].total, 4),
        }
        for trace in (before, after)
    ]

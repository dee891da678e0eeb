"""Traces as plain JSON values, and back."""

from typing import Any

import numpy as np

from core.records import (
    Attention,
    BeamOptions,
    DecodeTrace,
    Distribution,
    GreedyOptions,
    Hypothesis,
    Node,
    Piece,
    SearchTree,
    path_attention,
    source_keys,
)

SHOWN = 50  # next-token probabilities that are kept a step; the rest is one number
OPTIONS = {"greedy": GreedyOptions, "beam": BeamOptions}


def summary_json(trace: DecodeTrace) -> dict[str, Any]:
    """The trace without its arrays: what was read, what came out, and every node of the search."""
    return {
        "model": trace.model,
        "source": [piece.text for piece in trace.pieces],
        "hypotheses": [
            {
                "text": found.text,
                "tokens": list(found.tokens),
                "logprobs": list(found.logprobs),
                "score": found.score,
                "leaf": found.leaf,
            }
            for found in trace.hypotheses
        ],
        "tree": {"nodes": [fields_of(node) for node in trace.tree.nodes]},
    }


def to_json(trace: DecodeTrace) -> dict[str, Any]:
    """The whole trace as plain JSON values; attention to 4 decimals, the `SHOWN` likeliest tokens of each step."""
    stored = trace.stored if trace.logits is None else [trace.next_tokens(i, SHOWN) for i in trace.tree.expanded]
    result = summary_json(trace)
    result |= {
        "text": trace.text,
        "pieces": [fields_of(piece) for piece in trace.pieces],
        "strategy": trace.strategy,
        "options": fields_of(trace.options),
        "encoder": numbers(None if trace.encoder is None else trace.encoder.weights),
        "seconds": trace.seconds,
        "next": [fields_of(distribution) for distribution in stored],
    }
    result["tree"] |= {"expanded": list(trace.tree.expanded), "attention": numbers(trace.tree.attention)}
    return result


def from_json(content: dict[str, Any]) -> DecodeTrace:
    """The trace that `to_json` wrote; ValueError in one sentence if something is missing or does not fit."""
    try:
        tree = SearchTree(
            tuple(Node(**node) for node in content["tree"]["nodes"]),
            tuple(content["tree"]["expanded"]),
            array(content["tree"]["attention"]),
        )
        pieces = tuple(Piece(**piece) for piece in content["pieces"])
        keys = source_keys(pieces)
        encoder = array(content["encoder"])
        return DecodeTrace(
            model=content["model"],
            text=content["text"],
            pieces=pieces,
            strategy=content["strategy"],
            options=OPTIONS[content["strategy"]](**content["options"]),
            hypotheses=tuple(
                Hypothesis(
                    text=found["text"],
                    tokens=tuple(found["tokens"]),
                    logprobs=tuple(found["logprobs"]),
                    score=found["score"],
                    leaf=found["leaf"],
                    attention=path_attention(tree, found["leaf"], keys),
                )
                for found in content["hypotheses"]
            ),
            tree=tree,
            encoder=None if encoder is None else Attention(encoder, keys, keys, "encoder"),
            seconds=content["seconds"],
            stored=tuple(
                Distribution(tuple(one["tokens"]), tuple(one["probabilities"]), one["rest"], one["entropy"])
                for one in content["next"]
            ),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is not a stored trace: {error}") from error


def fields_of(record: Any) -> dict[str, Any]:
    """A flat record's fields by name."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def numbers(values: np.ndarray | None) -> Any:
    """An array as nested lists of 4 decimals."""
    return None if values is None else np.round(values.astype(np.float64), 4).tolist()


def array(values: Any) -> np.ndarray | None:
    """Nested lists as a float32 array."""
    return None if values is None else np.asarray(values, dtype=np.float32)

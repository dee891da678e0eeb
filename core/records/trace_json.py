"""Traces as plain JSON values, and back."""

import base64
from dataclasses import asdict
from typing import Any

import numpy as np

from core.options import STRATEGIES, Constraints, Options, check
from core.records import (
    Attention,
    DecodeTrace,
    Distribution,
    Hypothesis,
    Node,
    Piece,
    Proof,
    SearchTree,
    Spelling,
    States,
    Vote,
    source_keys,
)

DECIMALS = (np.arange(10_001) / 10_000).astype(object)
SHOWN = 50  # next-token probabilities that are kept a step; the rest is one number


def summary_json(trace: DecodeTrace) -> dict[str, Any]:
    """The trace without its arrays: what was read, what came out, every node of the search, its proof or its vote."""
    added = {} if trace.proof is None else {"proof": fields_of(trace.proof)}
    if trace.spelling is not None:
        added["tokenizer"] = fields_of(trace.spelling)
    if trace.vote is not None:
        added |= {"references": list(trace.vote.references), "utility": np.round(trace.vote.utility, 4).tolist()}
    return added | {
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
    """The whole trace as plain JSON values.

    Attention has 4 decimals, each step its `SHOWN` likeliest tokens, and the states are rounded to 255 levels.
    """
    stored = trace.stored if trace.logits is None else [trace.next_tokens(i, SHOWN) for i in trace.tree.expanded]
    result = summary_json(trace)
    result |= {
        "text": trace.text,
        "pieces": [fields_of(piece) for piece in trace.pieces],
        "strategy": trace.strategy,
        "options": asdict(trace.options),
        "encoder": shares(None if trace.encoder is None else trace.encoder.weights),
        "seconds": trace.seconds,
        "next": [fields_of(distribution) for distribution in stored],
        "states": None if trace.states is None else {k: packed(v) for k, v in fields_of(trace.states).items()},
    }
    result["tree"] |= {"expanded": list(trace.tree.expanded), "attention": shares(trace.tree.attention)}
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
        encoder, states = array(content["encoder"]), content.get("states")
        return DecodeTrace(
            model=content["model"],
            text=content["text"],
            pieces=pieces,
            strategy=content["strategy"],
            options=options_from(content["strategy"], content["options"]),
            hypotheses=tuple(
                Hypothesis(
                    text=found["text"],
                    tokens=tuple(found["tokens"]),
                    logprobs=tuple(found["logprobs"]),
                    score=found["score"],
                    leaf=found["leaf"],
                )
                for found in content["hypotheses"]
            ),
            tree=tree,
            encoder=None if encoder is None else Attention(encoder, keys, keys, "encoder"),
            seconds=content["seconds"],
            stored=tuple(distribution_from(one) for one in content["next"]),
            proof=Proof(**content["proof"]) if "proof" in content else None,
            spelling=spelling_from(content["tokenizer"]) if "tokenizer" in content else None,
            vote=Vote(tuple(content["references"]), votes(content)) if "utility" in content else None,
            states=None if states is None else States(**{name: unpacked(kept) for name, kept in states.items()}),
        )
    except (LookupError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise ValueError(f"this is not a stored trace: {error}") from error


def spelling_from(kept: dict[str, Any]) -> Spelling:
    """The tokenizer's spelling of a forced translation."""
    return Spelling(tuple(kept["tokens"]), kept["logprob"])


def distribution_from(kept: dict[str, Any]) -> Distribution:
    """A step's likeliest tokens; what was stored before there was a `uniform_loss` has none."""
    likeliest = tuple(kept["tokens"]), tuple(kept["probabilities"]), kept["rest"], kept["entropy"]
    return Distribution(*likeliest, uniform_loss=kept.get("uniform_loss"))


def options_from(strategy: str, fields: dict[str, Any]) -> Options:
    """A strategy's options from their fields."""
    if "constraints" in fields:
        fields = fields | {"constraints": Constraints(**fields["constraints"])}
    return STRATEGIES[strategy](**fields)


def votes(content: dict[str, Any]) -> np.ndarray:
    """The utility (N, M), even where a vote was stopped before the first sample."""
    shape = len(content["hypotheses"]), len(content["references"])
    return np.asarray(content["utility"], dtype=np.float64).reshape(shape)


def fields_of(record: Any) -> dict[str, Any]:
    """A flat record's fields by name."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def shares(weights: np.ndarray | None) -> Any:
    """Weights from 0 to 1 as nested lists of 4 decimals; equal numbers are one object, which takes a third."""
    return None if weights is None else DECIMALS[np.rint(weights * np.float64(10_000)).astype(np.int16)].tolist()


def array(values: Any) -> np.ndarray | None:
    """Nested lists as a float32 array."""
    return None if values is None else np.asarray(values, dtype=np.float32)


def packed(values: np.ndarray | None) -> dict[str, Any] | None:
    """An array in a byte a number: whole multiples of `scale`, from -127 to 127, in base64."""
    if values is None:
        return None
    scale = float(np.abs(values).max(initial=0)) / 127 or 1.0  # all zeros: any scale
    levels = np.round(values.astype(np.float64) / scale).astype(np.int8)
    return {"shape": list(values.shape), "scale": scale, "levels": base64.b64encode(levels.tobytes()).decode()}


def unpacked(kept: dict[str, Any] | None) -> np.ndarray | None:
    """What `packed` wrote, as float16."""
    if kept is None:
        return None
    levels = np.frombuffer(base64.b64decode(kept["levels"], validate=True), dtype=np.int8).reshape(kept["shape"])
    scale = float(kept["scale"])
    check(0 < scale < 500, f"the scale of stored states can't be {scale}")  # beyond, float16 overflows
    return (levels * scale).astype(np.float16)

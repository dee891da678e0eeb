"""Traces as plain JSON values, and back."""

import base64
import math
from dataclasses import asdict, astuple, replace
from typing import Any

import numpy as np

from core.changes import UNCHANGED, Changes, Head, Pattern, Row
from core.checks import check
from core.options import STRATEGIES, Constraints, Options
from core.records import (
    Attention,
    DecodeTrace,
    Distribution,
    Heat,
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
STATES = ("encoder", "decoder", "context")  # what is kept of the states
SHOWN = 50  # next-token probabilities that are kept a step; the rest is one number


def summary_json(trace: DecodeTrace) -> dict[str, Any]:
    """The trace without its arrays: what was read, what came out, every node of the search, its proof or its vote."""
    added = {} if trace.proof is None else {"proof": fields_of(trace.proof)}
    if trace.spelling is not None:
        added["tokenizer"] = fields_of(trace.spelling)
    if trace.changes != UNCHANGED:
        added["changes"] = asdict(trace.changes)
    if trace.absent:
        added["absent"] = [asdict(head) for head in trace.absent]
    if trace.vote is not None:
        added |= {"references": list(trace.vote.references), "utility": np.round(trace.vote.utility, 4).tolist()}
    return added | {
        "model": trace.model,
        "source": [piece.text for piece in trace.pieces],
        "hypotheses": [
            {
                "text": hypothesis.text,
                "tokens": list(hypothesis.tokens),
                "logprobs": list(hypothesis.logprobs),
                "score": hypothesis.score,
                "leaf": hypothesis.leaf,
            }
            for hypothesis in trace.hypotheses
        ],
        "tree": {"nodes": [fields_of(node) for node in trace.tree.nodes]},
    }


def to_json(trace: DecodeTrace) -> dict[str, Any]:
    """The whole trace as plain JSON values.

    Attention has 4 decimals, but a decoder's to itself is whole; each step has its `SHOWN` likeliest tokens, and the
    states are rounded to 255 levels.
    """
    result, answered = summary_json(trace), bool(trace.stored) or trace.logits is not None
    result |= {
        "text": trace.text,
        "pieces": [fields_of(piece) for piece in trace.pieces],
        "strategy": trace.strategy,
        "options": asdict(trace.options),
        "encoder": shares(None if trace.encoder is None else trace.encoder.weights),
        "seconds": trace.seconds,
        "next": [expected_json(trace, node) for node in trace.tree.expanded if answered],
        "states": None if trace.states is None else {name: packed(getattr(trace.states, name)) for name in STATES},
    }
    tree = trace.tree
    result["tree"] |= {"expanded": list(tree.expanded), "attention": shares(tree.attention)}
    if tree.self_attention is not None:
        result["tree"]["self_attention"] = looked_back(tree)
    return result


def from_json(content: dict[str, Any]) -> DecodeTrace:
    """The trace that `to_json` wrote; ValueError in one sentence if something is missing or does not fit."""
    try:
        tree = tree_from(content["tree"])
        pieces = tuple(Piece(**piece) for piece in content["pieces"])
        keys = source_keys(pieces)
        encoder, states = array(content["encoder"]), content.get("states")
        absent = tuple(Head(**head) for head in content.get("absent", ()))
        return DecodeTrace(
            model=content["model"],
            text=content["text"],
            pieces=pieces,
            strategy=content["strategy"],
            options=options_from(content["strategy"], content["options"]),
            hypotheses=tuple(
                Hypothesis(
                    text=kept["text"],
                    tokens=tuple(kept["tokens"]),
                    logprobs=tuple(kept["logprobs"]),
                    score=kept["score"],
                    leaf=kept["leaf"],
                )
                for kept in content["hypotheses"]
            ),
            tree=tree,
            encoder=None if encoder is None else Attention(encoder, keys, keys, "encoder", absent),
            seconds=content["seconds"],
            stored=tuple(distribution_from(kept) for kept in content["next"]),
            proof=Proof(**content["proof"]) if "proof" in content else None,
            spelling=spelling_from(content["tokenizer"]) if "tokenizer" in content else None,
            vote=Vote(tuple(content["references"]), votes(content)) if "utility" in content else None,
            states=None if states is None else States(**{name: unpacked(kept) for name, kept in states.items()}),
            changes=changes_from(content["changes"]) if "changes" in content else UNCHANGED,
            absent=absent,
        )
    except (LookupError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise ValueError(f"this is not a stored trace: {error}") from error


def spelling_from(kept: dict[str, Any]) -> Spelling:
    """The tokenizer's spelling of a forced translation."""
    return Spelling(tuple(kept["tokens"]), kept["logprob"])


def expected_json(trace: DecodeTrace, node: int) -> dict[str, Any]:
    """What the model expected after an expanded node, and its heat, [log sums, entropies] of 4 decimals."""
    fields, heat = fields_of(trace.next_tokens(node, SHOWN)), trace.heat(node)
    return fields | {"heat": heat and [[round(value, 4) for value in part] for part in astuple(heat)]}


def distribution_from(kept: dict[str, Any]) -> Distribution:
    """A step's likeliest tokens; what was stored before there was a `uniform_loss` or a heat has none."""
    likeliest = tuple(kept["tokens"]), tuple(kept["probabilities"]), kept["rest"], kept["entropy"]
    heat = Heat(*map(tuple, kept["heat"])) if kept.get("heat") else None
    return Distribution(*likeliest, uniform_loss=kept.get("uniform_loss"), heat=heat)


def options_from(strategy: str, fields: dict[str, Any]) -> Options:
    """A strategy's options from their fields."""
    if "constraints" in fields:
        fields = fields | {"constraints": Constraints(**fields["constraints"])}
    return STRATEGIES[strategy](**fields)


def changes_from(kept: dict[str, Any]) -> Changes:
    """What a reader changed in the run."""
    heads = (Head(**head) for head in kept["closed"])
    patterns = (Pattern(**pattern) for pattern in kept.get("patterns", ()))
    return Changes(tuple(heads), tuple(map(row_from, kept["edited"])), tuple(patterns))


def row_from(kept: dict[str, Any]) -> Row:
    """An edited row; what was stored before there were other kinds is cross-attention's, and calls its query a step."""
    fields = {"kind": "cross", **kept, "weights": tuple(kept["weights"])}
    return Row(**{"query" if name == "step" else name: value for name, value in fields.items()})


def votes(content: dict[str, Any]) -> np.ndarray:
    """The utility (N, M), even where a vote was stopped before the first sample."""
    shape = len(content["hypotheses"]), len(content["references"])
    return np.asarray(content["utility"], dtype=np.float64).reshape(shape)


def fields_of(record: Any) -> dict[str, Any]:
    """A flat record's fields by name."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def shares(weights: np.ndarray | None) -> Any:
    """Weights as nested lists of 4 decimals; from 0 to 1 equal numbers are one object, which takes a third."""
    if weights is None:
        return None
    levels = np.rint(weights * np.float64(10_000))
    if levels.size and not 0 <= levels.min() <= levels.max() <= 10_000:  # given by hand
        return (levels / 10_000).tolist()
    return DECIMALS[levels.astype(np.int16)].tolist()


def array(values: Any) -> np.ndarray | None:
    """Nested lists as a float32 array."""
    return None if values is None else np.asarray(values, dtype=np.float32)


def tree_from(kept: dict[str, Any]) -> SearchTree:
    """The search, with the attention that was stored."""
    tree = SearchTree(tuple(Node(**node) for node in kept["nodes"]), tuple(kept["expanded"]), array(kept["attention"]))
    if "self_attention" not in kept:
        return tree
    return replace(tree, self_attention=looking_back(kept["self_attention"], tree))


def looked_back(tree: SearchTree) -> dict[str, Any]:
    """Self-attention as it is, float16 in base64, without the zeros: a node's (L, H, t) after the other."""
    rows = zip(tree.self_attention, map(tree.tokens_read, tree.expanded), strict=True)
    content = b"".join(row[..., :read].astype("<f2").tobytes() for row, read in rows)
    return {"heads": list(tree.self_attention.shape[1:3]), "weights": base64.b64encode(content).decode()}


def looking_back(kept: dict[str, Any], tree: SearchTree) -> np.ndarray:
    """What `looked_back` wrote, (E, L, H, t)."""
    heads, counts = tuple(kept["heads"]), [tree.tokens_read(node) for node in tree.expanded]
    values = np.frombuffer(base64.b64decode(kept["weights"], validate=True), dtype="<f2")
    fits = len(values) == math.prod(heads) * sum(counts) and bool(np.isfinite(values).all())
    check(fits, f"its self-attention is not of {heads} layers and heads")
    weights = np.zeros((len(counts), *heads, max(counts, default=0)), np.float16)
    parts = np.split(values, np.cumsum(counts)[:-1] * math.prod(heads))
    for row, part, count in zip(weights, parts, counts, strict=True):
        row[..., :count] = part.reshape(*heads, count)
    return weights


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

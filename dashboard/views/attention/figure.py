"""Attention worked through, as plain values that the browser walks alone: all kinds, layers and heads at once."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from core.changes import ATTENTION_KINDS
from core.records import Attention, Corners, DecodeTrace, Projections, WorkedAttention
from dashboard.figures import cells
from dashboard.figures.alignment import labels_of

LARGEST = (
    3_000_000  # bytes of numbers that go to the browser at once; a longer sentence's layers go as they are asked for
)
STAGES = (  # in the order of a post-norm layer; a pre-norm layer has "entered" in the place of "left"
    *("stream", "entered", "vectors", "turned", "products", "scaled", "biased", "masked", "weights", "context"),
    *("joined", "output", "summed", "left"),
)
LEARNED = ("vectors", "output", "summed", "left")  # those that may need what the attention has learnt
SCALES = ("one", "root", "width")  # what the products are divided by: 1, √d or d
# A line of core/models that computes each stage, in self-attention; in cross-attention two are others.
CODE = {
    "stream": "return self.dropout(scaled + self.positions(first, ids.shape[1]))",
    "entered": "return self.norm(x) if self.pre else x",
    "vectors": "query, key, value = split_heads(projected, self.heads.size).chunk(3, dim=1)",
    "turned": "return torch.stack([even * cos - odd * sin, even * sin + odd * cos], dim=-1).flatten(-2)",
    "products": "return (query * query.shape[-1] ** -0.5) @ key.transpose(-2, -1)",
    "scaled": "return (query * query.shape[-1] ** -0.5) @ key.transpose(-2, -1)",
    "biased": "return scores - self.slopes * distance",
    "masked": 'scores = scores.masked_fill(~visible, float("-inf"))',
    "weights": "weights = scores.softmax(dim=-1)",
    "context": "weights @ value",
    "joined": "return x.transpose(-3, -2).flatten(-2)",
    "output": "self.output(merge_heads(attended.context))",
    "summed": "x = x + self.dropout(change)",
    "left": "return x if self.pre else self.norm(x)",
}
CROSS = {
    "stream": "x = looking.leave(x, self.self_output(merge_heads(looked.context)).view(x.shape))",
    "vectors": "return split_heads(self.cross_key_value(memory), self.cross_heads.size).chunk(2, dim=1)",
    "output": "x = crossing.leave(x, self.cross_output(merge_heads(crossed.context)))",
}


def payload(trace: DecodeTrace, worked: Sequence[WorkedAttention], place: tuple[str, int]) -> dict[str, Any]:
    """Every weight, and the numbers of all attentions or, of a long sentence, of the one at `place`."""
    maps = {kind: cells.attention_map(attention) for kind, attention in attentions(trace).items()}
    name = hashlib.blake2b(json.dumps(maps).encode(), digest_size=8).hexdigest()
    whole = sum(size(part) for part in worked) <= LARGEST
    sent = [part for part in worked if whole or (part.kind, part.layer) == place]
    memory = next((cells.floats(part.source) for part in worked if part.kind == "cross"), None)
    blocks = {f"{part.kind} {part.layer}": block(part) for part in sent}
    return {"id": name, "maps": maps, "blocks": blocks, "memory": memory, "code": CODE, "cross_code": CODE | CROSS}


def attentions(trace: DecodeTrace) -> dict[str, Attention]:
    """Where the source and the best translation looked."""
    return {kind: trace.attention(kind=kind) for kind in ATTENTION_KINDS}


def size(worked: WorkedAttention) -> int:
    """Bytes of an attention in the browser, roughly."""
    return 2 * 9 * worked.stream.size + 4 * worked.products.size


def matrices(learned: Projections, name: str) -> dict[str, Any]:
    """The learned matrices of one attention, which has this name in the browser, in half precision."""
    return {"of": name} | {part: cells.floats(array) for part, array in vars(learned).items()}


def block(worked: WorkedAttention) -> dict[str, Any]:
    """The numbers of one attention: vectors in half precision, products in single, None for what it has not."""
    pre = worked.norm == "pre"
    halves = {
        name: getattr(worked, name) for name in ("stream", "query", "key", "value", "context", "output", "summed")
    }
    halves |= {"placed_query": worked.placed_query, "placed_key": worked.placed_key}
    halves |= {"entered": worked.entered if pre else None, "left": None if pre else worked.left}
    content = {name: None if part is None else cells.floats(part) for name, part in halves.items()}
    content |= {"products": cells.floats(worked.products, "<f4")}
    content |= {"bias": None if worked.bias is None else cells.floats(worked.bias, "<f4")}
    return content | {"norm": worked.norm, "corners": corner(worked.corners)}


def corner(corners: Corners) -> dict[str, Any]:
    """The first numbers of the weights, to six digits."""
    values = {name: getattr(corners, name) for name in Corners.__dataclass_fields__}
    return {name: np.round(np.asarray(value, np.float64), 6).tolist() for name, value in values.items()}


# --- what is said and listed


class HeadNumbers(NamedTuple):
    """A head's labels and, as (Q, K), its weights; scores and products too, unless the model sleeps."""

    queries: Sequence[str]
    keys: Sequence[str]
    weights: np.ndarray
    scores: np.ndarray | None
    products: np.ndarray | None


def head_numbers(trace: DecodeTrace, worked: Sequence[WorkedAttention], at: Mapping[str, str]) -> HeadNumbers:
    """The head `at` a place with its scale and mask; of a model that sleeps its own weights."""
    kind, layer, head = at["attention"], int(at["layer"]) - 1, int(at["head"]) - 1
    attention = attentions(trace)[kind]
    known = next((part for part in worked if (part.kind, part.layer) == (kind, layer)), None)
    if known is None:
        return HeadNumbers(*labels_of(attention), attention.weights[layer, head].astype(np.float64), None, None)
    scores, weights = weighed(known, at["scale"], at["mask"])
    return HeadNumbers(*labels_of(attention), weights[head], scores[head], known.products[head])


def weighed(known: WorkedAttention, scale: str, mask: str) -> tuple[np.ndarray, np.ndarray]:
    """Scores and weights (H, Q, K) of an attention, its products divided by another scale, or its causal mask off."""
    width = known.query.shape[-1]
    scores = known.products.astype(np.float64) / {"one": 1, "root": width**0.5, "width": width}[scale]
    scores = scores if known.bias is None else scores + known.bias
    scores = np.where(known.visible | (known.kind == "decoder" and mask == "off"), scores, -np.inf)
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return scores, powers / powers.sum(-1, keepdims=True)


def table(head: HeadNumbers) -> list[dict]:
    """Every pair of a head: product, score and weight (of a model that sleeps only the weight)."""
    listed = []
    for i, query in enumerate(head.queries):
        for j, key in enumerate(head.keys):
            pair = {"query": query, "key": key, "row": i + 1, "column": j + 1, "weight": float(head.weights[i, j])}
            if head.scores is not None:
                score = float(head.scores[i, j])
                pair |= {"product": float(head.products[i, j]), "score": None if score == -np.inf else score}
            listed.append(pair)
    return listed

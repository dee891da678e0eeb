"""The whole network as the browser takes it: its parts at once, the numbers inside them once they are computed."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import altair as alt
import numpy as np

from core.records import DecodeTrace, NetworkTrace, Piece, Stack, source_keys
from dashboard.figures import cells, vega
from dashboard.figures.alignment import labels_of
from dashboard.figures.tokens import label

NEXT = 6  # candidates of a step
END = "<eos>"
HEIGHT = 160  # px of a chart with its names
SVG = {"embedOptions": {"renderer": "svg", "actions": False}}  # a canvas could not be saved as SVG
FACTS = ("norm", "heads", "width", "feed_forward", "encoder_layers", "decoder_layers", "vocabulary_size", "positions")


def payload(trace: DecodeTrace, config: Mapping[str, Any]) -> dict[str, Any]:
    """A Transformer with what its trace knows of a sentence: the tokens, every map, what was likely at each step."""
    maps = {kind: trace.attention(0, kind) for kind in ("encoder", "decoder", "cross")}
    steps = [0, *trace.tree.path(trace.hypotheses[0].leaf)]
    content = {
        "sources": labels_of(maps["encoder"])[0],
        "read": labels_of(maps["decoder"])[1],
        "written": labels_of(maps["decoder"])[0],
        "next": [candidates(trace, node) for node in steps[:-1]],
        "facts": {name: config[name] for name in FACTS if name in config},
    }
    weights = {kind: cells.packed(attention.weights) for kind, attention in maps.items()}
    return {"id": named(trace), **content, "weights": weights}


def named(*traces: DecodeTrace) -> str:
    """A name for what some traces show."""
    walk = json.dumps([[trace.model, trace.text, trace.hypotheses[0].tokens] for trace in traces])
    return hashlib.blake2b(walk.encode(), digest_size=8).hexdigest()


def candidates(trace: DecodeTrace, node: int) -> list[tuple[str, float]]:
    """The likeliest tokens after a node, each with its probability."""
    known = trace.next_tokens(node, NEXT)
    return [(label(token), round(share, 5)) for token, share in zip(known.tokens, known.probabilities, strict=True)]


def numbers(network: NetworkTrace) -> dict[str, Any]:
    """Every vector of both stacks; sums, the browser adds up itself."""
    return {"encoder": stack(network.encoder), "decoder": stack(network.decoder)}


def stack(part: Stack) -> dict[str, Any]:
    """A stack: what it begins with, of every block what f saw, answered and let go on, and what leaves."""
    layers = [
        [
            {
                "entered": cells.floats(block.entered),
                "change": cells.floats(block.change),
                "after": cells.floats(block.after),
            }
            | ({} if block.hidden is None else {"hidden": cells.floats(block.hidden)})
            for block in layer
        ]
        for layer in part.layers
    ]
    begin = {"embedded": cells.floats(part.embedded), "positions": cells.floats(part.positions)}
    return {**begin, "layers": layers, "output": cells.floats(part.output)}


def table(trace: DecodeTrace, network: NetworkTrace | None) -> list[dict[str, Any]]:
    """Every token at every point: the mean, the spread and the length of its vector; without numbers, the tokens."""
    if network is None:
        return [{"step": number, "token": token} for number, token in enumerate(trace.hypotheses[0].tokens, 1)]
    rows = []
    for side, part in (("encoder", network.encoder), ("decoder", network.decoder)):
        points = {"embedding": part.embedded, "position": part.positions}
        for number, layer in enumerate(part.layers, 1):
            for block in layer:
                named = {"f(x)": block.change, "x + f(x)": block.total, "goes on": block.after}
                points |= {f"layer {number}, {block.kind}: {name}": values for name, values in named.items()}
        points["output"] = part.output
        for point, values in points.items():
            rows += [
                {"stack": side, "point": point, "position": at, "token": token}
                | {"mean": float(row.mean()), "spread": float(row.std()), "length": float(np.linalg.norm(row))}
                for at, (token, row) in enumerate(zip(part.tokens, values.astype(np.float64), strict=True))
            ]
    return rows


# --- beside an RNN


class Tokens(TypedDict):
    """What a model read and wrote, the first and last of its tokens in each word; whether its decoder looks back."""

    sources: list[str]
    words: list[tuple[int, int]]
    written: list[str]
    attends: bool
    title: str


class Families(TypedDict):
    """Both families on one sentence, whose words a reader picks: each network cuts them into tokens of its own."""

    id: str
    words: list[str]
    rnn: Tokens
    transformer: Tokens


def families(rnn: DecodeTrace, transformer: DecodeTrace, attends: bool, titles: Sequence[str]) -> Families:
    """The tokens of both; whether the RNN attends, and what both models are called."""
    both = {"rnn": tokens(rnn, attends, titles[0]), "transformer": tokens(transformer, True, titles[1])}
    pieces = transformer.pieces
    spans = [(pieces[first].start, pieces[last].end) for first, last in word_spans(pieces)[:-1]]
    words = [*(transformer.text[start:end] for start, end in spans), END]
    return {"id": named(rnn, transformer), "words": words, **both}


def tokens(trace: DecodeTrace, attends: bool, title: str) -> Tokens:
    """A trace's source and its best translation, as a person reads them."""
    written = [label(token) for token in trace.hypotheses[0].tokens]
    words = {"words": word_spans(trace.pieces), "attends": attends, "title": title}
    return {"sources": list(source_keys(trace.pieces)), "written": written, **words}


def word_spans(pieces: Sequence[Piece]) -> list[tuple[int, int]]:
    """The first and last position of every word of the source, and of `<eos>`, which is a word of its own."""
    positions: dict[int, list[int]] = {}
    for at, piece in enumerate(pieces):
        positions.setdefault(piece.word, []).append(at)
    return [*((places[0], places[-1]) for places in positions.values()), (len(pieces), len(pieces))]


def way(words: Sequence[tuple[int, int]], first: int, second: int) -> int:
    """Tokens from one end of two words (from 0) to the other: the steps that a recurrent network takes."""
    (start, _), (_, end) = words[min(first, second)], words[max(first, second)]
    return end - start


def shares(texts: dict[str, str], keys: Sequence[str], values: np.ndarray, most: float) -> alt.LayerChart:
    """A bar for each source position, its share of the whole, on an axis up to `most`."""
    rows = [
        {"place": at, "token": f"{at} {key}", "share": float(value)}
        for at, (key, value) in enumerate(zip(keys, values, strict=True), 1)
    ]
    encoded = (
        alt.Chart(vega.data(rows))
        .mark_bar()
        .encode(
            x=alt.X("token:N", sort=None, title=None, axis=alt.Axis(labelAngle=-40, labelOverlap=True)),
            y=alt.Y(
                "share:Q",
                title=texts["axis"],
                scale=alt.Scale(domain=[0, most]),
                axis=alt.Axis(format="%", tickCount=3),
            ),
            tooltip=[
                alt.Tooltip("token:N", title=texts["position"]),
                alt.Tooltip("share:Q", title=texts["axis"], format=".1%"),
            ],
        )
    )
    return alt.layer(encoded).properties(height=HEIGHT, width="container", usermeta=SVG)


# --- the cache


def cache(trace: DecodeTrace, costs: Mapping[str, Any], layers: int) -> dict[str, Any]:
    """A translation step by step: the tokens read and written, the source's, what each step costs and what all need."""
    written = [label(token) for token in trace.hypotheses[0].tokens]
    read = [label(trace.tree.nodes[0].token), *written[:-1]]
    content = {"sources": list(source_keys(trace.pieces)), "read": read, "written": written, "layers": layers}
    return {"id": named(trace), **content, **costs}

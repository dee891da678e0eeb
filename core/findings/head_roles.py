"""What heads do, by the definitions of Voita et al. 2019: roles on captions and on news."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from core.checkpoints import Loaded
from core.findings.head_readings import LONGEST, Material, Reading, counted, readings
from core.findings.own_captions import own_captions
from core.findings.rare_tokens import COSTED, rare_counts, rare_tokens
from core.interpret import head_roles as measures
from core.interpret.head_roles import Shares
from core.records.head_roles import DIRECTIONS, RELATIONS, Evidence, to_rows
from core.text.treebanks import Tree, words_of_pieces

# Whose heads have a map; of the others rare tokens are asked about.
MAPPED = ("en-de-transformer", "en-de-everyday", "en-de-transformer-rotary")


def head_roles(models: Mapping[str, Loaded], material: Material) -> dict[str, Any]:
    """Evidence of what the heads of `MAPPED` do, and what all models do with rare tokens, as plain JSON values."""
    frequencies = {name: counted(loaded, material) for name, loaded in models.items()}
    return {
        "samples": measures.SAMPLES,
        "longest": LONGEST,
        "common": measures.COMMON,
        "costed": COSTED,
        "models": {
            name: mapped(loaded, frequencies[name], material) for name, loaded in models.items() if name in MAPPED
        },
        "rare": [rare_tokens(name, loaded, frequencies[name], material) for name, loaded in models.items()],
    }


def mapped(loaded: Loaded, frequencies: np.ndarray, material: Material) -> dict[str, Any]:
    """The evidence of a model on captions and on news, and how strange each of them is to it.

    Syntax needs trees: of captions there are this project's own.
    """
    described, own = {}, own_captions()
    for corpus, pairs, trees in (("captions", material.captions, own), ("news", material.news, material.trees)):
        done = readings(loaded, pairs)
        words = sum(len(source.split()) for source, _ in pairs)
        pieces = np.concatenate([reading.ids for reading in done])
        described[corpus] = {
            "sentences": len(pairs),
            "trees": len(trees),
            "pieces_a_word": round(len(pieces) / words, 2),
            "never_read": round(float((frequencies[pieces] == 0).mean()), 4),
            "evidence": to_rows([*evidence(done, frequencies), *syntax(loaded, trees)]),
        }
    return described


def evidence(done: Sequence[Reading], frequencies: np.ndarray) -> Iterator[Evidence]:
    """All that needs no tree."""
    for kind in done[0].attention:
        maps = [reading.attention[kind] for reading in done]
        if kind != "cross":  # between two languages no position is the same
            offsets, share = measures.most_positional([measures.positional(map_) for map_ in maps])
            yield from of_each(kind, "positional", share, offsets)
        yield from of_each(kind, "delimiter", measures.shares([measures.delimiters(map_) for map_ in maps]))
        yield from of_each(kind, "confidence", measures.shares([measures.confidence(map_) for map_ in maps]))
    rare = rare_counts(done, frequencies)
    if rare:
        yield from of_each("encoder", "rare", measures.shares(rare))


def syntax(loaded: Loaded, trees: Sequence[Tree]) -> Iterator[Evidence]:
    """How often each head of the encoder finds a relation, in either direction."""
    looked = []
    done = readings(loaded, [(tree.text, "") for tree in trees], decoder=False)
    for tree, reading in zip(trees, done, strict=True):
        words = words_of_pieces(tree, loaded.subwords.pieces(tree.text))
        looked.append(measures.looked_at(reading.attention["encoder"], words, len(tree.words)))
    for relation in RELATIONS:
        for direction in DIRECTIONS:
            pairs = [pairs_of(tree, relation, direction) for tree in trees]
            offset = measures.best_offset(pairs)
            counts = [measures.syntactic(*each, offset) for each in zip(looked, pairs, strict=True)]
            yield from of_each("encoder", "syntactic", measures.shares(counts), f"{relation} {direction}")


def pairs_of(tree: Tree, relation: str, direction: str) -> list[tuple[int, int]]:
    """From each word to the one that is to be found: its governor, or the word that it governs; no sub-types."""
    pairs = [(place, word.governor) for place, word in enumerate(tree.words) if word.relation == relation]
    return pairs if direction == "governor" else [(end, start) for start, end in pairs]


def of_each(kind: str, measure: str, share: Shares, about: np.ndarray | str = "") -> Iterator[Evidence]:
    """The evidence of each head."""
    abouts = np.broadcast_to(about, share.value.shape)
    for layer, head in np.ndindex(share.value.shape):
        ends = (float(np.clip(part[layer, head], 0, 1)) for part in (share.value, share.low, share.high))
        yield Evidence(kind, layer, head, measure, str(abouts[layer, head]), *ends, min(1.0, share.baseline))

"""A search tree as the browser draws it, as a table, in numbers."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from core.records import DecodeTrace, SearchTree
from dashboard.figures.tokens import WORD, label, spelt

CAUSES = ("cut", "end", "penalty")  # of a pruning: below what goes on, or of an <eos> the best k; steered away
MISSES = 8  # pruned candidates drawn at each step; the rest would only bury the tree


def beam_tree(trace: DecodeTrace, misses: int | None = MISSES) -> dict[str, Any]:
    """The tree as plain JSON values, `misses` pruned candidates a step (the nearest ones; None: all of them).

    A node is [step, parent, label, fate, logprob, sum, missed, alive, joined], in the record's order: `parent` is its
    index in `nodes`; `alive` is the last step that its prefix lived to see; `joined` is 1 where no space stands before
    it. An infinite number is None. `leaves` are the hypotheses' nodes, `expanded` those that the model was asked about.
    `id` names what is drawn.
    """
    nodes = trace.tree.nodes
    depths = steps(trace.tree)
    alive = last_alive(trace.tree, depths)
    shown = sorted(nearest(trace.tree, depths, misses))
    position = {node: index for index, node in enumerate(shown)}
    drawn = [
        [
            depths[i],
            position.get(nodes[i].parent),
            label(nodes[i].token),
            nodes[i].fate,
            finite(nodes[i].logprob),
            finite(nodes[i].score),
            finite(nodes[i].missed),
            alive[i],
            int(not nodes[i].token.startswith(WORD)),
        ]
        for i in shown
    ]
    return {
        "id": hashlib.blake2b(json.dumps(drawn).encode(), digest_size=8).hexdigest(),
        "steps": max(depths),
        "omitted": len(nodes) - len(drawn),
        "nodes": drawn,
        "leaves": [position[hypothesis.leaf] for hypothesis in trace.hypotheses],
        "expanded": [position[node] for node in trace.tree.expanded],
    }


def hypothesis_texts(trace: DecodeTrace) -> list[str]:
    """What each hypothesis says; those with the same text are told apart by their pieces, if these differ."""
    spellings: dict[str, set[str]] = {}
    for hypothesis in trace.hypotheses:
        spellings.setdefault(hypothesis.text, set()).add(spelt(hypothesis.tokens))
    return [
        hypothesis.text if len(spellings[hypothesis.text]) == 1 else f"{hypothesis.text} ({spelt(hypothesis.tokens)})"
        for hypothesis in trace.hypotheses
    ]


def describe(trace: DecodeTrace) -> dict[str, Any]:
    """The numbers of a one-sentence description: candidates (without the root) by fate, steps, and the best text."""
    fates = Counter(node.fate for node in trace.tree.nodes[1:])
    return {
        "candidates": fates.total(),
        "kept": fates["kept"],
        "finished": fates["finished"],
        "pruned": fates["pruned"],
        "unfinished": fates["unfinished"],
        "steps": max(steps(trace.tree)),
        "text": trace.hypotheses[0].text if trace.hypotheses else "",
    }


def table(trace: DecodeTrace) -> list[dict[str, Any]]:
    """Every node as a row, in the record's order: what the picture shows and what it leaves out."""
    best = best_path(trace)
    return [
        {
            "node": i,
            "parent": node.parent,
            "step": step,
            "token": label(node.token),
            "logprob": node.logprob,
            "probability": math.exp(node.logprob),
            "sum": node.score,
            "fate": node.fate,
            "cut_off": None if node.missed is None else finite(node.score + node.missed),
            "missed": node.missed,
            "best": i in best,
        }
        for i, (node, step) in enumerate(zip(trace.tree.nodes, steps(trace.tree), strict=True))
    ]


def cause(row: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    """Why a row of the `table` was pruned, by one of the texts (named as in `CAUSES`); "" where it was not."""
    if row["missed"] is None:
        return ""
    why = "penalty" if not row["missed"] else "end" if row["token"] == "<eos>" else "cut"
    sums = {"sum": row["sum"], "cut": math.nan if row["cut_off"] is None else row["cut_off"]}
    return texts[why].format(**{name: f"{value:.2f}".replace("-", "−") for name, value in sums.items()})


def steps(tree: SearchTree) -> list[int]:
    """How many tokens each node lies from the root."""
    depths = [0]
    for node in tree.nodes[1:]:
        depths.append(depths[node.parent] + 1)
    return depths


def best_path(trace: DecodeTrace) -> set[int]:
    """The nodes of the winning hypothesis, the root among them."""
    return {0, *trace.tree.path(trace.hypotheses[0].leaf)} if trace.hypotheses else set()


def last_alive(tree: SearchTree, depths: list[int]) -> list[int]:
    """The last step that a node's prefix lived to see: its own for a dead end, the search's if it led to an ending."""
    alive = [
        max(depths) if node.fate in ("finished", "unfinished") else step
        for node, step in zip(tree.nodes, depths, strict=True)
    ]
    for i in range(len(alive) - 1, 0, -1):  # children before parents
        if tree.nodes[i].fate != "pruned":
            alive[tree.nodes[i].parent] = max(alive[tree.nodes[i].parent], alive[i])
    return alive


def nearest(tree: SearchTree, depths: list[int], misses: int | None) -> set[int]:
    """The nodes to draw: all but the pruned leaves that missed the beam by more than `misses` others of their step."""
    parents = {node.parent for node in tree.nodes}
    pruned = [i for i, node in enumerate(tree.nodes) if node.fate == "pruned" and i not in parents]
    pruned.sort(
        key=lambda i: (math.inf if tree.nodes[i].missed is None else tree.nodes[i].missed, -tree.nodes[i].score)
    )
    seen, far = Counter(), set()
    for i in pruned:
        seen[depths[i]] += 1
        if misses is not None and seen[depths[i]] > misses:
            far.add(i)
    return set(range(len(tree.nodes))) - far


def finite(value: float | None) -> float | None:
    """Four decimals; None for what JSON has no word for."""
    return None if value is None or not math.isfinite(value) else round(float(value), 4)

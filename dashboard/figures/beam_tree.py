"""A search tree laid out for drawing: the decoding step on x, one row a candidate on y, edges that never cross."""

import hashlib
import json
import math
from collections import Counter
from typing import Any

from core.records import DecodeTrace, SearchTree
from dashboard.figures.tokens import label, spelt

MISSES = 8  # pruned candidates drawn at each step; the rest would only bury the tree


def beam_tree(trace: DecodeTrace, misses: int | None = MISSES) -> dict[str, Any]:
    """The tree as plain JSON values, `misses` pruned candidates a step (the nearest ones; None: all of them).

    A node is [step, parent, label, fate, logprob, sum, missed, alive]: `parent` is its index in `nodes`, which run by
    step, then from top to bottom; `alive` is the last step that its prefix lived to see. An infinite number is None.
    `best` lists the nodes on the winner's path, `ranks` pairs each hypothesis' node with its place from 1. `id` names
    all but the ranks: as long as it stays, nothing has to be drawn again.
    """
    nodes = trace.tree.nodes
    depths = steps(trace.tree)
    best = best_path(trace)
    alive = last_alive(trace.tree, depths)
    columns = order(trace, nearest(trace.tree, depths, misses), best, alive)
    shown = [node for column in columns for node in column]
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
        ]
        for i in shown
    ]
    winner = [index for i, index in position.items() if i in best]
    return {
        "id": hashlib.blake2b(json.dumps([drawn, winner]).encode(), digest_size=8).hexdigest(),
        "steps": len(columns) - 1,
        "hypotheses": len(trace.hypotheses),
        "omitted": len(nodes) - len(drawn),
        "nodes": drawn,
        "best": winner,
        "ranks": [
            [position[found.leaf], place] for place, found in enumerate(trace.hypotheses, 1) if found.leaf in position
        ],
    }


def hypothesis_texts(trace: DecodeTrace) -> list[str]:
    """What each hypothesis says; those with the same text are told apart by their pieces."""
    count = Counter(found.text for found in trace.hypotheses)
    apart = (f"{found.text} ({spelt(found.tokens)})" for found in trace.hypotheses)
    return [
        found.text if count[found.text] == 1 else other for found, other in zip(trace.hypotheses, apart, strict=True)
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
            "missed": node.missed,
            "best": i in best,
        }
        for i, (node, step) in enumerate(zip(trace.tree.nodes, steps(trace.tree), strict=True))
    ]


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


def order(trace: DecodeTrace, drawn: set[int], best: set[int], alive: list[int]) -> list[list[int]]:
    """The drawn nodes of each step from top to bottom: families in their parents' order, so that no two edges cross.

    Among siblings the one on the best path comes first, then the one that lived longer, then the likelier: the winner
    is the straight line on top, and what lived long stays close to it.
    """
    nodes = trace.tree.nodes
    children = [[] for _ in nodes]
    for i in sorted(drawn - {0}):
        children[nodes[i].parent].append(i)
    for family in children:
        family.sort(key=lambda i: (i not in best, nodes[i].fate == "pruned", -alive[i], -nodes[i].score, i))
    columns = [[0]]
    while column := [child for node in columns[-1] for child in children[node]]:
        columns.append(column)
    return columns


def finite(value: float | None) -> float | None:
    """Four decimals; None for what JSON has no word for."""
    return None if value is None or not math.isfinite(value) else round(float(value), 4)

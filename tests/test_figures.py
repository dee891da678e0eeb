"""Figures, from records written by hand."""

import itertools
import json
import math
import re

import numpy as np
import pytest

from core.options import BeamOptions
from core.records import DecodeTrace, Hypothesis, Node, SearchTree
from dashboard.components import beam_tree as component
from dashboard.figures import beam_tree
from dashboard.figures.tokens import label

FIELDS = ("step", "row", "parent", "label", "fate", "logprob", "sum", "missed", "best", "alive", "rank")

# <bos> ─┬─ Ein ─┬─ Hund ─┬─ <eos>  finished: the winner
#        │       │        └─ ·er    unfinished
#        │       └─ <s>             pruned
#        └─ Der ─┬─ Mann ── <eos>   pruned
#                └─ Ein             pruned
TREE = SearchTree(
    (
        Node(None, "<bos>", 1, 0.0, 0.0, 0, "kept"),
        Node(0, "▁Der", 10, -0.5, -0.5, 1, "kept"),
        Node(0, "▁Ein", 11, -0.7, -0.7, 1, "kept"),
        Node(1, "▁Mann", 12, -1.0, -1.5, 2, "kept"),
        Node(1, "▁Ein", 11, -2.0, -2.5, 2, "pruned", 1.0),
        Node(2, "▁Hund", 13, -0.1, -0.8, 2, "kept"),
        Node(2, "<s>", 14, -math.inf, -math.inf, 2, "pruned", math.inf),
        Node(5, "<eos>", 2, -0.2, -1.0, 3, "finished"),
        Node(3, "<eos>", 2, -1.5, -3.0, 3, "pruned", 1.6),
        Node(5, "er", 15, -0.6, -1.4, 3, "unfinished"),
    )
)


def hypothesis(leaf):
    path = [TREE.nodes[i] for i in TREE.path(leaf)]
    tokens, logprobs = tuple(node.token for node in path), tuple(node.logprob for node in path)
    return Hypothesis("Ein Hund", tokens, logprobs, sum(logprobs) / len(path), leaf)


TRACE = DecodeTrace("model", "A dog", (), "beam", BeamOptions(2), (hypothesis(7), hypothesis(9)), TREE)


def drawn(payload):
    return [dict(zip(FIELDS, node, strict=True)) for node in payload["nodes"]]


def random_trace(seed):
    """A search over five tokens, with families of every size."""
    generator = np.random.default_rng(seed)
    nodes, beam = [Node(None, "<bos>", 1, 0.0, 0.0, 0, "kept")], [0]
    for step in range(1, 9):
        kept = []
        for parent in beam:
            for token in generator.choice(5, size=generator.integers(1, 5), replace=False):
                fate = str(generator.choice(["kept", "finished", "pruned"], p=[0.4, 0.1, 0.5]))
                logprob = -float(generator.exponential())
                missed = float(generator.exponential()) if fate == "pruned" else None
                score = nodes[parent].score + logprob
                kept += [len(nodes)] if fate == "kept" else []
                nodes.append(Node(parent, f"▁{token}", int(token), logprob, score, step, fate, missed))
        beam = kept
    tree = SearchTree(tuple(nodes))
    leaf = len(nodes) - 1
    path = [nodes[i] for i in tree.path(leaf)]
    best = Hypothesis("", tuple(n.token for n in path), tuple(n.logprob for n in path), nodes[leaf].score, leaf)
    return DecodeTrace("model", "", (), "beam", BeamOptions(4), (best,), tree)


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        ("▁Hund", "Hund"),
        ("er", "·er"),
        ("ß", "·ß"),
        (".", "."),
        ("▁.", "."),
        ("▁", "␣"),
        ("<eos>", "<eos>"),
        ("<s>", "<s>"),
        ("▁<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("$x$", "$x$"),
        ("", ""),
    ],
)
def test_label_reads_as_text(token, shown):
    assert label(token) == shown


def test_tree_draws_every_node_once():
    payload = beam_tree.beam_tree(TRACE)
    nodes = drawn(payload)
    wanted = sorted((node.step, label(node.token), node.fate) for node in TREE.nodes)
    assert sorted((node["step"], node["label"], node["fate"]) for node in nodes) == wanted
    assert len({(node["step"], node["row"]) for node in nodes}) == len(nodes)
    assert (payload["steps"], payload["omitted"], payload["hypotheses"]) == (3, 0, 2)


def test_tree_lays_the_winner_on_top_and_siblings_together():
    nodes = drawn(beam_tree.beam_tree(TRACE))
    rows = [[node["label"] for node in nodes if node["step"] == step] for step in range(4)]
    assert rows == [["<bos>"], ["Ein", "Der"], ["Hund", "<s>", "Mann", "Ein"], ["<eos>", "·er", "<eos>"]]
    assert [node["label"] for node in nodes if node["best"]] == ["<bos>", "Ein", "Hund", "<eos>"]
    assert [(node["fate"], node["rank"]) for node in nodes if node["rank"]] == [("finished", 1), ("unfinished", 2)]


def test_tree_tells_how_long_a_prefix_lived():
    alive = {(node["step"], node["label"]): node["alive"] for node in drawn(beam_tree.beam_tree(TRACE))}
    # "Der Mann" was kept, but what came after it was pruned; "Ein Hund" led to endings.
    assert alive[1, "Der"] == alive[2, "Mann"] == 2
    assert alive[0, "<bos>"] == alive[1, "Ein"] == alive[2, "Hund"] == 3


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("misses", [0, 1, None])
def test_tree_edges_go_right_and_never_cross(seed, misses):
    nodes = drawn(beam_tree.beam_tree(random_trace(seed), misses))
    for i, node in enumerate(nodes[1:], 1):
        assert node["parent"] < i
        assert nodes[node["parent"]]["step"] == node["step"] - 1
    for above, below in itertools.pairwise(nodes[1:]):
        if above["step"] == below["step"]:
            assert above["row"] + 1 == below["row"]
            assert nodes[above["parent"]]["row"] <= nodes[below["parent"]]["row"]
    assert all(node["row"] == 0 for node in nodes if node["best"])


def test_tree_draws_the_nearest_misses_only():
    payload = beam_tree.beam_tree(TRACE, misses=1)
    pruned = [(node["step"], node["label"]) for node in drawn(payload) if node["fate"] == "pruned"]
    assert pruned == [(2, "Ein"), (3, "<eos>")]  # of step 2, <s> missed by more
    assert payload["omitted"] == 1


def test_tree_is_plain_json_and_its_id_follows_the_content():
    payload = beam_tree.beam_tree(TRACE)
    assert json.loads(json.dumps(payload, allow_nan=False)) == payload
    banned = next(node for node in drawn(payload) if node["label"] == "<s>")
    assert banned["logprob"] is banned["sum"] is banned["missed"] is None
    assert beam_tree.beam_tree(TRACE)["id"] == payload["id"]
    assert beam_tree.beam_tree(random_trace(0))["id"] != beam_tree.beam_tree(random_trace(1))["id"] != payload["id"]


def test_tree_of_a_wide_and_long_search_stays_small():
    nodes, beam = [Node(None, "<bos>", 1, 0.0, 0.0, 0, "kept")], [0]
    for step in range(1, 41):
        first = len(nodes)
        for k in range(144):
            fate = "kept" if k < 12 else "pruned"
            missed = None if k < 12 else k / 7
            nodes.append(Node(beam[k % len(beam)], "▁Donaudampfschiff", 9, -k / 7, -step * k / 7, step, fate, missed))
        beam = range(first, first + 12)
    trace = DecodeTrace("model", "", (), "beam", BeamOptions(12), (), SearchTree(tuple(nodes)))
    payload = beam_tree.beam_tree(trace)
    assert len(payload["nodes"]) == 1 + 40 * (12 + beam_tree.MISSES)
    assert len(json.dumps(payload)) < 100_000


def test_describe_counts_the_candidates():
    facts = beam_tree.describe(TRACE)
    counts = {"candidates": 9, "kept": 4, "finished": 1, "pruned": 3, "unfinished": 1}
    assert facts == counts | {"steps": 3, "text": "Ein Hund"}


def test_tree_table_holds_every_node_with_its_sum():
    rows = beam_tree.table(TRACE)
    assert [row["node"] for row in rows] == list(range(len(TREE.nodes)))
    for row in rows[1:]:
        assert row["sum"] == pytest.approx(rows[row["parent"]]["sum"] + row["logprob"])
        assert row["probability"] == pytest.approx(math.exp(row["logprob"]))
    assert [row["token"] for row in rows if row["best"]] == ["<bos>", "Ein", "Hund", "<eos>"]


def test_component_asks_for_the_texts_it_shows():
    script = component.source(".js")
    asked = set(re.findall(r"\blabels\.(\w+)", script)) | {"kept", "finished", "pruned", "unfinished"}
    asked |= set(re.findall(r'data-act="(\w+)"', component.source(".html")))
    assert asked == set(component.LABELS)
    with pytest.raises(ValueError, match="no text for play, slider"):
        component.beam_tree({}, {name: name for name in component.LABELS if name not in ("play", "slider")}, key="tree")

"""The beam tree and what the page says beside it, from records written by hand."""

import itertools
import json
import math
import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from core.decoding.ranking import normalised
from core.options import BeamOptions
from core.records import DecodeTrace, Hypothesis, Node, SearchTree
from dashboard import controls, resources
from dashboard.components import FOLDER
from dashboard.components import beam_tree as component
from dashboard.figures import beam_tree
from dashboard.figures.tokens import label
from dashboard.text import LANGUAGES, catalogue
from dashboard.views.beam import length_score

FIELDS = ("step", "parent", "label", "fate", "logprob", "sum", "missed", "alive")

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
    """The nodes by name, with their row in the column, whether they are on the best path, and their rank."""
    ranks, rows = dict(map(tuple, payload["ranks"])), Counter()
    nodes = [dict(zip(FIELDS, node, strict=True)) for node in payload["nodes"]]
    for i, node in enumerate(nodes):
        node |= {"row": rows[node["step"]], "best": i in payload["best"], "rank": ranks.get(i)}
        rows[node["step"]] += 1
    return nodes


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


def test_tree_draws_every_node_once():
    payload = beam_tree.beam_tree(TRACE)
    nodes = drawn(payload)
    wanted = sorted((node.step, label(node.token), node.fate) for node in TREE.nodes)
    assert sorted((node["step"], node["label"], node["fate"]) for node in nodes) == wanted
    assert [node["step"] for node in nodes] == sorted(node["step"] for node in nodes)
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


def test_tree_keeps_its_id_while_only_the_ranks_change():
    """Then nothing has to be drawn again; another winner is another picture."""
    third = Hypothesis("Der Mann", ("▁Der", "▁Mann", "<eos>"), (-0.5, -1.0, -1.5), -1.0, 8)
    one, other, swapped = (
        beam_tree.beam_tree(replace(TRACE, hypotheses=tuple(found)))
        for found in ((hypothesis(7), hypothesis(9), third), (hypothesis(7), third, hypothesis(9)), (hypothesis(9),))
    )
    assert one["id"] == other["id"] != swapped["id"]
    assert one["nodes"] == other["nodes"]
    assert sorted(one["ranks"]) != sorted(other["ranks"])


def test_component_asks_for_the_texts_it_shows():
    read = [(FOLDER / f"beam_tree{end}").read_text("utf-8") for end in (".js", "_draw.js", ".html")]
    asked = set(re.findall(r"\blabels\.(\w+)", "".join(read))) | {"right", "wrong", "score"}
    asked |= set(re.findall(r'data-act="(\w+)"', read[-1]))
    assert asked == set(component.LABELS)
    trees = [{**beam_tree.beam_tree(TRACE), "title": "", "description": ""}]
    with pytest.raises(ValueError, match="no text for play, slider"):
        component.beam_tree(
            trees, {name: name for name in component.LABELS if name not in ("play", "slider")}, key="tree"
        )


# --- the length score ----------------------------------------------------------------------------------------


def found(text, total, score=None, length=None, finished=True):
    tokens = tuple(text.split()) if length is None else ("▁x",) * (length - finished)
    tokens += ("<eos>",) if finished else ()
    each = (total / len(tokens),) * len(tokens)
    return Hypothesis(text, tokens, each, total if score is None else score, 1)


def trace(beam_size, *hypotheses, candidates=10):
    nodes = (Node(None, "<bos>", 1, 0.0, 0.0, 0, "kept"),)
    nodes += tuple(Node(0, f"▁{i}", 9, -1.0, -1.0, 1, "pruned", 0.1) for i in range(candidates))
    return DecodeTrace("model", "", (), "beam", BeamOptions(beam_size), hypotheses, SearchTree(nodes))


@pytest.mark.parametrize(
    ("options", "latex"),
    [
        (
            BeamOptions(),
            r"\text{score} = \frac{\log p}{\left(\frac{5+T}{6}\right)^{\alpha}}"
            r" = \frac{-2.168}{\left(\frac{5+14}{6}\right)^{1.0}} = -0.685",
        ),
        (BeamOptions(length_norm="average"), r"\text{score} = \frac{\log p}{T} = \frac{-2.168}{14} = -0.155"),
        (BeamOptions(length_norm="none"), r"\text{score} = \log p = \sum_{t=1}^{14} \log p_t = -2.168"),
    ],
)
def test_formula_holds_the_numbers_of_the_hypothesis(options, latex):
    score = normalised(-2.168, 14, options)
    assert length_score.formula(found("a", -2.168, score, length=14), options) == latex


def test_hypotheses_of_one_text_are_told_apart_by_their_pieces():
    told = ("▁Er", "▁la", "cht", ".", "<eos>"), ("▁Er", "▁lacht", ".", "<eos>"), ("▁Sie", "▁lacht", ".", "<eos>")
    made = [
        Hypothesis(text, tokens, (-1.0,) * len(tokens), -1.0, 0)
        for text, tokens in zip(("Er lacht.", "Er lacht.", "Sie lacht."), told, strict=True)
    ]
    shown = beam_tree.hypothesis_texts(trace(5, *made))
    assert shown == ["Er lacht. (Er la ·cht .)", "Er lacht. (Er lacht .)", "Sie lacht."]


def test_another_winner_than_by_plain_sums_is_named():
    short, long = found("a", -2.0, -1.9), found("b b b", -2.1, -1.5)
    assert length_score.upset(trace(2, short, long)) is None
    facts = length_score.upset(trace(2, long, short))
    assert (facts["winner"], facts["plain"]) == ("b b b", "a")
    assert (facts["total"], facts["plain_total"], facts["length"], facts["plain_length"]) == ("−2.100", "−2.000", 4, 2)


@pytest.mark.parametrize(
    ("wide", "narrow", "case"),
    [
        (found("a", -1.0), found("a", -1.0), "same"),
        (found("a", -1.0), found("b", -1.7), "likelier"),
        (found("a c d", -1.7, -0.5), found("b", -1.0, -0.7), "longer"),
        (found("a", -1.7), found("b", -1.0), "unlikelier"),
        (found("a", -1.0), found("b", -1.7, finished=False), "open"),
    ],
)
def test_two_beams_are_compared_from_the_wider_ones_side(wide, narrow, case):
    traces = trace(5, wide, candidates=150), trace(1, narrow, candidates=28)
    for pair in (traces, traces[::-1]):
        named, facts = length_score.versus(*pair)
        assert named == case
        assert (facts["wide"], facts["narrow"], facts["looked"], facts["less"]) == (5, 1, 150, 28)
        assert facts["work"] == "5.4"
        if case != "same":
            assert (facts["gap"], facts["times"]) == ("0.70", "2.0")
        assert facts.get("unfinished") == (1 if case == "open" else None)
        for language in LANGUAGES:
            catalogue(language)[f"sizes_{case}"].format(**facts)


def test_a_beam_compared_with_itself_is_said_to_be_the_same():
    assert length_score.versus(trace(3, found("a", -1)), trace(3, found("a", -1)))[0] == "equal"


@pytest.mark.parametrize(
    ("ratio", "said"), [(1, "1.0"), (9.96, "10.0"), (54.3, "54"), (4.9e8, "10⁹"), (1e304, "10³⁰⁴")]
)
def test_ratios_are_said_as_a_person_would(ratio, said):
    assert length_score.many(ratio) == said


# --- searching ahead -----------------------------------------------------------------------------------------


@pytest.fixture
def ahead(monkeypatch):
    """Ask for searches in advance, of a model in memory; what was searched, once the last timer is over."""
    searched, waiting = [], []
    monkeypatch.setattr(resources, "QUIET", 0.2)
    monkeypatch.setattr(resources, "awake", lambda: {"model"})
    monkeypatch.setattr(resources, "next_searches", lambda: waiting)
    monkeypatch.setattr(resources, "computed", lambda *what: searched.append(what))

    def ask(*questions):
        for question in questions:
            resources.search_ahead(*question)
        if waiting[0].ident:
            waiting[0].join()
        return searched

    return ask


def test_the_last_question_alone_is_looked_ahead_of(ahead):
    questions = [("model", text, controls.beams_beside(5)) for text in "ab"]
    assert ahead(*questions) == [("model", "b", BeamOptions(size)) for size in (6, 4)]


def test_nothing_is_searched_ahead_while_a_reader_waits_or_for_a_model_that_sleeps(ahead):
    with resources.AT_ONCE:
        assert ahead(("model", "a", [6])) == []
    assert ahead(("another", "a", [6])) == []
    assert ahead(("model", "a", [6])) == [("model", "a", BeamOptions(6))]


def test_the_slider_has_no_stops_beyond_its_ends():
    assert [controls.beams_beside(size) for size in (1, 5, controls.WIDEST)] == [[2], [6, 4], [controls.WIDEST - 1]]

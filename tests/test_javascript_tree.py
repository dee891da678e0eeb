"""The search tree's modules in a blank page: order, layout, looks, the guess; the rankings as Python computed them."""

import itertools

import pytest
from conftest import FLAT, call
from test_beam_tree import RANKINGS, SEEDS, TRACE, looking, random_trace

from core.decoding.ranking import rerank
from core.options import BeamOptions
from dashboard.figures import beam_tree
from dashboard.figures.tokens import label
from dashboard.views.beam import rankings, search_tree

LAYOUT = "components/tree_layout.js"
NODES = "m.nodesOf(v[0].nodes)"
BEST = f"new Set(m.path({NODES}, v[1]))"
LOOK = "{opened: v[2] ?? Infinity, pruned: true, room: 1000, axis: 'start'}"
PLAN = f"m.layout({FLAT}, {{nodes: {NODES}, best: {BEST}, steps: v[0].steps}}, {LOOK})"
ALL = (None, 1)  # opened: everything, or one step


def ordered(blank, payload, leaf):
    """The nodes of each column from top to bottom; without a leaf, of a tree that tells no winner."""
    return call(blank, LAYOUT, f"m.order({NODES}, v[1] == null ? null : {BEST})", payload, leaf)


def names(payload, columns):
    return [[payload["nodes"][i][2] for i in column] for column in columns]


def test_the_winner_lies_on_top_and_siblings_together(blank):
    payload = beam_tree.beam_tree(TRACE)
    rows = names(payload, ordered(blank, payload, payload["leaves"][0]))
    assert rows == [["<bos>"], ["Ein", "Der"], ["Hund", "<s>", "Mann", "Ein"], ["<eos>", "·er", "<eos>"]]
    other = names(payload, ordered(blank, payload, payload["leaves"][1]))
    assert [column[0] for column in other] == ["<bos>", "Ein", "Hund", "·er"]


def test_a_tree_that_tells_no_winner_puts_the_likelier_on_top(blank):
    payload = beam_tree.beam_tree(TRACE)
    rows = names(payload, ordered(blank, payload, None))
    assert rows == [["<bos>"], ["Der", "Ein"], ["Mann", "Ein", "Hund", "<s>"], ["<eos>", "<eos>", "·er"]]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("misses", [0, 1, None])
def test_edges_never_cross_and_whoever_wins_is_the_straight_line_on_top(blank, seed, misses):
    payload = beam_tree.beam_tree(random_trace(seed), misses)
    parents = [node[1] for node in payload["nodes"]]
    for leaf in (*payload["leaves"], None):
        columns = ordered(blank, payload, leaf)
        assert sorted(itertools.chain(*columns)) == list(range(len(parents)))
        for before, column in itertools.pairwise(columns):
            rows = [before.index(parents[i]) for i in column]
            assert rows == sorted(rows)
        path = call(blank, LAYOUT, f"m.path({NODES}, v[1])", payload, 0 if leaf is None else leaf)
        if leaf is not None:
            assert [column[0] for column in columns][: len(path)] == path[::-1]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("opened", ALL)
def test_boxes_keep_apart_and_columns_go_right(blank, seed, opened):
    payload = beam_tree.beam_tree(random_trace(seed))
    plan = call(blank, LAYOUT, PLAN, payload, payload["leaves"][0], opened)
    assert len(plan["columns"]) == 1 + (payload["steps"] if opened is None else opened + 1)
    for column in plan["columns"]:
        boxes = [plan["boxes"][i] for i in column["shown"]]
        edges = [(box["y"], 17 if box["look"] == "pruned" else 34) for box in boxes]
        for (above, first), (below, second) in itertools.pairwise(edges):
            assert below - above == (first + second) / 2 + 8
        assert all(box["x"] == column["x"] and box["x"] + box["width"] <= column["end"] for box in boxes)
    for left, right in itertools.pairwise(plan["columns"]):
        assert left["end"] + 18 <= right["x"]
    assert plan["columns"][-1]["end"] < plan["width"]


def test_what_is_to_be_guessed_looks_alike_whoever_wins(blank):
    payload = beam_tree.beam_tree(TRACE)
    one, other = (call(blank, LAYOUT, PLAN, payload, leaf, 0) for leaf in (7, 3))
    assert one == other
    assert {box["look"] for box in one["boxes"][1:] if box} == {"open"}
    shown = call(blank, LAYOUT, PLAN, payload, 7, None)
    assert {box["look"] for box in shown["boxes"]} == {"kept", "finished", "pruned", "unfinished"}


@pytest.mark.parametrize(("step", "count"), [(3, 5), (2, 7)])
def test_what_died_makes_room_at_the_step_at_which_it_is_dead(blank, step, count):
    payload = beam_tree.beam_tree(TRACE)
    plan = call(blank, LAYOUT, PLAN.replace("pruned: true", f"pruned: false, step: {step}"), payload, 7, None)
    shown = [payload["nodes"][i] for column in plan["columns"] for i in column["shown"]]
    assert "pruned" not in {node[3] for node in shown}
    assert len(shown) == count  # of "Der Mann", which was kept, all was pruned at step 3


def test_places_are_those_of_a_step_by_sums(blank):
    places = call(blank, LAYOUT, f"m.placesOf({NODES})", beam_tree.beam_tree(TRACE))
    assert places == [1, 1, 2, 2, 3, 1, 4, 1, 3, 2]


@pytest.mark.parametrize(
    ("node", "look", "state"),
    [
        (7, {"step": 3}, "finished best lit at"),
        (3, {"step": 3}, "kept dead"),
        (3, {"step": 2}, "kept"),
        (7, {"step": 2}, "gone"),
        (5, {"step": 2, "opened": 1, "moved": True}, "open lit new"),
    ],
)
def test_a_candidate_looks_as_it_is_known_at_a_step(blank, node, look, state):
    payload = beam_tree.beam_tree(TRACE)
    lit = f"m.path({NODES}, 7)"
    view = f"{{best: {BEST}, opened: Infinity, moved: false, lit: {lit}, ...v[2]}}"
    assert call(blank, LAYOUT, f"m.stateOf({NODES}[v[3]], v[3], {view})", payload, 7, look, node) == state


def test_a_question_holds_the_right_candidate_among_the_likeliest(blank):
    nodes = [{"step": 0, "parent": None, "label": "<bos>", "sum": 0}]
    nodes += [{"step": 1, "parent": 0, "label": chr(97 + i), "sum": -i} for i in range(9)]
    asked = call(blank, "components/tree_guess.js", "m.question({nodes: v[0], best: new Set([0, 9])}, 1)", nodes)
    assert asked == {"texts": ["a", "b", "c", "d", "e", "i"], "label": "i", "rank": 9, "of": 9, "given": None}


def test_a_candidate_is_named_by_its_last_two_tokens(blank):
    nodes = [{"label": "gelben"}, {"label": "·man"}]
    ending = "m.ending(v[0], {parent: v[1], label: v[2], step: 3})"
    named = [
        call(blank, "components/tree_guess.js", ending, nodes, *one) for one in ((0, "Regen"), (0, "·er"), (1, "·tel"))
    ]
    assert named == ["gelben Regen", "gelbener", "…mantel"]


def test_a_card_tells_what_is_known(blank):
    node = {"step": 2, "logprob": -0.5, "sum": None, "missed": 1.25}
    facts = "m.facts(v[0], numbers.formats('en'), new Proxy({}, {get: (_, name) => name}), v[1], v[2], 6)"
    facts = f"await import('/components/numbers.js').then(numbers => {facts})"
    rows = dict(call(blank, "components/tree_card.js", facts, node, True, {"place": 2, "score": -0.25}))
    known = {"logprob": "−0.50", "probability": "60.7%", "sum": "−∞", "missed": "1.25"}
    assert rows == known | {"normalised": "−0.25", "rank": "rank_of"}
    assert set(dict(call(blank, "components/tree_card.js", facts, node, False, None))) == {
        "logprob",
        "probability",
        "sum",
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_the_browsers_table_is_the_ranking_of_core(blank, seed):
    plain = random_trace(seed)
    made = looking(plain)
    payload = search_tree.search(plain) | {"coverage": rankings.coverage(made)}
    numbers = "await import('/components/numbers.js').then(numbers => numbers.formats('en'))"
    for norm, alpha, beta in RANKINGS:
        found = rerank(made, BeamOptions(4, norm, alpha, coverage_penalty=beta)).hypotheses
        at = {"norm": norm, "alpha": f"{alpha:.1f}", "beta": f"{beta:.1f}"}
        rows = call(
            blank,
            "views/beam/ranking.js",
            f"m.rows(v[0], v[1], {numbers}, '–')",
            payload,
            at,
        )
        assert [(row[0], row[1], row[2]) for row in rows] == [
            (str(place), one.text, str(len(one.tokens))) for place, one in enumerate(found, 1)
        ]
        assert [float(row[4].replace("−", "-")) for row in rows] == pytest.approx(
            [one.score for one in found], abs=6e-4
        )
        first = call(blank, "views/beam/ranking.js", "m.ranked(v[0], v[1]).order[0]", payload, at)
        leaf = payload["hypotheses"][first][0]
        path = call(blank, LAYOUT, f"m.path({NODES}, v[1])", payload, leaf)
        assert [payload["nodes"][i][2] for i in path[::-1][1:]] == [label(token) for token in found[0].tokens]

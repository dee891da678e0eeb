"""The beam page's own modules in a blank page: texts of paths, what steers, how a step counts, where a node looked."""

import json
import math

import pytest
from conftest import call
from test_beam_tree import SEEDS, TRACE, random_trace

from core.checkpoints import example
from dashboard.beginning import DEFAULT
from dashboard.views.beam import search_tree, wider_figure

STEER, COUNTING, SOURCE = (f"views/beam/{name}.js" for name in ("steer", "counting", "source"))
WIDER = "views/beam/wider.js"
NODES = "layout.nodesOf(v[0].nodes)"
LAYOUT = "await import('/components/tree_layout.js').then(layout => {})"


def asks(blank, module, expression, payload, *values):
    """What an expression over a payload's nodes is worth."""
    return call(blank, module, LAYOUT.replace("{}", expression), payload, *values)


@pytest.fixture(scope="module")
def payload():
    """The search that the page begins with."""
    return json.loads(json.dumps(search_tree.search(example(DEFAULT))))


def test_the_text_of_a_path_is_the_translation(blank, payload):
    for leaf, text, *_ in payload["hypotheses"]:
        assert asks(blank, STEER, f"m.textOf({NODES}, v[1])", payload, leaf) == text


def test_the_word_of_a_piece_is_whole_and_a_mark_is_one(blank, payload):
    leaf = payload["hypotheses"][0][0]
    path = asks(blank, STEER, f"layout.path({NODES}, v[1])", payload, leaf)[1:-1]
    best = f"new Set(layout.path({NODES}, v[1]))"
    words = [asks(blank, STEER, f"m.wordOf({NODES}, v[2], {best})", payload, leaf, i) for i in path]
    assert " ".join(dict.fromkeys(reversed(words))).replace(" .", ".") == payload["hypotheses"][0][1]


def test_a_path_is_forced_with_its_last_word_whole_where_that_is_known(blank, payload):
    leaf = payload["hypotheses"][0][0]
    best = f"new Set(layout.path({NODES}, v[1]))"
    path = asks(blank, STEER, f"layout.path({NODES}, v[1])", payload, leaf)[1:-1]
    forced = [asks(blank, STEER, f"m.prefixOf({NODES}, v[2], {best})", payload, leaf, i) for i in reversed(path)]
    text = payload["hypotheses"][0][1]
    assert [one[-1] for one in forced] == [" " if (text + " ")[len(one.strip())] in " ." else one[-1] for one in forced]
    assert all(text.startswith(one.strip()) for one in forced)
    assert any(one.endswith(" ") for one in forced)
    assert not all(one.endswith(" ") for one in forced)


def test_alternatives_are_siblings_the_likeliest_first(blank):
    payload = search_tree.search(random_trace(SEEDS[1]))
    nodes = payload["nodes"]
    for i in range(1, len(nodes)):
        others = asks(blank, STEER, f"m.alternatives({NODES}, v[1])", payload, i)
        assert sorted(others) == [at for at in range(1, len(nodes)) if nodes[at][1] == nodes[i][1] and at != i]
        logprobs = [nodes[at][4] for at in others]
        assert logprobs == sorted(logprobs, reverse=True)


def test_words_are_banned_once_and_allowed_again(blank):
    at = {"prefix": "", "ban": "a"}
    assert call(blank, STEER, "m.banned(v[0], 'b')", at)["ban"] == "a|b"
    assert call(blank, STEER, "m.allowed(m.banned(v[0], 'b'), 'a')", at)["ban"] == "b"
    can = "['a', 'b', '', 'x|y'].map(word => m.canBan(v[0], word))"
    assert call(blank, STEER, can, at) == [False, True, False, False]
    joined = "['dog', '.'].map(word => m.withWord('A', word)).concat(m.withWord('', 'A'))"
    assert call(blank, STEER, joined) == ["A dog ", "A. ", "A "]


def test_two_searches_have_one_key_where_they_are_one(blank):
    begin = search_tree.BEGIN | search_tree.MORE | {"prefix": "", "ban": ""}

    def key(**changes):
        return call(blank, STEER, "m.keyOf(v[0].beam, v[0])", begin | changes)

    assert key() == key(alpha="0.0") == key(norm="none") == key(diversity="1.0") == key(groups="3")  # 3 do not split 5
    assert key(stop="first") == key(stop="first", wanted="3")
    different = [key(), key(beam="4"), key(prefix="a"), key(ban="a"), key(limit="9"), key(wanted="3"), key(groups="5")]
    different += [key(stop="optimum"), key(stop="optimum", alpha="0.0")]
    assert len(set(different)) == len(different)


def test_a_step_counts_what_the_search_kept(blank, payload):
    kept = [node for node in payload["nodes"] if node[0] == 2 and node[3] in ("kept", "unfinished")]
    count = asks(blank, COUNTING, f"m.counted({{...v[0], nodes: {NODES}}}, 2)", payload)
    assert len(count["rows"]) == count["kept"] == len(kept) == 5
    assert [len(row["cells"]) for row in count["rows"]] == [5] * 5
    assert count["cut"] == min(node[5] for node in kept)
    sums = [cell["sum"] for cell in count["sorted"]]
    assert sums == sorted(sums, reverse=True)
    best = [cell for cell in count["sorted"] if cell["fate"] == "kept"]
    assert sorted(cell["sum"] for cell in best) == sorted(node[5] for node in kept)
    assert "banned" not in {cell["fate"] for cell in count["sorted"]}


def test_a_product_vanishes_where_a_float_of_its_size_does(blank):
    import numpy as np

    half, single = (call(blank, COUNTING, "m.FORMATS")[name] for name in ("float16", "float32"))
    for least, kind in ((half, np.float16), (single, np.float32)):
        assert kind(math.exp(least + 0.01)) > 0
        assert kind(math.exp(least - 0.01)) == 0
    assert call(blank, COUNTING, "m.vanishing(-2, 10)") == {
        "float16": math.ceil(-half * 5),
        "float32": math.ceil(-single * 5),
    }


def test_where_a_node_looked_is_its_parents_row(blank, payload):
    trace = example(DEFAULT)
    i = payload["hypotheses"][0][0]
    look = asks(blank, SOURCE, f"m.lookOf({{...v[0], nodes: {NODES}}}, v[1])", payload, i)
    wanted = trace.attention().weights.mean(axis=(0, 1))[-1]
    assert look == pytest.approx(wanted, abs=0.006)
    assert asks(blank, SOURCE, f"m.lookOf({{...v[0], nodes: {NODES}}}, null)", payload) is None
    bare = json.loads(json.dumps(search_tree.search(TRACE)))
    assert asks(blank, SOURCE, f"m.lookOf({{...v[0], nodes: {NODES}}}, 1)", bare) is None


# --- the map of bigger beams


def test_a_cell_is_coloured_by_its_place_between_least_and_most(blank):
    outputs = [["a", 3, -2.0, None], ["b", 5, -1.0, None], ["c", 4, -1.5, None]]
    assert call(blank, WIDER, "m.shares(v[0], 2)", outputs) == [0, 1, 0.5]
    assert call(blank, WIDER, "m.shares(v[0], 1)", outputs[:1]) == [0.5]
    letters = call(blank, WIDER, "[0, 25, 26, 77].map(m.letter)")
    assert letters == [wider_figure.letter(place) for place in (0, 25, 26, 77)]


def test_arrows_walk_the_map_and_stay_in_it(blank):
    walks = {"ArrowUp": [0, 1], "ArrowDown": [1, 1], "ArrowLeft": [0, 0], "ArrowRight": [0, 2]}
    for arrow, place in walks.items():
        assert call(blank, WIDER, "m.beside([0, 1], v[0], 2, 3)", arrow) == place
    assert call(blank, WIDER, "m.beside([1, 2], 'ArrowRight', 2, 3)") == [1, 2]

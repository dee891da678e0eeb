"""The page Heads in a blank page: which small maps stand where, in which order and colour, the numbers of one map."""

import numpy as np
import pytest
from conftest import FLAT, call

from core.records import Attention
from dashboard.figures.cells import attention_map

ORDER, VALUES, LAYOUT = "views/heads/heads_order.js", "views/heads/heads_values.js", "components/cells_layout.js"


def part(layers, heads, rows=2, columns=3, seed=0, rollout=True):
    """An attention as the page sends it, every piece a word of its own but the last two columns, and its weights."""
    weights = np.random.default_rng(seed).random((layers, heads, rows, columns))
    weights /= weights.sum(-1, keepdims=True)
    labels = [tuple(f"{mark}{i}" for i in range(count)) for mark, count in (("r", rows), ("c", columns))]
    words = Attention(np.zeros((layers, heads, rows, columns - 1)), labels[0], labels[1][:-1], "cross")
    numbers = [*range(rows)], [*range(columns - 1), columns - 2]
    content = attention_map(Attention(weights, *labels, "cross"), words, numbers)
    measures = {"entropy": weights[..., 0, 0].tolist()}
    return {**content, "rollout": content["weights"] if rollout else None, "measures": {"pieces": measures}}, weights


def test_lines_are_layers_then_what_is_made_of_all_heads(blank):
    readings = [{"parts": {"encoder": part(2, 3)[0], "cross": part(1, 1, rollout=False)[0]}}]
    entries = call(blank, ORDER, "m.entriesOf(v[0], 'first', 'all')", readings)
    named = [(entry["part"], entry["layer"], entry["head"], entry["line"]) for entry in entries]
    heads = [("encoder", layer, head, int(layer)) for layer in "12" for head in "123"]
    whole = [("encoder", kind, "mean", 3) for kind in ("mean", "max", "rollout")]
    assert named == [*heads, *whole, ("cross", "1", "1", 4)]  # a lone head is no mean of several
    assert [entry["section"] for entry in entries].count(True) == 2
    assert len(call(blank, ORDER, "m.entriesOf(v[0], 'first', 'cross')", readings)) == 1


def test_heads_are_sorted_and_coloured_by_what_is_measured_and_two_readings_by_its_difference(blank):
    (one, first), (other, second) = part(2, 2), part(3, 1, seed=5)
    readings = [{"parts": {"cross": one}}, {"parts": {"cross": other}}]
    script = """(() => {
      const valued = entry => m.measureOf(v[0], entry, v[1], 'pieces', 'entropy');
      const entries = m.ordered(m.entriesOf(v[0], v[1], 'all'), v[2], valued);
      return [entries, entries.map(valued), m.tints(entries.map(valued), v[1] === 'difference')];
    })()"""
    entries, values, colours = call(blank, ORDER, script, readings, "first", "least")
    assert values == pytest.approx(sorted(first[..., 0, 0].ravel()))
    assert [tint["share"] for tint in colours["tints"]][:: len(values) - 1] == [0, 1]
    entries, values, colours = call(blank, ORDER, script, readings, "difference", "most")
    assert [(entry["layer"], entry["head"]) for entry in entries if entry["head"] != "1"] == []  # which both have
    assert values == pytest.approx(sorted((first[:2, 0, 0, 0] - second[:2, 0, 0, 0]).tolist(), reverse=True))
    assert colours["low"] == -colours["high"]
    entries, _, colours = call(blank, ORDER, script, readings, "first", "layers")
    assert [tint is None for tint in colours["tints"]] == [entry["head"] == "mean" for entry in entries]


def test_one_map_is_a_heads_weights_norms_or_rollout_or_the_difference_of_two(blank):
    (one, first), (other, second) = part(2, 2), part(2, 2, seed=5)
    norms = {**one["weights"], "most": 7}
    readings = [{"parts": {"cross": one | {"norms": norms}}}, {"parts": {"cross": other}}]
    wanted = {"part": "cross", "layer": "2", "head": "1", "units": "pieces", "amount": "weight", "side": "first"}

    def matrix(**changes):
        script = (
            "(() => {const map = m.matrixOf(v[0], new Map(), v[1]); return map && {...map, values: [...map.values]}})()"
        )
        return call(blank, VALUES, script, readings, wanted | changes)

    assert matrix()["values"] == pytest.approx(first[1, 0].ravel(), abs=1e-4)
    words = first[1, 0] @ np.array([[1, 0], [0, 1], [0, 1]])
    assert matrix(units="words")["values"] == pytest.approx(words.ravel(), abs=1e-4)
    assert matrix(layer="max")["values"] != matrix(layer="mean")["values"]
    assert matrix(layer="mean", head="mean")["values"] == pytest.approx(first.mean((0, 1)).ravel(), abs=1e-4)
    assert matrix(amount="norm")["most"] == 7
    assert matrix(layer="rollout", amount="norm")["most"] == 1
    between = matrix(side="difference")
    assert between["signed"]
    assert between["values"] == pytest.approx((first - second)[1, 0].ravel(), abs=1e-4)
    assert matrix(side="second", layer="3") is None
    readings[1]["parts"]["cross"] = part(2, 2, rows=4)[0]
    assert matrix(side="difference") is None


def test_small_maps_stand_in_lines_of_a_given_length_below_their_headings(blank):
    maps = [{"rows": list("ab"), "columns": list("abc"), "notes": [str(i)], "line": line, "section": section}
            for i, (line, section) in enumerate([(1, "one"), (1, ""), (2, ""), (3, "two")])]  # fmt: skip
    plan = call(blank, LAYOUT, f"m.layout({FLAT}, v[0], 400, {{least: 1, most: 20, across: 2}})", maps)
    places = plan["places"]
    assert [place["left"] for place in places] == [0, 204, 0, 0]
    assert places[0]["y"] == places[1]["y"] < places[2]["y"] < places[3]["y"]
    assert [place["head"][0]["text"] for place in places] == ["one", "1", "2", "two"]
    assert not plan["labelled"]
    ways = [(0, "ArrowRight"), (1, "ArrowDown"), (2, "ArrowUp"), (3, "ArrowUp"), (0, "ArrowUp")]
    beside = [call(blank, LAYOUT, "m.beside(v[0], v[1], v[2])", places, *way) for way in ways]
    assert beside == [1, 2, 0, 2, 0]

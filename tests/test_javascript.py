"""The browser's modules: linted, joined as a browser takes them, and their pure functions in a blank page."""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import FLAT, call

import run
from core.interpret.alignments import by_words
from core.records import Attention
from dashboard.components.bundle import bundle
from dashboard.figures import cells
from dashboard.figures.alignment import weights


def test_the_browsers_code_is_formatted_and_has_no_lint():
    biome = Path(sys.executable).with_name("biome")
    checked = subprocess.run(
        [biome, "ci", "--colors=off", "--max-diagnostics=5", "--error-on-warnings", "dashboard"],
        cwd=run.HERE,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_each_module_is_a_scope_and_stands_after_what_it_imports(tmp_path, blank):
    (tmp_path / "low.js").write_text("const hidden = 2;\nexport const two = () => hidden;\n")
    (tmp_path / "low.css").write_text(".low {}")
    (tmp_path / "mid.js").write_text(
        "import {two as pair} from './low.js';\nconst hidden = 3;\n"
        "export function sum() {\n  return pair() + hidden;\n}\n"
    )
    (tmp_path / "top.js").write_text(
        "import {\n  two,\n} from './low.js';\nimport {sum} from './mid.js';\nconst hidden = 10;\n"
        "export default () => [two(), sum(), hidden];\n"
    )
    whole = bundle(tmp_path / "top.js")
    assert whole.css == ".low {}"
    address = "data:text/javascript," + whole.js.replace("%", "%25").replace("#", "%23").replace("\n", "%0A")
    assert blank.evaluate("address => import(address).then(one => one.default())", address) == [2, 5, 10]


def test_what_is_told_later_once_more_is_awaited(blank):
    """Who waits for rest does not go by while it is put off again."""
    put_off = """new Promise(done => {
      const root = document.createElement('div');
      const again = () => setTimeout(() => done([first, root.hasAttribute('data-telling')]), 30);
      let first;
      const tell = () => {
        m.later(root, again, 1);
        setTimeout(() => (first = root.hasAttribute('data-telling')), 0);
      };
      m.later(root, tell, 1);
    })"""
    assert call(blank, "components/dom.js", f"await {put_off}") == [True, False]


def test_modules_that_import_each_other_are_refused(tmp_path):
    (tmp_path / "a.js").write_text("import {b} from './b.js';\nexport const a = 1;\n")
    (tmp_path / "b.js").write_text("import {a} from './a.js';\nexport const b = 1;\n")
    with pytest.raises(ValueError, match=r"a\.js imports itself by way of a\.js, b\.js"):
        bundle(tmp_path / "a.js")


@pytest.mark.parametrize(("layer", "head"), [(None, None), (1, None), (None, 2), (0, 1), ("max", "max"), ("max", 0)])
def test_browser_and_python_agree_on_weights_between_pieces_and_words(blank, layer, head):
    drawn = np.random.default_rng(3).dirichlet(np.ones(5), (2, 3, 4)).astype(np.float32)
    pieces = Attention(drawn, ("▁a", "b", "▁c", "<eos>"), ("▁u", "v", "▁w", "x", "<eos>"), "cross")
    numbers = (0, 0, 1, 2), (0, 0, 1, 1, 2)
    words = by_words(pieces, numbers[1], numbers[0])
    payload = cells.attention_map(pieces, words, numbers)
    place = [("mean" if one is None else one) for one in (layer, head)]
    of_pieces = call(
        blank, "components/attention.js", "[...m.look(m.unpacked(v[0].weights), v[1], v[2])]", payload, *place
    )
    of_words = call(
        blank,
        "components/attention.js",
        "[...m.look(m.joined(m.unpacked(v[0].weights), ...v[0].numbers), v[1], v[2])]",
        payload,
        *place,
    )
    assert np.allclose(of_pieces, weights(pieces, layer, head).ravel(), atol=2e-5)
    assert np.allclose(of_words, weights(words, layer, head).ravel(), atol=2e-5)


def test_browser_and_python_agree_on_vectors(blank):
    drawn = np.random.default_rng(3).normal(size=(2, 5)).astype(np.float32)
    values = call(blank, "components/attention.js", "[...m.signed(v[0]).values]", cells.signed(drawn))
    assert np.allclose(values, drawn.ravel(), atol=np.abs(drawn).max() / 250)
    assert call(blank, "components/attention.js", "[...m.signed(v[0]).values]", cells.signed(np.zeros(2))) == [0, 0]


MAPS = [{"title": "", "rows": list("abc"), "columns": ["u", "v"]} for _ in range(2)]


def test_maps_stand_beside_each_other_where_there_is_room_and_below_where_not(blank):
    plan = "components/cells_layout.js", f"m.layout({FLAT}, v[0], v[1], {{least: 4, most: 26}})"
    wide, narrow = (call(blank, *plan, MAPS, width) for width in (1000, 300))
    assert wide["places"][0]["y"] == wide["places"][1]["y"]
    assert wide["places"][1]["x"] > wide["places"][0]["x"] + wide["places"][0]["width"]
    assert narrow["places"][1]["y"] > narrow["places"][0]["y"] + narrow["places"][0]["height"]


def test_a_large_map_keeps_legible_cells_and_is_wider_than_the_page(blank):
    large = [{"title": "", "rows": ["word"] * 100, "columns": ["word"] * 100}]
    plan = call(blank, "components/cells_layout.js", f"m.layout({FLAT}, v[0], 800, {{least: 14, most: 40}})", large)
    assert plan["cell"] == 14
    assert plan["width"] > 1400


@pytest.mark.parametrize("width", [320, 1040])
@pytest.mark.parametrize("columns", [5, 15, 54, 121])
def test_labels_have_room_however_many_and_the_last_is_whole(blank, width, columns):
    long = [{"title": "", "rows": ["word"] * 9, "columns": ["word"] * (columns - 1) + ["<eos>"]}]
    sizes = {"least": 3, "most": 24}  # what is wider scrolls
    plan = call(blank, "components/cells_layout.js", f"m.layout({FLAT}, v[0], v[1], v[2])", long, width, sizes)
    (place,) = plan["places"]
    last, high = place["x"] + place["width"] - plan["cell"] / 2, plan["tick"]
    length = high / 2 * len("<eos>")  # a letter is half as wide as high
    angle = math.radians(plan["angle"])
    assert plan["cell"] >= 10
    assert plan["names"] >= high / 2 * len("word")
    assert place["y"] >= plan["above"] >= length * math.sin(angle) + 6
    room = plan["cell"] / 2 if not angle else 0
    assert last + max(room, length * math.cos(angle) + high / 2 * math.sin(angle)) <= plan["width"]


def test_a_short_sentence_has_the_width_and_its_words_lie(blank):
    short = [{"title": "", "rows": ["word"] * 13, "columns": ["word"] * 15}]
    sizes = {"least": 16, "most": 44, "broad": 120}
    plan = call(blank, "components/cells_layout.js", f"m.layout({FLAT}, v[0], 1040, v[1])", short, sizes)
    (place,) = plan["places"]
    assert 0.95 * 1040 < place["x"] + place["width"] <= plan["width"] <= 1040
    assert (plan["tall"], plan["angle"]) == (44, 0)
    assert place["height"] == 13 * 44


@pytest.mark.parametrize("width", [320, 1120])
@pytest.mark.parametrize("count", [1, 2, 3, 24])
@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (4, 2), (14, 17), (70, 100)])
@pytest.mark.parametrize("size", [{"least": 3, "most": 24}, {"least": 18, "most": 44}])
def test_no_map_lies_on_another_and_all_lie_inside_the_picture(blank, width, count, rows, columns, size):
    maps = [{"title": f"map {i}", "rows": ["word"] * rows, "columns": ["Wort"] * columns} for i in range(count)]
    plan = call(blank, "components/cells_layout.js", f"m.layout({FLAT}, v[0], v[1], v[2])", maps, width, size)
    assert size["least"] <= plan["cell"] <= size["most"]
    boxes = [(one["x"], one["y"], one["x"] + one["width"], one["y"] + one["height"]) for one in plan["places"]]
    assert all((one["width"], one["height"]) == (columns * plan["cell"], rows * plan["cell"]) for one in plan["places"])
    for i, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert top >= 0
        assert right <= plan["width"]
        assert bottom <= plan["height"]
        assert not any(left < r and x < right and top < b and y < bottom for x, y, r, b in boxes[:i])


def test_the_cell_at_a_point_and_the_one_an_arrow_leads_to(blank):
    plan = f"m.layout({FLAT}, v[0], 1000, {{least: 4, most: 26}})"
    found = call(
        blank,
        "components/cells_layout.js",
        f"(p => m.under(p, v[0], p.places[1].x + 1.5 * p.cell, p.places[1].y + 2.5 * p.cell))({plan})",
        MAPS,
    )
    assert found == {"map": 1, "row": 2, "column": 1}
    step = "m.stepped(v[0], v[1], v[2])"
    for key, place in {
        "ArrowLeft": (1, 2, 0),
        "ArrowUp": (1, 1, 1),
        "ArrowDown": (1, 2, 1),
        "ArrowRight": (1, 2, 1),
    }.items():
        to = call(blank, "components/cells_layout.js", step, MAPS, found, key)
        assert to == dict(zip(("map", "row", "column"), place, strict=True)), key
    assert call(blank, "components/cells_layout.js", step, MAPS, {"map": 1, "row": 2, "column": 0}, "ArrowLeft") == {
        "map": 0,
        "row": 2,
        "column": 1,
    }


def test_a_word_goes_where_it_is_moved_and_the_nearest_place_is_found_line_by_line(blank):
    words = "views/order/words.js"
    assert call(blank, words, "m.moved([0, 1, 2, 3], v[0], v[1])", 1, 3) == [0, 2, 3, 1]
    assert call(blank, words, "m.moved([0, 1, 2, 3], v[0], v[1])", 3, 0) == [3, 0, 1, 2]
    boxes = [{"left": x, "right": x + 40, "top": y, "bottom": y + 30} for y in (0, 40) for x in (0, 50, 100)]
    found = [call(blank, words, "m.nearest(v[0], v[1], v[2])", boxes, x, y) for x, y in ((60, 10), (5, 55), (300, 50))]
    assert found == [1, 3, 5]

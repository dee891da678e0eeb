"""Positions: the page's numbers beside core's own, the laws that it shows, and what a reader sets."""

import json
import random
import re
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from opening import app_test

from core.checkpoints import cards, load, load_packed
from core.interpret.equivariance import shuffled_rows
from core.models.positional import LinearBiases, Rotary, sinusoidal
from core.text.batches import source_batch
from core.text.variants import shuffled, shuffled_places
from dashboard import resources
from dashboard.beginning import DEFAULT, EXAMPLES, Query
from dashboard.model_names import kind_label
from dashboard.resources import folders, models
from dashboard.text import catalogue
from dashboard.views.positions import figure, latex, pictures, sentence, settings, tables

EN = catalogue("en")
TEXT = "A dog bites a man."
ROBOT = [[0, 1, 0, 1], [0.84, 0.54, 0.10, 1.00], [0.91, -0.42, 0.20, 0.98], [0.14, -0.99, 0.30, 0.96]]
WIDTHS = st.integers(2, 40)
BASES = st.integers(2, 100_000)


def numbers(array: dict) -> np.ndarray:
    """A map's cells as Plotly takes them."""
    return np.frombuffer(b64decode(array["bdata"]), array["dtype"]).reshape([int(n) for n in array["shape"].split(",")])


def drawn(at) -> list[dict]:
    """The traces of a page's Plotly pictures."""
    return [trace for one in at.get("plotly_chart") for trace in json.loads(one.proto.spec)["data"]]


# --- the tables


def test_the_robots_table_is_the_known_one():
    assert tables.sinusoidal(np.arange(4), 4, 100).round(2).tolist() == ROBOT


@given(st.integers(1, 60), WIDTHS, BASES)
def test_the_sinusoidal_table_is_cores(length, width, base):
    ours = tables.sinusoidal(np.arange(length), width, base)
    np.testing.assert_allclose(ours, sinusoidal(length, width, base=base), atol=1e-6)


@pytest.mark.parametrize("size", [2, 8, 32])
def test_the_rotary_table_is_what_core_turns(size):
    query = torch.tensor([1.0, 0.0]).repeat(size // 2).expand(20, size)
    turned = Rotary(1, size, 20).place(query, 0)
    np.testing.assert_allclose(tables.rotary(np.arange(20), size, tables.BASE), turned, atol=1e-6)


@pytest.mark.parametrize("heads", [1, 4, 8])
def test_the_penalties_are_what_core_takes_from_scores(heads):
    weighed = LinearBiases(heads, 8, 9).weigh(torch.zeros(heads, 9, 9), 0)
    table = tables.alibi(np.arange(9), heads)
    for head in range(heads):
        np.testing.assert_allclose(tables.between(table, head), weighed[head], atol=1e-6)


# --- the laws


@given(st.integers(2, 50), WIDTHS.map(lambda width: 2 * width), BASES)
def test_products_depend_on_the_distance_alone(length, width, base):
    for table in (tables.sinusoidal, tables.rotary):
        square = tables.between(table(np.arange(length), width, base))
        curve = tables.by_distance(square)
        assert tables.spread(curve) < figure.SMALL
        rates = tables.rates(width, base)
        np.testing.assert_allclose([point.mean for point in curve], [np.cos(d * rates).sum() for d in range(length)])
        assert curve[0].distance == 0
        assert curve[0].mean == pytest.approx(width / 2)


def test_learned_products_depend_on_more_than_the_distance():
    table = resources.tensor(settings.LEARNED, "positions.table")[:32]
    weights = load(settings.LEARNED).model.positions.table[:32].numpy()
    np.testing.assert_array_equal(table, weights)
    assert tables.spread(tables.by_distance(tables.between(table))) > 1


@given(st.integers(2, 50), WIDTHS.map(lambda width: 2 * width), BASES)
def test_one_rotation_takes_every_position_to_the_next(length, width, base):
    table = tables.sinusoidal(np.arange(length), width, base)
    for pair, rate in enumerate(tables.rates(width, base)):
        two = table[:, 2 * pair : 2 * pair + 2]
        np.testing.assert_allclose(two[:-1] @ tables.rotation(rate).T, two[1:], atol=1e-9)


@pytest.mark.parametrize("text", [TEXT, "I am a robot", "Hi", "Two boys, a dog (big) and Ann's cat run!?"])
@given(seed=st.integers(1, 30))
def test_rows_are_shuffled_as_the_words_are(text, seed):
    subwords = models.subwords(sentence.WITH)
    ids = subwords.encode_source(text)
    places = shuffled_places(text, [piece.start for piece in subwords.pieces(text)], random.Random(seed))
    assert [ids[place] for place in places] == subwords.encode_source(shuffled(text, random.Random(seed)))


def test_without_positions_shuffled_rows_come_out_as_the_same_rows_shuffled():
    apart = {}
    for name in sentence.KINDS:
        loaded = load_packed(name)
        starts = [piece.start for piece in loaded.subwords.pieces(TEXT)]
        places = tuple(shuffled_places(TEXT, starts, random.Random(3)))
        order, written, mixed = shuffled_rows(loaded.model, loaded.subwords, TEXT, places)
        assert sorted(order) == list(range(len(order)))
        assert list(order) != list(range(len(order)))
        assert order[-1] == len(order) - 1  # `<eos>`
        apart[name] = np.abs(mixed - written[order]).max()
        assert np.abs(mixed - written).max() > 0.1
    assert apart[sentence.WITHOUT] < 1e-5
    assert apart[sentence.WITH] > 0.1


@pytest.mark.parametrize("name", [DEFAULT, settings.LEARNED, sentence.WITHOUT, "en-de-rnn-additive"])
def test_the_page_adds_what_the_model_reads(name):
    words, place = sentence.read(Query(TEXT, name, cards()[0]))
    loaded = load(name)
    source, mask = (torch.from_numpy(part) for part in source_batch([loaded.subwords.encode_source(TEXT)]))
    first = loaded.model.encode(source, mask, detail=True).detail["hidden"][0, 0]
    np.testing.assert_allclose(words + place, first, atol=1e-4)
    assert bool(place.any()) == (name in (DEFAULT, settings.LEARNED))


# --- pictures and formulas


def test_a_formula_has_the_numbers_of_its_cell():
    robot = settings.Shape(4, 4, 100)
    assert r"PE_{3,\,2} &= \sin\big(3 / 100^{2/4}\big) = \sin(0.3) = 0.30" in latex.cell(robot, 3, 2, 0.2955)
    assert r"PE_{2,\,1} &= \cos\big(2 / 100^{0/4}\big) = \cos(2) = -0.42" in latex.cell(robot, 2, 1, -0.4161)
    square = tables.between(tables.sinusoidal(np.arange(12), 8, 100))
    assert latex.product(square).count(f"{square[2, 5]:.4f}") == 2
    assert latex.wavelength(robot, 0) == pytest.approx(2 * np.pi)
    assert latex.wavelength(robot, 3) == pytest.approx(20 * np.pi)


def luminance(colour):
    """Of #rrggbb (WCAG 2.2)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_map_stands_out_on_light_and_on_dark_and_lets_the_page_be_seen_at_zero():
    (low, _), (middle, nothing), (high, _) = figure.cells(np.eye(2) - np.eye(2)[::-1])["colorscale"]
    assert (low, middle, high) == (0, 0.5, 1)
    assert nothing.endswith(", 0)")
    colours = (Path(figure.__file__).parents[2] / "components" / "colour.js").read_text("utf-8")
    for (_, end), (_, solid) in zip(figure.SCALE[::2], figure.SOLID[::2], strict=True):
        assert end == solid
        assert end in colours  # that of all pictures
        light, dark = 1.05 / (luminance(end) + 0.05), (luminance(end) + 0.05) / (luminance("#171614") + 0.05)
        assert min(light, dark) > 2.5


@given(st.floats(-9, 0), st.floats(0, 9).filter(lambda high: high > 0.01))
def test_a_map_s_scale_ends_where_its_numbers_end_and_0_has_the_same_colour(low, high):
    trace = figure.cells(np.array([[low, high]]))
    assert (trace["zmin"], trace["zmax"]) == (low, high)
    stops = dict(trace["colorscale"])
    assert stops[-low / (high - low)] == figure.SCALE[1][1]
    assert min(stops) == (0 if low < 0 else -low / (high - low))
    assert max(stops) == 1


@given(st.integers(2, 60), st.floats(0.001, 3.1), st.data())
def test_the_numbers_around_a_circle_never_touch_but_for_the_chosen_two(length, rate, data):
    angles = rate * np.arange(length)
    at = data.draw(st.integers(0, length - 2))
    table = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    named = figure.apart(table, [at, at + 1])
    assert named[:2] == [at, at + 1]
    for number, row in enumerate(named[2:], 2):
        assert all(np.linalg.norm(table[row] - table[other]) > figure.ROOM for other in named[:number])
    for row in set(range(length)) - set(named):
        assert any(np.linalg.norm(table[row] - table[other]) <= figure.ROOM for other in named)


def test_a_legend_says_of_what_has_no_bar_that_it_is_about_0():
    bars = figure.bars("", ["a", "b"], {"none": np.full((2, 3), 1e-7), "some": np.eye(2, 3)})["data"]
    assert [bar["name"] for bar in bars] == ["none: ≈ 0", "some"]


def test_waves_of_one_length_are_told_together():
    told = pictures.wavelengths(EN, settings.Shape(32, 128, 10_000), [17, 0, 16, 1])
    assert told == "6.3 positions (dimensions 0, 1); 19.9 positions (dimensions 16, 17)"


def test_a_last_row_has_its_whole_word():
    query = Query("I am a robot", DEFAULT, cards()[0])
    assert settings.labels(query, 4) == ["0 I", "1 am", "2 a", "3 robot"]
    assert settings.labels(query, 40)[39] == "39"


def test_damaged_weights_are_named(tmp_path, monkeypatch):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "model.safetensors").write_bytes(b"no weights")
    monkeypatch.setattr(folders, "MODELS", tmp_path)
    with pytest.raises(ValueError, match=r"broken/model\.safetensors can't be read"):
        resources.tensor("broken", "positions.table")
    with pytest.raises(ValueError, match=r"model\.safetensors can't be read"):
        resources.tensor.__wrapped__("nowhere", "positions.table")


# --- the page


@pytest.fixture
def page(monkeypatch):
    """Open the page, without a thread that wakes models meanwhile."""
    monkeypatch.setattr(models, "WARM_UP_DELAY", 3600)

    def opened(**address):
        at = app_test("positions", **address).run()
        assert not at.exception
        return at

    return opened


def complaints(at) -> list[str]:
    return [part.value for part in [*at.warning, *at.error]]


def test_the_robot_and_the_transformers_own_table_are_a_click_away(page):
    at = page()
    at.button(key="try_robot").click().run()
    (cells,) = drawn(at)
    np.testing.assert_allclose(numbers(cells["z"]), ROBOT, atol=0.005)
    assert at.text_input(key="text").value == "I am a robot"
    at.segmented_control(key="view").set_value("matrix").run()
    for name, value in {"length": 4, "width": 4, "base": 100}.items():
        at.number_input(key=name).set_value(value).run()
    (cells,) = drawn(at)
    np.testing.assert_allclose(numbers(cells["z"]), ROBOT, atol=0.005)
    assert dict(at.query_params).items() >= {"view": "matrix", "text": "I am a robot"}.items()
    at.button(key="positions_own").click().run()
    (cells,) = drawn(at)
    width = cards()[0][DEFAULT].config["width"]
    np.testing.assert_allclose(numbers(cells["z"]), sinusoidal(32, width), atol=1e-6)


def test_what_no_longer_fits_a_smaller_table_gives_way(page):
    at = page(view="matrix", row="31", column="127", length="32")
    at.number_input(key="length").set_value(5).run()
    at.number_input(key="width").set_value(2).run()
    assert not at.exception
    assert not complaints(at)
    assert (at.number_input(key="row").value, at.number_input(key="column").value) == (4, 1)
    for view in ("waves", "distance", "rotation"):
        at.segmented_control(key="view").set_value(view).run()
        assert not at.exception
        assert drawn(at)


@pytest.mark.parametrize("dims", ["x", "0, 128", "-1", "0,,1e3", "", "٣", "9" * 400])
def test_dimensions_that_there_are_not_are_answered_by_a_sentence(page, dims):
    at = page(view="waves", dims=dims)
    assert complaints(at) == [EN["dims_wrong"].format(last=127)]
    assert drawn(at)


def test_a_model_without_positions_says_so_and_one_of_another_language_is_not_asked(page):
    at = page(view="added", model="en-de-rnn-additive")
    assert [one.value for one in at.info] == [EN["added_none"]]
    at = page(view="why", model="de-en-transformer")
    assert [one.value for one in at.info] == [EN["why_language"]]
    assert not drawn(at)


def test_without_the_two_models_nothing_is_compared(page, monkeypatch):
    known, broken = resources.shipped()
    few = {name: card for name, card in known.items() if name not in (sentence.WITH, settings.LEARNED)}
    monkeypatch.setattr(resources, "shipped", lambda: (few, broken))
    at = page(view="why")
    assert [one.value for one in at.info] == [EN["why_missing"]]
    assert EN["beside_learned"] not in page(view="matrix").segmented_control(key="beside").options


def test_the_translations_of_both_orders_are_the_models_own(page, search):
    at = page(view="why", text=TEXT, seed="2")
    (table,) = [one.proto.body for one in at.get("html") if "<table" in one.proto.body]
    cells = re.findall(r"<td[^>]*>(.*?)</td>", table)
    mixed = cells[2]
    assert all(EN["corpus_multi30k"] in cells[row] for row in (4, 8))  # models are named with what they know
    assert EN["model_positions_none"] in cells[4]
    assert mixed == shuffled(TEXT, random.Random(2))
    for name in sentence.KINDS:
        for text in (TEXT, mixed):
            assert search(name, text).hypotheses[0].text in table


@pytest.mark.parametrize("chip", ["try_dog", "try_woman"])
def test_of_the_chips_of_word_order_only_the_model_without_positions_takes_both_orders_for_one(chip, monkeypatch):
    monkeypatch.setattr(models, "WARM_UP_DELAY", 3600)
    at = app_test("order").run()
    at.button(key=chip).click().run()
    assert not at.exception
    (table,) = (part.proto.body for part in at.get("html") if EN["order_same"] in part.proto.body)
    rows = re.findall(r"<tr\b.*?>(.*?)</tr>", table, re.DOTALL)[1:]
    without = kind_label(EN, "transformer", cards()[0][sentence.WITHOUT].config)
    for row in rows:
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        model, written, mixed, same = (re.sub("<[^>]*>", "", cell) for cell in cells)  # changed words are marked
        assert same == EN["order_yes" if without in model else "order_no"]
        assert (written == mixed) == (without in model)
    assert without in "".join(rows)


@pytest.mark.parametrize("view", ["small", "matrix", "waves", "distance", "rotation"])
@pytest.mark.parametrize(
    ("model", "kind"),
    [(DEFAULT, ""), (settings.LEARNED, "learned"), (sentence.WITHOUT, "none"), ("en-de-rnn-additive", "rnn")],
)
def test_a_table_that_is_not_the_chosen_models_says_so(page, view, model, kind):
    notices = [part.value for part in page(view=view, model=model).info]
    assert notices == ([EN["positions_other"].format(reason=EN[f"positions_reason_{kind}"])] if kind else [])


def test_what_captions_alone_taught_is_said_of_a_strange_sentence_and_a_caption_is_offered(page):
    def captions(at):
        return [part.value for part in at.caption if part.value == EN["captions_alone"]]

    assert not captions(page(text="Two dogs are running."))
    at = page(text="I love you.")
    assert len(captions(at)) == 1
    at.button(key="captions_take").click().run()
    assert at.text_input(key="text").value in EXAMPLES
    assert not captions(at)
    assert not captions(page(text="I love you.", model=sentence.WITH))  # the top of the page says it
    assert not captions(page(text="I love you.", view="matrix"))

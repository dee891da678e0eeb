"""Head pruning: sets of heads as addresses and in the browser, the searches and scores behind them, the page itself."""

import json
import re

import numpy as np
import pytest
from conftest import OTHER, PLAIN, call
from hypothesis import given
from hypothesis import strategies as some
from model_zoo import TRANSFORMERS, vocabulary
from opening import app_test
from playwright.sync_api import expect

from core.changes import UNCHANGED, Changes, Head
from core.checkpoints import example
from core.decoding.translate import decode, translate_batches
from core.findings.closed_heads import importance, quality
from core.gates import gates_of
from core.interpret.gated_losses import heads_of
from core.interpret.smallest_set import closings
from core.metrics import translation_metrics
from core.options import BeamOptions, GreedyOptions
from core.text.own_pairs import PAIRS, pairs_between
from dashboard import job
from dashboard.beginning import DEFAULT
from dashboard.text import catalogue
from dashboard.views.pruning import figure, gate_file, orders

EN = catalogue("en")
SETS = "views/pruning/pruning_sets.js"
SHAPES = {"encoder": (2, 3), "decoder": (3, 2), "cross": (3, 2)}
HEADS = figure.every(SHAPES)
closed_sets = some.sets(some.sampled_from(HEADS)).map(frozenset)


# --- sets


@given(closed_sets)
def test_an_address_closes_what_was_closed_and_nothing_else(closed):
    text = figure.address(closed, HEADS)
    assert figure.closed_by(text, HEADS) == closed
    assert re.fullmatch(r"[edc0-9.,*]*", text)


@pytest.mark.parametrize("text", ["zz", "e3.1", "e1.4", "e0.1", "e1", "e1.2.3", "x*", "e1.1;d1.1", "e1.1 "])
def test_an_address_that_names_no_head_of_the_model_is_refused(text):
    with pytest.raises(ValueError, match="head"):
        figure.closed_by(text, HEADS)


def test_what_is_left_is_counted_and_a_kind_that_is_gone_has_its_note():
    closed = figure.closed_by("e*,c1.2", HEADS)
    assert figure.counts(closed, HEADS) == {"encoder": (0, 6), "decoder": (6, 6), "cross": (5, 6)}
    notes = {"e1.1": "", "e*": "encoder", "d*,e*": "encoder", "e*,c*": "cross", "e*,d*,c*": "all"}
    assert {text: figure.note(figure.closed_by(text, HEADS), HEADS) for text in notes} == notes


def test_the_browser_writes_the_same_addresses_and_toggles_whole_lines(blank):
    heads = figure.places(HEADS)
    rng = np.random.default_rng(1)
    drawn = [frozenset(head for head in HEADS if rng.random() < share) for share in (0, 0.2, 0.5, 0.8, 1)]
    for closed in [*drawn, figure.closed_by("e1.*,d*", HEADS)]:
        text = call(blank, SETS, "m.addressOf(m.setOf(v[0]), v[1])", figure.places(closed), heads)
        assert text == figure.address(closed, HEADS)
    script = "m.addressOf(m.toggled(m.setOf(v[0]), v[1]), v[2])"
    row = figure.places(head for head in HEADS if (head.kind, head.layer) == ("encoder", 0))
    assert call(blank, SETS, script, row[:1], row, heads) == "e1.*"
    assert call(blank, SETS, script, row, row, heads) == ""
    assert call(blank, SETS, "m.addressOf(m.butThese(v[0], [v[1]]), v[0])", heads, row[0]) == "e1.2,e1.3,e2.*,d*,c*"
    assert call(blank, SETS, "m.withOpen(v[0], 4).size", heads) == len(HEADS) - 4
    assert call(blank, SETS, "m.counted(m.setOf(v[1]), v[0])", heads, row)["encoder"] == [3, 6]


def test_an_arrow_leads_to_the_nearest_place_in_its_direction(blank):
    places = [{"x": x, "y": y, "width": 8, "height": 8} for y in (0, 10) for x in (0, 10, 40)]
    keys = {"ArrowRight": 1, "ArrowDown": 3, "ArrowLeft": 0, "ArrowUp": 0}
    assert {key: call(blank, SETS, "m.arrowTo(v[0], 0, v[1])", places, key) for key in keys} == keys
    assert call(blank, SETS, "m.arrowTo(v[0], 1, 'ArrowRight')", places) == 2


# --- what is computed


@pytest.fixture(scope="module")
def small():
    """A small Transformer and its vocabulary."""
    return TRANSFORMERS["transformer-pre-rotary-tied"]().requires_grad_(False), vocabulary()


def test_the_search_keeps_the_text_and_leaves_only_heads_that_are_needed(small):
    model, words = small
    text, options = "a b c b a", BeamOptions(2)
    best = decode(model, words, text, options).hypotheses[0]
    *_, path = closings(model, words, text, options)
    closed = tuple(step.head for step in path)
    assert len(set(closed)) == len(closed)
    for count in range(1, len(path) + 1):
        hypothesis = decode(model, words, text, options, changes=Changes(closed[:count])).hypotheses[0]
        assert hypothesis.text == best.text
        assert hypothesis.total == pytest.approx(path[count - 1].logprob, abs=1e-5)
    for head in set(heads_of(model)) - set(closed):
        assert decode(model, words, text, options, changes=Changes((*closed, head))).hypotheses[0].text != best.text


def test_quality_is_sacrebleus_of_the_greedy_translations(small):
    model, words = small
    pairs = [("a b c", "a b c"), ("b a", "b b a"), ("c c a b", "c a b")] * 4
    sources, references = zip(*pairs, strict=True)
    changes = Changes(heads_of(model)[:2])
    *growing, plain = quality(model, words, pairs, UNCHANGED, None)
    assert [part.done for part in growing] == sorted(part.done for part in growing)
    *_, closed = quality(model, words, pairs, changes, plain.translations)
    for run, made, scores in ((plain, UNCHANGED, closed.scores[0]), (closed, changes, closed.scores[1])):
        lines = dict(translate_batches(model, words, sources, GreedyOptions(), changes=made))
        texts = tuple(lines[index][0].text for index in range(len(sources)))
        assert run.translations == texts
        assert scores["chrf"] == pytest.approx(translation_metrics(texts, references, "de")["chrf"], abs=0.01)


def test_importance_has_a_number_for_every_head(small):
    model, words = small
    for measure in orders.MEASURES:
        values = importance(model, words, measure, (("a b c", "c b a"), ("b a", "a b")))
        assert len(values) == len(heads_of(model))
        assert min(values) >= 0 < max(values)


def test_our_pairs_are_whole_each_its_own_and_read_in_both_directions():
    assert len(PAIRS) == len({english for english, _ in PAIRS}) == len({german for _, german in PAIRS}) == 64
    assert all(side.strip() == side and side[-1] in ".?" and side[0].isupper() for pair in PAIRS for side in pair)
    assert pairs_between("de", "en") == tuple((german, english) for english, german in PAIRS)
    assert pairs_between("en", "fr") == ()


# --- the page


def shown(at) -> dict:
    """What the component was given."""
    (drawn,) = (part for part in at.get("bidi_component") if part.proto.component_name.endswith("pruning"))
    return json.loads(drawn.proto.json)


def sentences(at) -> list[str]:
    """What the page complains of, without Markdown's escapes."""
    assert not at.exception
    return [re.sub(r"\\(.)", r"\1", part.value) for part in (*at.error, *at.warning)]


def test_a_link_restores_the_set_and_one_that_names_no_head_is_one_sentence():
    at = app_test("pruning", closed="e1.2,c2.*").run()
    assert sentences(at) == []
    content = shown(at)
    trace = example(DEFAULT)
    heads = figure.every(figure.shapes(trace))
    closed = figure.closed_by("e1.2,c2.*", heads)
    assert content["closed"] == figure.places(sorted(closed))
    assert content["result"]["before"] == trace.hypotheses[0].text
    assert content["result"]["logprobs"][0] == pytest.approx(trace.hypotheses[0].total, abs=1e-3)
    assert content["result"]["logprobs"][1] != content["result"]["logprobs"][0]
    assert at.query_params["closed"] == "e1.2,c2.*"

    at.text_input(key="text").set_value("A dog runs.").run()  # a set is a model's and no sentence's
    assert shown(at)["closed"] == content["closed"]
    at.selectbox(key="model").set_value("en-de-transformer").run()
    assert shown(at)["closed"] == []
    assert "closed" not in at.query_params

    at = app_test("pruning", closed="e1.99").run()
    (sentence,) = sentences(at)
    assert "closed=e1.99" in sentence
    assert EN["pruning_none_closed"] in sentence
    assert shown(at)["closed"] == []


def test_all_heads_closed_is_allowed_and_explained():
    at = app_test("pruning", closed="e*,d*,c*").run()
    assert sentences(at) == []
    assert shown(at)["note"] == EN["pruning_only_all"]


@pytest.mark.parametrize("model", [PLAIN, OTHER])
def test_a_model_without_heads_offers_one_that_has_some(model):
    at = app_test("pruning", model=model, closed="e1.1").run()
    assert sentences(at) == []
    at.button(key="open_model").click().run()
    assert shown(at)["heads"]


def test_quality_is_measured_in_slices_and_kept(monkeypatch):
    monkeypatch.setattr(job, "SLICE", 3600)
    at = app_test("pruning", closed="c*", measured="true").run()
    assert sentences(at) == []
    table = next(part.proto.body for part in at.get("html") if " ±" in part.proto.body)
    scores = [float(number) for number in re.findall(r">(\d+\.\d) ±", table)]
    assert len(scores) == 4
    assert scores[0] > scores[2]  # chrF: nobody translates what they can't read


def test_the_search_is_shown_as_an_order_of_its_own(monkeypatch):
    monkeypatch.setattr(job, "SLICE", 0)
    at = app_test("pruning", text="Two cats.").run()
    at.button(key="pruning_smallest").click().run()
    assert at.button(key="pruning_stop_search")
    at.button(key="pruning_stop_search").click().run()
    assert sentences(at) == []
    path = at.session_state["pruning_paths"][DEFAULT, "Two cats."]
    assert shown(at)["closed"] == figure.places(sorted(step.head for step in path))


def test_a_gate_file_is_read_back_and_a_wrong_one_is_refused():
    shapes = figure.shapes(example(DEFAULT))
    heads = figure.every(shapes)
    closed = {Head("encoder", 0, 2), Head("cross", 1, 0)}
    content = gates_of(Changes(tuple(closed)), DEFAULT, shapes)
    assert gate_file.loaded(EN, json.dumps(content).encode(), DEFAULT, shapes, heads) == closed
    wrong = (b"\xff", b"{", b"[1]", json.dumps(content | {"model": "x"}).encode())
    for file in (*wrong, json.dumps(content | {"encoder": [[1]]}).encode()):
        with pytest.raises(ValueError, match=r"^[^\n]+$"):
            gate_file.loaded(EN, file, DEFAULT, shapes, heads)


def test_a_head_is_closed_by_a_click_and_by_keys_and_everything_is_undone(dashboard):
    page = dashboard.open("/pruning")
    line = page.locator(".result [role=status]")
    expect(line).to_contain_text(EN["pruning_none_closed"])
    name = EN["pruning_place"].format(kind=EN["heads_cross"], layer=1, head=2)
    head = page.get_by_role("button", name=name, exact=True)
    head.click()
    expect(head).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile(r"closed=c1\.2"))
    expect(line).to_contain_text(EN["edit_logprob"].split("{")[0])
    column = EN["pruning_column"].format(kind=EN["heads_cross"], head=2)
    head.press("ArrowUp")
    expect(page.get_by_role("button", name=column, exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"closed=c1\.2%2Cc2\.2%2Cc3\.2|closed=c1\.2,c2\.2,c3\.2"))
    page.get_by_role("button", name=EN["pruning_close_all"], exact=True).click()
    expect(page.locator(".result del").first).to_be_visible()
    expect(page.locator(".note")).to_have_text(EN["pruning_only_all"])
    dashboard.settle()
    link = page.url
    again = dashboard.open(link.removeprefix(dashboard.url))
    expect(again.locator("[aria-pressed=false]")).to_have_count(0)
    again.get_by_role("button", name=EN["pruning_open_all"], exact=True).click()
    expect(line).to_contain_text(EN["pruning_none_closed"])
    again.get_by_role("button", name=EN["edit_undo"], exact=True).click()
    expect(again.locator("[aria-pressed=false]")).to_have_count(0)

"""A head edited by hand: what the page says of an edit, what the browser computes, and a link that restores it all."""

import json
import re

import numpy as np
import pytest
from conftest import call, radio
from hypothesis import given
from hypothesis import strategies as some
from opening import app_test
from playwright.sync_api import expect

from benchmarks.places import address
from core.changes import Changes, Head, Pattern, Row
from core.checkpoints import example
from dashboard.beginning import DEFAULT
from dashboard.figures.rewriting import word_diff
from dashboard.text import catalogue
from dashboard.views.heads import edit, edit_figure

EN = catalogue("en")
pytestmark = pytest.mark.usefixtures("no_warming_up")
ROWS = "views/heads/edit_rows.js"
words = some.lists(some.sampled_from("abc"), max_size=6).map(" ".join)


@given(words, words)
def test_a_word_diff_holds_both_texts_and_has_as_much_in_common_as_equal_texts_have(before, after):
    parts = word_diff(before, after)
    for way, text in (("gone", before), ("new", after)):
        assert " ".join(part for kind, part in parts if kind in ("same", way)) == text
    assert (before == after) == ({kind for kind, _ in parts} <= {"same"})


def test_a_word_diff_by_hand():
    parts = [("same", "a"), ("gone", "dog"), ("new", "black cat"), ("same", "runs")]
    assert word_diff("a dog runs", "a black cat runs") == parts


# --- in a blank page


@pytest.mark.parametrize("seed", range(3))
def test_a_moved_weight_is_what_was_asked_and_the_others_keep_their_proportions(blank, seed):
    drawn = np.random.default_rng(seed)
    row = drawn.dirichlet(np.full(7, 0.3)).tolist()
    moved = call(blank, ROWS, "m.moved(v[0], 2, v[1])", row, 0.25)
    assert (moved[2], sum(moved)) == (0.25, pytest.approx(1))
    others = np.delete(moved, 2) / np.delete(row, 2)
    assert others == pytest.approx(np.full(6, 0.75 / (1 - row[2])))
    alone = [0, 0, 1, 0, 0]  # nothing else to scale: the rest is shared evenly
    assert call(blank, ROWS, "m.moved(v[0], 2, 0.2)", alone) == pytest.approx([0.2] * 5)
    assert call(blank, ROWS, "m.moved([1], 0, 0.2)") == [1]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 400, 1500])
def test_rounded_weights_are_thousandths_none_below_zero_that_add_up_to_one(blank, count):
    row = np.random.default_rng(1).dirichlet(np.ones(count)).tolist()
    rounded = call(blank, ROWS, "m.rounded(v[0])", row)
    assert sum(round(weight * 1000) for weight in rounded) == 1000
    assert min(rounded) >= 0
    assert np.abs(np.subtract(rounded, row)).max() <= 0.001


def test_edits_in_the_browser_are_the_address_of_the_changes(blank):
    rows = (Row("cross", 0, 1, 4, (0.25, 0.75, 0)), Row("decoder", 2, 0, 1, (1, 0)))
    changes = Changes(
        (Head("encoder", 0, 0),), rows, (Pattern("cross", 1, 1, "first"), Pattern("cross", 0, 0, "uniform"))
    )
    address = call(blank, ROWS, "m.addressOf(v[0])", edit_figure.edits(changes))
    assert Changes.from_address(address) == changes
    script = """(() => {
      let edits = m.withRow([], ['cross', 0, 1], 4, [0.5, 0.5]);
      edits = m.withRow(edits, ['cross', 0, 1], 4, [1, 0]);
      edits = m.withRow(edits, ['cross', 0, 0], 4, [0, 1]);
      const set = m.withPattern(edits, ['cross', 0, 1], 'first');
      return [edits, set, m.withPattern(set, ['cross', 0, 1], null)].map(m.addressOf);
    })()"""
    other = "cross~0~0~4~0~1"
    assert call(blank, ROWS, script) == [f"cross~0~1~4~1~0_{other}", f"{other}_cross~0~1~first", other]


# --- the page


def shown(at) -> dict:
    """What the component was given."""
    (drawn,) = (part for part in at.get("bidi_component") if part.proto.component_name.endswith("edit"))
    return json.loads(drawn.proto.json)


def test_a_link_restores_every_edit_and_one_that_does_not_fit_is_one_sentence():
    trace = example(DEFAULT)
    positions = len(trace.pieces) + 1
    row = Row("encoder", 0, 3, 2, (1, *(0,) * (positions - 1)))
    changes = Changes((), (row,), (Pattern("cross", 0, 1, "first"),))
    at = app_test("heads", tab="edit", part="encoder", layer="1", head="4", edits=changes.address()).run()
    assert not [*at.exception, *at.error, *at.warning]
    content = shown(at)
    assert content["edits"] == edit_figure.edits(changes)
    assert content["at"] == {"part": "encoder", "layer": "1", "head": "4"}
    assert content["result"]["before"] == trace.hypotheses[0].text
    assert (
        content["result"]["logprobs"][1]
        < content["result"]["logprobs"][0]
        == pytest.approx(trace.hypotheses[0].total, abs=1e-3)
    )
    assert at.query_params["edits"] == changes.address()

    at.text_input(key="text").set_value("A dog runs.").run()  # a row is of another sentence, a whole head is of any
    assert not [*at.exception, *at.error, *at.warning]
    assert [info.value for info in at.info] == [EN["edit_dropped"].format(count=1)]
    assert shown(at)["edits"] == edit_figure.edits(Changes(patterns=changes.patterns))
    assert at.query_params["edits"] == Changes(patterns=changes.patterns).address()

    for edits, message in (
        ("cross~0~0~0~1~0", f"the edited cross row 0 of 2 weights does not fit this sentence: its {positions} "),
        ("cross~9~0~first", "this model has no cross head 0 in layer 9, counted from 0"),
        ("cross~0~0~flat", "edits=cross~0~0~flat"),
    ):
        at = app_test("heads", tab="edit", edits=edits).run()
        assert not at.exception
        (sentence,) = [part.value for part in (*at.error, *at.warning)]
        assert message in re.sub(r"\\(.)", r"\1", sentence)
        assert shown(at)["edits"] == []


def test_what_an_edit_did_is_told_nowhere_until_it_is_guessed(dashboard):
    changes = Changes((), (), (Pattern("cross", 0, 1, "first"),))
    wish = {"tab": "edit", "head": "2", "edits": changes.address()}
    told = shown(app_test("heads", **wish).run())
    at = app_test("heads", **wish, predict="true").run()
    assert not [*at.exception, *at.error, *at.warning]
    content = shown(at)
    written = example(DEFAULT).hypotheses[0]
    assert content["edits"] == told["edits"]
    assert (content["result"]["diff"], len(content["result"]["logprobs"])) == (None, 1)
    assert len(content["maps"]["cross"]["pieces"][0]) == len(written.tokens)
    assert {way for way, _ in told["result"]["diff"]} > {"same"}

    page = dashboard.open(address("heads", **wish, predict="true"))
    expect(line(page)).to_contain_text(EN["edit_guess"])
    page.get_by_role("button", name="no", exact=True).click()
    page.get_by_role("button", name=EN["quiz_next"], exact=True).click()
    expect(page.get_by_text(EN["edit_logprob_question"])).to_be_visible()
    expect(page.locator(".result ins")).to_have_count(0)
    dashboard.rerun(lambda: page.get_by_role("button", name="it falls", exact=True).click())
    expect(page.locator(".result ins").first).to_be_visible()
    before, after = (f"{value:.2f}" for value in told["result"]["logprobs"])
    expect(page.get_by_text(EN["edit_logprob_answer"].format(before=before, after=after))).to_be_visible()


def test_the_component_has_every_text_in_both_languages():
    for language in ("en", "ru"):
        say = catalogue(language)
        for name in edit.LABELS:
            assert {f"edit_{name}", f"heads_{name}", f"align_{name}"} & say.keys(), (language, name)


def line(page):
    """The edited translation."""
    return page.locator(".result [role=status]")


def test_a_weight_is_moved_by_keys_and_by_dragging_and_everything_can_be_undone(dashboard):
    page = dashboard.open("/heads?tab=edit&head=2")
    plain = example(DEFAULT).hypotheses[0].text
    expect(line(page)).to_contain_text(EN["edit_none"])
    slides = page.get_by_role("slider")
    assert slides.count() == len(example(DEFAULT).pieces) + 1
    slides.nth(3).press("End")
    expect(slides.nth(3)).to_have_attribute("aria-valuetext", "1.00")
    expect(page).to_have_url(re.compile(r"edits=cross~0~1~4~0~0~0~1~0"))
    expect(line(page)).not_to_contain_text(EN["edit_none"])
    slides.nth(3).press("End")  # changes nothing
    expect(page.locator(".edits li")).to_have_count(1)
    slides.nth(3).press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"edits=cross~0~1~4~.*~0.95~"))

    canvas = page.locator(".map canvas")
    place = canvas.evaluate(
        """canvas => { const [map] = canvas.maps(), box = canvas.getBoundingClientRect();
        return [box.left + map.x + 1.5 * map.cell, box.top + map.y + 2.5 * map.cell] }"""
    )
    page.mouse.move(*place)
    page.mouse.down()
    page.mouse.move(place[0], place[1] - 300, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"=cross~0~1~2~0~1~0.*_cross~0~1~4~"))
    radio(page, EN["edit_set"], EN["edit_first"]).check(force=True)
    expect(page).to_have_url(re.compile(r"edits=cross~0~1~first"))
    expect(page.locator(".result del").first).to_be_visible()  # the model says something else
    expect(page.locator(".edits li")).to_have_count(1)
    dashboard.settle()
    link = page.url
    again = dashboard.open(link.removeprefix(dashboard.url))
    expect(again.locator(".edits li")).to_have_count(1)
    expect(again.get_by_role("button", name=EN["edit_undo"], exact=True)).to_be_enabled()
    expect(again.locator(".editor h3")).to_have_text(re.compile(EN["edit_row"].split("{")[0] + "5,"))
    expect(again.locator(".result ins").first).to_be_visible()
    again.locator(".edits .remove").click()
    expect(line(again)).to_contain_text(EN["edit_none"])
    expect(again.locator(".result .line").first).to_contain_text(plain)
    again.get_by_role("button", name=EN["edit_undo"], exact=True).click()
    expect(again).to_have_url(re.compile(r"edits=cross~0~1~first"))

"""Attention kinds in a real Chromium: the gallery at once, a head's numbers by keys and by clicks."""

import re

import numpy as np
from conftest import CARDS, PLAIN, choose, chosen, never_scrolls_sideways, radio
from playwright.sync_api import expect

from core.checkpoints import example
from dashboard.beginning import DEFAULT
from dashboard.figures import alignment
from dashboard.model_names import grouped
from dashboard.text import catalogue
from dashboard.views.kinds import attending as kinds
from dashboard.views.kinds import figure
from dashboard.views.kinds.figure import LETTERS

EN, RU = catalogue("en"), catalogue("ru")
HERE = ".st-key-kinds"
NUMBERS = ".st-key-kinds_numbers"
LINE = f"{NUMBERS} .line"
AWAKE = 60_000  # ms


def shown(model):
    """Whose maps stand on the page, and their titles."""
    found = kinds.distinct(kinds.ordered(CARDS), model)
    titles = kinds.titles(EN, found)
    return {name: titles[name] for name, card in found.items() if card.attends}


NAMES = shown(DEFAULT)
NUMBER, FIRST = next((place, name) for place, name in enumerate(NAMES) if name != DEFAULT)


def maps(page, here=HERE):
    """The picture of all maps."""
    return page.locator(f"{here} canvas")


def drawn(page, here=HERE):
    """What stands in it: each map with its place."""
    return maps(page, here).evaluate("canvas => canvas.maps().map(map => ({...map, values: [...map.values]}))")


def until(page, holds, *values):
    """Wait until something is true of the canvas, of `v` values."""
    canvas = (
        f"[...document.querySelectorAll('{HERE} *')].map(one => one.shadowRoot?.querySelector('canvas')).find(Boolean)"
    )
    page.wait_for_function(f"v => {{const canvas = {canvas}; return canvas && ({holds});}}", arg=list(values))


def numbers(page):
    return page.locator(f"{NUMBERS} svg.numbers")


def panel(name):
    """The map of a stored example."""
    return alignment.panel(NAMES[name], example(name).attention(), None, None)


def width(name):
    """Of what asks: a head, or the state."""
    config = CARDS[name].config
    return config["width"] // config.get("heads", 1)


def point(page, name, row, column):
    """Where a cell of a map lies, from the corner of the picture."""
    place = drawn(page)[list(NAMES).index(name)]
    return {"x": place["x"] + (column + 0.5) * place["cell"], "y": place["y"] + (row + 0.5) * place["tall"]}


def test_the_gallery_stands_at_once_and_a_click_opens_the_numbers_of_its_row(dashboard):
    page = dashboard.open("/kinds")
    expect(maps(page)).to_have_attribute("aria-label", re.compile(re.escape(list(NAMES.values())[-1])))
    assert [one["title"] for one in drawn(page)] == [EN[f"kind_{kinds.kind_of(CARDS[name])}"] for name in NAMES]
    assert [one["framed"] for one in drawn(page)] == [name == DEFAULT for name in NAMES]
    maps(page).hover(position=point(page, DEFAULT, 0, 0))
    told = {"title": NAMES[DEFAULT], "target": panel(DEFAULT).rows[0], "source": panel(DEFAULT).columns[0]}
    expect(page.locator(f"{HERE} .cell")).to_contain_text(EN["maps_cell"].format(**told, share=""))

    maps(page).click(position=point(page, FIRST, 2, 2))
    expect(page).to_have_url(re.compile(rf"[?&]model={FIRST}\b"))
    expect(page).to_have_url(re.compile(r"[?&]tab=numbers\b"))
    expect(chosen(page, EN["model"])).to_have_value(grouped(CARDS, EN)[FIRST])
    expect(page.locator(LINE)).to_contain_text(f"{NAMES[FIRST]} writes “{panel(FIRST).rows[2]}”")
    expect(page).to_have_url(re.compile(r"[?&]step=3\b"))
    expect(numbers(page)).to_contain_text(EN["maps_query"].format(width=width(FIRST)), timeout=AWAKE)
    expect(page.get_by_text(EN[f"kind_words_{kinds.kind_of(CARDS[FIRST])}"])).to_be_attached()


def test_the_head_that_is_picked_is_the_map_that_is_shown_and_steps_follow_the_keys(dashboard):
    page = dashboard.open("/kinds?tab=numbers")
    attention = example(DEFAULT).attention()
    last = len(attention.weights) - 1
    _, sharpest = figure.sharpest(attention.weights, last, None)
    (only,) = drawn(page, NUMBERS)
    assert np.allclose(only["values"], attention.weights[last, sharpest].ravel(), atol=1e-4)
    said = EN["maps_sharpest"].format(layer=last + 1, head=sharpest + 1)
    assert only["notes"] == [said]
    expect(numbers(page)).to_contain_text(EN["maps_query"].format(width=width(DEFAULT)), timeout=AWAKE)
    expect(page.locator(".katex").first).to_contain_text("q")
    first = page.locator(LINE).text_content()
    page.keyboard.press("ArrowRight")
    expect(page.locator(LINE)).not_to_have_text(first)
    expect(page).to_have_url(re.compile(r"[?&]step=2\b"))
    page.keyboard.press("End")
    expect(page.locator(LINE)).to_contain_text("<eos>")
    page.keyboard.press("Home")
    expect(page.locator(LINE)).to_have_text(first)
    expect(page).not_to_have_url(re.compile("step="))

    page.get_by_role("combobox", name=EN["head"]).select_option("3")
    expect(page).to_have_url(re.compile(r"[?&]head=3\b"))
    page.get_by_role("combobox", name=EN["layer"]).select_option("1")
    expect(page).to_have_url(re.compile(r"[?&]layer=1\b"))
    (only,) = drawn(page, NUMBERS)
    assert np.allclose(only["values"], attention.weights[0, 2].ravel(), atol=1e-4)
    assert only["notes"] == [EN["maps_computed_head"].format(layer=1, head=3)]
    expect(page.locator(".katex-error")).to_have_count(0)


def test_the_cells_are_walked_by_keys_and_one_is_opened(dashboard):
    page = dashboard.open("/kinds")
    expect(maps(page)).to_have_attribute("aria-label", re.compile(re.escape(NAMES[DEFAULT])))
    page.locator(f"{HERE} .cells").focus()
    page.keyboard.press("ArrowRight")  # the first cell
    page.keyboard.press("ArrowRight")  # the second map
    second = list(NAMES)[1]
    told = {"title": NAMES[second], "target": panel(second).rows[0], "source": panel(second).columns[0]}
    expect(page.locator(f"{HERE} .cell")).to_contain_text(EN["maps_cell"].format(**told, share=""))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"[?&]model={second}\b"))
    expect(page.locator(LINE)).to_contain_text(NAMES[second])


def test_the_same_translation_makes_maps_comparable_and_their_difference_has_two_colours(dashboard):
    page = dashboard.open("/kinds?text=A+dog+runs+on+the+beach.")
    radio(page, EN["shows"], EN["shows_same"]).click()
    expect(page.get_by_text(EN["kinds_same"].split("“")[0])).to_be_visible()
    page.set_viewport_size({"width": 400, "height": 900})
    assert never_scrolls_sideways(page)

    assert not any(one["signed"] for one in drawn(page))
    radio(page, EN["shows"], EN["shows_difference"]).click()
    expect(page).to_have_url(re.compile(r"[?&]show=difference\b"))
    until(page, "canvas.maps()[v[0]].signed", NUMBER)
    signed = [one["signed"] for one in drawn(page)]
    assert signed == [name != DEFAULT for name in NAMES]
    assert EN["maps_scale_difference"].format(title=NAMES[DEFAULT]) in maps(page).evaluate(
        "canvas => canvas.scales()[1].text"
    )
    assert not any(EN["maps_uncut"] in one["notes"] for one in drawn(page))  # words are the same to all
    maps(page).hover(position=point(page, FIRST, 1, 0))
    assert {one["mark"] for one in drawn(page)} == {1}  # the same step in each
    assert never_scrolls_sideways(page)
    before = maps(page).evaluate("canvas => canvas.toDataURL()")
    page.emulate_media(color_scheme="dark")  # without a word to the server
    until(page, "canvas.toDataURL() !== v[0]", before)


def test_a_link_restores_everything_and_a_model_without_attention_has_no_map(dashboard):
    page = dashboard.open("/kinds?lang=ru&tab=numbers&text=A+dog+runs.&step=2&layer=1&head=5")
    expect(page.get_by_role("slider", name=RU["maps_slider"])).to_have_value("2")
    expect(page.get_by_role("combobox", name=RU["head"])).to_have_value("5")
    expect(page.get_by_role("combobox", name=RU["layer"])).to_have_value("1")
    expect(numbers(page)).to_be_visible(timeout=AWAKE)
    choose(page, RU["model"], grouped(CARDS, RU)[PLAIN])
    expect(page.get_by_text(RU["kinds_no_numbers"])).to_be_visible()
    radio(page, RU["kinds_tabs"], RU["kinds_tab_gallery"]).click()
    expect(page.get_by_text(RU["kinds_without"].split("**")[2].split("«")[0])).to_be_visible()
    until(page, "canvas.maps().length === v[0]", len(shown(PLAIN)))
    assert not any(one["framed"] for one in drawn(page))


def test_names_appear_with_the_last_answer_and_nowhere_before(dashboard):
    page = dashboard.open("/kinds?predict=true")
    expect(maps(page)).to_have_attribute("aria-label", EN["kinds_hidden"].format(count=len(NAMES)))
    assert [one["title"] for one in drawn(page)] == list(LETTERS[: len(NAMES)])
    assert not any(one["framed"] for one in drawn(page))
    quiz = page.locator(".st-key-kinds_quiz")
    quiz.locator(".option").first.click()
    following = quiz.get_by_role("button", name=EN["quiz_next"])
    while following.is_visible():
        following.click()
        expect(quiz.locator(".option").first).to_be_focused()
        page.keyboard.press("Enter")
        expect(quiz.locator(".said")).not_to_be_empty()
    until(page, "canvas.maps().some(({framed}) => framed)")

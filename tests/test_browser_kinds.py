"""Attention kinds in a real Chromium: maps at once, numbers when the model is awake, steps by keys and by clicks."""

import re

from conftest import CARDS, PLAIN, choose, chosen, never_scrolls_sideways, radio
from playwright.sync_api import expect

from core.checkpoints import example
from dashboard.beginning import DEFAULT
from dashboard.figures import alignment
from dashboard.model_names import grouped
from dashboard.text import catalogue
from dashboard.views.kinds import attending as kinds
from dashboard.views.kinds.figure import LETTERS

EN, RU = catalogue("en"), catalogue("ru")
HERE = ".st-key-kinds"
LINE = f"{HERE} .line"
AWAKE = 60_000  # ms


def shown(model):
    """Whose maps stand on the page, and their titles."""
    found = kinds.distinct(kinds.ordered(CARDS), model)
    titles = kinds.titles(EN, found)
    return {name: titles[name] for name, card in found.items() if card.attends}


NAMES = shown(DEFAULT)
NUMBER, FIRST = next((place, name) for place, name in enumerate(NAMES) if name != DEFAULT)


def maps(page):
    """The picture of all maps."""
    return page.locator(f"{HERE} canvas")


def drawn(page):
    """What stands in it: each map with its place."""
    return maps(page).evaluate("canvas => canvas.maps()")


def titles(page):
    return [one["title"] for one in drawn(page)]


def until(page, holds, *values):
    """Wait until something is true of the canvas, of `v` values."""
    canvas = (
        f"[...document.querySelectorAll('{HERE} *')].map(one => one.shadowRoot?.querySelector('canvas')).find(Boolean)"
    )
    page.wait_for_function(f"v => {{const canvas = {canvas}; return canvas && ({holds});}}", arg=list(values))


def numbers(page):
    return page.locator(f"{HERE} svg.numbers")


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


def test_maps_stand_at_once_and_the_numbers_follow_the_keys_and_a_click(dashboard):
    page = dashboard.open("/kinds")
    expect(maps(page)).to_have_attribute("aria-label", re.compile(re.escape(list(NAMES.values())[-1])))
    assert titles(page) == list(NAMES.values())
    assert "Vaswani et al. 2017" in drawn(page)[list(NAMES).index(DEFAULT)]["notes"][0]
    assert [one["title"] for one in drawn(page) if one["chosen"]] == [NAMES[DEFAULT]]
    asks = EN["maps_query"]
    expect(numbers(page)).to_contain_text(asks.format(width=width(DEFAULT)), timeout=AWAKE)  # the browser has asked
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

    head = page.get_by_role("combobox", name=EN["head"])
    head.select_option("3")
    expect(page).to_have_url(re.compile(r"[?&]head=3\b"))
    expect(numbers(page)).to_contain_text(EN["maps_computed_head"].format(layer=3, head=3))
    page.get_by_role("combobox", name=EN["layer"]).select_option("1")
    expect(page).to_have_url(re.compile(r"[?&]layer=1\b"))
    expect(page.locator(".katex-error")).to_have_count(0)

    maps(page).click(position=point(page, FIRST, 2, 2))
    expect(page).to_have_url(re.compile(rf"[?&]model={FIRST}\b"))
    expect(chosen(page, EN["model"])).to_have_value(grouped(CARDS, EN)[FIRST])
    expect(page.locator(LINE)).to_contain_text(f"{NAMES[FIRST]} writes “{panel(FIRST).rows[2]}”")
    expect(page).to_have_url(re.compile(r"[?&]step=3\b"))
    expect(numbers(page)).to_contain_text(asks.format(width=width(FIRST)), timeout=AWAKE)
    expect(page.get_by_text(EN[f"kind_words_{kinds.kind_of(CARDS[FIRST])}"])).to_be_attached()
    maps(page).hover(position=point(page, DEFAULT, 0, 0))
    told = {"title": NAMES[DEFAULT], "target": panel(DEFAULT).rows[0], "source": panel(DEFAULT).columns[0]}
    expect(page.locator(f"{HERE} .cell")).to_contain_text(EN["maps_cell"].format(**told, share=""))


def test_the_cells_are_walked_by_keys_and_one_is_chosen(dashboard):
    """Beside them the arrows are the steps' own, also right after a click."""
    page = dashboard.open("/kinds")
    expect(maps(page)).to_have_attribute("aria-label", re.compile(re.escape(NAMES[DEFAULT])))
    box, cell = page.locator(f"{HERE} .cells"), page.locator(f"{HERE} .cell")
    box.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):  # the first is there before
        page.keyboard.press(key)
    first = next(iter(NAMES))
    told = {"title": NAMES[first], "target": panel(first).rows[1], "source": panel(first).columns[1]}
    expect(cell).to_contain_text(EN["maps_cell"].format(**told, share=""))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"[?&]model={first}\b"))
    expect(page).to_have_url(re.compile(r"[?&]step=2\b"))
    expect(box).to_be_focused()
    until(page, "canvas.maps()[0].chosen")
    maps(page).click(position=point(page, first, 3, 0))
    expect(page).to_have_url(re.compile(r"[?&]step=4\b"))
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"[?&]step=5\b"))


def test_the_same_translation_makes_maps_comparable_and_their_difference_has_two_colours(dashboard):
    page = dashboard.open("/kinds?text=A+dog+runs+on+the+beach.")
    radio(page, EN["shows"], EN["shows_same"]).click()
    expect(page.get_by_text(EN["kinds_same"].split("“")[0])).to_be_visible()
    page.set_viewport_size({"width": 400, "height": 900})
    expect(numbers(page)).to_contain_text("softmax", timeout=AWAKE)
    assert never_scrolls_sideways(page)

    assert not any(one["signed"] for one in drawn(page))
    radio(page, EN["shows"], EN["shows_difference"]).click()
    expect(page).to_have_url(re.compile(r"[?&]show=difference\b"))
    until(page, "canvas.maps()[v[0]].signed", NUMBER)
    signed = {one["title"] for one in drawn(page) if one["signed"]}
    assert signed == set(NAMES.values()) - {NAMES[DEFAULT]}
    assert EN["maps_scale_difference"].format(title=NAMES[DEFAULT]) in maps(page).evaluate(
        "canvas => canvas.scales()[1].text"
    )
    assert not any(EN["maps_uncut"] in one["notes"] for one in drawn(page))  # words are the same to all
    assert {one["mark"] for one in drawn(page)} == {0}  # the same step in each
    expect(numbers(page)).to_be_hidden()
    assert never_scrolls_sideways(page)
    before = maps(page).evaluate("canvas => canvas.toDataURL()")
    page.emulate_media(color_scheme="dark")  # without a word to the server
    until(page, "canvas.toDataURL() !== v[0]", before)


def test_a_link_restores_everything_and_a_model_without_attention_has_no_map(dashboard):
    page = dashboard.open("/kinds?lang=ru&text=A+dog+runs.&show=same&step=2&layer=1&head=5")
    expect(radio(page, RU["shows"], RU["shows_same"])).to_be_checked()
    expect(page.get_by_role("slider", name=RU["maps_slider"])).to_have_value("2")
    expect(page.get_by_role("combobox", name=RU["head"])).to_have_value("5")
    expect(page.get_by_role("combobox", name=RU["layer"])).to_have_value("1")
    expect(numbers(page)).to_contain_text(RU["maps_computed_head"].format(layer=1, head=5), timeout=AWAKE)
    choose(page, RU["model"], grouped(CARDS, RU)[PLAIN])
    expect(page.get_by_text(RU["kinds_without"].split("**")[2].split("«")[0])).to_be_visible()
    expect(page.get_by_role("slider", name=RU["maps_slider"])).to_have_count(0)
    until(page, "canvas.maps().length === v[0]", len(shown(PLAIN)))
    expect(numbers(page)).to_be_hidden()


def test_names_appear_with_the_last_answer_and_nowhere_before(dashboard):
    page = dashboard.open("/kinds?predict=true")
    expect(maps(page)).to_have_attribute("aria-label", EN["kinds_hidden"].format(count=len(NAMES)))
    assert titles(page) == list(LETTERS[: len(NAMES)])
    assert {tuple(one["notes"][:-1]) for one in drawn(page)} == {()}  # but for what each has written
    expect(page.locator(".katex")).to_have_count(0)
    quiz = page.locator(".st-key-kinds_quiz")
    quiz.locator(".option").first.click()
    following = quiz.get_by_role("button", name=EN["quiz_next"])
    while following.is_visible():
        following.click()
        expect(quiz.locator(".option").first).to_be_focused()
        page.keyboard.press("Enter")
        expect(quiz.locator(".said")).not_to_be_empty()
    until(page, "canvas.maps().some(({title}) => title === v[0])", NAMES[DEFAULT])
    expect(numbers(page)).to_contain_text(EN["maps_weight"], timeout=AWAKE)

"""Attention kinds in a real Chromium: maps at once, numbers when the model is awake, steps by keys and by clicks."""

import re

from playwright.sync_api import expect

from dashboard.text import catalogue

EN, RU = catalogue("en"), catalogue("ru")
OTHER, PLAIN = "en-de-rnn-additive", "en-de-rnn-plain"
HERE = ".st-key-kinds"
LINE = f"{HERE} .line"


def radio(page, group, name, say=EN):
    return page.get_by_role("radiogroup", name=say[group], exact=True).get_by_role("radio", name=name, exact=True)


def maps(page):
    """The pictures of the maps, without their legends."""
    return page.locator(f"{HERE} svg.maps image.pickable")


def numbers(page):
    return page.locator(f"{HERE} svg.numbers")


def point(page, number, row, column, rows, columns):
    """Where a cell of a map lies, from the corner of the map."""
    box = maps(page).nth(number).bounding_box()
    return {"x": box["width"] * (column + 0.5) / columns, "y": box["height"] * (row + 0.5) / rows}


def test_maps_stand_at_once_and_the_numbers_follow_the_keys(dashboard):
    page = dashboard.open("/kinds")
    expect(maps(page)).to_have_count(2)
    expect(page.locator(f"{HERE} svg.maps text", has_text="raincoats")).to_have_count(0)
    for text in (EN["kind_additive"], EN["kind_heads"], "Vaswani et al. 2017, eq. 1, §3.2.2"):
        expect(page.locator(f"{HERE} svg.maps").get_by_text(text, exact=False).first).to_be_visible()
    expect(numbers(page)).to_contain_text("32", timeout=60_000)  # a head's width: the browser has asked for them
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


def test_a_click_on_a_map_chooses_its_model_and_step(dashboard):
    page = dashboard.open("/kinds")
    rows, columns = 14, 17
    maps(page).first.click(position=point(page, 0, 2, 2, rows, columns))
    expect(page).to_have_url(re.compile(rf"[?&]model={OTHER}\b"))
    expect(radio(page, "kinds_model", EN["kind_additive"])).to_be_checked()
    expect(page.locator(LINE)).to_contain_text(f"{EN['kind_additive']} writes “in”")
    expect(page).to_have_url(re.compile(r"[?&]step=3\b"))
    expect(numbers(page)).to_contain_text("384", timeout=60_000)
    expect(page.locator(".katex").first).to_contain_text("tanh")
    maps(page).nth(1).hover(position=point(page, 1, 0, 0, rows, columns))
    expect(page.locator(f"{HERE} .cell")).to_contain_text(f"{EN['kind_heads']}: “Zwei” → “Two”: 0.")


def test_the_same_translation_makes_maps_comparable_and_their_difference_has_two_colours(dashboard):
    page = dashboard.open(f"/kinds?model={OTHER}&text=A+dog+runs+on+the+beach.")
    radio(page, "shows", EN["shows_same"]).click()
    expect(page.get_by_text(EN["kinds_same"].split("“")[0])).to_be_visible()
    before = maps(page).nth(1).get_attribute("href")
    same = maps(page).first.get_attribute("href")
    radio(page, "shows", EN["shows_difference"]).click()
    expect(page).to_have_url(re.compile(r"[?&]show=difference\b"))
    expect(maps(page).nth(1)).not_to_have_attribute("href", before)
    expect(maps(page).first).to_have_attribute("href", same)  # the chosen one stays itself
    expect(page.locator(f"{HERE} svg.maps")).to_contain_text(EN["kind_additive"] + " more")
    expect(page.locator(f"{HERE} svg.maps .row")).to_have_count(2)  # the same step in both


def test_a_link_restores_everything_and_a_foolish_one_is_answered(dashboard):
    page = dashboard.open("/kinds?lang=ru&text=A+dog+runs.&show=same&step=2&layer=1&head=5")
    expect(radio(page, "shows", RU["shows_same"], RU)).to_be_checked()
    expect(page.get_by_role("slider", name=RU["maps_slider"])).to_have_value("2")
    expect(page.get_by_role("combobox", name=RU["head"])).to_have_value("5")
    expect(page.get_by_role("combobox", name=RU["layer"])).to_have_value("1")
    expect(numbers(page)).to_contain_text(RU["maps_computed_head"].format(layer=1, head=5), timeout=60_000)

    page = dashboard.open("/kinds?show=all&step=99&head=0&model=nobody")
    for wish in ("show=all", "step=99", "head=0", "model=nobody"):
        expect(page.get_by_role("alert").filter(has_text=wish)).to_have_count(1)
    assert "?" not in page.url


def test_a_model_without_attention_has_no_map_and_says_so(dashboard):
    page = dashboard.open(f"/kinds?model={PLAIN}")
    expect(page.get_by_text("has no map")).to_be_visible()
    expect(maps(page)).to_have_count(2)
    expect(numbers(page)).to_be_hidden()
    expect(page.get_by_role("slider", name=EN["maps_slider"])).to_have_count(0)


def test_names_appear_with_the_last_answer_and_nowhere_before(dashboard):
    page = dashboard.open("/kinds?predict=true")
    drawing = page.locator(f"{HERE} svg.maps")
    expect(drawing).to_contain_text("A")
    for text in (EN["kind_additive"], EN["kind_heads"], "et al."):
        expect(drawing).not_to_contain_text(text)
    expect(page.locator(".katex")).to_have_count(0)
    quiz = page.locator(".st-key-kinds_quiz")
    quiz.locator(".option").first.click()
    following = quiz.get_by_role("button", name=EN["quiz_next"])
    following.click()
    expect(quiz.locator(".option").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(drawing).to_contain_text(EN["kind_heads"])
    expect(numbers(page)).to_contain_text(EN["maps_weight"], timeout=60_000)


def test_a_narrow_screen_holds_maps_and_numbers_and_a_theme_repaints_them(dashboard):
    page = dashboard.page
    page.set_viewport_size({"width": 400, "height": 900})
    dashboard.open(f"/kinds?model={OTHER}&show=difference")
    expect(numbers(page)).to_contain_text("softmax", timeout=60_000)
    assert page.locator("[data-testid=stMain]").evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    before = maps(page).nth(1).get_attribute("href")
    page.emulate_media(color_scheme="dark")  # without a word to the server
    expect(maps(page).nth(1)).not_to_have_attribute("href", before)

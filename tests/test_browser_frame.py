"""The frame of every page in Chromium: menu, keys, what finds a page, model or term, next page, history, the top."""

import io
import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from conftest import OTHER, WIDE, as_new, chosen
from PIL import Image, ImageStat
from playwright.sync_api import expect

import run
from benchmarks.places import PAGES, address
from dashboard.pages import GROUPS, TABLE
from dashboard.terms import TERMS
from dashboard.text import catalogue

EN, RU = catalogue("en"), catalogue("ru")
MAIN = "[data-testid=stMain]"
FIRST, SECOND = "A cat sleeps.", "A dog runs."


def heading(page, name, say=EN):
    return page.get_by_role("heading", name=say[f"page_{name}"], exact=True, level=1)


def field(page):
    return page.locator(".st-key-text input")


def links(page):
    return page.get_by_test_id("stSidebarNavLink")


def state(page):
    """What the address says."""
    return dict(parse_qsl(urlsplit(page.url).query))


def type_sentence(dashboard, text):
    field(dashboard.page).fill(text)
    dashboard.rerun(lambda: field(dashboard.page).press("Enter"))
    dashboard.settle()


def palette(page):
    return page.get_by_role("dialog", name=EN["shell_find"], exact=True)


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("name", ["kinds", "live"])
def test_title_link_keys_and_language_are_one_row(dashboard, name, width):
    page = dashboard.page
    page.set_viewport_size({"width": width, "height": 900})
    dashboard.open(address(name, lang="ru"))
    boxes = [page.locator(css).bounding_box() for css in (".st-key-top h1", ".st-key-shell", ".st-key-lang")]
    top = page.locator(".st-key-top").bounding_box()
    assert top["y"] + top["height"] <= 52
    assert top["height"] <= 48
    for left, right in pairwise(boxes):
        assert left["x"] + left["width"] <= right["x"] + 1
    assert all(top["y"] <= box["y"] and box["y"] + box["height"] <= top["y"] + top["height"] for box in boxes)
    assert boxes[-1]["x"] + boxes[-1]["width"] <= width
    title = page.locator(".st-key-top h1")
    assert title.evaluate("title => title.scrollWidth <= title.clientWidth"), "the title is cut off"


def test_the_menu_has_the_pages_by_groups_and_marks_the_one_that_is_open(dashboard):
    page = dashboard.page
    page.set_viewport_size({"width": 1280, "height": 900})
    dashboard.open(address("beam"))
    names = [EN["menu_home"], *(EN[f"page_{name}"] for name in PAGES[1:])]
    expect(links(page)).to_have_text(names)
    groups = page.get_by_test_id("stNavSectionHeader")
    expect(groups).to_contain_text([EN[f"menu_{group}"] for group in GROUPS if group])
    expect(page.locator("[data-testid=stSidebarNavLink][aria-current=page]")).to_have_text([EN["page_beam"]])
    assert page.locator(MAIN).bounding_box()["width"] >= 1280 - 200
    page.get_by_test_id("stSidebar").hover()
    page.get_by_role("button", name="Collapse sidebar").click()
    expect(page.get_by_test_id("stExpandSidebarButton")).to_be_visible()
    dashboard.open(address("step"))
    expect(page.get_by_test_id("stExpandSidebarButton")).to_be_visible()  # the browser remembers


def test_the_menu_is_folded_on_a_phone_and_opens(dashboard):
    page = dashboard.page
    page.set_viewport_size({"width": 400, "height": 900})
    dashboard.open(address("step"))
    expect(links(page).first).not_to_be_in_viewport()
    button, main = page.get_by_test_id("stExpandSidebarButton"), page.locator(MAIN)
    main.evaluate("main => main.scrollTo(0, 300)")
    expect(button).not_to_be_in_viewport()  # it would cover what stays in sight
    main.evaluate("main => main.scrollTo(0, 0)")
    button.click()
    expect(links(page).first).to_be_in_viewport()
    dashboard.rerun(links(page).filter(has_text=EN["page_order"]).click)
    expect(heading(page, "order")).to_be_visible()
    expect(links(page).first).not_to_be_in_viewport()


def test_the_next_page_is_at_the_foot_and_begins_at_its_top(dashboard):
    page = dashboard.page
    page.set_viewport_size({"width": 1280, "height": 400})
    dashboard.open(address("step", text=FIRST, model=OTHER))
    for name, after in (("step", "alignment"), ("alignment", "kinds")):
        link = page.locator(MAIN).get_by_role("link", name=EN["next"].format(page=EN[f"page_{after}"]))
        link.scroll_into_view_if_needed()
        assert page.locator(MAIN).evaluate("main => main.scrollTop") > 0, name
        dashboard.rerun(link.click)
        expect(heading(page, after)).to_be_visible()
        expect(field(page)).to_have_value(FIRST)
        dashboard.settle()
        assert page.locator(MAIN).evaluate("main => main.scrollTop") == 0, after
        assert state(page) == {"text": FIRST, "model": OTHER}
    dashboard.open(address(PAGES[-1]))
    expect(page.locator(MAIN).get_by_role("link", name=EN["next"].split("{")[0])).to_have_count(0)


def test_g_and_a_letter_lead_to_every_page(dashboard):
    page = dashboard.open("/")
    assert len({one.key for one in TABLE}) == len(PAGES)
    for one in (*TABLE[1:], TABLE[0]):
        page.locator("body").press("g")
        dashboard.rerun(lambda one=one: page.keyboard.press(one.key))
        expect(heading(page, one.name)).to_be_visible()
    page.keyboard.press("?")
    shown = page.get_by_role("dialog").locator("dt").all_text_contents()
    assert {f"{number}, g {one.key}" for number, one in enumerate(TABLE, 1)} <= set(shown)


def test_any_page_is_found_by_typing_in_both_languages(dashboard):
    page = dashboard.open(address("step"))
    field(page).focus()  # also from a field
    page.keyboard.press("Control+k")
    expect(palette(page)).to_be_visible()
    box = palette(page).get_by_role("combobox")
    expect(box).to_be_focused()
    options = palette(page).get_by_role("option")
    for typed in (EN["page_swap"], RU["page_swap"].lower(), f"{RU['menu_measured']} {EN['page_swap'][:6]}"):
        box.fill(typed)
        expect(options).to_contain_text([EN["page_swap"]])
    box.fill("zzz")
    expect(options).to_have_count(0)
    expect(palette(page)).to_contain_text(EN["shell_none"])
    for typed in ("softmax", "ЭНТРОП"):  # a term, in either language
        term = next(term for term in TERMS if typed.lower() in (term.en + term.ru).lower())
        box.fill(typed)
        expect(options.filter(has_text=term.en).first).to_contain_text(EN[f"page_{term.page}"])
        expect(options.filter(has_text=term.en).first).to_contain_text(EN[term.means])
    box.fill(EN["menu_measured"])
    expect(options).to_have_count(len(GROUPS["measured"]))
    last = len(GROUPS["measured"]) - 1
    for key, place in (("ArrowUp", last), ("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0)):  # round and round
        page.keyboard.press(key)
        expect(options.nth(place)).to_have_attribute("aria-selected", "true")
        assert box.get_attribute("aria-activedescendant") == options.nth(place).get_attribute("id")
    dashboard.rerun(lambda: page.keyboard.press("Enter"))
    expect(palette(page)).to_be_hidden()
    expect(heading(page, GROUPS["measured"][0])).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(palette(page)).to_be_hidden()
    expect(heading(page, GROUPS["measured"][0])).to_be_visible()


def test_a_model_that_is_found_is_chosen_on_the_page(dashboard):
    page = dashboard.open(address("beam", text=FIRST))
    page.get_by_role("button", name=EN["shell_find"]).click()
    palette(page).get_by_role("combobox").fill(OTHER)
    option = palette(page).get_by_role("option").first
    label = option.locator("span").first.inner_text()
    dashboard.rerun(option.click)
    dashboard.settle()
    expect(chosen(page, EN["model"])).to_have_value(re.compile(re.escape(label.split(" · ")[-1])))
    assert state(page) == {"text": FIRST, "model": OTHER}
    assert urlsplit(page.url).path == "/beam"


def test_a_page_is_dark_in_the_dark_before_any_of_its_own_styles_are_there(browser, server_url):
    context = browser.new_context(color_scheme="dark", java_script_enabled=False)
    page = context.new_page()
    page.goto(server_url + address("step"))
    frame = Image.open(io.BytesIO(page.screenshot())).convert("L")
    context.close()
    assert ImageStat.Stat(frame).median[0] < 40


@pytest.fixture
def fresh(browser, server_url):
    """A reader whose tab has been nowhere: of a history a browser keeps no more than 50 entries."""
    context = browser.new_context(viewport=WIDE)
    yield from as_new(context.new_page(), server_url)
    context.close()


def test_back_and_forward_restore_sentence_and_model_and_a_slider_is_no_entry(fresh):
    dashboard, page = fresh, fresh.open(address("step"))
    dashboard.settle()
    length = page.evaluate("history.length")
    places = [(page.url, field(page).input_value())]
    for text in (FIRST, SECOND):
        type_sentence(dashboard, text)
        places.append((page.url, text))
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+k")
    palette(page).get_by_role("combobox").fill(OTHER)
    dashboard.rerun(lambda: page.keyboard.press("Enter"))
    dashboard.settle()
    assert state(page) == {"text": SECOND, "model": OTHER}
    assert page.evaluate("history.length") == length + 3
    page.locator("body").press("ArrowRight")
    expect(page).to_have_url(re.compile("step="))
    dashboard.settle()
    assert page.evaluate("history.length") == length + 3
    for address_then, text in reversed(places):
        runs = dashboard.finished
        dashboard.rerun(page.go_back)
        dashboard.settle()
        assert dashboard.finished == runs + 1, "Streamlit ran the script as well, with what its widgets held"
        expect(field(page)).to_have_value(text)
        assert urlsplit(page.url).query.split("&step=")[0] == urlsplit(address_then).query.split("&step=")[0]
    for _, text in places[1:]:
        dashboard.rerun(page.go_forward)
        dashboard.settle()
        expect(field(page)).to_have_value(text)
    dashboard.rerun(page.go_forward)
    dashboard.settle()
    assert state(page)["model"] == OTHER
    assert page.evaluate("history.length") == length + 3


def test_a_page_is_an_entry_and_back_restores_what_it_read(dashboard):
    page = dashboard.open(address("step", text=FIRST))
    dashboard.settle()
    page.locator("body").press("g")
    dashboard.rerun(lambda: page.keyboard.press("b"))
    expect(heading(page, "beam")).to_be_visible()
    dashboard.settle()
    type_sentence(dashboard, SECOND)
    for name, text in (("beam", FIRST), ("step", FIRST)):
        dashboard.rerun(page.go_back)
        expect(heading(page, name)).to_be_visible()
        dashboard.settle()
        expect(field(page)).to_have_value(text)
    for name, text in (("beam", FIRST), ("beam", SECOND)):
        dashboard.rerun(page.go_forward)
        expect(heading(page, name)).to_be_visible()
        dashboard.settle()
        expect(field(page)).to_have_value(text)


def test_what_is_wider_than_a_phone_shows_that_it_goes_on(dashboard):
    page = dashboard.page
    page.set_viewport_size({"width": 400, "height": 900})
    dashboard.open(address("swap"))
    dashboard.settle()
    row = page.locator(".st-key-swap_small")
    expect(row).to_have_attribute("data-more", "")
    assert row.evaluate("row => getComputedStyle(row).maskImage") != "none"
    row.evaluate("row => row.scrollTo(row.scrollWidth, 0)")
    expect(row).not_to_have_attribute("data-more", "")


def test_no_style_has_a_scroll_timeline():
    """On some pages Chromium ended where such an animation was drawn."""
    sheets = (Path(run.HERE) / "dashboard").rglob("*.css")
    assert [sheet.name for sheet in sheets if "-timeline:" in sheet.read_text("utf-8")] == []

"""The page Home in Chromium: the sentence goes along by card, key and menu; the riddle; both languages."""

import re
from urllib.parse import parse_qs, quote_plus, urlsplit

from conftest import CARDS, OTHER
from playwright.sync_api import expect

from benchmarks.places import PAGES, READING
from core.checkpoints import example
from dashboard.beginning import DEFAULT, EXAMPLES
from dashboard.model_names import model_labels, outstanding
from dashboard.text import catalogue
from dashboard.views.home import figure as home
from dashboard.views.home.figure import LIVE

EN, RU = catalogue("en"), catalogue("ru")
TEXTS = {name: text for text, name in EXAMPLES.items()}
PICTURES = ".st-key-cards .card"


def heading(page):
    return page.get_by_role("heading", level=1)


def field(page, say=EN):
    return page.get_by_label(say["sentence_en"], exact=True)


def card(page, name):
    return page.locator(f"{PICTURES}[data-page={name}]")


def in_address(page, **values):
    """Wait until the address holds these."""
    for name, value in values.items():
        expect(page).to_have_url(re.compile(rf"[?&]{name}={re.escape(quote_plus(value))}(&|$)"))


def test_an_example_goes_along_to_every_page_by_card_key_and_menu(dashboard):
    page = dashboard.open(f"/?model={OTHER}&lang=ru")
    dashboard.rerun(lambda: page.get_by_role("button", name=RU["home_try_verb"]).click())
    expect(field(page, RU)).to_have_value(TEXTS["verb"])
    expect(page.get_by_text(RU["home_note_verb"].split("*")[0])).to_be_visible()
    expect(page.get_by_text(example(OTHER).hypotheses[0].text)).to_have_count(0)
    kept = {"text": TEXTS["verb"], "model": OTHER, "lang": "ru"}
    in_address(page, **kept)

    card(page, "beam").click()
    expect(heading(page)).to_have_text(RU["page_beam"])
    expect(field(page, RU)).to_have_value(TEXTS["verb"])
    in_address(page, **kept)

    page.locator("body").press("2")
    expect(heading(page)).to_have_text(RU["page_step"])
    expect(field(page, RU)).to_have_value(TEXTS["verb"])
    in_address(page, **kept)

    page.get_by_test_id("stSidebarNavLink").filter(has_text=RU["page_alignment"]).click()
    expect(heading(page)).to_have_text(RU["page_alignment"])
    expect(field(page, RU)).to_have_value(TEXTS["verb"])
    in_address(page, **kept)

    page.go_back()  # once: a page is one entry, whatever its address went through
    expect(heading(page)).to_have_text(RU["page_step"])
    expect(field(page, RU)).to_have_value(TEXTS["verb"])
    in_address(page, **kept)


def test_a_card_is_a_real_link_that_a_keyboard_follows(dashboard):
    page = dashboard.open("/?text=A+cat+sleeps.")
    expect(page.locator(PICTURES)).to_have_count(len(PAGES) - 1)
    for shown, name in zip(page.locator(PICTURES).all(), PAGES[1:], strict=True):
        expect(shown).to_contain_text(EN[f"page_{name}"])
        expect(shown).to_contain_text(EN[f"line_{name}"])
        if name in LIVE:
            expect(shown.get_by_role("img")).to_have_attribute("aria-label", re.compile(r".+"))
        else:
            assert (EN["home_cards_example"] in shown.inner_text()) == (name in READING)  # not the reader's sentence
            assert shown.locator("img").evaluate("image => image.complete && image.naturalWidth") == 600
        shown.hover()
        address = urlsplit(shown.get_attribute("href"))
        assert address.path == f"/{name}"
        assert parse_qs(address.query)["text"] == ["A cat sleeps."]
    with page.context.expect_page() as opened:
        card(page, "alignment").click(button="middle")
    beside = opened.value
    expect(heading(beside)).to_have_text(EN["page_alignment"])
    expect(field(beside)).to_have_value("A cat sleeps.")
    expect(heading(page)).to_have_text(EN["page_home"])
    beside.close()
    card(page, "step").focus()
    card(page, "step").press("Enter")
    expect(heading(page)).to_have_text(EN["page_step"])
    expect(field(page)).to_have_value("A cat sleeps.")


def test_in_the_dark_stored_pictures_are_dimmed(dashboard):
    page = dashboard.page
    for scheme, dimmed in (("light", False), ("dark", True)):
        page.emulate_media(color_scheme=scheme)
        dashboard.open("/")
        image = card(page, "heads").locator("img")
        expect(image).to_be_visible()
        assert (image.evaluate("image => getComputedStyle(image).filter") != "none") == dimmed


def test_the_riddle_hides_and_reveals(dashboard):
    compared = outstanding(CARDS, DEFAULT)
    said = [home.Translation(name, example(name).hypotheses[0].text, 0.0, None) for name in compared]
    blind = next(name for name in compared if not CARDS[name].attends)
    order = home.shuffled(said, example(DEFAULT).text)
    letter = home.LETTERS[[one.model for one in order].index(blind)]
    name = f"{letter} · {model_labels(CARDS, EN)[blind]}"
    page = dashboard.open("/?predict=true")
    expect(page.get_by_text(EN["home_hidden"], exact=True)).to_be_visible()
    rows = page.get_by_role("row").filter(has=page.get_by_role("cell", name=letter, exact=True))
    expect(rows).to_contain_text(example(blind).hypotheses[0].text)
    expect(page.get_by_role("cell", name=EN["model_rnn_none"])).to_have_count(0)
    expect(page.locator(f"{PICTURES} svg")).to_have_count(0)
    riddle = page.get_by_role("group", name=EN["home_question"])
    dashboard.rerun(lambda: riddle.get_by_role("button", name=letter, exact=True).press("Enter"))
    expect(page.get_by_text(EN["quiz_right"])).to_be_visible()
    expect(page.get_by_role("cell", name=name, exact=True)).to_be_visible()
    expect(page.locator(f"{PICTURES} svg")).to_have_count(3)
    expect(page.get_by_text(EN["home_hidden"], exact=True)).to_have_count(0)
    page.set_viewport_size({"width": 400, "height": 900})
    expect(page.locator(f"{PICTURES} svg")).to_have_count(3)
    assert page.locator(PICTURES).first.evaluate("card => card.getBoundingClientRect().right") <= 400

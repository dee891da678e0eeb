"""The page Home in Chromium: the sentence goes along by card, key and menu; the riddle; both languages."""

import re
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest
from playwright.sync_api import expect

from dashboard.figures.home import EXAMPLES
from dashboard.text import LANGUAGES, catalogue

EN, RU = catalogue("en"), catalogue("ru")
TEXTS = {name: text for text, name in EXAMPLES.items()}
CARDS = ".st-key-cards .card"


def heading(page):
    return page.get_by_role("heading", level=1)


def field(page, say=EN):
    return page.get_by_label(say["sentence_en"], exact=True)


def in_address(page, **values):
    """Wait until the address holds these."""
    for name, value in values.items():
        expect(page).to_have_url(re.compile(rf"[?&]{name}={re.escape(quote_plus(value))}(&|$)"))


def test_an_example_goes_along_to_every_page_by_card_key_and_menu(dashboard):
    page = dashboard.open("/?model=en-de-rnn-additive&lang=ru")
    dashboard.rerun(lambda: page.get_by_role("button", name=RU["home_example_verb"]).click())
    expect(field(page, RU)).to_have_value(TEXTS["verb"])
    expect(page.get_by_text("malt.").first).to_be_visible()
    kept = {"text": TEXTS["verb"], "model": "en-de-rnn-additive", "lang": "ru"}
    in_address(page, **kept)

    page.locator(CARDS).nth(2).click()
    expect(heading(page)).to_have_text(RU["page_beam"])
    expect(field(page, RU)).to_have_value(TEXTS["verb"])
    in_address(page, **kept)

    page.locator("body").press("2")
    expect(heading(page)).to_have_text(RU["page_step"])
    expect(field(page, RU)).to_have_value(TEXTS["verb"])
    in_address(page, **kept)

    page.get_by_text(RU["menu_watch"], exact=True).click()
    page.get_by_role("menuitem", name=RU["menu_alignment"]).click()
    expect(heading(page)).to_have_text(RU["page_alignment"])
    expect(field(page, RU)).to_have_value(TEXTS["verb"])
    in_address(page, **kept)

    page.go_back()
    expect(heading(page)).to_have_text(RU["page_step"])
    expect(field(page, RU)).to_have_value(TEXTS["verb"])


def test_what_only_a_link_says_goes_along_too(dashboard):
    page = dashboard.open("/step?text=A+dog.&model=en-de-rnn-additive")
    page.locator("body").press("1")
    expect(heading(page)).to_have_text(EN["page_home"])
    expect(field(page)).to_have_value("A dog.")
    in_address(page, text="A dog.", model="en-de-rnn-additive")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_is_a_real_link_that_a_keyboard_follows(dashboard, language):
    say = catalogue(language)
    page = dashboard.open(f"/?text=A+cat+sleeps.&lang={language}")
    cards = page.locator(CARDS)
    expect(cards).to_have_count(3)
    for card, name in zip(cards.all(), ("step", "alignment", "beam"), strict=True):
        expect(card).to_contain_text(say[f"page_{name}"])
        expect(card.get_by_role("img")).to_have_attribute("aria-label", re.compile(r".+"))
        card.hover()
        address = urlsplit(card.get_attribute("href"))
        assert address.path == f"/{name}"
        assert parse_qs(address.query)["text"] == ["A cat sleeps."]
    with page.context.expect_page() as opened:
        cards.nth(1).click(button="middle")
    beside = opened.value
    expect(heading(beside)).to_have_text(say["page_alignment"])
    expect(field(beside, say)).to_have_value("A cat sleeps.")
    expect(heading(page)).to_have_text(say["page_home"])
    beside.close()
    cards.first.focus()
    cards.first.press("Enter")
    expect(heading(page)).to_have_text(say["page_step"])
    expect(field(page, say)).to_have_value("A cat sleeps.")


def test_the_riddle_hides_and_reveals(dashboard):
    page = dashboard.open("/?predict=true")
    expect(page.get_by_text(EN["home_hidden"], exact=True)).to_be_visible()
    expect(page.get_by_role("cell", name=EN["model_rnn_none"])).to_have_count(0)
    expect(page.locator(f"{CARDS} svg")).to_have_count(0)
    riddle = page.get_by_role("group", name=EN["home_question"])
    rows = page.get_by_role("row").filter(has_text=re.compile("Trikots"))
    letter = rows.get_by_role("cell").first.text_content()
    dashboard.rerun(lambda: riddle.get_by_role("button", name=letter).press("Enter"))
    expect(page.get_by_text(EN["quiz_right"])).to_be_visible()
    expect(page.get_by_role("cell", name=f"{letter} · {EN['model_rnn_none']}")).to_be_visible()
    expect(page.locator(f"{CARDS} svg")).to_have_count(3)
    expect(page.get_by_text(EN["home_hidden"], exact=True)).to_have_count(0)


def test_markup_is_text_and_a_narrow_screen_does_not_scroll_sideways(dashboard):
    page = dashboard.page
    page.set_viewport_size({"width": 400, "height": 900})
    dashboard.open("/?text=<script>window.broken=1</script>+<s>+$x$+**b**")
    expect(page.locator(f"{CARDS} svg")).to_have_count(3)
    assert page.evaluate("window.broken") is None
    assert page.locator("[data-testid=stMain]").evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    assert page.locator(f"{CARDS}").first.evaluate("card => card.getBoundingClientRect().right") <= 400

"""The page in a real Chromium, as a reader uses it; the fixture fails on any console error or request to elsewhere."""

import pytest
from playwright.sync_api import expect

from core.checkpoints import cards
from dashboard.text import catalogue

MODELS = sorted(cards()[0])
EN, RU = catalogue("en"), catalogue("ru")
NODES = ".tree .nodes > g"


def labels(page):
    """The tokens that the tree shows."""
    return page.locator(f"{NODES} text").all_text_contents()


def type_sentence(dashboard, text):
    field = dashboard.page.get_by_label(EN["sentence"], exact=True)

    def act():
        field.fill(text)
        field.press("Enter")

    dashboard.rerun(act)


def test_a_stranger_types_a_sentence_and_widens_the_beam(dashboard):
    page = dashboard.open()
    page.locator(NODES).first.wait_for()
    stored = labels(page)
    type_sentence(dashboard, "Two dogs are playing in the snow.")
    typed = labels(page)
    assert typed != stored
    assert "Zwei" in typed
    slider = page.get_by_role("slider", name=EN["beam_size"])
    dashboard.rerun(lambda: slider.press("ArrowRight"))
    assert labels(page) != typed
    assert "beam=6" in page.url
    for name in MODELS:
        assert page.get_by_role("cell", name=name).count() == 0  # models have names in words


def test_the_tree_grows_step_by_step_without_the_server(dashboard):
    page = dashboard.open()
    page.locator(NODES).first.wait_for()
    whole, runs = len(labels(page)), dashboard.finished
    step = page.get_by_role("slider", name=EN["tree_slider"])
    step.focus()
    step.press("Home")
    assert len(labels(page)) < whole or page.locator(f"{NODES}:visible").count() < whole
    page.get_by_role("button", name=EN["tree_forward"]).click()
    assert page.get_by_text(EN["tree_step"].split("{")[0] + "1 ").count() == 1
    step.press("End")
    assert page.locator(f"{NODES}:visible").count() == whole
    assert dashboard.finished == runs


def test_markup_in_a_sentence_is_text(dashboard):
    page = dashboard.open()
    text = "<script>window.broken = 1</script> <s> A **dog** $x$ <b>runs</b>."
    type_sentence(dashboard, text)
    assert page.evaluate("window.broken") is None
    chips = page.locator("[data-testid=stHtml] div span").all_text_contents()
    assert "".join(chips).startswith("␣<script>window")
    assert page.locator("[data-testid=stHtml] script, [data-testid=stHtml] s, [data-testid=stHtml] b").count() == 0
    assert page.get_by_text("⁇").count() or page.locator(NODES).count()


def test_a_link_restores_everything_in_another_browser(dashboard):
    link = f"/?lang=ru&beam=3&norm=average&text=A+cat+sleeps.&model={MODELS[0]}"
    page = dashboard.open(link)
    expect(page.get_by_role("heading", name=RU["page_translate"], exact=True)).to_be_visible()
    expect(page.get_by_label(RU["sentence"], exact=True)).to_have_value("A cat sleeps.")
    expect(page.get_by_role("slider", name=RU["beam_size"])).to_have_value("3")
    dashboard.rerun(lambda: page.get_by_role("radio", name="English").click())
    expect(page.get_by_role("heading", name=EN["page_translate"], exact=True)).to_be_visible()
    expect(page.get_by_label(EN["sentence"], exact=True)).to_have_value("A cat sleeps.")
    assert "lang" not in page.url
    assert f"model={MODELS[0]}" in page.url


@pytest.mark.parametrize("name", MODELS)
def test_every_model_can_be_chosen_and_shows_where_it_looked_or_why_not(dashboard, name):
    page = dashboard.open(f"/?model={name}")
    page.locator(NODES).first.wait_for()
    if cards()[0][name].attends:
        page.locator(".js-plotly-plot .main-svg").first.wait_for()
        ticks = page.locator(".xtick text").all_text_contents()
        assert ticks[0] == "Two"
        assert ticks[-1] == "<eos>"
    else:
        assert page.get_by_text(EN["alignment_none"].split("{")[0]).count() == 1


def test_two_readers_do_not_disturb_each_other(dashboard, browser, server_url):
    from conftest import Dashboard

    context = browser.new_context()
    other = Dashboard(context.new_page(), server_url)
    dashboard.open()
    other.open()
    type_sentence(dashboard, "A man is riding a horse.")
    type_sentence(other, "A woman reads a book.")
    first, second = (one.page.get_by_label(EN["sentence"], exact=True).input_value() for one in (dashboard, other))
    assert (first, second) == ("A man is riding a horse.", "A woman reads a book.")
    assert labels(dashboard.page) != labels(other.page)
    context.close()
    assert not other.problems


def test_a_narrow_screen_never_scrolls_sideways(dashboard):
    page = dashboard.page
    page.set_viewport_size({"width": 400, "height": 900})
    dashboard.open()
    page.locator(NODES).first.wait_for()
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("box => box.scrollWidth - box.clientWidth") <= 0

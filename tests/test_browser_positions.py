"""Positions in a real Chromium: other numbers, a click on a cell, a landscape that is saved, words shuffled."""

import io
import re

import numpy as np
from conftest import never_scrolls_sideways, radio
from PIL import Image
from playwright.sync_api import expect

from benchmarks.places import address
from dashboard.text import catalogue
from dashboard.views.positions import tables

EN = catalogue("en")


def field(page, name):
    """One of the whole numbers."""
    return page.get_by_role("spinbutton", name=EN[f"positions_{name}"], exact=True)


def trace(page, key="positions_matrix_0"):
    """What Plotly drew: the numbers of the first trace, row by row."""
    plot = page.locator(f".st-key-{key} .js-plotly-plot")
    plot.locator(".main-svg").first.wait_for()
    return np.array(plot.evaluate("plot => plot._fullData[0].z.map(row => [...row])"))


def at(page, x, y, key="positions_matrix_0"):
    """Where a place of the picture stands on the screen."""
    plot = page.locator(f".st-key-{key} .js-plotly-plot")
    place = """(plot, [x, y]) => {
      const {xaxis, yaxis} = plot._fullLayout, box = plot.getBoundingClientRect();
      return [box.left + xaxis._offset + xaxis.l2p(x), box.top + yaxis._offset + yaxis.l2p(y)];
    }"""
    return plot.evaluate(place, [x, y])


def test_the_robots_table_a_click_on_a_cell_and_other_numbers_stand_in_the_link(dashboard):
    page = dashboard.open("/positions")
    dashboard.rerun(lambda: page.get_by_role("button", name=EN["positions_try_robot"]).click())
    dashboard.settle()
    small = "positions_small_0"
    np.testing.assert_allclose(trace(page, small), tables.sinusoidal(np.arange(4), 4, 100), atol=1e-6)
    expect(page.locator(".st-key-positions_small .ytick text")).to_have_text(["0 I", "1 am", "2 a", "3 robot"])
    dashboard.rerun(lambda: page.mouse.click(*at(page, 1, 2, small)))
    expect(field(page, "row")).to_have_value("2")
    expect(field(page, "column")).to_have_value("1")
    title = page.locator(".st-key-positions_small .gtitle")
    expect(title).to_contain_text(EN["matrix_cell"].format(row=2, column=1, value="-0.42"))
    expect(title).to_contain_text("d = 4, n = 100")  # another size, another number

    dashboard.open(
        address("positions", view="matrix", text="I am a robot", length=4, width=4, base=100, row=2, column=1)
    )
    page.get_by_text(EN["positions_more"]).click()
    np.testing.assert_allclose(trace(page), tables.sinusoidal(np.arange(4), 4, 100), atol=1e-6)
    field(page, "base").fill("1000")
    dashboard.rerun(lambda: field(page, "base").press("Enter"))
    dashboard.rerun(lambda: field(page, "width").press("ArrowUp"))
    expect(field(page, "width")).to_have_value("5")
    dashboard.settle()
    np.testing.assert_allclose(trace(page), tables.sinusoidal(np.arange(4), 5, 1000), atol=1e-6)
    for part in ("length=4", "width=5", "base=1000", "row=2", "column=1"):
        expect(page).to_have_url(re.compile(rf"[?&]{part}\b"))
    link = page.url
    page.goto("about:blank")
    dashboard.open(link.removeprefix(dashboard.url))
    page.get_by_text(EN["positions_more"]).click()
    for name, value in {"length": 4, "width": 5, "base": 1000, "row": 2, "column": 1}.items():
        expect(field(page, name)).to_have_value(str(value))
    np.testing.assert_allclose(trace(page), tables.sinusoidal(np.arange(4), 5, 1000), atol=1e-6)


def test_a_landscape_stands_beside_another_and_is_saved_with_it(dashboard):
    page = dashboard.page
    page.set_viewport_size({"width": 800, "height": 700})  # software draws it here: fewer pixels
    dashboard.open(address("positions", view="matrix", form="surface", beside="learned", length=8, width=8))
    page.locator(".js-plotly-plot canvas").nth(1).wait_for()
    dashboard.rerun(lambda: page.get_by_text(EN["data"]).click())
    with page.expect_download() as download:
        page.get_by_role("button", name=EN["save"].format(kind="PNG")).click()
    saved = Image.open(io.BytesIO(download.value.path().read_bytes())).convert("HSV")
    heights = [page.locator(f".st-key-positions_matrix_{number} .js-plotly-plot") for number in (0, 1)]
    assert saved.height >= 2 * sum(int(plot.bounding_box()["height"]) for plot in heights)
    for half in (0, 1):  # colours to the left of each scale are the landscape's own
        box = (0, half * saved.height // 2 + 100, saved.width * 3 // 4, (half + 1) * saved.height // 2 - 100)
        assert (np.asarray(saved.crop(box))[..., 1] > 60).mean() > 0.02


def test_a_view_at_a_time_by_keys_and_a_word_by_a_click(dashboard):
    page = dashboard.open("/positions")
    first = radio(page, EN["view"], EN["view_why"])
    first.focus()
    for name in ("small", "matrix", "waves", "distance", "rotation", "added"):
        page.keyboard.press("ArrowRight")
        dashboard.rerun(lambda: page.keyboard.press("Space"))
        expect(page).to_have_url(re.compile(rf"[?&]view={name}\b"))
        page.locator(f".st-key-positions_{name} .main-svg").first.wait_for()
        assert page.locator(".st-key-positions_why").count() == 0
    dashboard.settle()
    dashboard.rerun(lambda: page.mouse.click(*at(page, 4, 1, "positions_added_1")))
    expect(field(page, "word")).to_have_value("5")
    expect(page).to_have_url(re.compile(r"[?&]word=5\b"))


def test_words_are_shuffled_again_and_again_and_their_order_goes_to_word_order(dashboard):
    page = dashboard.open(address("positions", view="why", text="A dog bites a man.", seed=3))
    rows = page.get_by_role("table").locator("tbody tr")
    expect(rows).to_have_count(3, timeout=60_000)
    before = rows.first.text_content()
    dashboard.rerun(lambda: page.get_by_role("button", name=EN["shuffle_again"], exact=True).click())
    expect(page).to_have_url(re.compile(r"[?&]seed=4\b"))
    expect(rows.first).not_to_have_text(before)
    mixed = rows.first.get_by_role("cell").nth(2).text_content()
    dashboard.rerun(lambda: page.get_by_role("link", name=EN["why_more"]).click())
    expect(page.locator(".st-key-order .word")).to_have_text(mixed.rstrip(".").split())


def test_a_guess_comes_before_the_picture_and_a_phone_never_scrolls_sideways(dashboard):
    page = dashboard.page
    page.set_viewport_size({"width": 400, "height": 900})
    dashboard.open(address("positions", view="distance", predict="true"))
    expect(page.locator(".js-plotly-plot")).to_have_count(0)
    dashboard.rerun(lambda: page.get_by_role("button", name="yes", exact=True).click())
    page.locator(".st-key-positions_distance .main-svg").first.wait_for()
    expect(page.get_by_text(EN["ask_distance_answer"])).to_be_visible()
    assert never_scrolls_sideways(page)
    expect(page.locator(".modebar-container").first).to_be_hidden()  # it would lie on the title

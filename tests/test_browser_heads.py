"""Heads in a real Chromium: small maps pointed at, kept, sorted, by mouse and keys; BertViz; a page that is saved."""

import re

import numpy as np
from conftest import OTHER, radio
from playwright.sync_api import expect

from core.checkpoints import example
from dashboard.beginning import DEFAULT
from dashboard.readings import Reading
from dashboard.text import catalogue
from dashboard.views.heads.parts import parts

EN = catalogue("en")
TRACE = example(DEFAULT)
PARTS = parts(Reading(DEFAULT, TRACE.hypotheses[0], TRACE))
VALUES = "canvas => canvas.maps().map(({values, notes, title, rows}) => [[...values], notes, title, rows.length])"


def box(page, which):
    """The small maps or the large ones."""
    return page.locator(f".st-key-heads .{which}")


def maps(page, which):
    """What stands there."""
    return box(page, which).locator("canvas[role=img]").evaluate(VALUES)


def weights(part, layer, head, units="words"):
    """A head's cells as the page has to show them, counted from 1."""
    return PARTS[part].attention[units].weights[layer - 1, head - 1].astype(float).ravel()


def point(page, number):
    """Where a small map's middle is on the screen."""
    canvas = box(page, "small").locator("canvas[role=img]")
    canvas.scroll_into_view_if_needed()
    middle = "(canvas, i) => (({x, y, width, height}) => [x + width / 2, y + height / 2])(canvas.maps()[i])"
    place = canvas.evaluate(middle, number)
    at = box(page, "small").locator(".cells").bounding_box()
    return at["x"] + place[0], at["y"] + place[1]


def is_large(page, part, layer, head, units="words"):
    """The large map is this head's."""
    title = EN["heads_place"].format(part=EN[f"heads_{part}"], layer=layer, head=head)
    expect(box(page, "large").locator("h3")).to_have_text(title)
    ((values, *_),) = maps(page, "large")
    assert np.allclose(values, weights(part, layer, head, units), atol=1e-4)


def test_a_head_is_pointed_at_kept_and_found_by_what_is_measured(dashboard):
    page = dashboard.open("/heads")
    is_large(page, "encoder", 1, 1)
    count = sum(np.prod(part.heads) + 3 for part in PARTS.values())
    assert len(maps(page, "small")) == count
    page.mouse.move(*point(page, 9), steps=3)
    is_large(page, "encoder", 2, 2)
    expect(box(page, "small").locator(".cell")).to_contain_text("→")
    page.mouse.move(5, 5)
    is_large(page, "encoder", 1, 1)
    page.mouse.click(*point(page, 9))
    expect(page).to_have_url(re.compile(r"[?&]layer=2&head=2|[?&]head=2.*layer=2"))
    is_large(page, "encoder", 2, 2)

    radio(page, EN["heads_parts"], EN["heads_cross"]).check()
    is_large(page, "cross", 2, 2)  # before the server has heard of it
    page.get_by_role("combobox", name=EN["heads_measure"]).select_option("entropy")
    page.get_by_role("combobox", name=EN["heads_order"]).select_option("least")
    entropies = PARTS["cross"].measures["words"]["entropy"]
    layer, head = np.unravel_index(entropies.argmin(), entropies.shape)
    first = maps(page, "small")[0]
    assert np.allclose(first[0], weights("cross", layer + 1, head + 1), atol=1e-4)
    assert first[1] == [f"{layer + 1}·{head + 1}  {entropies.min():.2f}".rstrip("0")]
    dashboard.settle()  # else an answer to what was chosen before could come between
    page.mouse.move(5, 5)
    box(page, "small").locator(".cells").focus()
    for key in ("ArrowDown", "Enter"):
        page.keyboard.press(key)
    is_large(page, "cross", layer + 1, head + 1)
    radio(page, EN["units"], EN["align_pieces"]).check()
    is_large(page, "cross", layer + 1, head + 1, "pieces")
    dashboard.settle()
    expect(page).to_have_url(re.compile(r"[?&]order=least\b"))

    page.get_by_role("combobox", name=EN["heads_amount"]).select_option("norm")
    expect(page).to_have_url(re.compile(r"[?&]amount=norm\b"))
    expect(box(page, "small").locator(".note")).to_be_empty()
    assert box(page, "large").locator("canvas").evaluate("canvas => canvas.maps()[0].most") != 1


def test_two_models_are_subtracted_and_bertviz_opens_the_chosen_head_and_is_saved(dashboard, tmp_path):
    page = dashboard.open(f"/heads?part=cross&layer=1&head=1&compare={OTHER}")
    first, second, between = (np.array(values) for values, *_ in maps(page, "large"))
    assert np.allclose(first, weights("cross", 1, 1), atol=1e-4)
    assert np.allclose(between, first - second, atol=1e-6)

    dashboard.open("/heads?part=decoder&layer=2&head=3")
    dashboard.rerun(lambda: page.get_by_role("radio", name=EN["tab_head_view"]).click())
    frame = page.frame_locator(".st-key-bertviz_head_view iframe")
    expect(frame.locator("#layer")).to_have_value("1")
    dashboard.rerun(lambda: frame.locator("#layer").select_option("2"))
    expect(page).to_have_url(re.compile(r"[?&]layer=3\b"))
    with page.expect_download() as download:
        page.get_by_role("button", name=EN["bertviz_save"]).click()
    file = tmp_path / "saved.html"
    download.value.save_as(file)
    dashboard.rerun(lambda: page.get_by_role("radio", name=EN["tab_model_view"]).click())
    frame = page.frame_locator(".st-key-bertviz_model_view iframe")
    expect(frame.locator("text", has_text="Layer 2, Head 2")).to_be_visible()
    alone, asked = page.context.new_page(), []  # a page that reaches nothing but files
    alone.route(re.compile("^https?:"), lambda route: (asked.append(route.request.url), route.abort()))
    alone.goto(file.as_uri())
    expect(alone.locator("#vis text").first).to_be_visible()
    assert alone.locator("#vis line").count() > 0
    alone.close()
    assert not asked, "the saved page needs the internet"

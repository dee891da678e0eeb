"""The Transformer in a real Chromium: parts unfold by click and by keys, a signal's way, the cache step by step."""

import re

from conftest import never_scrolls_sideways
from playwright.sync_api import expect

from benchmarks.places import address
from dashboard.text import catalogue

EN = catalogue("en")
TEXT = "A dog bites a man."


def part(page, name):
    """The button that opens a part."""
    return page.locator(f".part[data-part={name}]")


def test_parts_unfold_by_click_and_by_keys_and_stand_in_the_link(dashboard):
    page = dashboard.open(address("transformer", text=TEXT))
    picture = page.locator(".st-key-transformer svg[role=img], svg.picture").first
    expect(part(page, "encoder-1-self")).to_have_attribute("aria-expanded", "true")
    expect(picture).to_contain_text(EN["net_by_head"], timeout=60_000)
    part(page, "encoder-1-feed").click()
    expect(picture).to_contain_text(re.compile(r"\d+ of 512 hidden units fire for “A”"), timeout=60_000)
    expect(part(page, "encoder-1-self")).to_have_attribute("aria-expanded", "false")

    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(part(page, "encoder-1-feed-norm")).to_have_attribute("aria-expanded", "true")
    expect(picture).to_contain_text(EN["net_normalised"])
    page.keyboard.press("ArrowDown")
    expect(part(page, "encoder-2-feed-norm")).to_be_focused()
    dashboard.rerun(lambda: page.get_by_role("button", name=EN["transformer_try_cross"], exact=True).click())
    expect(part(page, "decoder-1-cross")).to_have_attribute("aria-expanded", "true")
    page.get_by_role("combobox", name=EN["net_step"], exact=True).select_option("2")
    part(page, "decoder-softmax").click()
    expect(picture).to_contain_text(EN["net_rest"])
    dashboard.settle()
    for wish in ("box=decoder-softmax", "step=3"):
        expect(page).to_have_url(re.compile(rf"[?&]{wish}\b"))
    link = page.url
    page.goto("about:blank")
    dashboard.open(link.removeprefix(dashboard.url))
    expect(part(page, "decoder-softmax")).to_have_attribute("aria-expanded", "true")


def test_a_signals_way_and_the_cache_on_a_phone(dashboard):
    page = dashboard.page
    page.set_viewport_size({"width": 400, "height": 900})
    dashboard.open(address("transformer", text=TEXT, inside="families", first=1, second=4))
    line = page.locator("p.line")
    expect(line).to_have_text(
        re.compile("steps along the RNN: 4, along self-attention: 1"), timeout=60_000
    )  # “bites” is two tokens
    page.get_by_role("combobox", name=EN["families_second"], exact=True).select_option("5")
    expect(line).to_have_text(re.compile("steps along the RNN: 6, along self-attention: 1"))
    dashboard.settle()
    expect(page).to_have_url(re.compile(r"[?&]second=6\b"))
    assert never_scrolls_sideways(page)

    dashboard.rerun(lambda: page.get_by_role("radio", name=EN["inside_cache"], exact=True).click())
    expect(page.locator(".square.new")).to_have_count(2)  # a token and its place in the legend
    before = page.locator("g .square.kept").count()
    page.get_by_role("button", name=EN["cache_forward"], exact=True).click()
    expect(page.locator("g .square.kept")).to_have_count(before + 1)
    assert never_scrolls_sideways(page)

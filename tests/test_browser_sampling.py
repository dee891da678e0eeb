"""Sampling in a real Chromium: the tree grows sample by sample, is walked by keys; a sample loses its vote."""

import re

from playwright.sync_api import expect

from core.checkpoints import stored_draws
from dashboard.beginning import DEFAULT
from dashboard.text import catalogue
from dashboard.views.sampling import board, figure

EN = catalogue("en")
DRAWN = stored_draws(DEFAULT).hypotheses


def counts(page):
    """How often each translation of the list has been drawn."""
    return [int(text) for text in page.locator(".counts tbody td:nth-child(3)").all_inner_texts()]


def test_the_tree_grows_with_each_sample_is_walked_by_keys_and_told_in_a_link(dashboard):
    page = dashboard.open("/sampling")
    rows, tree = figure.payload(DRAWN, 16, True)["rows"], figure.branches(DRAWN)
    assert counts(page) == [len(row[1]) for row in rows]
    branches = page.locator(".branch")
    assert branches.count() == len(tree)
    page.keyboard.press("Home")
    assert branches.count() == 1
    for number in (1, 2, 3):
        page.keyboard.press("ArrowRight")
        assert branches.count() == sum(branch.drawn[0] <= number for branch in tree)
        assert counts(page) == [sum(at <= number for at in row[1]) for row in rows]
    expect(page).to_have_url(re.compile(r"[?&]drawn=3"))
    dashboard.open("/sampling?drawn=3")
    assert sum(counts(page)) == 3
    page.get_by_role("group", name=EN["paths_tree"]).focus()
    line = page.locator("p.line[role=status]")
    told = line.inner_text()
    for key in ("ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert line.inner_text() != told
    assert "of 3 (" in line.inner_text()
    page.keyboard.press("Escape")
    assert line.inner_text() == told


def test_who_is_unticked_has_no_vote_and_the_winner_follows(dashboard):
    page = dashboard.open("/sampling?tab=mbr&utility=exact&candidates=samples")
    votes = [one.text for one in DRAWN]
    best = board.voted((), DRAWN, "exact", "samples", frozenset()).candidates[0].text
    expect(page.get_by_text(f"Minimum Bayes risk picks “{best}”")).to_be_visible()
    out = [number for number, text in enumerate(votes, 1) if text == best]
    for number in out:
        box = page.get_by_role("checkbox", name=f"{number}. ")
        dashboard.rerun(box.first.uncheck)
    wanted = board.voted((), DRAWN, "exact", "samples", frozenset(out)).candidates[0].text
    assert wanted != best
    expect(page.get_by_text(f"Minimum Bayes risk picks “{wanted}”")).to_be_visible()
    expect(page).to_have_url(re.compile("without=" + "(,|%2C)".join(map(str, out))))
    dashboard.rerun(page.get_by_role("button", name=EN["ballot_all"]).click)
    expect(page.get_by_text(f"Minimum Bayes risk picks “{best}”")).to_be_visible()


def test_what_is_drawn_stays_text(dashboard):
    page = dashboard.open("/sampling?text=%3C%2Fscript%3E%3Cimg+src%3Dx+onerror%3Dalert(1)%3E&samples=8")
    dashboard.settle()
    assert page.locator(".counts tbody tr").count() >= 1
    assert page.locator(".counts img, .branch img").count() == 0

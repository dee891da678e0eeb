"""A search taken by the hand, in a real Chromium: force, ban, type, undo, from a link, in two tabs, by keys alone."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from benchmarks.places import address
from dashboard.text import catalogue

EN = catalogue("en")
TEXT = "A cat sleeps on the roof."
NODES = ".tree .nodes > g:not(.gone)"
FINISHED = ".hypotheses tbody td:nth-child(2)"


def link(page):
    """What the address says of what steers the search."""
    query = parse_qs(urlsplit(page.url).query)
    return {name: query[name][0] for name in ("prefix", "ban") if name in query}


def opened(dashboard, **more):
    page = dashboard.open(address("beam", text=TEXT, **more))
    dashboard.settle()
    return page


def act(page, name):
    return page.locator(".hand").get_by_role("button", name=name, exact=True)


def steered(dashboard, action):
    """Steer, and wait until the new search is there."""
    dashboard.rerun(action)
    dashboard.settle()


def free(page):
    """The texts that finished, and the first candidate that the best translation does not go through."""
    return page.locator(FINISHED).all_text_contents(), page.locator(f"{NODES}.kept:not(.best)").first


def test_a_candidate_that_is_taken_is_forced_and_undone_and_back_does_the_same(dashboard):
    page = opened(dashboard)
    texts, node = free(page)
    expect(page.locator(".winner .text")).to_have_text(texts[0])
    node.click()
    forced = page.locator(".hand .path").inner_text()
    steered(dashboard, act(page, EN["tree_hand_on"]).click)
    assert link(page) == {"prefix": f"{forced} "}  # the space: as a whole word
    expect(page.locator(FINISHED)).not_to_have_text(texts)
    others = page.locator(FINISHED).all_text_contents()
    assert all(re.match(rf"{forced}\b", text) for text in others)
    expect(page.locator(".steering ins").first).to_be_visible()
    expect(page.locator(".steering .loss")).to_have_text(re.compile(EN["tree_lost"].format(value=r"\d+\.\d\d")))
    page.locator(".steering").get_by_label(EN["tree_both"]).check()
    dashboard.settle()
    titles = [re.compile(f"^{EN['tree_forced']}: {forced}"), re.compile(f"^{EN['tree_free']}: {texts[0][:8]}")]
    expect(page.locator(".pane .title")).to_have_text(titles)
    page.locator(".steering").get_by_label(EN["tree_both"]).uncheck()
    dashboard.settle()
    dashboard.rerun(page.go_back)
    dashboard.settle()
    expect(page.locator(".steering")).to_be_hidden()
    expect(page.locator(FINISHED)).to_have_text(texts)
    dashboard.rerun(page.go_forward)
    dashboard.settle()
    expect(page.locator(FINISHED)).to_have_text(others)
    steered(dashboard, page.locator(".steering .undo").click)
    expect(page.locator(FINISHED)).to_have_text(texts)
    assert link(page) == {}


def test_a_banned_word_is_nowhere_and_a_link_shows_the_same_tree(dashboard, another):
    page = opened(dashboard)
    page.locator(f"{NODES}.best:not(.finished)").nth(2).click()
    button = page.locator(".hand .acts button").nth(1)
    word = re.search("“(.+)”", button.inner_text())[1]
    steered(dashboard, button.click)
    assert link(page) == {"ban": word}
    texts = page.locator(FINISHED).all_text_contents()
    assert not [text for text in texts if re.search(rf"\b{word}\b", text)]
    drawn = page.locator(f"{NODES} .token").all_text_contents()
    second = another.open(page.url.removeprefix(another.url))
    another.settle()
    assert second.locator(f"{NODES} .token").all_text_contents() == drawn
    another.rerun(second.locator(".steering .clear").click)  # which the first tab does not see
    another.settle()
    assert second.locator(FINISHED).all_text_contents() != texts
    dashboard.rerun(lambda: page.get_by_role("slider", name=EN["length_penalty"]).press("ArrowLeft"))
    dashboard.settle()
    assert link(page) == {"ban": word}
    expect(page.locator(FINISHED)).to_have_count(len(texts))
    assert not [text for text in page.locator(FINISHED).all_text_contents() if re.search(rf"\b{word}\b", text)]


def test_by_keys_alone_a_word_is_typed_and_what_cannot_be_met_is_answered(dashboard):
    page = opened(dashboard)
    tree = page.get_by_role("group", name=EN["tree_tree"])
    tree.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    field = page.get_by_label(EN["tree_hand_word"])
    expect(field).to_be_focused()
    page.keyboard.type("Zwei <b>")  # text stays text
    page.keyboard.press("Escape")
    expect(page.locator(".hand")).to_be_hidden()
    expect(tree).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("Oben")
    steered(dashboard, lambda: page.keyboard.press("Enter"))
    assert link(page) == {"prefix": "Oben "}
    assert all(text.startswith("Oben") for text in page.locator(FINISHED).all_text_contents())
    steered(dashboard, page.locator(".steering .clear").click)
    tree.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("猫")
    steered(dashboard, lambda: page.keyboard.press("Enter"))
    expect(page.get_by_test_id("stAlert")).to_have_count(1)
    expect(page.locator(".steering .loss")).to_have_text(EN["tree_steer_refused"])
    steered(dashboard, page.locator(".steering .undo").click)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


def test_another_sentence_drops_what_steered_the_last(dashboard):
    page = opened(dashboard, prefix="Die")
    expect(page.locator(".steering")).to_be_visible()
    field = page.get_by_label(EN["sentence_en"])
    field.fill("A dog runs.")
    dashboard.rerun(lambda: field.press("Enter"))
    dashboard.settle()
    expect(page.locator(".steering")).to_be_hidden()
    assert link(page) == {}


def test_a_step_is_counted_and_what_is_pointed_at_lights_the_source(dashboard):
    page = opened(dashboard, step="2")
    page.locator(".counting summary").click()
    expect(page.locator(".counting tr")).to_have_count(5)
    expect(page.locator(".counting table .cell")).to_have_count(25)
    expect(page.locator(".sorted .cut")).to_have_count(1)
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".counting tr")).to_have_count(1)
    lit = page.locator(".looks .piece[style*=rgb]")
    expect(lit).to_have_count(0)
    dashboard.settle()
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)  # until the nodes have grown to their places
    page.locator(f"{NODES}.best").last.hover()
    expect(lit).to_have_count(page.locator(".looks .piece").count())


def test_after_back_too_what_steers_goes_with_its_sentence(dashboard):
    page = opened(dashboard, prefix="Zwei Kids")
    steered(dashboard, page.get_by_role("button", name=EN["tree_undo"], exact=True).first.click)
    assert link(page) == {}
    steered(dashboard, page.go_back)
    assert link(page) == {"prefix": "Zwei Kids"}
    box = page.get_by_label(EN["sentence_en"], exact=True)
    box.fill("Where is the station?")
    steered(dashboard, lambda: box.press("Enter"))
    assert link(page) == {}
    expect(page.get_by_role("button", name=EN["tree_undo"], exact=True)).to_have_count(0)

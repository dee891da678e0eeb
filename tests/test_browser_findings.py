"""Findings in a real Chromium: a sentence that grows, one that is shuffled, the models' cards."""

import random
import re

from conftest import CARDS, OTHER, choose, chosen, never_scrolls_sideways
from playwright.sync_api import expect

from benchmarks.places import address
from core.checkpoints import FINDINGS, PRETRAINED
from core.files import read_json
from core.text.variants import growing, shuffled
from dashboard.beginning import DEFAULT
from dashboard.figures import bottleneck, swap
from dashboard.model_names import grouped, model_labels
from dashboard.text import catalogue
from dashboard.views.bottleneck.verdicts import compared
from dashboard.views.swap import ways

EN = catalogue("en")
LONG = "A woman in a blue dress is standing on a bridge and feeding the birds while a boy is watching."


def measured(study):
    """What a study found, None before it has run."""
    file = PRETRAINED / FINDINGS / f"{study}.json"
    return read_json(file) if file.exists() else None


def table(page, column):
    """The table with a column of this name."""
    return page.get_by_role("table").filter(has=page.get_by_role("columnheader", name=column, exact=True))


def missing(page, study):
    expect(page.get_by_text(EN["finding_none"].format(name=study))).to_be_visible()


def test_a_long_sentence_grows_a_row_a_step_and_a_guess_comes_before_the_translations(dashboard):
    page = dashboard.open(address("bottleneck", text=LONG, predict="true"))
    finding = measured("bottleneck")
    if not bottleneck.sound(finding):
        missing(page, "bottleneck")
        return
    steps, grown = growing(LONG), table(page, EN["bottleneck_source"]).last  # the question has a table, too
    quiz, headers = page.locator(".st-key-bottleneck_quiz"), grown.get_by_role("columnheader")
    options = [*map(str, range(1, len(steps) + 1)), EN["bottleneck_never"]]
    expect(quiz.locator(".option")).to_have_text(options, timeout=60_000)  # the models wake up first
    expect(grown.locator("tbody tr")).to_have_count(len(steps))
    expect(headers).to_have_count(1)  # no translation
    expect(page.locator(".katex")).to_have_count(0)
    quiz.locator(".option").first.click()
    models = [*compared(CARDS), DEFAULT]
    expect(headers).to_have_count(1 + len(models))
    labels = model_labels(CARDS, EN)
    for name in models:
        expect(grown.get_by_role("columnheader", name=labels[name], exact=True)).to_be_visible()
    for row, step in zip(grown.locator("tbody tr").all(), steps, strict=True):
        expect(row).to_contain_text(step)
        assert all(row.get_by_role("cell").all_text_contents())
    expect(grown.locator("del").first).to_be_visible()  # lost, and not by colour alone
    assert "line-through" in grown.locator("del").first.evaluate("word => getComputedStyle(word).textDecorationLine")
    expect(page.locator(".katex").first).to_be_attached()  # in what can be opened
    page.set_viewport_size({"width": 400, "height": 900})
    page.wait_for_function("getComputedStyle([...document.querySelectorAll('.cards td')].at(-1)).display === 'grid'")
    assert never_scrolls_sideways(page)


def test_words_are_moved_by_keys_dragged_and_shuffled_and_the_link_holds_their_order(dashboard):
    page = dashboard.open(address("order", text="A dog bites a man.", words="written"))
    words = page.locator(".st-key-order .word")
    expect(words).to_have_text(["A", "dog", "bites", "a", "man"])
    expect(page.locator(".st-key-order .moved")).to_have_count(0)
    words.nth(1).focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(words).to_have_text(["A", "bites", "a", "man", "dog"])
    expect(page.locator(".st-key-order .word:focus")).to_have_text("dog")
    expect(page).to_have_url(re.compile(r"[?&]words=1%2C3%2C4%2C5%2C2"))
    words.nth(3).drag_to(words.nth(1))
    expect(words).to_have_text(["A", "man", "bites", "a", "dog"])
    expect(page).to_have_url(re.compile(r"[?&]words=1%2C5%2C3%2C4%2C2"))
    same = table(page, EN["order_same"])
    expect(same.locator("tr", has_text=EN["order_no"]).locator("ins").first).to_be_visible(timeout=60_000)
    dashboard.rerun(lambda: page.get_by_role("button", name=EN["shuffle_again"]).press("Enter"))
    expect(page).to_have_url(re.compile(r"[?&]seed=2\b"))
    mixed = shuffled("A dog bites a man.", random.Random(2)).rstrip(".")
    expect(words).to_have_text(mixed.split())
    page.get_by_role("button", name=EN["order_words_back"]).click()
    expect(words).to_have_text(["A", "dog", "bites", "a", "man"])


def test_the_swap_asks_for_a_guess_and_then_shows_every_model_and_the_square(dashboard):
    page = dashboard.open(address("swap", predict="true"))
    finding = measured("attention-swap")
    if not swap.sound(finding):
        missing(page, "attention-swap")
        return
    rows = sorted((row for row in finding["rows"] if row["model"] in CARDS), key=lambda row: -row["bleu"])
    labels = [ways.named(EN, CARDS[row["model"]]) for row in rows]
    quiz, whole = page.locator(".st-key-swap_quiz"), table(page, EN["swap_looks"])
    expect(quiz.locator(".option")).to_have_text(sorted(swap.apart(labels, 4)))
    expect(page.locator(".st-key-swap_small")).to_have_count(0)  # the maps would tell
    quiz.locator(".option").get_by_text(labels[0], exact=True).click()
    expect(quiz).to_contain_text(f"{rows[0]['bleu']:.1f}")
    page.get_by_text(EN["swap_all"]).click()
    expect(whole.locator("tbody tr")).to_have_count(len(rows))
    expect(whole.locator("tbody tr").first).to_contain_text(labels[0])
    cells = {(row["attention"], row["context"]): f"{row['bleu']:.1f}" for row in rows}
    square = table(page, EN["swap_score"])
    for score, line in zip(finding["scores"], square.locator("tbody tr").all(), strict=True):
        expect(line).to_contain_text("".join(cells[score, place] for place in finding["places"]))
    expect(page.locator(".st-key-swap_small svg.marks")).to_be_visible()


def test_another_models_card_stands_under_its_name_and_its_link(dashboard):
    page = dashboard.open(address("models"))
    labels = grouped(CARDS, EN)
    expect(chosen(page, EN["model"])).to_have_value(labels[DEFAULT])
    choose(page, EN["model"], labels[OTHER])
    expect(page.get_by_role("cell", name=f"pretrained/{OTHER}", exact=True)).to_be_visible()
    expect(page.get_by_text(f"python -m core train {OTHER}").first).to_be_visible()
    expect(page).to_have_url(re.compile(rf"[?&]model={OTHER}\b"))

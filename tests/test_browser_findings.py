"""Findings in a real Chromium: a sentence that grows, one that is shuffled, the models' cards."""

import random
import re

from conftest import CARDS, OTHER, choose, chosen
from playwright.sync_api import expect

from benchmarks.places import address
from core.checkpoints import FINDINGS, PRETRAINED
from core.files import read_json
from core.text.variants import growing, shuffled
from dashboard.beginning import DEFAULT
from dashboard.figures import bottleneck, scores, swap
from dashboard.model_names import grouped, kind_label, way_label
from dashboard.text import catalogue

EN = catalogue("en")
LONG = "A woman in a blue dress is standing on a bridge and feeding the birds while a boy is watching."


def measured(study):
    """What a study found, None before it has run."""
    file = PRETRAINED / FINDINGS / f"{study}.json"
    return read_json(file) if file.exists() else None


def names(finding):
    return [name for name in dict.fromkeys(row["model"] for row in finding["rows"]) if name in CARDS]


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
    expect(headers).to_have_count(2)  # no translation
    expect(page.locator(".katex")).to_have_count(0)
    quiz.locator(".option").first.click()
    models = names(finding)
    expect(headers).to_have_count(2 + len(models))
    for name in models:
        label = kind_label(EN, CARDS[name].family, CARDS[name].config)
        expect(grown.get_by_role("columnheader", name=label, exact=True)).to_be_visible()
    for row, step in zip(grown.locator("tbody tr").all(), steps, strict=True):
        expect(row).to_contain_text(step)
        assert all(row.get_by_role("cell").all_text_contents())
    expect(page.locator(".katex").first).to_be_attached()  # in what can be opened


def test_another_shuffle_is_another_order_and_the_link_holds_it(dashboard):
    page = dashboard.open(address("order", text=LONG, seed=3))
    finding = measured("word-order")
    if not scores.sound(finding, scores.ORDER):
        missing(page, "word-order")
        return
    mixed = [EN["order_mixed"].format(text=shuffled(LONG, random.Random(seed))) for seed in (3, 4)]
    same = table(page, EN["order_same"])
    expect(page.get_by_text(mixed[0], exact=True)).to_be_visible()
    expect(same.locator("tbody tr")).to_have_count(len(names(finding)))
    dashboard.rerun(lambda: page.get_by_role("button", name=EN["shuffle_again"]).press("Enter"))
    expect(page.get_by_text(mixed[1], exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"[?&]seed=4\b"))


def test_the_swap_asks_for_a_guess_and_then_shows_every_model_and_the_square(dashboard):
    page = dashboard.open(address("swap", predict="true"))
    finding = measured("attention-swap")
    if not swap.sound(finding):
        missing(page, "attention-swap")
        return
    rows = sorted((row for row in finding["rows"] if row["model"] in CARDS), key=lambda row: -row["bleu"])
    labels = [way_label(EN, CARDS[row["model"]].family, CARDS[row["model"]].config) for row in rows]
    quiz, whole = page.locator(".st-key-swap_quiz"), table(page, EN["swap_looks"])
    expect(quiz.locator(".option")).to_have_text(sorted(swap.apart(labels, 4)))
    expect(page.locator(".st-key-swap_small")).to_have_count(0)  # the maps would tell
    expect(whole).to_have_count(0)
    quiz.locator(".option").get_by_text(labels[0], exact=True).click()
    expect(quiz).to_contain_text(f"{rows[0]['bleu']:.1f}")
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

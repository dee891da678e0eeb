"""Alignment in a real Chromium: heads by mouse and by keys, two models, a translation of the reader's, guessing."""

import re
from itertools import product

from conftest import CARDS, OTHER, PLAIN, choose, chosen, never_scrolls_sideways, radio
from playwright.sync_api import expect

from core.checkpoints import example
from dashboard.figures import alignment
from dashboard.frame import DEFAULT
from dashboard.model_names import alike, model_labels
from dashboard.text import catalogue
from dashboard.views.alignment.readings import Reading

EN, RU = catalogue("en"), catalogue("ru")
CHART = ".st-key-alignment"
MAPS = f"{CHART} .heatmaplayer image"
END = "<eos>"
CELLS = "document.querySelector('.js-plotly-plot').data[0].z"
FIRST, SECOND = (model_labels(CARDS, EN)[name] for name in (DEFAULT, OTHER))
RIVALS = {name: card for name, card in alike(CARDS, DEFAULT).items() if card.attends}


def panel(units="words", layer=None, head=None):
    """The map that the page has to show of the stored example."""
    trace = example(DEFAULT)
    return alignment.panel(FIRST, Reading(FIRST, trace.hypotheses[0], trace).attention(units), layer, head)


def described(one):
    """It in a sentence."""
    kind, facts = alignment.describe(one)
    return EN[f"alignment_{kind}"].format(**facts)


def figure(page):
    """The chart as a screen reader meets it."""
    return page.locator(f"{CHART} [role=figure]").last  # for a moment the one before stands above it


def labels(page, axis):
    """What stands beside the cells: "x" or "y", "x2" …"""
    ticks = page.locator(f"{CHART} .{axis}tick text")
    expect(ticks).not_to_have_count(0)
    return ticks.all_text_contents()


def point(page, number, row, column, rows, columns):
    """Move the mouse to a cell of a map."""
    place = page.locator(f"{CHART} .nsewdrag").nth(number)
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    across, down = (column + 0.5) / columns, (row + 0.5) / rows
    page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down, steps=3)


def test_heads_by_mouse_and_by_keys_words_and_pieces(dashboard):
    page, mean, single = dashboard.open("/alignment"), panel(), panel(layer=2, head=3)
    expect(page.locator(MAPS)).to_have_count(1)
    rows, columns = labels(page, "y"), labels(page, "x")
    assert (tuple(rows), tuple(columns)) == (mean.rows, mean.columns)
    assert (rows[-1], columns[-1]) == (END, END)
    expect(figure(page)).to_have_attribute("aria-label", described(mean))
    row, column = alignment.strongest(mean.values)
    point(page, 0, row, column, len(rows), len(columns))
    expect(page.locator(f"{CHART} .hoverlayer")).to_contain_text(f"{EN['axis_target']}: {rows[row]}")
    expect(page.locator(f"{CHART} .hoverlayer")).to_contain_text(f"{EN['axis_source']}: {columns[column]}")

    radio(page, EN["head"], "4").click()
    expect(page).to_have_url(re.compile(r"[?&]head=4\b"))
    expect(figure(page)).to_have_attribute("aria-label", described(panel(head=3)))
    radio(page, EN["layer"], EN["mean"]).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "Space"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile(r"[?&]layer=3\b"))
    expect(figure(page)).to_have_attribute("aria-label", described(single))
    expect(page.locator(".katex").first).to_contain_text("v")

    radio(page, EN["units"], EN["units_pieces"]).click()
    expect(page).to_have_url(re.compile(r"[?&]units=pieces\b"))
    expect(page.locator(f"{CHART} .xtick text")).to_have_text(list(panel("pieces").columns))
    expect(page.locator(f"{CHART} .ytick text")).to_have_text(list(panel("pieces").rows))


def test_two_models_write_the_same_translation_on_wide_narrow_and_dark_screens(dashboard):
    page = dashboard.open("/alignment")
    names = model_labels(CARDS, EN)
    choose(page, EN["compare"], names[OTHER])
    expect(page.locator(MAPS)).to_have_count(3)
    expect(page).to_have_url(re.compile(rf"[?&]compare={OTHER}\b"))
    rows, columns = len(labels(page, "y")), len(labels(page, "x"))
    assert labels(page, "x") == labels(page, "x2") == labels(page, "x3")
    between = EN["compare_title"].format(first=FIRST, second=SECOND)
    expect(figure(page)).to_have_attribute("aria-label", re.compile(re.escape(between)))
    point(page, 2, 0, columns - 1, rows, columns)
    value = re.compile(re.escape(between) + r": [+−-][01]\.\d\d")
    expect(page.locator(f"{CHART} .hoverlayer")).to_contain_text(value)
    for name in (FIRST, SECOND):
        expect(page.get_by_role("cell", name=name, exact=True).first).to_be_visible()

    choose(page, EN["model"], model_labels(CARDS, EN)[OTHER])
    expect(chosen(page, EN["compare"])).to_have_value(names[DEFAULT])
    between = EN["compare_title"].format(first=SECOND, second=FIRST)
    expect(figure(page)).to_have_attribute("aria-label", re.compile(re.escape(between)))
    expect(page.get_by_role("radiogroup", name=EN["layer2"], exact=True)).to_be_visible()
    expect(page.get_by_role("radiogroup", name=EN["layer"], exact=True)).to_have_count(0)  # it has one

    page.set_viewport_size({"width": 400, "height": 900})
    assert never_scrolls_sideways(page)  # but the maps alone
    chart = page.locator(CHART)
    expect(chart).to_have_attribute("tabindex", "0")
    chart.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"document.querySelector('{CHART}').scrollLeft > 0")
    box = page.locator(f"{CHART} .nsewdrag").first.bounding_box()
    assert abs(box["width"] / len(labels(page, "x")) - box["height"] / len(labels(page, "y"))) < 0.1  # square cells
    ink = page.locator(f"{CHART} .xtick text").first
    light = ink.evaluate("text => getComputedStyle(text).fill")
    page.emulate_media(color_scheme="dark")  # without a word to the server
    expect(ink).not_to_have_css("fill", light)
    app = page.locator("[data-testid=stApp]").evaluate("app => getComputedStyle(app).color")
    assert ink.evaluate("text => getComputedStyle(text).fill") == app


def test_a_link_restores_everything_and_what_a_translation_of_the_readers_is_worth(dashboard):
    link = f"/alignment?lang=ru&text=A+dog+runs.&compare={OTHER}&units=pieces&layer=2&head=3&target=Ein+Hund+rennt."
    page = dashboard.open(link)
    expect(page.get_by_text(RU["opinion_title"])).to_be_visible()
    expect(page.locator(MAPS)).to_have_count(2 if page.get_by_text(RU["compare_uncut"]).count() else 3)
    for group, name in (("layer", "2"), ("head", "3"), ("units", RU["units_pieces"])):
        expect(radio(page, RU[group], name)).to_be_checked()
    expect(chosen(page, RU["compare"])).to_have_value(model_labels(CARDS, RU)[OTHER])
    field = page.get_by_label(RU["target"], exact=True)
    expect(field).to_have_value("Ein Hund rennt.")
    assert labels(page, "y")[-1] == END
    expect(page.get_by_role("cell", name="Ein Hund rennt.")).to_have_count(2)  # of either model

    radio(page, RU["units"], RU["units_words"]).click()
    field.fill("Zwei Hunde rennen.")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"[?&]target=Zwei"))
    expect(page.locator(f"{CHART} .ytick text", has_text="Hunde")).to_have_count(1)
    expect(page.get_by_text(RU["surprise"].split("**")[0])).to_have_count(2)

    field.fill("<script>window.broken = 1</script> **$x$** 你好 " + "a" * 300)
    field.press("Enter")
    expect(page.get_by_text(RU["target_cut_pieces"].split("{")[0])).to_be_visible()
    unknown = RU["target_unknown"].format(model=model_labels(CARDS, RU)[DEFAULT])
    expect(page.get_by_text(unknown)).to_be_visible()
    assert page.evaluate("window.broken") is None
    field.fill("")
    field.press("Enter")
    expect(page.get_by_text(RU["target_cut_pieces"].split("{")[0])).to_have_count(0)
    expect(page).not_to_have_url(re.compile("target="))


def test_hidden_rows_appear_with_the_answers_and_nowhere_before(dashboard):
    layers, heads = example(DEFAULT).attention().weights.shape[:2]
    asked, layer, head = max(
        (len(alignment.guesses(panel(layer=layer, head=head))), layer, head)
        for layer, head in product(range(layers), range(heads))
    )
    whole = panel(layer=layer, head=head)
    guess, *_ = guesses = alignment.guesses(whole)
    page = dashboard.open(f"/alignment?predict=true&layer={layer + 1}&head={head + 1}&compare={PLAIN}")
    expect(page.get_by_role("alert").filter(has_text=f"compare={PLAIN}")).to_have_count(1)  # it has no map
    quiz = page.locator(".st-key-alignment_quiz")
    option = quiz.locator(".option")
    expect(option).to_have_text(list(guess.options))
    question = EN["alignment_question"].format(model=FIRST, target=guess.target)
    expect(quiz.locator(".question")).to_have_text(question)
    size = len(whole.rows), len(whole.columns)
    expect(figure(page)).to_have_attribute("aria-label", described(alignment.hide(whole, 0)))
    expect(page.locator(".katex")).to_have_count(0)
    assert {weight for row in page.evaluate(CELLS) for weight in row} == {None}

    option.nth(guess.right[0]).click()
    expect(quiz.locator(".said")).to_contain_text(EN["quiz_right"])
    shown = alignment.revealed(guesses, 1)
    expect(figure(page)).to_have_attribute("aria-label", described(alignment.hide(whole, shown)))
    point(page, 0, shown, 1, *size)
    point(page, 0, shown - 1, 0, *size)
    expect(page.locator(f"{CHART} .hoverlayer text")).to_contain_text(whole.rows[shown - 1])
    point(page, 0, shown, 1, *size)
    expect(page.locator(f"{CHART} .hoverlayer text")).to_have_count(0)

    for _ in range(asked - 1):
        expect(quiz.get_by_role("button", name=EN["quiz_next"])).to_be_focused()
        page.keyboard.press("Enter")
        expect(quiz.locator(".said")).to_be_empty()
        expect(option.first).to_be_focused()
        page.keyboard.press("Space")
        expect(quiz.locator(".said")).not_to_be_empty()
    expect(quiz.get_by_role("button", name=EN["quiz_next"])).to_be_hidden()
    expect(page.locator(".katex").first).to_be_visible()
    page.wait_for_function(f"({CELLS}).flat().every(weight => weight != null)")

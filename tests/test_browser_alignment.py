"""Alignment in a real Chromium: heads by mouse and by keys, two models, a translation of the reader's, guessing."""

import re
from itertools import product

import numpy as np
from conftest import CARDS, OTHER, PLAIN, choose, chosen, never_scrolls_sideways, radio
from playwright.sync_api import expect

from core.checkpoints import example
from dashboard.beginning import DEFAULT
from dashboard.figures import alignment
from dashboard.model_names import alike, grouped, model_labels
from dashboard.readings import Reading
from dashboard.text import catalogue

EN, RU = catalogue("en"), catalogue("ru")
CHART = ".st-key-alignment"
END = "<eos>"
IN_SHADOW = (
    "[...document.querySelectorAll(`${key} *`)].map(one => one.shadowRoot?.querySelector('canvas')).find(Boolean)"
)
MAPS = """canvas => canvas.maps().map(map => (
  {...map, values: [...map.values].map(value => Number.isNaN(value) ? null : value)}))"""
FIRST, SECOND = (model_labels(CARDS, EN)[name] for name in (DEFAULT, OTHER))
RIVALS = {name: card for name, card in alike(CARDS, DEFAULT).items() if card.attends}


INK = """canvas => {
  const at = canvas.maps()[0], scale = canvas.width / canvas.clientWidth, pen = canvas.getContext('2d');
  const {data} = pen.getImageData(0, (at.y + at.height / 2) * scale, at.x * scale - 4, at.cell * 2);
  const inked = [...data.keys()].filter(i => i % 4 === 0 && data[i + 3] > 200).map(i => data[i]);
  return inked.reduce((sum, light) => sum + light, 0) / inked.length;
}"""  # how light the letters beside the first map are


def panel(units="words", layer=None, head=None):
    """The map that the page has to show of the stored example."""
    trace = example(DEFAULT)
    return alignment.panel(FIRST, Reading(FIRST, trace.hypotheses[0], trace).attention(units), layer, head)


def described(one):
    """It in a sentence."""
    kind, facts = alignment.describe(one)
    return EN[f"alignment_{kind}"].format(**facts)


def figure(page):
    """The picture as a screen reader meets it."""
    return page.locator(f"{CHART} canvas[role=img]")


def maps(page, count=None):
    """What stands in the picture, map by map, once there are so many."""
    figure(page).wait_for()
    if count is not None:
        page.wait_for_function("([key, count]) => " + IN_SHADOW + "?.maps().length === count", arg=[CHART, count])
    return figure(page).evaluate(MAPS)


def values(page):
    """The first map's cells."""
    return maps(page)[0]["values"]


def point(page, number, row, column):
    """Move the mouse to a cell of a map."""
    figure(page).scroll_into_view_if_needed()
    place, box = maps(page)[number], page.locator(f"{CHART} .cells").bounding_box()
    x, y = place["x"] + (column + 0.5) * place["cell"], place["y"] + (row + 0.5) * place["tall"]
    page.mouse.move(box["x"] + x, box["y"] + y, steps=3)


def same(page, expected):
    """The first map shows a panel's numbers."""
    assert maps(page)[0]["rows"] == list(expected.rows)
    assert maps(page)[0]["columns"] == list(expected.columns)
    assert np.allclose(values(page), expected.values.ravel(), atol=1e-4)


def test_heads_by_mouse_and_by_keys_words_and_pieces(dashboard):
    page, mean, single = dashboard.open("/alignment?head=mean"), panel(), panel(layer=2, head=3)
    same(page, mean)
    assert (mean.rows[-1], mean.columns[-1]) == (END, END)
    expect(figure(page)).to_have_attribute("aria-label", described(mean))
    row, column = alignment.strongest(mean.values)
    point(page, 0, row, column)
    pair = f"“{mean.rows[row]}” → “{mean.columns[column]}”: {mean.values[row, column]:.2f}"
    expect(page.locator(f"{CHART} .cell")).to_have_text(pair)

    radio(page, EN["head"], "4").check()
    same(page, panel(head=3))  # before the server has heard of it
    expect(page).to_have_url(re.compile(r"[?&]head=4\b"))
    expect(figure(page)).to_have_attribute("aria-label", described(panel(head=3)))
    radio(page, EN["layer"], EN["mean"]).focus()
    for _ in ("max", "1", "2", "3"):
        page.keyboard.press("ArrowRight")
    same(page, single)
    expect(page).to_have_url(re.compile(r"[?&]layer=3\b"))
    expect(figure(page)).to_have_attribute("aria-label", described(single))
    expect(page.locator(".katex").first).to_contain_text("v")

    radio(page, EN["units"], EN["align_pieces"]).check()
    same(page, panel("pieces", 2, 3))
    expect(page).to_have_url(re.compile(r"[?&]units=pieces\b"))

    radio(page, EN["layer"], EN["align_max"]).check()
    same(page, panel("pieces", alignment.MAX, 3))
    dashboard.settle()
    expect(figure(page)).to_have_attribute("aria-label", described(panel("pieces", alignment.MAX, 3)))


def test_the_cells_are_walked_by_keys_and_a_small_map_opens_large(dashboard):
    page = dashboard.open("/alignment")
    layers, heads = example(DEFAULT).attention().weights.shape[:2]
    several = maps(page, layers * heads)
    assert [one["title"] for one in several[:2]] == [EN["align_place"].format(layer=1, head=head) for head in (1, 2)]
    page.locator(f"{CHART} .cells").focus()
    cell = page.locator(f"{CHART} .cell")
    page.keyboard.press("ArrowDown")  # the first cell
    first = panel(layer=0, head=0)
    expect(cell).to_contain_text(f"“{first.rows[0]}” → “{first.columns[0]}”: {first.values[0, 0]:.2f}")
    page.keyboard.press("ArrowLeft")
    expect(cell).to_contain_text(EN["align_place"].format(layer=1, head=1))  # there is no map before the first
    page.keyboard.press("ArrowRight")
    expect(cell).to_contain_text(EN["align_place"].format(layer=1, head=2))
    page.keyboard.press("Enter")
    maps(page, 1)
    same(page, panel(layer=0, head=1))
    expect(page).to_have_url(re.compile(r"[?&]head=2\b.*layer=1\b|layer=1\b.*head=2\b"))
    page.keyboard.press("Escape")
    expect(cell).to_be_empty()


def test_two_models_write_the_same_translation_on_wide_narrow_and_dark_screens(dashboard):
    page = dashboard.open("/alignment")
    names = model_labels(CARDS, EN)
    choose(page, EN["compare"], names[OTHER])
    expect(page).to_have_url(re.compile(rf"[?&]compare={OTHER}\b"))
    first, second, third = maps(page, 3)
    assert first["columns"] == second["columns"] == third["columns"]
    assert np.allclose(third["values"], np.subtract(first["values"], second["values"]), atol=1e-6)
    between = EN["compare_title"].format(first=FIRST, second=SECOND)
    expect(figure(page)).to_have_attribute("aria-label", re.compile(re.escape(between)))
    point(page, 2, 0, len(first["columns"]) - 1)
    expect(page.locator(f"{CHART} .cell")).to_have_text(
        re.compile(re.escape(between) + r": “.*” → “.*”: [+-]?[01]\.\d\d")
    )
    for name in (FIRST, SECOND):
        expect(page.get_by_role("cell", name=name, exact=True).first).to_be_visible()

    choose(page, EN["model"], grouped(CARDS, EN)[OTHER])
    expect(chosen(page, EN["compare"])).to_have_value(names[DEFAULT])
    between = EN["compare_title"].format(first=SECOND, second=FIRST)
    expect(figure(page)).to_have_attribute("aria-label", re.compile(re.escape(between)))
    expect(page.get_by_role("radiogroup", name=EN["layer2"], exact=True)).to_be_visible()
    expect(page.get_by_role("radiogroup", name=EN["layer"], exact=True)).to_have_count(0)  # it has one

    page.set_viewport_size({"width": 400, "height": 900})
    assert never_scrolls_sideways(page)  # but the maps alone
    column = figure(page).evaluate(INK)
    page.emulate_media(color_scheme="dark")  # without a word to the server
    page.wait_for_function("([key, before]) => (" + INK + ")(" + IN_SHADOW + ") > 200", arg=[CHART, column])
    assert column < 100


def test_a_large_map_scrolls_and_keeps_its_labels_in_sight(dashboard):
    english, german = ("+".join([words] * 7) for words in ("a+small+dog+sees+a+ball", "ein+Hund+sieht+einen+Ball"))
    page = dashboard.open(f"/alignment?units=pieces&text={english}.&target={german}.")
    box = page.locator(f"{CHART} .cells")
    (only,) = maps(page, 1)
    assert only["cell"] >= 16
    assert box.evaluate("box => box.scrollHeight > box.clientHeight + 100")
    box.focus()
    for _ in range(len(only["rows"])):
        page.keyboard.press("ArrowDown")
    assert box.evaluate("box => box.scrollTop > 100")
    expect(page.locator(f"{CHART} .cell")).to_contain_text(f"“{only['rows'][-1]}”")
    expect(page.locator(f"{CHART} .scales")).to_have_text(f"01 {EN['align_weight']}")
    expect(page.locator(f"{CHART} .scales")).to_be_in_viewport()
    size = figure(page).evaluate("canvas => [canvas.whole().height, canvas.maps()[0].height]")
    assert size[0] > 2 * size[1]  # what is saved is all of it


def test_a_link_restores_everything_and_what_a_translation_of_the_readers_is_worth(dashboard):
    link = f"/alignment?lang=ru&text=A+dog+runs.&compare={OTHER}&units=pieces&layer=2&head=3&target=Ein+Hund+rennt."
    page = dashboard.open(link)
    expect(page.get_by_text(RU["opinion_title"])).to_be_visible()
    maps(page, 2 if page.get_by_text(RU["compare_uncut"]).count() else 3)
    for group, name in (("layer", "2"), ("head", "3"), ("units", RU["align_pieces"])):
        expect(radio(page, RU[group], name)).to_be_checked()
    expect(chosen(page, RU["compare"])).to_have_value(model_labels(CARDS, RU)[OTHER])
    field = page.get_by_label(RU["target"], exact=True)
    expect(field).to_have_value("Ein Hund rennt.")
    assert maps(page)[0]["rows"][-1] == END
    expect(page.get_by_role("cell", name="Ein Hund rennt.")).to_have_count(2)  # of either model

    radio(page, RU["units"], RU["align_words"]).check()
    field.fill("Zwei Hunde rennen.")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"[?&]target=Zwei"))
    page.wait_for_function("key => " + IN_SHADOW + "?.maps()[0].rows.includes('Hunde')", arg=CHART)
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
    expect(figure(page)).to_have_attribute("aria-label", described(alignment.hide(whole, 0)))
    expect(page.locator(".katex")).to_have_count(0)
    assert set(values(page)) == {None}

    option.nth(guess.right[0]).click()
    expect(quiz.locator(".said")).to_contain_text(EN["quiz_right"])
    shown = alignment.revealed(guesses, 1)
    expect(figure(page)).to_have_attribute("aria-label", described(alignment.hide(whole, shown)))
    cell = page.locator(f"{CHART} .cell")
    point(page, 0, shown, 1)
    point(page, 0, shown - 1, 0)
    expect(cell).to_contain_text(whole.rows[shown - 1])
    point(page, 0, shown, 1)
    expect(cell).to_be_empty()

    for _ in range(asked - 1):
        expect(quiz.get_by_role("button", name=EN["quiz_next"])).to_be_focused()
        page.keyboard.press("Enter")
        expect(quiz.locator(".said")).to_be_empty()
        expect(option.first).to_be_focused()
        page.keyboard.press("Space")
        expect(quiz.locator(".said")).not_to_be_empty()
    expect(quiz.get_by_role("button", name=EN["quiz_next"])).to_be_hidden()
    expect(page.locator(".katex").first).to_be_attached()  # in what can be opened
    page.wait_for_function("key => " + IN_SHADOW + "?.maps()[0].values.every(value => !Number.isNaN(value))", arg=CHART)

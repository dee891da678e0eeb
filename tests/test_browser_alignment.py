"""Alignment in a real Chromium: heads by mouse and by keys, two models, a translation of the reader's, guessing."""

import re

from playwright.sync_api import expect

from dashboard.text import catalogue

EN, RU = catalogue("en"), catalogue("ru")
CHART = ".st-key-alignment"
OTHER, PLAIN = "en-de-rnn-additive", "en-de-rnn-plain"
MAPS = f"{CHART} .heatmaplayer image"
END = "<eos>"
CELLS = "document.querySelector('.js-plotly-plot').data[0].z"


def figure(page):
    """The chart as a screen reader meets it."""
    return page.locator(f"{CHART} [role=figure]")


def labels(page, axis):
    """What stands beside the cells: "x" or "y", "x2" …"""
    ticks = page.locator(f"{CHART} .{axis}tick text")
    expect(ticks).not_to_have_count(0)
    return ticks.all_text_contents()


def radio(page, group, name, say=EN):
    return page.get_by_role("radiogroup", name=say[group], exact=True).get_by_role("radio", name=name, exact=True)


def point(page, number, row, column, rows, columns):
    """Move the mouse to a cell of a map."""
    box = page.locator(f"{CHART} .nsewdrag").nth(number).bounding_box()
    across, down = (column + 0.5) / columns, (row + 0.5) / rows
    page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down, steps=3)


def test_heads_by_mouse_and_by_keys_words_and_pieces(dashboard):
    page = dashboard.open("/alignment")
    expect(page.locator(MAPS)).to_have_count(1)
    assert labels(page, "x")[:5] == ["Two", "children", "in", "yellow", "raincoats"]
    rows, columns = labels(page, "y"), labels(page, "x")
    assert (rows[-1], columns[-1]) == (END, END)
    mean = figure(page).get_attribute("aria-label")
    point(page, 0, rows.index("gelben"), columns.index("yellow"), len(rows), len(columns))
    expect(page.locator(f"{CHART} .hoverlayer")).to_contain_text(f"{EN['axis_target']}: gelben")
    expect(page.locator(f"{CHART} .hoverlayer")).to_contain_text(f"{EN['axis_source']}: yellow")

    radio(page, "head", "4").click()
    expect(page).to_have_url(re.compile(r"[?&]head=4\b"))
    expect(figure(page)).not_to_have_attribute("aria-label", mean)
    radio(page, "layer", "mean").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "Space"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile(r"[?&]layer=3\b"))
    expect(figure(page)).to_have_attribute("aria-label", re.compile(r"0\.9\d|1\.00"))  # a head that aligns words
    expect(page.locator(".katex").first).to_contain_text("v")

    radio(page, "units", EN["units_pieces"]).click()
    expect(page).to_have_url(re.compile(r"[?&]units=pieces\b"))
    expect(page.locator(f"{CHART} .xtick text", has_text="raincoats")).to_have_count(0)
    assert labels(page, "x")[4:7] == ["rain", "co", "ats"]


def test_two_models_write_the_same_translation_and_change_places(dashboard):
    page = dashboard.open("/alignment")
    radio(page, "compare", EN["model_rnn_additive"]).click()
    expect(page.locator(MAPS)).to_have_count(3)
    expect(page).to_have_url(re.compile(rf"[?&]compare={OTHER}\b"))
    rows, columns = len(labels(page, "y")), len(labels(page, "x"))
    assert labels(page, "x") == labels(page, "x2") == labels(page, "x3")
    expect(figure(page)).to_have_attribute("aria-label", re.compile("Transformer − RNN"))
    point(page, 2, 0, columns - 1, rows, columns)
    expect(page.locator(f"{CHART} .hoverlayer")).to_contain_text(
        re.compile(r"Transformer − RNN with attention: [+−-]0\.\d\d")
    )
    expect(page.get_by_role("cell", name="Transformer")).to_have_count(1)
    expect(page.get_by_role("cell", name=EN["model_rnn_additive"])).to_have_count(1)

    radio(page, "model", EN["model_rnn_additive"]).click()
    expect(radio(page, "compare", "Transformer")).to_be_checked()
    expect(figure(page)).to_have_attribute("aria-label", re.compile("RNN with attention − Transformer"))
    expect(page.get_by_role("radiogroup", name=EN["layer2"], exact=True)).to_be_visible()
    expect(page.get_by_role("radiogroup", name=EN["layer"], exact=True)).to_have_count(0)  # it has one


def test_a_reader_asks_what_a_translation_is_worth(dashboard):
    page = dashboard.open("/alignment")
    field = page.get_by_label(EN["target"], exact=True)
    expect(field).to_have_attribute("placeholder", re.compile("^Zwei Kinder"))
    field.fill("Zwei Hunde in gelben Regenmänteln springen über eine Pfütze im Park.")
    field.press("Enter")
    expect(page.get_by_text(EN["opinion_title"])).to_be_visible()
    expect(page).to_have_url(re.compile(r"[?&]target=Zwei"))
    expect(page.locator(f"{CHART} .ytick text", has_text="Hunde")).to_have_count(1)
    expect(page.get_by_text("“Hunde” the least likely word")).to_contain_text("“Kinder”")
    expect(page.get_by_role("cell", name="Zwei Hunde")).to_be_visible()
    expect(page.get_by_role("cell", name="Zwei Kinder")).to_be_visible()

    field.fill("<script>window.broken = 1</script> **$x$** 你好 " + "a" * 300)
    field.press("Enter")
    expect(page.get_by_text(EN["target_cut"].split("{")[0])).to_be_visible()
    expect(page.get_by_text(EN["target_unknown"].format(model="Transformer"))).to_be_visible()
    assert page.evaluate("window.broken") is None
    field.fill("")
    field.press("Enter")
    expect(page.get_by_text(EN["opinion_title"])).to_have_count(0)
    expect(page).not_to_have_url(re.compile("target="))


def test_a_link_restores_everything_and_a_foolish_one_is_answered(dashboard):
    link = f"/alignment?lang=ru&text=A+dog+runs.&compare={OTHER}&units=pieces&layer=2&head=3&target=Ein+Hund+rennt."
    page = dashboard.open(link)
    expect(page.locator(MAPS)).to_have_count(3)
    for group, name in (
        ("layer", "2"),
        ("head", "3"),
        ("units", RU["units_pieces"]),
        ("compare", RU["model_rnn_additive"]),
    ):
        expect(radio(page, group, name, RU)).to_be_checked()
    expect(page.get_by_label(RU["target"], exact=True)).to_have_value("Ein Hund rennt.")
    assert labels(page, "y")[-1] == END
    expect(page.get_by_text(RU["opinion_title"])).to_be_visible()

    page = dashboard.open(f"/alignment?compare={PLAIN}&units=letters&head=99")
    for name, value in (("compare", PLAIN), ("units", "letters"), ("head", "99")):
        problem = page.get_by_role("alert").filter(has_text=f"{name}={value}")
        expect(problem).to_have_count(1)
    expect(page.locator(MAPS)).to_have_count(1)
    assert "?" not in page.url


def test_a_model_without_attention_says_why_there_is_nothing(dashboard):
    page = dashboard.open(f"/alignment?model={PLAIN}&compare={OTHER}&target=Ein+Hund.")
    expect(page.get_by_text(EN["alignment_none"].split("{")[0])).to_be_visible()
    expect(page.locator(CHART)).to_have_count(0)
    for group in ("compare", "units", "head"):
        expect(page.get_by_role("radiogroup", name=EN[group], exact=True)).to_have_count(0)


def test_hidden_rows_appear_with_the_answers_and_nowhere_before(dashboard):
    page = dashboard.open("/alignment?predict=true&layer=3&head=4")
    quiz = page.locator(".st-key-alignment_quiz")
    option = quiz.locator(".option")
    expect(option).to_have_count(4)
    expect(quiz.locator(".question")).to_have_text(EN["alignment_question"].format(model="Transformer", target="Zwei"))
    rows, columns = labels(page, "y"), labels(page, "x")
    expect(figure(page)).to_have_attribute("aria-label", re.compile("hidden until"))
    expect(page.locator(".katex")).to_have_count(0)
    assert {weight for row in page.evaluate(CELLS) for weight in row} == {None}
    point(page, 0, 0, 0, len(rows), len(columns))
    page.wait_for_timeout(300)  # a hover text comes at once or never
    expect(page.locator(f"{CHART} .hoverlayer text")).to_have_count(0)

    option.filter(has_text="Two").click()
    expect(quiz.locator(".said")).to_contain_text(EN["quiz_right"])
    expect(figure(page)).to_have_attribute("aria-label", re.compile("“Zwei” to “Two”"))
    point(page, 0, 1, 1, len(rows), len(columns))
    point(page, 0, 0, 0, len(rows), len(columns))
    expect(page.locator(f"{CHART} .hoverlayer text")).to_contain_text("Zwei")
    point(page, 0, 1, 1, len(rows), len(columns))
    expect(page.locator(f"{CHART} .hoverlayer text")).to_have_count(0)

    asked = 1
    while (following := quiz.get_by_role("button", name=EN["quiz_next"])).is_visible():
        expect(following).to_be_focused()
        page.keyboard.press("Enter")
        expect(quiz.locator(".said")).to_be_empty()
        expect(option.first).to_be_focused()
        page.keyboard.press("Space")
        expect(quiz.locator(".said")).not_to_be_empty()
        asked += 1
    assert 2 <= asked <= 8
    expect(page.locator(".katex").first).to_be_visible()
    page.wait_for_function(f"({CELLS}).flat().every(weight => weight != null)")


def test_a_narrow_screen_scrolls_the_maps_alone_and_a_dark_one_can_be_read(dashboard):
    page = dashboard.page
    page.set_viewport_size({"width": 400, "height": 900})
    dashboard.open(f"/alignment?compare={OTHER}")
    expect(page.locator(MAPS)).to_have_count(3)
    assert page.locator("[data-testid=stMain]").evaluate("box => box.scrollWidth - box.clientWidth") <= 0
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

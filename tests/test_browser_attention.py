"""Self-attention in a real Chromium: stages by key, a leak, another scale, the look-up, masks, an arrow dragged."""

import re

from conftest import never_scrolls_sideways, radio
from playwright.sync_api import expect

from benchmarks.places import address
from dashboard.text import catalogue

EN = catalogue("en")


def test_a_head_is_walked_through_by_keys_and_the_link_shows_the_same(dashboard):
    page = dashboard.open(address("attention", attention="decoder", stage="products", text="A cat sleeps."))
    told = page.locator(".told")
    expect(told.locator(".name")).to_have_text("QKᵀ")
    expect(told).to_contain_text(re.compile("Row “(.+)” is the step that writes “\\1”; it has read “<bos> .+” so far"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(told.locator(".name")).to_have_text("Mask")
    page.get_by_label(EN["attention_keys"]).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(told).to_contain_text("−∞")
    radio(page, EN["attention_stage"], EN["attention_stage_weights"]).check()
    expect(told).to_contain_text("= 0.00")
    page.get_by_label(EN["attention_mask_off"]).check()
    expect(told).to_contain_text("not written yet")
    expect(told).not_to_contain_text("= 0.00")
    dashboard.settle()
    for part in ("attention=decoder", "key=3", "mask=off"):
        expect(page).to_have_url(re.compile(rf"[?&]{part}\b"))
    words = told.text_content()
    link = page.url
    page.goto("about:blank")
    dashboard.open(link.removeprefix(dashboard.url))
    expect(told).to_have_text(words)


def test_an_arrow_is_moved_by_keys_and_by_hand(dashboard):
    page = dashboard.open(address("attention", view="toy"))
    line = page.locator(".st-key-toy .line")
    first = line.inner_text()
    handle = page.locator(".handle.query").first
    handle.focus()
    page.keyboard.press("ArrowUp")
    expect(line).not_to_have_text(first)
    moved = line.inner_text()
    box = page.locator(".handle.key").first.bounding_box()
    page.mouse.move(box["x"] + 12, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] - 60, box["y"] + 60, steps=3)
    page.mouse.up()
    expect(line).not_to_have_text(moved)
    dashboard.settle()
    expect(page).to_have_url(re.compile(r"[?&]arrows=1\.6(%2C|,)0\.5"))


def test_no_weight_is_shown_until_the_guess(dashboard):
    page = dashboard.open(address("attention", predict="true", text="Two cats."))
    name = page.locator(".told .name")
    expect(name).to_have_text(EN["attention_stage_masked"])
    page.keyboard.press("End")
    expect(name).to_have_text(EN["attention_stage_masked"])
    page.locator(".option").first.click()
    expect(name).to_have_text(EN["attention_stage_weights"])


def numbers(told):
    """The first numbers of a vector as the text beside a stage ends with them."""
    return [float(number) for number in re.findall(r"-?\d+\.\d\d", told.text_content())]


def test_another_scale_reaches_every_later_stage_and_the_learned_matrices_are_pictures(dashboard):
    page = dashboard.open(address("attention", stage="vectors", text="A cat sleeps."))
    picture, told = page.locator(".st-key-worked svg.picture"), page.locator(".st-key-worked .told")
    for matrix in ("WQ", "WK", "WV"):  # a letter above the line
        expect(picture).to_contain_text(f"{matrix}  (256 × 32)")
    page.get_by_text(EN["attention_first"]).click()
    expect(page.locator("details.first")).to_contain_text("WV  (256 × 32)")
    expect(page.locator("details.first p.formula")).to_have_count(3 * 5 + 3 * (4 + 1))  # four rows of each, and "…"
    own = {}
    for scale in ("root", "one"):
        radio(page, EN["attention_scale"], EN[f"attention_scale_{scale}"]).check()
        for stage in ("joined", "output", "summed", "left"):
            radio(page, EN["attention_stage"], EN[f"attention_stage_{stage}"]).last.check()
            expect(told.locator(".name")).to_have_text(EN[f"attention_stage_{stage}"])
            expect(told).not_to_contain_text(EN["attention_own"])
            assert own.setdefault(stage, numbers(told)) == numbers(told) or scale == "one"
            assert scale == "root" or own[stage] != numbers(told), stage
    expect(picture).to_contain_text("Z = norm(Y)")


def test_a_look_up_shows_what_is_asked_which_keys_fit_and_what_is_given(dashboard):
    page = dashboard.open(address("attention", view="lookup", text="A cat sleeps.", query=2, key=3))
    picture, told = page.locator(".st-key-worked svg.picture"), page.locator(".st-key-worked .told")
    expect(picture).to_contain_text("“cat” asks with its query")
    expect(picture).to_contain_text("“cat” is given")
    weights = picture.locator("text").all_text_contents()
    sentence = ["A", "cat", "sleeps", ".", "<eos>"]
    assert [text for text in weights if text in sentence] == sentence
    shares = [float(text) for text in weights if re.fullmatch(r"[01]\.\d\d", text)]
    assert len(shares) >= 5
    page.get_by_role("combobox", name=EN["attention_query"], exact=True).select_option("3")
    expect(picture).to_contain_text("“sleeps” asks with its query")
    expect(told).to_contain_text("αsleeps, sleeps")
    page.get_by_label(EN["attention_keys"]).focus()
    page.keyboard.press("ArrowLeft")
    expect(told).to_contain_text("αsleeps, cat")
    dashboard.settle()
    for part in ("query=3", "key=2"):
        expect(page).to_have_url(re.compile(rf"[?&]{part}\b"))
    page.set_viewport_size({"width": 400, "height": 900})
    assert never_scrolls_sideways(page)


def test_three_grids_tell_who_may_look_at_whom_and_what_a_padding_would_take(dashboard):
    other = "A man in a red shirt is sleeping on a bench."
    page = dashboard.open(address("attention", view="masks", text="Two dogs.", other=other))
    canvas = page.locator(".st-key-masks canvas[role=img]")
    read = """canvas => canvas.maps().map(({title, rows, columns, values}) =>
      [title, rows, columns, [...values].map(value => Number.isNaN(value) ? null : value)])"""
    canvas.wait_for()
    hidden = canvas.evaluate(read)
    assert [title for title, *_ in hidden] == [EN[f"masks_{kind}"] for kind in ("encoder", "decoder", "cross")]
    for title, rows, columns, values in hidden:
        padded = columns.index("<pad>")
        assert set(columns[padded + 1 :]) == {"<pad>"}
        for at, value in enumerate(values):
            row, column = divmod(at, len(columns))
            later = title == EN["masks_decoder"] and column > row
            assert (value is None) == (later or column >= padded), (title, rows[row], columns[column])
    box = page.get_by_role("group", name=EN["masks_keys"])
    box.focus()
    for _ in range(len(hidden[0][2])):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".st-key-masks .cell")).to_have_text(
        EN["masks_closed"].format(row=hidden[0][1][0], column="<pad>")
    )
    page.get_by_label(EN["masks_off"]).check()
    for (title, rows, columns, before), (*_, values) in zip(hidden, canvas.evaluate(read), strict=True):
        opened = [at for at, value in enumerate(values) if before[at] is None and value]
        if title == EN["masks_decoder"]:  # where <pad> stands after all words
            words = rows.index("<pad>")
            assert not [at for at in opened if at // len(columns) < words <= at % len(columns)]
        else:
            assert len({at // len(columns) for at in opened}) == len(rows), "every row gives <pad> some weight"
    page.get_by_role("combobox", name=EN["masks_head"], exact=True).select_option("2")
    dashboard.settle()
    for part in ("pad=seen", "head=2"):
        expect(page).to_have_url(re.compile(rf"[?&]{part}\b"))

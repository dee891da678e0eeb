"""The manners of every page in a real Chromium; the fixture fails on any console error or request to elsewhere."""

import csv
import io
import json
import struct
import xml.etree.ElementTree as ET
from urllib.parse import parse_qsl, urlsplit

import pytest
from conftest import HIGHEST, STATES, check_where_it_begins
from playwright.sync_api import expect

from benchmarks.places import PAGES, address
from core.checkpoints import EXAMPLE, GOLD, example
from core.records.trace_json import from_json
from dashboard.beginning import DEFAULT
from dashboard.pages import TABLE
from dashboard.text import LANGUAGES, catalogue

EN, RU = catalogue("en"), catalogue("ru")
MAIN = "[data-testid=stMain]"
TEXT = "A cat sleeps on the roof."
# Where the keyboard's focus is, through the shadow roots: the element's tag, and whether it lies in an open dialog.
FOCUS = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return [at?.tagName, !!at?.closest?.('dialog[open]')];
}"""


def field(page, say=EN):
    return page.get_by_label(say["sentence_en"], exact=True)


def heading(page, name, say=EN):
    return page.get_by_role("heading", name=say[f"page_{name}"], exact=True, level=1)


def type_sentence(dashboard, text):
    box = field(dashboard.page)

    def act():
        box.fill(text)
        box.press("Enter")

    dashboard.rerun(act)


def state(page):
    """What the address says."""
    return dict(parse_qsl(urlsplit(page.url).query))


def read_out(dashboard):
    """Everything on the page as a screen reader gets it, once it stands still."""
    dashboard.settle()
    return dashboard.page.locator(MAIN).aria_snapshot()


def test_there_is_a_state_for_every_page():
    assert set(STATES) == set(PAGES)


@pytest.mark.parametrize("name", ["alignment", "beam"])  # widgets; a component: by AppTest there are all pages
def test_a_copied_link_shows_the_same_page_in_another_browser_and_in_another_language(dashboard, another, name):
    asked = {"lang": "ru", "text": TEXT} | STATES[name]
    page = dashboard.open(address(name, **asked))
    expect(heading(page, name, RU)).to_be_visible()
    shown = read_out(dashboard)
    assert state(page) == asked, "the page changed its own link"
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name=RU["shell_copy"]).click()
    expect(page.get_by_text(RU["shell_copied"])).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    other = another.open(link.removeprefix(dashboard.url))
    assert read_out(another) == shown
    assert state(other) == asked
    another.rerun(lambda: other.get_by_role("radio", name=LANGUAGES["en"][0]).click())
    expect(heading(other, name)).to_be_visible()
    expect(field(other)).to_have_value(TEXT)
    another.settle()
    assert state(other) | {"lang": "ru"} == asked


def test_the_overlay_names_the_keys_and_holds_the_focus_and_in_a_field_keys_are_letters(dashboard):
    page, dialog = dashboard.open(address("step")), dashboard.page.get_by_role("dialog")
    dashboard.settle()
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    field(page).fill("")
    page.keyboard.type("3 /?")
    expect(field(page)).to_have_value("3 /?")
    expect(dialog).to_be_hidden()
    expect(heading(page, "step")).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    expect(dialog).to_be_visible()
    keys = [part for line in (EN["keys"] + "\n" + EN["keys_step"]).splitlines() for part in line.split(" — ", 1)]
    keys += [part for number, one in enumerate(TABLE, 1) for part in (f"{number}, g {one.key}", EN[f"page_{one.name}"])]
    assert dialog.locator("dt, dd").all_text_contents() == keys
    places = [page.evaluate(FOCUS)]
    for key in ["Tab"] * 4 + ["Shift+Tab"] * 4:
        page.keyboard.press(key)
        places.append(page.evaluate(FOCUS))
    assert any(inside for _, inside in places)
    assert all(inside or tag == "BODY" for tag, inside in places), places  # BODY: the browser's own bars
    page.keyboard.press("3")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(heading(page, "step")).to_be_visible()
    for number in (11, 1, 3):  # 1 may go on as 10 and 11, and waits a moment
        page.keyboard.type(str(number))
        expect(heading(page, PAGES[number - 1])).to_be_visible()


def download(page, name):
    """The bytes that a button saves, and the file's name."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name, exact=True).first.click()
    with open(waiting.value.path(), "rb") as file:
        return file.read(), waiting.value.suggested_filename


def test_pictures_are_saved_in_every_form(dashboard):
    page = dashboard.open(address("step"))
    for name in ("step", "alignment", "beam", "kinds", "training"):
        if name != "step":
            dashboard.rerun(lambda name=name: page.keyboard.type(str(1 + PAGES.index(name))))
            expect(heading(page, name)).to_be_visible()
        check_what_is_saved(dashboard, example(DEFAULT, file=GOLD if name == "training" else EXAMPLE))


def check_what_is_saved(dashboard, wanted):
    """A picture, its data and the trace behind it."""
    page = dashboard.page
    data = page.get_by_text(EN["data"]).first
    data.wait_for()
    dashboard.rerun(data.click)
    page.get_by_test_id("stDataFrame").hover()
    expect(page.get_by_role("button", name="Search", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Download as CSV", exact=True)).to_have_count(0)  # it would save formulas
    png, file = download(page, EN["save"].format(kind="PNG"))
    assert file.endswith(".png")
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    assert width > 300
    assert height > 300
    svg, file = download(page, EN["save"].format(kind="SVG"))
    assert file.endswith(".svg")
    drawing = ET.fromstring(svg)
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    size = [float(drawing.get(side)) for side in ("width", "height")]
    assert size == pytest.approx([width / 2, height / 2], abs=1)  # two pixels of the PNG for one of the page
    assert not [link for link in drawing.iter() if link.get("href", "data:").startswith("http")]
    table, file = download(page, EN["save"].format(kind="CSV"))
    assert file.endswith(".csv")
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert len(rows) > 5
    assert all(None not in row and None not in row.values() for row in rows)
    record, file = download(page, EN["save_trace"])
    assert file.endswith(".json")
    trace = from_json(json.loads(record))
    assert trace.text == field(page).input_value() == wanted.text
    assert trace.hypotheses[0].text == wanted.hypotheses[0].text


def test_two_readers_do_not_disturb_each_other(dashboard, another, search):
    texts = {dashboard: "A man is riding a horse.", another: "A woman reads a book."}
    for one in texts:
        one.open(address("beam"))
    for one, text in texts.items():
        type_sentence(one, text)
    written = [search(DEFAULT, text).hypotheses[0].text for text in texts.values()]
    for (one, text), own, others in zip(texts.items(), written, written[::-1], strict=True):
        expect(field(one.page)).to_have_value(text)
        assert state(one.page) == {"text": text}
        shown = read_out(one)
        assert own in shown
        assert others not in shown


@pytest.mark.parametrize("name", PAGES)
def test_every_page_begins_with_a_picture_below_one_bar_that_stays_in_sight(dashboard, name):
    """In the one language wide, then narrow, and in the other the same."""
    page = dashboard.page
    page.set_viewport_size({"width": 1280, "height": 900})
    dashboard.open(address(name))
    for language, (label, _) in LANGUAGES.items():
        if language != "en":
            page.set_viewport_size({"width": 1280, "height": 900})
            dashboard.rerun(lambda label=label: page.get_by_role("radio", name=label).click())
            expect(heading(page, name, catalogue(language))).to_be_visible()
        for width in HIGHEST:
            page.set_viewport_size({"width": width, "height": 900})
            check_where_it_begins(dashboard, name, width)

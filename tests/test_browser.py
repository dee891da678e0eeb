"""The manners of every page in a real Chromium; the fixture fails on any console error or request to elsewhere."""

import csv
import io
import json
import struct
import xml.etree.ElementTree as ET
from urllib.parse import parse_qsl, urlsplit

import pytest
from conftest import STATES, Dashboard
from playwright.sync_api import expect

from benchmarks.places import PAGES, READING, address
from core.trace_json import from_json
from dashboard.text import LANGUAGES, catalogue

EN, RU = catalogue("en"), catalogue("ru")
MAIN = "[data-testid=stMain]"
TEXT = "A cat sleeps on the roof."
MARKUP = "<script>window.broken = 1</script> <img src=x onerror='window.broken = 1'> <s> A **dog** $x$ :red[y] 😀 你好"
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


def read_out(page):
    """Everything on the page as a screen reader gets it, once it stands still."""
    before = None
    while (now := page.locator(MAIN).aria_snapshot()) != before:
        before = now
        page.wait_for_timeout(600)  # longer than a component waits before it tells its state
    return now


@pytest.fixture
def another(browser, server_url):
    """A second browser, which has its own cookies and storage."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    opened = Dashboard(context.new_page(), server_url)
    yield opened
    context.close()
    assert not opened.problems, "\n".join(opened.problems)


def test_there_is_a_state_for_every_page():
    assert set(STATES) == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_copied_link_shows_the_same_page_in_another_browser(dashboard, another, name):
    asked = {"lang": "ru", "text": TEXT} | STATES[name]
    page = dashboard.open(address(name, **asked))
    expect(heading(page, name, RU)).to_be_visible()
    if name in READING:
        expect(field(page, RU)).to_have_value(TEXT)
    shown = read_out(page)
    assert state(page) == asked, "the page changed its own link"
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name=RU["shell_copy"]).click()
    expect(page.get_by_text(RU["shell_copied"])).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    other = another.open(link.removeprefix(dashboard.url))
    assert read_out(other) == shown
    assert state(other) == asked


@pytest.mark.parametrize("name", PAGES)
def test_another_language_keeps_everything_else(dashboard, name):
    asked = {"text": TEXT} | STATES[name]
    page = dashboard.open(address(name, **asked))
    expect(heading(page, name)).to_be_visible()
    dashboard.rerun(lambda: page.get_by_role("radio", name=LANGUAGES["ru"][0]).click())
    expect(heading(page, name, RU)).to_be_visible()
    if name in READING:
        expect(field(page, RU)).to_have_value(TEXT)
    read_out(page)
    assert state(page) == asked | {"lang": "ru"}


def test_the_sentence_goes_along_by_keys_and_menu(dashboard):
    page = dashboard.open()
    type_sentence(dashboard, TEXT)
    page.locator("body").press("Escape")
    page.evaluate("document.activeElement.blur()")
    for number, name in [*enumerate(PAGES, 1)][::-1]:
        dashboard.rerun(lambda number=number: page.keyboard.press(str(number)))
        expect(heading(page, name)).to_be_visible()
        if name in READING:
            expect(field(page)).to_have_value(TEXT)
    page.get_by_role("button", name=EN["menu_watch"]).click()
    dashboard.rerun(page.get_by_role("menuitem", name=EN["menu_alignment"]).click)
    expect(heading(page, "alignment")).to_be_visible()
    expect(field(page)).to_have_value(TEXT)
    assert state(page)["text"] == TEXT


def test_the_slash_goes_to_the_sentence_where_keys_are_letters(dashboard):
    page = dashboard.open()
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    field(page).fill("")
    page.keyboard.type("2 /?")
    expect(field(page)).to_have_value("2 /?")
    expect(heading(page, "home")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_overlay_names_the_keys_and_holds_the_focus(dashboard):
    page = dashboard.open(address("step"))
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    keys = [part for line in (EN["keys"] + "\n" + EN["keys_step"]).splitlines() for part in line.split(" — ", 1)]
    assert dialog.locator("dt, dd").all_text_contents() == keys
    places = [page.evaluate(FOCUS)]
    for key in ["Tab"] * 4 + ["Shift+Tab"] * 4:
        page.keyboard.press(key)
        places.append(page.evaluate(FOCUS))
    assert any(inside for _, inside in places)
    assert all(inside or tag == "BODY" for tag, inside in places), places  # BODY: the browser's own bars
    page.keyboard.press("2")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(heading(page, "step")).to_be_visible()


def download(page, name):
    """The bytes that a button saves, and the file's name."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name, exact=True).first.click()
    with open(waiting.value.path(), "rb") as file:
        return file.read(), waiting.value.suggested_filename


@pytest.mark.parametrize("name", ["step", "alignment", "beam", "kinds", "training"])
def test_a_picture_is_saved_in_every_form(dashboard, name):
    page = dashboard.open(address(name))
    data = page.get_by_text(EN["data"]).first
    data.wait_for()
    dashboard.rerun(data.click)
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
    assert trace.text == field(page).input_value()
    assert trace.hypotheses[0].text.startswith("Zwei")


def test_two_readers_do_not_disturb_each_other(dashboard, another):
    texts = {dashboard: "A man is riding a horse.", another: "A woman reads a book."}
    for one in texts:
        one.open(address("beam"))
    for one, text in texts.items():
        type_sentence(one, text)
    shown = []
    for one, text in texts.items():
        expect(field(one.page)).to_have_value(text)
        assert state(one.page) == {"text": text}
        shown.append(read_out(one.page))
    assert "Pferd" in shown[0]
    assert "Pferd" not in shown[1]
    assert "Buch" in shown[1]
    assert "Buch" not in shown[0]


@pytest.mark.parametrize("name", PAGES)
def test_markup_is_text_and_a_narrow_screen_never_scrolls_sideways(dashboard, name):
    page = dashboard.page
    page.set_viewport_size({"width": 400, "height": 900})
    dashboard.open(address(name, lang="ru", text=MARKUP + " and a man" * 15))
    shown = read_out(page)
    assert ("script>" in shown) == (name in READING)
    assert page.evaluate("window.broken") is None
    assert page.locator(f"{MAIN} script, {MAIN} s, {MAIN} img[src=x]").count() == 0
    assert page.locator(MAIN).evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 400

"""axe-core on every page: light, dark and narrow, in both languages, with what a reader can open opened."""

import pytest
from conftest import STATES, VIEWS, check_where_it_begins, never_scrolls_sideways
from playwright.sync_api import expect

from benchmarks.places import PAGES, READING, address
from dashboard.text import catalogue

EN, RU = catalogue("en"), catalogue("ru")
MARKUP = "<script>window.broken = 1</script> <img src=x onerror='window.broken = 1'> <s> A **dog** $x$ :red[y] 😀 你好"
MARKUP += " and a man" * 4
SEVERE = ("serious", "critical")
# Streamlit's own markup, out of our reach: on a narrow screen the menu's groups are `div`s between `ul` and `li`.
THEIRS = {"list": "[data-testid=stSidebarNavItems]", "listitem": "[data-testid=stSidebarNavItems] li"}


@pytest.fixture(scope="session")
def axe():
    """axe-core, as the pip package brings it."""
    from axe_playwright_python.sync_playwright import Axe

    return Axe()


def violations(axe, page, where):
    """Every severe violation: rule, element, reason."""
    # To describe each element that passes would take most of the time; style sheets are read for no rule of these.
    options = {"resultTypes": ["violations"], "preload": False}
    for violation in axe.run(page, options=options).response["violations"]:
        for node in violation["nodes"] if violation["impact"] in SEVERE else ():
            target = node["target"][-1]
            target = target[-1] if isinstance(target, list) else target  # the way through shadow roots
            theirs = THEIRS.get(violation["id"])
            if theirs and page.locator(target).first.evaluate("(element, css) => element.matches(css)", theirs):
                continue
            reasons = [reason["message"] for reason in node["any"] + node["all"] + node["none"]]
            yield f"{where}: {violation['id']} at {target}\n  {node['html'][:200]}\n  {'; '.join(reasons)}"


def check(axe, dashboard, where):
    """Fail with every severe violation that stays: colours and the menu change gradually."""
    for _ in range(5):
        dashboard.settle()
        found = list(violations(axe, dashboard.page, where))
        if not found:
            return
        dashboard.page.wait_for_timeout(400)
    raise AssertionError("\n".join(found))


def check_looks(axe, dashboard):
    """The page as it is; then in the dark and narrow."""
    check(axe, dashboard, "light")
    dashboard.page.emulate_media(color_scheme="dark")
    dashboard.page.set_viewport_size({"width": 400, "height": 900})
    check(axe, dashboard, "dark and narrow")


def open_data(dashboard):
    """Open every table behind a picture."""
    closed = dashboard.page.get_by_text(EN["data"]).all()
    if closed:
        dashboard.rerun(lambda: [one.click() for one in closed])


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_severe_in_english(dashboard, axe, name):
    page = dashboard.page
    page.set_viewport_size({"width": 1280, "height": 900})
    dashboard.open(address(name, **STATES[name] | {"predict": None}))
    open_data(dashboard)
    check_looks(axe, dashboard)


@pytest.mark.parametrize(("name", "view"), VIEWS, ids=str)
def test_a_pages_other_views_begin_as_high_and_axe_finds_nothing_severe_in_them(dashboard, axe, name, view):
    page = dashboard.page
    page.set_viewport_size({"width": 1280, "height": 900})
    dashboard.open(address(name, **view))
    check_where_it_begins(dashboard, name, 1280)
    check(axe, dashboard, "light")
    page.set_viewport_size({"width": 400, "height": 900})
    check_where_it_begins(dashboard, name, 400)
    page.emulate_media(color_scheme="dark")
    check(axe, dashboard, "dark and narrow")


def test_in_russian_before_an_answer_markup_is_text_nothing_scrolls_sideways_and_axe_finds_nothing(dashboard, axe):
    """By number keys, as far as there are digits: the sentence goes along."""
    page, main = dashboard.page, "[data-testid=stMain]"
    page.set_viewport_size({"width": 400, "height": 900})
    for number, name in enumerate(PAGES, 1):
        if 1 < number < 10:
            dashboard.rerun(lambda number=number: page.keyboard.press(str(number)))
        else:
            dashboard.open(address(name, lang="ru", predict="true", text=MARKUP))
        expect(page.get_by_role("heading", name=RU[f"page_{name}"], exact=True, level=1)).to_be_visible()
        assert page.locator(".st-key-predict input").evaluate_all("all => all.every(one => one.checked)"), name
        check(axe, dashboard, f"{name}, light and narrow")
        assert ("script>" in page.locator(main).aria_snapshot()) == (name in READING), name
        assert page.evaluate("window.broken") is None
        assert page.locator(f"{main} script, {main} s, {main} img[src=x]").count() == 0, name
        assert never_scrolls_sideways(page), name
        assert page.evaluate("document.documentElement.scrollWidth") <= 400, name


@pytest.mark.soak
def test_axe_finds_nothing_severe_beside_a_training(dashboard, axe):
    """Its film, its chart, its model; its first question in the dark."""
    page = dashboard.page
    page.set_viewport_size({"width": 1280, "height": 900})
    dashboard.open(address("live", **STATES["live"] | {"size": None}))
    page.get_by_role("button", name=EN["live_start"], exact=True).click()
    page.locator("[data-testid=stVegaLiteChart]").wait_for(timeout=120_000)
    page.get_by_role("button", name=EN["live_stop"], exact=True).click()
    page.get_by_role("button", name=EN["live_save"]).wait_for(timeout=120_000)
    open_data(dashboard)
    page.get_by_text(EN["live_load"]).click()
    check_looks(axe, dashboard)


def test_axe_finds_nothing_severe_where_something_is_wrong(dashboard, axe):
    """Warnings and the overlay of the keys."""
    page = dashboard.open(address("beam", beam=99, text="<script> 你好 $x$"))
    check(axe, dashboard, "warnings")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    check(axe, dashboard, "overlay")
    page.keyboard.press("Escape")
    page.get_by_role("button", name=EN["shell_copy"]).evaluate(
        "button => { button.textContent = ''; button.title = ''; button.removeAttribute('aria-label') }"
    )
    found = "\n".join(violations(axe, page, "a button without a name"))
    assert "button-name" in found  # it does look into the components

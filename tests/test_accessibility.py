"""axe-core on every page: light, dark and narrow, in both languages, with what a reader can open opened."""

import pytest
from conftest import STATES, VIEWS
from playwright.sync_api import expect

from benchmarks.places import PAGES, address
from dashboard.text import catalogue

EN, RU = catalogue("en"), catalogue("ru")
SEVERE = ("serious", "critical")
COLOURS = ["color-contrast", "link-in-text-block"]
# Streamlit's own markup, out of our reach: on a narrow screen the menu's groups are `div`s between `ul` and `li`.
THEIRS = {"list": "[data-testid=stSidebarNavItems]", "listitem": "[data-testid=stSidebarNavItems] li"}


@pytest.fixture(scope="session")
def axe():
    """axe-core, as the pip package brings it."""
    from axe_playwright_python.sync_playwright import Axe

    return Axe()


def violations(axe, page, where, rules=None):
    """Every severe violation (of some rules): rule, element, reason."""
    # To describe each element that passes would take most of the time; style sheets are read for no rule of these.
    options = {"resultTypes": ["violations"], "preload": False}
    options |= {"runOnly": rules} if rules else {}
    for violation in axe.run(page, options=options).response["violations"]:
        for node in violation["nodes"] if violation["impact"] in SEVERE else ():
            target = node["target"][-1]
            target = target[-1] if isinstance(target, list) else target  # the way through shadow roots
            theirs = THEIRS.get(violation["id"])
            if theirs and page.locator(target).first.evaluate("(element, css) => element.matches(css)", theirs):
                continue
            reasons = [reason["message"] for reason in node["any"] + node["all"] + node["none"]]
            yield f"{where}: {violation['id']} at {target}\n  {node['html'][:200]}\n  {'; '.join(reasons)}"


def check(axe, dashboard, where, rules=None):
    """Fail with every severe violation that stays: colours and the menu change gradually."""
    for _ in range(5):
        dashboard.settle()
        found = list(violations(axe, dashboard.page, where, rules))
        if not found:
            return
        dashboard.page.wait_for_timeout(400)
    raise AssertionError("\n".join(found))


def check_looks(axe, dashboard):
    """The page as it is, in the dark, where nothing but colours changes, and narrow."""
    check(axe, dashboard, "light")
    dashboard.page.emulate_media(color_scheme="dark")
    check(axe, dashboard, "dark", COLOURS)
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
def test_axe_finds_nothing_severe_in_a_pages_other_views(dashboard, axe, name, view):
    """Wide and light, then narrow and dark."""
    page = dashboard.page
    page.set_viewport_size({"width": 1280, "height": 900})
    dashboard.open(address(name, **view))
    check(axe, dashboard, "light")
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 400, "height": 900})
    check(axe, dashboard, "dark and narrow")


def test_axe_finds_nothing_severe_in_russian_before_an_answer(dashboard, axe):
    page = dashboard.page
    page.set_viewport_size({"width": 400, "height": 900})
    for number, name in enumerate(PAGES, 1):
        if 1 < number < 10:  # the digits
            dashboard.rerun(lambda number=number: page.keyboard.press(str(number)))
        else:
            dashboard.open(address(name, lang="ru", predict="true"))
        expect(page.get_by_role("heading", name=RU[f"page_{name}"], exact=True, level=1)).to_be_visible()
        assert page.locator(".st-key-predict input").evaluate_all("all => all.every(one => one.checked)"), name
        check(axe, dashboard, f"{name}, light and narrow")


def test_axe_finds_nothing_severe_beside_a_training(dashboard, axe):
    """Its film, its chart, its model; its first question in the dark."""
    page = dashboard.page
    page.set_viewport_size({"width": 1280, "height": 900})
    dashboard.open(address("live", **STATES["live"] | {"own_width": None}))
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

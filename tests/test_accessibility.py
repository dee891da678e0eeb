"""axe-core on every page: light, dark and narrow, in both languages, with what a reader can open opened."""

import pytest
from conftest import STATES
from playwright.sync_api import expect

from benchmarks.places import PAGES, address
from dashboard.text import catalogue

EN, RU = catalogue("en"), catalogue("ru")
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
    options = {"resultTypes": ["violations"]}  # to describe each element that passes would take most of the time
    for violation in axe.run(page, options=options).response["violations"]:
        for node in violation["nodes"] if violation["impact"] in SEVERE else ():
            target = node["target"][-1]
            target = target[-1] if isinstance(target, list) else target  # the way through shadow roots
            theirs = THEIRS.get(violation["id"])
            if theirs and page.locator(target).first.evaluate("(element, css) => element.matches(css)", theirs):
                continue
            reasons = [reason["message"] for reason in node["any"] + node["all"] + node["none"]]
            yield f"{where}: {violation['id']} at {target}\n  {node['html'][:200]}\n  {'; '.join(reasons)}"


def check(axe, page, where):
    """Fail with every severe violation that stays: colours, the menu and tab stops change gradually."""
    for _ in range(5):
        page.wait_for_timeout(400)
        found = list(violations(axe, page, where))
        if not found:
            return
    raise AssertionError("\n".join(found))


def check_looks(axe, page):
    """The page as it is, in the dark, and narrow."""
    check(axe, page, "light")
    page.emulate_media(color_scheme="dark")
    check(axe, page, "dark")
    page.set_viewport_size({"width": 400, "height": 900})
    check(axe, page, "dark and narrow")


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_severe_in_english(dashboard, axe, name):
    page = dashboard.page
    page.set_viewport_size({"width": 1280, "height": 900})
    dashboard.open(address(name, **STATES[name] | {"predict": None}))
    for data in page.get_by_text(EN["data"]).all():
        dashboard.rerun(data.click)
    check_looks(axe, page)


def test_axe_finds_nothing_severe_in_russian_before_an_answer(dashboard, axe):
    page = dashboard.page
    page.set_viewport_size({"width": 400, "height": 900})
    for number, name in enumerate(PAGES, 1):
        if 1 < number < 10:  # the digits
            dashboard.rerun(lambda number=number: page.keyboard.press(str(number)), 60_000)
        else:
            dashboard.open(address(name, lang="ru", predict="true"))
        expect(page.get_by_role("heading", name=RU[f"page_{name}"], exact=True, level=1)).to_be_visible()
        assert page.locator(".st-key-predict input").evaluate_all("all => all.every(one => one.checked)"), name
        check(axe, page, f"{name}, light and narrow")


def test_axe_finds_nothing_severe_beside_a_training(dashboard, axe):
    """Its film, its chart, its model; its first question in the dark."""
    page = dashboard.page
    page.set_viewport_size({"width": 1280, "height": 900})
    dashboard.open(address("live", **STATES["live"] | {"size": None}))
    page.get_by_role("button", name=EN["live_start"], exact=True).click()
    page.locator("[data-testid=stVegaLiteChart]").wait_for(timeout=120_000)
    page.get_by_role("button", name=EN["live_stop"], exact=True).click()
    page.get_by_role("button", name=EN["live_save"]).wait_for(timeout=120_000)
    dashboard.rerun(page.get_by_text(EN["data"]).click)
    page.get_by_text(EN["live_load"]).click()
    check_looks(axe, page)


def test_axe_finds_nothing_severe_where_something_is_wrong(dashboard, axe):
    """Warnings and the overlay of the keys."""
    page = dashboard.open(address("beam", beam=99, text="<script> 你好 $x$"))
    check(axe, page, "warnings")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    check(axe, page, "overlay")
    page.keyboard.press("Escape")
    page.get_by_role("button", name=EN["shell_copy"]).evaluate("button => { button.textContent = '' }")
    with pytest.raises(AssertionError, match="button-name"):  # it does look into the components
        check(axe, page, "a button without a name")

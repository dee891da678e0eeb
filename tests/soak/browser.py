"""Random keys and clicks on every page in Chromium: no error in the page or its console, no request to elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from conftest import READY, STATES, Dashboard
from playwright.sync_api import Page

from benchmarks.browser import PATIENCE, chromium, serving
from benchmarks.places import PAGES, address
from dashboard.text import LANGUAGES
from tests.soak.table import Attempt

WIDTHS = (1280, 400)
ACTIONS = 30  # on a page
KEYS = (
    *("Tab", "Tab", "Shift+Tab", "Enter", "Space", "Escape", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"),
    *("Home", "End", "PageDown", "?", "/", *"123456789", "a", "Backspace", "Delete"),
)
PRESSABLE = (
    "button, [role=radio], [role=option], [role=combobox], [role=slider], [role=tab], summary, label, svg, input"
)
BOXES = "all => all.map(one => one.getBoundingClientRect().toJSON())"
# A click on a paper's address would rightly leave: it is stopped, so that what else leaves is a fault.
STAY = """addEventListener('click', event => {
  const link = event.composedPath().find(one => one.tagName === 'A' && one.href);
  if (link && new URL(link.href).host !== location.host) event.preventDefault();
}, true)"""


@contextmanager
def browser() -> Iterator[Attempt]:
    """A fresh page a case, wide and narrow by turns."""
    with serving() as (root, server), chromium() as chrome:

        def attempt(case: int, dice: Random) -> str:
            name, width = PAGES[case // 2 % len(PAGES)], WIDTHS[case % 2]
            state = {key: value for key, value in STATES[name].items() if dice.random() < 0.5}
            context = chrome.new_context(viewport={"width": width, "height": 900})
            page, done = context.new_page(), []
            page.add_init_script(STAY)
            try:
                watcher = Dashboard(page, root)
                watcher.open(address(name, lang=dice.choice(list(LANGUAGES)), **state))
                for _ in range(ACTIONS):
                    done.append(act(page, dice))
                page.locator(READY).wait_for(timeout=PATIENCE)
                broken = page.get_by_test_id("stException").count()
                assert not watcher.problems, "; ".join(watcher.problems[:2])
                assert not broken, "an exception on the page"
                assert server.poll() is None, "the server ended"
            except Exception as error:
                raise AssertionError(f"{name}, {width} px, {state}, {' '.join(done)}: {error}") from error
            finally:
                context.close()
            return f"{name}, {width} px: {' '.join(done)}"

        yield attempt


def act(page: Page, dice: Random) -> str:
    """One key, one click on something or somewhere, or some typing; what it was."""
    kind = dice.choice(("key", "key", "press", "press", "click", "type", "wheel"))
    place = dice.randrange(page.viewport_size["width"]), dice.randrange(60, page.viewport_size["height"])
    if kind == "key":
        page.keyboard.press(key := dice.choice(KEYS))
        words = key
    elif kind == "press":
        words = press(page, dice)
    elif kind == "click":
        page.mouse.click(*place)
        words = f"click{place}"
    elif kind == "type":
        page.keyboard.type(typed := dice.choice(("A dog runs.", "<b>", "字", "\t", "0")))
        words = repr(typed)
    else:
        page.mouse.wheel(0, dice.choice((-600, 600, 2000)))
        words = "wheel"
    page.wait_for_timeout(dice.choice((0, 20, 150)))
    return words.replace(" ", "_")


def press(page: Page, dice: Random) -> str:
    """Click on a control that is in sight, wherever the page has put it by then."""
    height = page.viewport_size["height"]
    boxes = page.locator(PRESSABLE).evaluate_all(BOXES)
    inside = [box for box in boxes if box["width"] and 0 <= box["y"] < height]
    if not inside:
        return "nothing"
    box = dice.choice(inside)
    at = box["x"] + box["width"] * dice.random(), box["y"] + box["height"] * dice.random()
    page.mouse.click(*at)
    return f"press({at[0]:.0f},{at[1]:.0f})"

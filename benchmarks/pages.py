"""How long a reader waits, in a real Chromium against a fresh server: from the key press to the painted answer."""

import argparse
from itertools import cycle, pairwise
from urllib.parse import quote

from benchmarks.browser import NODES, chromium, dashboard, open_page, redraw, settle
from benchmarks.report import machine, milliseconds, table
from core.checkpoints import cards
from dashboard.text import catalogue

SAY = catalogue("en")
SENTENCES = (
    "A young woman reads a newspaper while she drinks coffee in a small garden.",
    "Two brown dogs are running through the shallow water on a sunny afternoon.",
    "Three children are building a tall tower of wooden blocks on the kitchen floor.",
)
BEAMS, PENALTIES = 12, 21  # stops of the two sliders


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5, help="cold starts (default: %(default)s)")
    parser.add_argument("--changes", type=int, default=40, help="changes of each control (default: %(default)s)")
    return parser.parse_args()


def cold_starts(browser, count: int) -> list[float]:
    """Process start → tree painted, ms, each with a server process and a browser profile of its own."""
    waits = []
    for _ in range(count):
        with dashboard() as (address, began):
            page, painted = open_page(browser, address)
            waits.append((painted - began) * 1000)
            page.context.close()
    return waits


def sweep(stops: int, changes: int) -> list[str]:
    """Keys that walk a slider of so many stops up and down again, from its left end."""
    there_and_back = ["ArrowRight"] * (stops - 1) + ["ArrowLeft"] * (stops - 1)
    return [key for key, _ in zip(cycle(there_and_back), range(changes), strict=False)]


def press(page, slider, keys: list[str], selector: str) -> list[tuple[float, float]]:
    """Each key on a slider, and its waits."""
    slider.focus()
    return [redraw(page, lambda key=key: page.keyboard.press(key), selector) for key in keys]


def tag(locator, name: str) -> str:
    """Mark an element, so that the probe finds it by a name of its own."""
    locator.evaluate("(element, name) => { element.dataset.probe = name }", name)
    return f"[data-probe={name}]"


def controls(browser, address: str, changes: int) -> dict[str, list[tuple[float, float]]]:
    """The waits at every control of the page."""
    found, waits = cards()[0], {"first": [], "again": []}
    for text in SENTENCES:
        page, _ = open_page(browser, f"{address}/?beam=1&text={quote(text)}")
        beam = page.get_by_role("slider", name=SAY["beam_size"])
        waits["first"] += press(page, beam, sweep(BEAMS, BEAMS - 1), NODES)
        if text != SENTENCES[-1]:
            page.context.close()
    keys = ["ArrowLeft"] * (BEAMS - 1) + sweep(BEAMS, changes)
    waits["again"] = press(page, beam, keys[:changes], NODES)

    settle(page)
    alpha = page.get_by_role("slider", name=SAY["length_penalty"])
    alpha.focus()
    page.keyboard.press("Home")
    settle(page)
    page.wait_for_timeout(1000)
    box = tag(page.locator("[data-testid=stHtml]", has_text=SAY["total"]), "hypotheses")
    waits["alpha"] = press(page, alpha, sweep(PENALTIES, changes), box)

    translation = page.locator("[data-testid=stHtml]").first
    box = tag(translation.locator("xpath=ancestor::*[@data-testid='stVerticalBlock'][1]"), "translation")
    radios = page.get_by_role("radiogroup", name=SAY["model"], exact=True).get_by_role("radio")
    assert radios.count() == len(found) > 1, "there is no second model to switch to"
    order = [number % len(found) for number in range(changes + 1)]
    start = next(i for i in range(len(found)) if radios.nth(i).get_attribute("aria-checked") == "true")
    order = [(number + start) % len(found) for number in order]
    waits["model"] = [redraw(page, radios.nth(there).click, box) for _, there in pairwise(order)]

    step = page.get_by_role("slider", name=SAY["tree_slider"])
    step.focus()
    step.press("Home")
    steps = int(step.get_attribute("max")) + 1
    waits["step"] = press(page, step, sweep(steps, changes), NODES)
    page.context.close()
    return waits


def main() -> None:
    asked = parse()
    print(machine())
    with chromium() as browser:
        starts = cold_starts(browser, asked.starts)
        with dashboard() as (address, _):
            waits = controls(browser, address, asked.changes)
    names = {
        "first": "beam size, first time at it (searches) → tree",
        "again": "beam size, seen before (from the cache) → tree",
        "alpha": "α → table of hypotheses",
        "model": "model, all searched before → translation",
        "step": "step inside the tree (no server) → tree",
    }
    rows = [(*milliseconds("cold start: server process → tree", starts), "–")]
    for key, name in names.items():
        sent = milliseconds("", [sent for _, sent in waits[key]])[2]
        rows.append((*milliseconds(name, [painted for painted, _ in waits[key]]), f"{sent:.0f}"))
    print(table(("event → painted", "times", "p50 ms", "p95 ms", "of p50: before anything is sent"), rows))


if __name__ == "__main__":
    main()

"""How long a reader waits, in a real Chromium against a fresh server: from the key press to the painted answer."""

import argparse
import time
from itertools import cycle, islice
from urllib.parse import quote

from benchmarks.browser import NODES, chromium, dashboard, open_page, redraw
from benchmarks.report import machine, milliseconds, percentile, table
from benchmarks.sentences import SENTENCES
from core.checkpoints import cards
from dashboard.text import catalogue

SAY = catalogue("en")
BEAMS, PENALTIES = 12, 21  # stops of the two sliders
TEXTS = SENTENCES[:3]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5, help="cold starts (default: %(default)s)")
    parser.add_argument("--changes", type=int, default=40, help="changes of each control (default: %(default)s)")
    return parser.parse_args()


def cold_starts(browser, count: int) -> tuple[list[float], list[float]]:
    """Process start → the server answers and → tree painted, ms; each server process and browser profile is new."""
    answered, painted = [], []
    for _ in range(count):
        with dashboard() as (address, began):
            answered.append((time.time() - began) * 1000)
            page, shown = open_page(browser, address)
            painted.append((shown - began) * 1000)
            page.context.close()
    return answered, painted


def sweep(stops: int, changes: int) -> list[str]:
    """Keys that walk a slider of so many stops up and down again, from its left end."""
    return list(islice(cycle(["ArrowRight"] * (stops - 1) + ["ArrowLeft"] * (stops - 1)), changes))


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
    for text in TEXTS:
        page, _ = open_page(browser, f"{address}/?beam=1&alpha=0&text={quote(text)}")
        beam = page.get_by_role("slider", name=SAY["beam_size"])
        waits["first"] += press(page, beam, sweep(BEAMS, BEAMS - 1), NODES)
        if text != TEXTS[-1]:
            page.context.close()
    keys = ["ArrowLeft"] * (BEAMS - 1) + sweep(BEAMS, changes)
    waits["again"] = press(page, beam, keys[:changes], NODES)

    alpha = page.get_by_role("slider", name=SAY["length_penalty"])
    box = tag(page.locator("[data-testid=stHtml]", has_text=SAY["total"]), "hypotheses")
    waits["alpha"] = press(page, alpha, sweep(PENALTIES, changes), box)

    translation = page.locator("[data-testid=stHtml]").first
    box = tag(translation.locator("xpath=ancestor::*[@data-testid='stVerticalBlock'][1]"), "translation")
    radios = page.get_by_role("radiogroup", name=SAY["model"], exact=True).get_by_role("radio")
    assert radios.count() == len(found) > 1, "there is no second model to switch to"
    chosen = next(number for number in range(len(found)) if radios.nth(number).get_attribute("aria-checked") == "true")
    order = [(chosen + number) % len(found) for number in range(1, changes + 1)]
    waits["model"] = [redraw(page, radios.nth(number).click, box) for number in order]

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
        answered, painted = cold_starts(browser, asked.starts)
        with dashboard() as (address, _):
            waits = controls(browser, address, asked.changes)
    names = {
        "first": "beam size, first time at it (searches) → tree",
        "again": "beam size, seen before (from the cache) → tree",
        "alpha": "α → table of hypotheses",
        "model": "model, all searched before → translation",
        "step": "step inside the tree (no server) → tree",
    }
    rows = [(*milliseconds("cold start: server process → it answers", answered), "–")]
    rows += [(*milliseconds("cold start: server process → tree", painted), "–")]
    for key, name in names.items():
        shown, sent = zip(*waits[key], strict=True)
        rows.append((*milliseconds(name, shown), f"{percentile(sent, 50):.0f}"))
    print(table(("event → painted", "times", "p50 ms", "p95 ms", "p50 ms until it is sent"), rows))


if __name__ == "__main__":
    main()

"""How long a reader waits, in a real Chromium against a fresh server: from the key press to the painted answer."""

import argparse
import time
from collections.abc import Callable
from itertools import cycle, islice
from typing import NamedTuple

from playwright.sync_api import Error

from benchmarks.browser import PICTURE, chromium, dashboard, open_page, redraw
from benchmarks.places import PAGES, address
from benchmarks.report import machine, milliseconds, percentile, table
from benchmarks.sentences import SENTENCES
from dashboard.text import catalogue

SAY = catalogue("en")
BEAMS = 12  # stops of the beam's slider
TEXTS = SENTENCES[:3]
TABLES = "[data-testid=stHtml]"
CHART = "[data-testid=stVegaLiteChart] svg"
PATIENCE = 5_000  # ms in which a control has to be on its page

Waits = list[tuple[float, float]]  # ms from an event until it is painted, until it is sent


class Control(NamedTuple):
    """A control: its page, role and label in the catalogue, how many of its stops are used, what shows the answer."""

    words: str
    page: str
    role: str
    label: str
    stops: int
    answer: str


CONTROLS = (
    Control("Step through: step (no server) → picture", "step", "slider", "stepper_slider", 10, PICTURE),
    Control("Step through: head (no server) → picture", "step", "combobox", "stepper_head", 6, PICTURE),
    Control("Beam search: step in the tree (no server) → tree", "beam", "slider", "tree_slider", 10, PICTURE),
    Control("Beam search: α → table of hypotheses", "beam", "slider", "length_penalty", 21, TABLES),
    Control("Beam search: model, all searched before → tree", "beam", "list", "model", 3, PICTURE),
    Control("Attention kinds: step (no server) → maps and numbers", "kinds", "slider", "maps_slider", 10, PICTURE),
    Control("Attention kinds: head (no server) → maps and numbers", "kinds", "combobox", "head", 6, PICTURE),
    Control("Attention kinds: model, all read before → maps and numbers", "kinds", "list", "kinds_model", 3, PICTURE),
    Control("Training: position (no server) → picture", "training", "slider", "teacher_slider", 10, PICTURE),
    Control("Training: step of the schedules → charts", "training", "slider", "update", 10, CHART),
    Control("Training: model, all read before → picture", "training", "list", "model", 3, PICTURE),
    Control("Alignment: head → heat map", "alignment", "radiogroup", "head", 5, PICTURE),
)
BEAM = Control("Beam search: beam size", "beam", "slider", "beam_size", BEAMS, PICTURE)


class Missing(Exception):
    """A control that its page does not have."""


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5, help="cold starts of each page (default: %(default)s)")
    parser.add_argument("--changes", type=int, default=40, help="changes of each control (default: %(default)s)")
    return parser.parse_args()


def cold_start(browser, page_name: str, count: int) -> tuple[list[float], list[float]]:
    """Process start → the server answers and → first picture, ms; each server process and browser profile is new."""
    answered, painted = [], []
    for _ in range(count):
        with dashboard() as (root, began):
            answered.append((time.time() - began) * 1000)
            page, shown = open_page(browser, root + address(page_name))
            painted.append((shown - began) * 1000)
            page.context.close()
    return answered, painted


def find(page, control: Control):
    """The control's element; Missing if it does not show up."""
    if control.label not in SAY:
        raise Missing(f"the catalogue has no {control.label!r}")
    name = SAY[control.label]
    if control.role == "list":
        found = page.get_by_role("combobox").and_(page.get_by_label(name)).first
    else:
        exact = control.role != "slider"  # Streamlit's say their name twice
        found = page.get_by_role(control.role, name=name, exact=exact).first
    try:
        found.wait_for(timeout=PATIENCE)
    except Error:
        raise Missing(f"/{control.page} has no {control.role} “{SAY[control.label]}”") from None
    return found


def turns(page, control: Control, changes: int) -> list[Callable[[], None]]:
    """So many changes of a control: up and down again through its stops, from the first."""
    found = find(page, control)
    if control.role == "radiogroup":
        radios = found.get_by_role("radio")
        stops = min(radios.count(), control.stops)
        chosen = [radios.nth(number).get_attribute("aria-checked") for number in range(stops)].index("true")
        return [radios.nth((chosen + turn) % stops).click for turn in range(1, changes + 1)]
    if control.role == "list":
        return [lambda option=turn % control.stops: pick(page, found, option) for turn in range(1, changes + 1)]
    up, down = ("ArrowDown", "ArrowUp") if control.role == "combobox" else ("ArrowRight", "ArrowLeft")
    found.focus()
    if control.role == "slider":
        found.press("Home")
        page.wait_for_timeout(1000)
    keys = islice(cycle([up] * (control.stops - 1) + [down] * (control.stops - 1)), changes)
    return [lambda key=key: page.keyboard.press(key) for key in keys]


def pick(page, box, option: int) -> None:
    """Take an option, counted from the end: the first models have no map. The clock starts when the list is open."""
    box.click()
    page.evaluate("__probe.arm(__probe.selector)")
    page.get_by_role("option").nth(-1 - option).click()


def measure(browser, root: str, control: Control, changes: int, **state) -> Waits:
    """The waits at one control of a page in this state, each of whose answers has been computed before."""
    page, _ = open_page(browser, root + address(control.page, **state))
    try:
        acts = turns(page, control, changes)
        if control.role in ("radiogroup", "list"):  # once round, so that every answer is known
            acts = turns(page, control, control.stops + changes)
        return [redraw(page, act, control.answer) for act in acts][-changes:]
    except Error as error:
        raise Missing(error.message.splitlines()[0]) from None
    finally:
        page.context.close()


def beam_sizes(browser, root: str, changes: int) -> dict[str, Waits]:
    """The waits at sizes that are new to the server, and at sizes that it knows."""
    new = [wait for text in TEXTS for wait in measure(browser, root, BEAM, BEAMS - 1, text=text, beam=1)]
    return {
        f"{BEAM.words}, first time at it → tree": new,
        f"{BEAM.words}, seen before (from the cache) → tree": measure(
            browser, root, BEAM, changes, text=TEXTS[0], beam=1
        ),
    }


def row(name: str, waits: Waits) -> tuple:
    """A line of the table."""
    painted, sent = zip(*waits, strict=True)
    return (*milliseconds(name, painted), f"{percentile(sent, 50):.0f}")


def main() -> None:
    asked = parse()
    print(machine(), flush=True)
    rows, missing = [], []
    with chromium() as browser:
        for name in PAGES if asked.starts else ():
            answered, painted = cold_start(browser, name, asked.starts)
            if name == PAGES[0]:
                rows.append((*milliseconds("cold start: server process → it answers", answered), "–"))
            rows.append((*milliseconds(f"cold start: server process → {SAY[f'page_{name}']}", painted), "–"))
        with dashboard() as (root, _):
            for control in CONTROLS:
                try:
                    rows.append(row(control.words, measure(browser, root, control, asked.changes, text=TEXTS[0])))
                except Missing as reason:
                    missing.append(f"{control.words}: n/a: {reason}")
            try:
                rows += [row(name, waits) for name, waits in beam_sizes(browser, root, asked.changes).items()]
            except Missing as reason:
                missing.append(f"{BEAM.words}: n/a: {reason}")
    print(table(("event → painted", "times", "p50 ms", "p95 ms", "p50 ms until it is sent"), rows))
    print("\n".join(["", *missing]) if missing else "")


if __name__ == "__main__":
    main()

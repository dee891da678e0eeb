"""How long a reader waits, in a real Chromium against a fresh server: from the key press to the painted answer."""

import argparse
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle, islice, product

from playwright.sync_api import Error

from benchmarks.browser import PICTURE, chromium, dashboard, open_page, redraw, switch
from benchmarks.controls import BEAM, BEAMS, CONTROLS, MAPS, Control
from benchmarks.places import PAGES, address
from benchmarks.report import machine, milliseconds, percentile, print_rows
from benchmarks.sentences import SENTENCES
from dashboard.text import catalogue

SAY = catalogue("en")
TEXTS = SENTENCES[:3]
HEAD = ("event → painted", "times", "p50 ms", "p95 ms", "p50 ms until it is sent")
SWITCH = "page switch: click in the menu → first picture"
WARM, REST = 10_000, 1_000  # ms in which the models are loaded; in which a page is looked at
PATIENCE = 5_000  # ms in which a control has to be on its page

Waits = list[tuple[float, float]]  # ms from an event until it is painted, until it is sent


PARTS = "The Transformer: a part opened → picture"
OTHERS = {"transformer": PICTURE, "attention": PICTURE, "heads": MAPS}  # by what shows another sentence
EDIT = "Heads: a weight of a row, edited → translated again"
CLOSING = "Head pruning: a head closed → translated again"
QUIET = 1_000  # ms in which the server has answered an edit, which is drawn before that


class Missing(Exception):
    """A control that its page does not have."""


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5, help="cold starts of each page (default: %(default)s)")
    parser.add_argument("--changes", type=int, default=40, help="changes of each control (default: %(default)s)")
    parser.add_argument("--only", default="", help="just the rows in whose name this stands")
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
        chosen = [radios.nth(number).is_checked() for number in range(stops)].index(True)
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
    """Take an option after the second, which is the default; the best come first. The clock starts when it is open."""
    box.click()
    page.evaluate("__probe.arm(__probe.selector)")
    page.get_by_role("option").nth(2 + option).click()


def measure(browser, root: str, control: Control, changes: int, *, known: bool = False, **state) -> Waits:
    """The waits at one control of a page in this state; of a list, and where `known`, all answers were seen before."""
    page, _ = open_page(browser, root + address(control.page, **control.state, **state))
    try:
        before = control.stops if known or control.role in ("radiogroup", "list") else 0  # once round
        acts = turns(page, control, before + changes)
        return [redraw(page, act, control.answer) for act in acts][-changes:]
    except Error as error:
        raise Missing(error.message.splitlines()[0]) from None
    finally:
        page.context.close()


def new_sizes(browser, root: str) -> Waits:
    """The waits at beam sizes that are new to the server."""
    return [wait for text in TEXTS for wait in measure(browser, root, BEAM, BEAMS - 1, text=text, beam=1)]


def edits(browser, root: str, changes: int) -> Waits:
    """The waits at edits of a head that are new to the server: one bar of the row after the other is moved."""
    page, _ = open_page(browser, root + address("heads", tab="edit", head="2", text=TEXTS[0]))
    bars = page.get_by_role("slider")
    bars.first.press("ArrowRight")
    page.wait_for_timeout(WARM)
    waits = []
    for turn in range(changes):
        bars.nth(turn % bars.count()).focus()
        waits.append(redraw(page, lambda: page.keyboard.press("ArrowRight"), ".result", QUIET))
    page.context.close()
    return waits


def closings(browser, root: str, changes: int) -> Waits:
    """The waits at one more head that is closed: each set of closed heads is new to the server."""
    page, _ = open_page(browser, root + address("pruning", text=TEXTS[0]))
    page.wait_for_timeout(WARM)
    places = islice(product(("encoder", "decoder", "cross"), range(1, 4), range(1, 9)), changes)
    names = [
        SAY["pruning_place"].format(kind=SAY[f"heads_{kind}"], layer=layer, head=head) for kind, layer, head in places
    ]
    heads = [page.get_by_role("button", name=name, exact=True) for name in names]
    waits = [redraw(page, head.click, ".result", QUIET) for head in heads]
    page.context.close()
    return waits


def parts(browser, root: str, changes: int) -> Waits:
    """The waits at one part of the whole network after the other."""
    page, _ = open_page(browser, root + address("transformer", text=TEXTS[0]))
    page.wait_for_timeout(WARM)
    boxes = page.locator(".part")
    waits = [redraw(page, boxes.nth(turn % boxes.count()).click, PICTURE) for turn in range(1, changes + 1)]
    page.context.close()
    return waits


def sentences(browser, root: str, page_name: str, changes: int) -> Waits:
    """The waits at sentences that are new to the server, typed on a page whose model is awake."""
    page, _ = open_page(browser, root + address(page_name, text=TEXTS[0]))
    page.wait_for_timeout(WARM)
    field, waits = page.get_by_label(SAY["sentence_en"]).first, []
    for text in SENTENCES[1 : changes + 1]:
        field.fill(text)
        waits.append(redraw(page, lambda: page.keyboard.press("Enter"), OTHERS[page_name], QUIET))
    page.context.close()
    return waits


def switches(browser, root: str, turns: int) -> Iterator[tuple]:
    """Each page from the menu, every page visited once before; a row for all and one a page."""
    page, _ = open_page(browser, root)
    page.wait_for_timeout(WARM)
    waits: dict[str, list[float]] = {name: [] for name in PAGES}
    for turn in range(turns + 1):
        for name in (*PAGES[1:], PAGES[0]):
            link = page.locator(f"[data-testid=stSidebarNavLink][href$='{address(name)}']")
            wait = switch(page, link.click)
            if turn:
                waits[name].append(wait)
            page.wait_for_timeout(REST)
    page.context.close()
    yield (*milliseconds(SWITCH, [wait for one in waits.values() for wait in one]), "–")
    for name, one in waits.items():
        yield (*milliseconds(f"{SWITCH} of {SAY[f'page_{name}']}", one), "–")


def rows(browser, starts: int, changes: int, only: str) -> Iterator[tuple]:
    """The table's lines, each as soon as it has been measured."""
    for name in PAGES if starts else ():
        answered, painted = cold_start(browser, name, starts)
        if name == PAGES[0]:
            yield (*milliseconds("cold start: server process → it answers", answered), "–")
        yield (*milliseconds(f"cold start: server process → {SAY[f'page_{name}']}", painted), "–")
    with dashboard() as (root, _):
        open_page(browser, root)[0].wait_for_timeout(WARM)  # what waits for a model would count for a control
        if only in SWITCH:
            yield from switches(browser, root, max(1, changes // 10))
        measures = {
            control.words: partial(measure, browser, root, control, changes, text=TEXTS[0]) for control in CONTROLS
        }
        measures[f"{BEAM.words}, first time at it → tree"] = partial(new_sizes, browser, root)
        known = partial(measure, browser, root, BEAM, changes, known=True, text=TEXTS[0], beam=1)
        measures[EDIT] = partial(edits, browser, root, changes)
        measures[CLOSING] = partial(closings, browser, root, changes)
        measures[PARTS] = partial(parts, browser, root, changes)
        for name in OTHERS:
            words = f"{SAY[f'page_{name}']}: another sentence, new to the server → picture"
            measures[words] = partial(sentences, browser, root, name, changes)
        measures[f"{BEAM.words}, seen before → tree"] = known
        for name in measures:
            if only in name:
                yield row(name, measures[name])


def row(name: str, waits: Callable[[], Waits]) -> tuple:
    """A line of the table; without numbers, but with the reason, where the control can't be used."""
    try:
        painted, sent = zip(*waits(), strict=True)
    except Missing as reason:
        return (f"{name}: {reason}", 0, float("nan"), float("nan"), "–")
    return (*milliseconds(name, painted), f"{percentile(sent, 50):.0f}")


def main() -> None:
    asked = parse()
    print(machine(), flush=True)
    with chromium() as browser:
        print_rows(HEAD, rows(browser, asked.starts, asked.changes, asked.only))


if __name__ == "__main__":
    main()

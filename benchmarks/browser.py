"""A dashboard, a Chromium, and a clock inside the page: user event → last redraw painted."""

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

from playwright.sync_api import Error, sync_playwright

import run

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
READY = "[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]"
# Ours, in a shadow root, Plotly's, Altair's, a table.
PICTURE = "svg[role=img], canvas[role=img], .main-svg, [data-testid=stVegaLiteChart] svg, .wide table"
PACE = 0.01  # seconds between two looks at whether a server answers
PATIENCE = 60_000  # ms that a page may take for anything

# Runs in the page before Streamlit does. It notes when the first thing was painted that the first selector matches and
# that has something in it. Armed with a selector, it notes when the user acted, when the first byte left for the
# server, and when the frame was painted that holds the first and the last change of what the selector matches. Told to
# `turn`, it notes when the user acted and when the first such thing was painted that was not there before.
PROBE = """
(() => {
  const L = window.__probe = {selector: null, first: 0}, now = () => performance.now();
  L.arm = selector => Object.assign(L, {selector, t0: 0, sent: 0, last: 0, shown: 0, painted: 0});
  for (const type of ['keydown', 'pointerdown', 'click'])
    addEventListener(type, event => { L.t0 ||= L.selector && event.timeStamp; }, true);
  const mark = () => {
    L.last = now();
    requestAnimationFrame(() => setTimeout(() => { L.painted = now(); L.shown ||= L.painted; }));
  };
  const inside = node => {                                  // also through the shadow roots around it
    for (let at = node; at; at = at.getRootNode().host)
      if ((at.closest ? at : at.parentElement)?.closest(L.selector)) return true;
    return false;
  };
  const frames = /^st(ElementContainer|VerticalBlock|LayoutWrapper)$/;     // these only say that they are stale
  const wrapper = m => m.type === 'attributes' && frames.test(m.target.dataset?.testid);
  const roots = new Set();
  const watch = root => {
    roots.add(root);
    new MutationObserver(all => {
      if (L.selector && L.t0 && all.some(m => !wrapper(m) && inside(m.target))) mark();
    }).observe(root, {subtree: true, childList: true, attributes: true, characterData: true});
  };
  watch(document);
  const attach = Element.prototype.attachShadow;            // Streamlit's components draw in a shadow root
  Element.prototype.attachShadow = function (init) { const root = attach.call(this, init); watch(root); return root; };
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) { if (L.t0) L.sent ||= now(); send.call(this, data); };
  const filled = element => element.getBoundingClientRect().height > 0
    && (element.matches('canvas') || element.querySelectorAll('*').length + element.textContent.length > 10);
  const all = () => [...roots].flatMap(root => [...root.querySelectorAll('FIRST')]);
  let before = new WeakSet();
  const look = () => {
    if (all().some(one => one.isConnected && !before.has(one) && filled(one))) setTimeout(() => { L.first = now(); });
    else requestAnimationFrame(look);
  };
  L.turn = () => {
    before = new WeakSet(all());
    Object.assign(L, {selector: 'none', t0: 0, first: 0});
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""


@contextlib.contextmanager
def chromium() -> Iterator:
    """A running Chromium; SystemExit where there is none."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=run.find_chromium(), args=FLAGS)
        except Error as error:
            sys.exit(f"No Chromium starts here (set CHROME_BIN to one): {error.message.splitlines()[0]}")
        yield browser
        browser.close()


def until_healthy(server: subprocess.Popen, port: int, seconds: float) -> None:
    """Wait until the server answers; SystemExit if it ends or takes longer."""
    give_up = time.monotonic() + seconds
    while not run.healthy(port):
        if server.poll() is not None or time.monotonic() > give_up:
            sys.exit(f"the dashboard did not start on port {port}; its output is above")
        time.sleep(PACE)


@contextlib.contextmanager
def dashboard() -> Iterator[tuple[str, float]]:
    """The address of a server process of our own, and when it was started (seconds since the epoch)."""
    began = time.time()
    with serving() as (address, _):
        yield address, began


@contextlib.contextmanager
def serving() -> Iterator[tuple[str, subprocess.Popen]]:
    """The address of a server process of our own, and the process."""
    port = run.free_port()
    command = [sys.executable, "dashboard/serve.py", "run", "dashboard/app.py", f"--server.port={port}"]
    command += ["--server.headless=true", "--server.address=127.0.0.1", "--server.fileWatcherType=none"]
    with tempfile.TemporaryFile() as output:
        server = subprocess.Popen(command, cwd=run.HERE, stdout=output, stderr=subprocess.STDOUT)
        try:
            until_healthy(server, port, 120)
            yield f"http://127.0.0.1:{port}", server
        finally:
            run.stop(server)


def open_page(browser, address: str, first: str = PICTURE):
    """A fresh page at an address, and when the `first` of its content was painted (seconds since the epoch)."""
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.add_init_script(PROBE.replace("FIRST", first))
    page.goto(address)
    try:
        page.wait_for_function("__probe.first", timeout=PATIENCE)
    except Error:
        sys.exit(f"{first} was not painted in a minute; the page says: {page.inner_text('body')!r}")
    return page, page.evaluate("performance.timeOrigin + __probe.first") / 1000


def settle(page) -> None:
    """Wait until the script run is over and its answer painted."""
    page.locator(READY).wait_for(timeout=PATIENCE)
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def redraw(page, action: Callable[[], None], selector: str, quiet: float = 250) -> tuple[float, float]:
    """Act; ms from the event → painted, → sent to the server, once what `selector` matches is still for `quiet` ms."""
    settle(page)
    page.evaluate("selector => __probe.arm(selector)", selector)
    action()
    page.wait_for_function(
        "quiet => __probe.last && __probe.painted >= __probe.last && performance.now() - __probe.last > quiet",
        arg=quiet,
        timeout=PATIENCE / 4,
        polling=50,
    )
    times = page.evaluate("__probe")
    return times["painted"] - times["t0"], max(0.0, times["sent"] - times["t0"])


def switch(page, action: Callable[[], None]) -> float:
    """Act; ms from the event until the first picture of another page is painted."""
    settle(page)
    page.evaluate("__probe.turn()")
    action()
    page.wait_for_function("__probe.first", timeout=PATIENCE)
    return page.evaluate("__probe.first - __probe.t0")

"""For tests in a real browser: a live dashboard, a Chromium, a page that lets no problem pass, what it is asked."""

import os
import re
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import run
from core.checkpoints import cards, load_packed
from core.options import BeamOptions

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch: test processes, servers and browsers share the cores
os.environ.setdefault("SEQSCOPE_NICE", "0")  # a training that gives way to all of them would hardly begin

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = {"width": 1400, "height": 900}
READY = (  # at rest: nothing of the page before is left
    "[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]"
    ":not(:has([data-stale=true]))"
)
# Not at rest: a component that has something to tell or that goes on by itself, a part that is still to be fetched.
RESTLESS = "[data-telling], [data-moving], [data-testid=stSkeleton]"
# Opened at the address of a page, Streamlit first looks for its server below that address: two expected 404s.
SLOW = ("test_training", "test_distributed", "test_trainings", "test_cli", "test_run", "test_regimes", "test_pages")
PROBE = re.compile(r"http://[^/]+/[^/]+/_stcore/(health|host-config)$")

CARDS = cards()[0]
GERMAN = {name: card for name, card in CARDS.items() if (card.source, card.target) == ("en", "de")}
OTHER = next(name for name, card in GERMAN.items() if card.attends and card.family == "rnn")
PLAIN = next(name for name, card in GERMAN.items() if not card.attends and card.config["bidirectional"])
STATES = {  # what a link to each page can say, with values that are not the defaults
    "home": {"model": OTHER, "predict": "true"},
    "step": {"path": "greedy", "step": "3", "layer": "2", "head": "1", "heat": "0.5", "topp": "0.9"}
    | {"prefix": "Eine"},
    "heads": {"parts": "cross", "layer": "2", "head": "3", "measure": "entropy", "order": "least"},
    "alignment": {"layer": "1", "head": "2", "units": "pieces", "compare": OTHER, "target": "Eine Katze schläft."},
    "beam": {"model": OTHER, "beam": "3", "alpha": "0.5", "sizes": "true", "beam2": "2", "step": "4"}
    | {"prefix": "Eine", "ban": "Dach|schläft", "limit": "30", "beta": "0.2"},
    "race": {"model": OTHER, "beam": "3", "temperature": "0.5", "seed": "4", "step": "2", "reference": "Eine Katze."},
    "sampling": {"model": OTHER, "samples": "8", "tau": "0.8", "topk": "20", "draw": "3", "tab": "mbr"}
    | {"utility": "bleu", "without": "2,5"},
    "kinds": {"model": OTHER, "show": "difference", "layer": "2", "head": "1"},
    "transformer": {"box": "decoder-2-cross", "source": "2", "step": "3"},
    "positions": {"view": "rotation", "length": "12", "width": "8", "base": "100", "row": "5", "pair": "2"},
    "attention": {"attention": "decoder", "layer": "2", "head": "3", "query": "3", "key": "2", "stage": "context"}
    | {"scale": "one", "mask": "off"},
    "pruning": {"closed": "e1.2,d2.*", "by": "random2", "tint": "confidence"},
    "training": {
        "target": "Eine Katze schläft.",
        "smoothing": "0.1",
        "position": "3",
    },
    "bottleneck": {"measure": "chrf"},
    "order": {"seed": "3", "words": "2,1,3,4,5,6"},
    "swap": {"predict": "true"},
    "models": {"model": OTHER},
    "live": {"task": "reverse", "kind": "transformer", "own_width": "64", "positions": "rotary", "norm": "pre"},
}
VIEWS = [  # what a page shows besides, in the place of its first picture
    ("kinds", {"tab": "numbers"}),
    *(("transformer", {"inside": view}) for view in ("families", "gradients", "cache")),
    *(("attention", {"view": view}) for view in ("lookup", "masks", "toy")),
    ("sampling", {}),
    ("models", {"tab": "document"}),
    *(("heads", {"tab": tab}) for tab in ("edit", "head_view", "model_view")),
]
# The slider's value right after a key: nothing can come from the server before a script ends.
PRESS = """key => {
  document.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
  const inside = [...document.querySelectorAll('*')].map(
    one => one.shadowRoot?.querySelector('.bar > input[type=range]'));
  return inside.find(Boolean).value;
}"""

MODULES = Path(run.HERE) / "dashboard"
HOST = "http://modules.test"  # no such machine: every request is answered here
FLAT = "{measure: (text, size, bold) => text.length * size / 2}"  # an ink whose letters are half as wide as high


def call(page, module, expression, *values):
    """What an expression is worth in a blank page, in which `m` is a module and `v` a list of values."""
    return page.evaluate(f"async v => {{const m = await import('/{module}'); return {expression};}}", list(values))


def radio(page, group, name):
    """One of a few buttons."""
    return page.get_by_role("radiogroup", name=group, exact=True).get_by_role("radio", name=name, exact=True)


def chosen(page, label):
    """A list that opens; its value is what is chosen."""
    return page.get_by_role("combobox", name=label, exact=True)


def choose(page, label, option):
    """Take one from a list that opens."""
    chosen(page, label).click()
    page.get_by_role("option", name=option, exact=True).click()


def never_scrolls_sideways(page):
    main = page.locator("[data-testid=stMain]")
    return main.evaluate("box => box.scrollWidth <= box.clientWidth")


# The first picture that is large enough to be one, also in a shadow root: its top, in px.
FIRST = """() => {
  const tops = [];
  const look = root => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) look(element.shadowRoot);
      const {top, width, height} = element.getBoundingClientRect();
      const chart = '.js-plotly-plot, [data-testid=stVegaLiteChart] svg, iframe.page';
      const picture = `svg[role=img], canvas, table, ${chart}`;
      if (element.matches(picture) && width >= 120 && height >= 60) tops.push(top);
    }
  };
  look(document);
  return Math.min(...tops);
}"""
HIGHEST = {1280: 300, 400: 440}  # px from the top at which the first picture begins, by the window's width


def check_where_it_begins(dashboard, name, width):
    """Its first picture is high enough, its bar low enough and in sight, and nothing of it scrolls sideways."""
    from playwright.sync_api import expect

    from benchmarks.places import READING

    page, main = dashboard.page, "[data-testid=stMain]"
    pictures = page.locator(f"{main} :is(svg[role=img], canvas, table, .js-plotly-plot, .marks, iframe.page)")
    pictures.filter(visible=True).first.wait_for()
    dashboard.settle()
    page.wait_for_function(f"({FIRST})() <= {HIGHEST[width]}", timeout=30_000)
    assert never_scrolls_sideways(page)
    if name in READING:
        bar = page.locator(".st-key-bar")
        assert bar.bounding_box()["height"] <= (48 if width == 1280 else 96)
        page.locator(main).evaluate("box => box.scrollTo(0, 400)")
        expect(bar).to_be_in_viewport(ratio=1)
        ground = bar.evaluate("bar => getComputedStyle(bar.parentElement).backgroundColor")
        assert ground == "rgb(255, 255, 255)"  # what lies below is covered
        page.locator(main).evaluate("box => box.scrollTo(0, 0)")


def pytest_configure(config):
    if config.pluginmanager.hasplugin("hypothesispytest"):
        from hypothesis import settings

        settings.register_profile("seqscope", deadline=None)  # a busy machine is slow, not wrong
        settings.load_profile("seqscope")


def pytest_collection_modifyitems(items):
    """What takes long first, what needs a browser before all else: one process has it, others what is quick."""

    def place(item):
        file, fixtures = item.path.stem, getattr(item, "fixturenames", ())
        return "dashboard" not in fixtures, file not in SLOW

    items.sort(key=place)


def no_browser(reason):
    """Skip the test, but fail it where a missing browser must not go unseen."""
    (pytest.fail if run.in_ci() else pytest.skip)(reason)


@pytest.fixture(scope="session")
def server_url(tmp_path_factory):
    """The address of a dashboard started for these tests alone."""
    port = run.free_port()
    log = tmp_path_factory.mktemp("server") / "streamlit.log"
    command = [sys.executable, "dashboard/serve.py", "run", "dashboard/app.py", f"--server.port={port}"]
    command += ["--server.headless=true", "--server.address=127.0.0.1", "--server.fileWatcherType=none"]
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=run.HERE, stdout=output, stderr=subprocess.STDOUT)
    try:
        give_up = time.monotonic() + 60
        while not run.healthy(port):
            if server.poll() is not None or time.monotonic() > give_up:
                pytest.fail(f"the dashboard did not start: {log.read_text()}")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        run.stop(server)


@pytest.fixture(scope="session")
def browser():
    try:
        from playwright.sync_api import Error, expect, sync_playwright
    except ImportError as error:
        no_browser(str(error))
    expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong
    with sync_playwright() as playwright:
        chromium = run.find_chromium()  # without one playwright looks for its own
        try:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        except Error as error:
            no_browser(f"no Chromium starts here (set CHROME_BIN to one): {error.message.splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def blank(browser):
    """A blank page that can import the modules as they lie there."""
    page = browser.new_page()

    def answer(route):
        path = MODULES / route.request.url.removeprefix(HOST + "/")
        if path.is_file():
            route.fulfill(path=path, content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html>", content_type="text/html")

    page.route(f"{HOST}/**", answer)
    page.goto(HOST)
    yield page
    page.close()


class Dashboard:
    """A browser page on the dashboard: open a page, act on a control, wait for the rerun."""

    def __init__(self, page, url):
        from streamlit.proto.ForwardMsg_pb2 import (
            ForwardMsg,
        )  # only here: the other tests start faster without

        self.page, self.url, self.finished, self.message = page, url, 0, ForwardMsg
        self.problems = []
        self.listeners = {
            "pageerror": lambda error: self.problems.append(f"page error: {error}"),
            "response": self.watch_response,
            "console": self.watch_console,
            "request": lambda request: self.watch_address(request.url),
            "websocket": self.watch_socket,
        }
        for event, listener in self.listeners.items():
            page.on(event, listener)

    def leave(self):
        """Give the page back as a new browser's: nothing open, stored or allowed, wide and light."""
        for event, listener in self.listeners.items():
            self.page.remove_listener(event, listener)
        self.page.evaluate("location.host && [sessionStorage, localStorage].forEach(one => one.clear())")
        self.page.goto("about:blank")
        self.page.context.clear_cookies()
        self.page.context.clear_permissions()
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(WIDE)

    def watch_response(self, response):
        if response.status >= 400 and not PROBE.match(response.url):
            self.problems.append(f"HTTP {response.status}: {response.url}")

    def watch_console(self, message):
        if message.type == "error" and not PROBE.match(message.location["url"]):
            self.problems.append(f"console: {message.text}")

    def watch_address(self, url):
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlsplit(self.url).netloc:
            self.problems.append(f"leaves the machine: {url}")

    def watch_socket(self, websocket):
        self.watch_address(websocket.url)
        websocket.on("framereceived", self.count)

    def count(self, frame):
        """Count finished script runs: the mark in the page misses those that React paints together."""
        if isinstance(frame, bytes) and self.message.FromString(frame).WhichOneof("type") == "script_finished":
            self.finished += 1

    def open(self, path="/"):
        """The page at this address, once its first script run has finished, is painted, and its keys listen."""
        self.rerun(lambda: self.page.goto(self.url + path))
        self.page.locator(".st-key-shell button.copy:not(:empty)").wait_for()
        return self.page

    def rerun(self, action):
        """Act, and come back once the script run which that causes has finished and is painted."""
        before, give_up = self.finished, time.monotonic() + 60
        action()
        while self.finished == before:
            assert time.monotonic() < give_up, "the control caused no rerun"
            self.page.wait_for_timeout(10)  # playwright hands out events only while it is called
        self.painted()

    def painted(self):
        """Wait until what the last script run said is on the screen."""
        self.page.locator(READY).wait_for()
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def settle(self):
        """Wait until nothing moves, no component has anything to tell, and the server has answered what they told."""
        self.page.locator(RESTLESS).first.wait_for(state="detached")
        self.painted()
        self.page.locator(RESTLESS).first.wait_for(state="detached")


@pytest.fixture
def no_warming_up(monkeypatch):
    """No model is loaded or asked in the background, where it would outlive the tests of a page opened here."""
    from dashboard.resources import ahead, models

    monkeypatch.setattr(models, "WARM_UP_DELAY", 3600)
    monkeypatch.setattr(ahead, "QUIET", 3600)


def profile(browser):
    """A browser profile with one page for all tests: the dashboard's scripts, read once, are not read again."""
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce")
    yield context.new_page()
    context.close()


one_page = pytest.fixture(profile, scope="session", name="one_page")
other_page = pytest.fixture(profile, scope="session", name="other_page")


def as_new(page, server_url):
    """The dashboard as in a fresh browser; an error in the page or a request to elsewhere fails the test."""
    opened = Dashboard(page, server_url)
    yield opened
    opened.leave()
    assert not opened.problems, "\n".join(opened.problems)


@pytest.fixture
def dashboard(one_page, server_url):
    """What a reader has before them."""
    yield from as_new(one_page, server_url)


@pytest.fixture
def another(other_page, server_url):
    """A second reader, whose browser has its own cookies and storage."""
    yield from as_new(other_page, server_url)


@pytest.fixture(scope="session")
def search():
    """What a shipped model makes of a sentence, computed here as the server does."""
    import torch

    from core.decoding.translate import decode

    load = cache(load_packed)

    def searched(name, text, beam_size=5):
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            return decode(load(name).model, load(name).subwords, text, BeamOptions(beam_size), name=name)
        finally:
            torch.set_num_threads(threads)

    return searched

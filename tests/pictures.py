"""Photographs of every page, light, dark and narrow, in every language: `python run.py pictures`."""

import argparse
import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Error, Page

import run
from benchmarks.browser import PATIENCE, PICTURE, chromium, dashboard, settle
from benchmarks.places import PAGES, address
from dashboard.pages import TABLE
from dashboard.text import LANGUAGES
from dashboard.views.home.cards_component import THUMBNAIL, VIEWS
from dashboard.views.home.figure import LIVE

ALBUM, DOCS = run.HERE / "pictures", run.HERE / "docs"
LOOKS = {"light": ("light", 1280), "dark": ("dark", 1280), "narrow": ("light", 400)}  # colours, width in px
README = {page.name: page.picture for page in TABLE if page.picture}  # px of a page that it shows, and its state
README_BYTES = 200_000
THUMBNAIL_SIZE, THUMBNAIL_BYTES = (600, 300), 12_000  # px, twice as many as on Home
BROAD = {"sampling": 1280}  # px of a page whose picture scrolls sideways on a phone
# px of a picture on a phone that its detail leaves out on top
ABOVE = {"kinds": 172, "transformer": 200, "training": 150, "models": 60, "race": 222}
MARGIN = 24  # px below the last thing on a page
CHART = "[data-testid=stVegaLiteChart] svg"
# A chart that has not been drawn yet, in any of the ways in which a page draws.
UNFINISHED = """() => {
  const all = selector => [...document.querySelectorAll(selector)];
  return all('[data-testid=stSkeleton], [data-testid=stSpinner]').length
    + all('[data-testid=stPlotlyChart]').filter(chart => !chart.querySelector('.main-svg')).length
    + all('[data-testid=stVegaLiteChart]').filter(chart => !chart.querySelector('canvas, svg')).length;
}"""
# Where the last thing on the page ends, as if nothing had to be scrolled.
CONTENT = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  const blocks = [...document.querySelectorAll('[data-testid=stMainBlockContainer] > *')];
  return Math.ceil(main.scrollTop + Math.max(...blocks.map(block => block.getBoundingClientRect().bottom)));
}"""


def painted(page: Page) -> bytes:
    """A PNG of the window, once every chart is drawn and two pictures in a row are the same."""
    settle(page)
    page.locator(f"{PICTURE}, {CHART}").locator("visible=true").first.wait_for(timeout=PATIENCE)
    page.wait_for_function(f"({UNFINISHED})() === 0", timeout=PATIENCE)
    before = None
    for _ in range(40):
        picture = page.screenshot(animations="disabled")
        if picture == before:
            return picture
        before = picture
        page.wait_for_timeout(250)
    sys.exit(f"{page.url} never stands still, so it can't be photographed.")


def photograph(page: Page, width: int, most: int | None = None) -> bytes:
    """The whole page as a PNG, however long, or its first `most` pixels."""
    page.set_viewport_size({"width": width, "height": 900})
    painted(page)
    for _ in range(3):  # what follows the window's height settles after a round
        height = page.evaluate(CONTENT) + MARGIN
        if page.viewport_size["height"] == height:
            break
        page.set_viewport_size({"width": width, "height": height})
        painted(page)
    if most and most < height:
        page.set_viewport_size({"width": width, "height": most})
    return painted(page)


def save(file: Path, content: bytes) -> None:
    """Write a whole file or, with one sentence, none."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    except OSError as error:
        try:
            file.unlink(missing_ok=True)
        finally:
            sys.exit(f"{file} could not be written: {error.strerror or error}.")


def keep(file: Path, content: bytes) -> None:
    """Write a file and say so."""
    save(file, content)
    print(file.relative_to(run.HERE) if file.is_relative_to(run.HERE) else file, flush=True)


def small(picture: bytes) -> bytes:
    """The same PNG in as many colours as fit into README_BYTES."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (None, 256, 128, 64):
        file, reduced = io.BytesIO(), image.quantize(colours, dither=Image.Dither.NONE) if colours else image
        reduced.save(file, "PNG", optimize=True)
        if file.tell() <= README_BYTES:
            return file.getvalue()
    sys.exit(f"A picture for the README stays above {README_BYTES} bytes: make its page shorter in README.")


def album(browser, root: str, folder: Path) -> None:
    """Every page in every language and look; one visit a page and language."""
    for name in PAGES:
        for language in LANGUAGES:
            page = browser.new_context(reduced_motion="reduce").new_page()
            page.goto(root + address(name, lang=language))
            for look, (colours, width) in LOOKS.items():
                page.emulate_media(color_scheme=colours, reduced_motion="reduce")
                keep(folder / f"{name}-{language}-{look}.png", photograph(page, width))
            page.context.close()


def readme(browser, root: str, folder: Path) -> None:
    """The pictures that the README shows: light, 1280 px wide, English."""
    for name, (height, state) in README.items():
        page = browser.new_context(reduced_motion="reduce", color_scheme="light").new_page()
        page.goto(root + address(name, **state))
        keep(folder / f"{name}.png", small(photograph(page, 1280, height)))
        page.context.close()


def thumbnails(browser, root: str, folder: Path) -> None:
    """The first picture of each page that has no live one on Home, as on a phone and cut to its beginning: a detail."""
    for name in PAGES[1:]:
        if name not in LIVE:
            look = {"reduced_motion": "reduce", "color_scheme": "light", "device_scale_factor": 2}
            page = browser.new_context(**look).new_page()
            page.goto(root + address(name))
            photograph(page, BROAD.get(name, LOOKS["narrow"][1]))
            drawn = page.locator(f"{PICTURE}, {CHART}").locator("visible=true")
            picture = (drawn if drawn.count() else page.locator("[data-testid=stHtml] table")).first
            keep(folder / name / THUMBNAIL, webp(picture.screenshot(animations="disabled"), 2 * ABOVE.get(name, 0)))
            page.context.close()


def webp(picture: bytes, above: int) -> bytes:
    """The beginning of a PNG, below so many pixels and twice as wide as high, as WebP within THUMBNAIL_BYTES."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    width = min(image.width, max(640, 2 * image.height))
    canvas = Image.new("RGB", (width, width // 2), "white")
    canvas.paste(image, (0, -above))
    small = canvas.resize(THUMBNAIL_SIZE, Image.Resampling.LANCZOS)
    for quality in range(80, 0, -10):
        file = io.BytesIO()
        small.save(file, "WEBP", quality=quality, method=6)
        if file.tell() <= THUMBNAIL_BYTES:
            break
    return file.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(prog="run.py pictures", description=__doc__)
    parser.add_argument("--readme", action="store_true", help="only the README's pictures, into docs/")
    parser.add_argument("--thumbnails", action="store_true", help="only those of Home's cards, beside each page")
    parser.add_argument("--folder", type=Path, help=f"where to (default: {ALBUM.name}/, the README's: {DOCS.name}/)")
    asked = parser.parse_args()
    series, place = (readme, DOCS) if asked.readme else (thumbnails, VIEWS) if asked.thumbnails else (album, ALBUM)
    folder = asked.folder or place
    save(folder / ".writable", b"?")  # before anything takes its time
    (folder / ".writable").unlink()
    with dashboard() as (root, _), chromium() as browser:
        try:
            series(browser, root, folder)
        except Error as error:
            sys.exit(f"A page could not be photographed: {error.message.splitlines()[0]}")


if __name__ == "__main__":
    main()

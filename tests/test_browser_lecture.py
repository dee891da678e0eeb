"""The README's lecture: each of its links opens as it stands there, without a word of complaint."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from dashboard.text import catalogue

README = (Path(__file__).resolve().parents[1] / "README.md").read_text("utf-8")
LINKS = re.findall(r"\(http://localhost:8501(/[^)\s]*)\)", README)
SAY = catalogue("en")


def test_the_lecture_has_six_links():
    assert len(LINKS) == 6


@pytest.mark.parametrize("link", LINKS)
def test_each_link_restores_its_page(dashboard, link):
    page = dashboard.open(link)
    wanted = urlsplit(link)
    title = SAY[f"page_{wanted.path.strip('/') or 'home'}"]
    expect(page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible()
    expect(page.locator(".main-svg, .tree .nodes > g, [role=img]").first).to_be_visible()
    expect(page.get_by_text(SAY["link_refused"].split("{")[0])).to_have_count(0)
    shown = parse_qs(urlsplit(page.url).query)
    assert shown == shown | parse_qs(wanted.query)

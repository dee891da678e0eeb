"""A page in Streamlit's AppTest, which knows pages by the names of their files until it has run; all are page.py."""

from pathlib import Path

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

APP = Path(__file__).resolve().parents[1] / "dashboard" / "app.py"


def app_test(name: str, **address: str) -> AppTest:
    """The dashboard about to open a page at an address."""
    at = AppTest.from_file(str(APP), default_timeout=120)
    for key, value in address.items():
        at.query_params[key] = value
    return to_page(at, name)


def to_page(at: AppTest, name: str) -> AppTest:
    """The same on its way to a page."""
    at._page_hash = calc_hash(name)
    return at

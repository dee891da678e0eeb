"""Pages by AppTest, for every check that opens some."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import streamlit as st
from streamlit import config
from streamlit.testing.v1 import AppTest
from test_pages import APP

import run
from benchmarks.places import address
from core.checkpoints import PRETRAINED
from dashboard.resources import ahead, folders, models
from tests.opening import to_page

PATIENCE = 300  # seconds that a page may take


def open_page(name: str, state: Mapping[str, str | list[str]] | None = None) -> AppTest:
    """A page in a new session, without an exception on it."""
    models.WARM_UP_DELAY = ahead.QUIET = 3600  # no threads beside this one
    config.set_option("client.showErrorDetails", "full")  # a failure is to say what it was
    at = AppTest.from_file(str(APP), default_timeout=PATIENCE)
    for key, value in (state or {}).items():
        at.query_params[key] = value
    return whole(to_page(at, name).run(), lambda: address(name, **(state or {})))


def whole(at: AppTest, words: Callable[[], str]) -> AppTest:
    """The page, if no exception stands on it; `words` say how it came about."""
    for one in at.exception:
        ours = [line for line in one.stack_trace if f"{run.HERE}{os.sep}" in line and ".venv" not in line]
        place = re.search(r'((?:core|dashboard)/\S+\.py)", line (\d+)', ours[-1]) if ours else None
        raise AssertionError(f"{words()}: {one.message} ({':'.join(place.groups()) if place else 'in a library'})")
    return at


@contextmanager
def models_folder(folder: Path) -> Iterator[Path]:
    """The shipped models as links in a folder, from which the pages read them."""
    for file in PRETRAINED.glob("*/*"):
        (folder / file.parent.name).mkdir(parents=True, exist_ok=True)
        (folder / file.parent.name / file.name).symlink_to(file)
    before, folders.MODELS = folders.MODELS, folder
    st.cache_resource.clear()
    yield folder
    folders.MODELS = before

"""A model folder with one field of one JSON file changed: that model is left out or works, and every page goes on."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import streamlit as st
from conftest import OTHER
from test_pages import pictures, replace

from core.checkpoints import CARD, CURVE, EXAMPLE, PRETRAINED
from core.checkpoints import cards as read_cards
from tests.soak.pages import models_folder, open_page
from tests.soak.strange import mutated
from tests.soak.table import Attempt

FILES = (CARD, CARD, CARD, CURVE, EXAMPLE)  # as often as each is changed
PAGES = ("home", "models", "step")
SENTENCE = 300  # characters


@contextmanager
def cards() -> Iterator[Attempt]:
    """One change a case, in a folder of all shipped models."""
    with tempfile.TemporaryDirectory() as place, models_folder(Path(place)) as folder:
        others = set(read_cards(folder)[0]) - {OTHER}

        def attempt(case: int, dice: Random) -> str:
            file = FILES[case % len(FILES)]
            whole = (PRETRAINED / OTHER / file).read_bytes()
            changed, words = mutated(json.loads(whole), dice)
            replace(folder / OTHER / file, changed)
            try:
                found, broken = read_cards(folder)
                told(found, broken, others)
                st.cache_resource.clear()
                for page in PAGES:
                    assert pictures(open_page(page)), f"{page} shows nothing"
                if OTHER in found:
                    for page in PAGES:
                        open_page(page, {"model": OTHER})
            except Exception as error:
                raise AssertionError(f"{file}: {words}: {error}") from error
            finally:
                replace(folder / OTHER / file, whole)
            return f"{file}: {words}"

        yield attempt


def told(found: dict, broken: dict[str, str], others: set[str]) -> None:
    """All others are there, and this one, or one short sentence on it."""
    assert others <= set(found), "others are left out, too"
    assert (OTHER in found) != (OTHER in broken), "neither there nor left out"
    for sentence in broken.values():
        sentence.encode("utf-8")
        assert len(sentence) <= SENTENCE, f"left out with a sentence of {len(sentence)} characters"
        assert len(sentence.splitlines()) == 1, f"left out with {len(sentence.splitlines())} lines"

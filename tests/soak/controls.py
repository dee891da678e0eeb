"""Every control of every page through every value that it has, one after the other in a session."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from random import Random
from typing import NamedTuple

from streamlit.testing.v1 import AppTest
from test_pages import MODELS

from benchmarks.places import PAGES
from tests.soak.pages import open_page, whole
from tests.soak.strange import SENTENCES, text
from tests.soak.table import Attempt

SLOW = ("start",)  # this would train a model
MOST = 150  # moves on a page


class Move(NamedTuple):
    """A control, a value in words, and what sets it."""

    key: str
    value: str
    make: Callable[[], object]


@contextmanager
def controls() -> Iterator[Attempt]:
    """A page from its default, then in another language with another model and sentence."""

    def attempt(case: int, dice: Random) -> str:
        page, state = PAGES[case % len(PAGES)], {}
        if case >= len(PAGES):
            state = {"lang": dice.choice(("en", "ru")), "model": dice.choice(MODELS), "text": dice.choice(SENTENCES)}
        at, done, path = open_page(page, state), set(), []
        while left := [move for move in moves(at, dice) if move[:2] not in done]:
            move = dice.choice(left)
            done.add(move[:2])
            path.append(f"{move.key}={move.value}")
            move.make()
            at.run()
            whole(at, lambda path=path: f"{page} {state} after {len(path)} moves, the last {', '.join(path[-4:])}")
            if len(done) == MOST:
                break
        return f"{page} {state}: {len(done)} moves"

    yield attempt


def moves(at: AppTest, dice: Random) -> Iterator[Move]:
    """All that a reader could do with the page as it is."""
    for box in at.selectbox:
        for index, option in enumerate(box.options):
            yield Move(box.key, option, partial(box.select_index, index))
    for group in at.button_group:
        for option in group.options:
            yield Move(group.key, option, partial(group.set_value, option))
    for slider in (one for one in [*at.slider, *at.number_input] if not one.disabled):
        middle = slider.min + round((slider.max - slider.min) / 2 / slider.step) * slider.step
        for value in (slider.min, middle, slider.max):
            yield Move(slider.key, str(value), partial(slider.set_value, value))
    for toggle in at.toggle:
        for value in (True, False):
            yield Move(toggle.key, str(value), partial(toggle.set_value, value))
    for button in (one for one in at.button if one.key not in SLOW and not one.disabled):
        yield Move(button.key, "pressed", button.click)
    for field in [*at.text_input, *at.text_area]:
        for name, typed in {"empty": "", "strange": text(dice, 200), "plain": dice.choice(SENTENCES)}.items():
            yield Move(field.key, name, partial(field.set_value, typed))
    for expander in at.expander:
        if key := "-".join(expander.proto.id.split("-")[2:]):
            yield Move(key, "opened", partial(at.session_state.__setitem__, key, True))

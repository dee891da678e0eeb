"""Random links to every page: the page opens, and what it can't show is refused in a sentence of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from conftest import STATES
from test_pages import EN, FOOLISH, MODELS, complaints, title

from benchmarks.places import PAGES
from dashboard.controls import plain
from tests.soak.pages import open_page
from tests.soak.strange import SENTENCES, text
from tests.soak.table import Attempt

NOWHERE = ("zzz", "<b>", "🙂", "9" * 400, "x" * 5000, "1e999", "nan")  # what no parameter of any page can be
WILD = (
    *NOWHERE,
    *("", " ", "0", "-1", "+1", "1 ", "1.5", "1e0", "1e309", "inf", "-inf", "0x10", "1_0", "٣", "１", "⅓"),
    *("true", "True", "false", "None", "null", "[]", "{}", "a\x00b", "%00", "\u200b", "../../etc/passwd", "-0", "0.1"),
)
MORE = {"alignment": ("layer2", "head2"), "training": ("warmup",), "kinds": ("compare",)}
FREE = ("text", "target")  # which may be anything


@contextmanager
def links() -> Iterator[Attempt]:
    """A page after the other, each parameter as it should not be."""

    def attempt(case: int, dice: Random) -> str:
        page = PAGES[case % len(PAGES)]
        state = {name: value(name, page, dice) for name in parameters(page) if dice.random() < 0.5}
        at = open_page(page, state)
        assert title(at), "a page without a title"
        said = complaints(at)
        for name in FOOLISH[page]:
            alone = name in ("layer", "head") and "model" in state  # an RNN has one, so nothing is asked
            hidden = "true" in state.get("predict", "")  # until a guess, when no step is shown
            if state.get(name) in NOWHERE and not (unread(at) or alone or hidden):
                told = [one for one in said if f" {name}={plain(state[name][:40])}, which there is not" in one]
                assert len(told) == 1, f"{page}: {len(told)} sentences refuse {name}={state[name][:20]!r}: {said}"
        return f"{page} {state}"

    yield attempt


def unread(at) -> bool:
    """Whether the page only asks for a sentence, or says why it shows nothing: then it reads no other parameter."""
    return bool(at.error) or EN["sentence_empty"] in [one.value for one in at.info]


def parameters(page: str) -> list[str]:
    """All that a link to this page may say."""
    shared = ("lang", "text", "model", "predict", "nothing")
    return list(dict.fromkeys((*shared, *STATES[page], *FOOLISH[page], *MORE.get(page, ()))))


def value(name: str, page: str, dice: Random) -> str | list[str]:
    """What it may be, what it may not, or one of another parameter."""
    if name in FREE:
        strange = text(dice, 600).encode("utf-8", "replace").decode()  # as a browser's address is
        return dice.choice((strange, dice.choice(SENTENCES), ""))
    sound = [STATES[page].get(name), FOOLISH[page].get(name), dice.choice(MODELS) if name == "model" else None]
    known = [one for one in sound if one is not None] or [str(dice.randint(0, 12))]
    one = dice.choice((dice.choice(known), str(dice.randint(-2, 12)), dice.choice(WILD), dice.choice(NOWHERE)))
    return one if dice.random() < 0.95 else [one, dice.choice(WILD)]

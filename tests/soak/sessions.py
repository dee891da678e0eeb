"""Many reruns of a page and many sessions that come and go: the memory stays where it was."""

import asyncio
import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from resource import getpagesize

from benchmarks.browser import serving
from benchmarks.many import Session, different_texts
from benchmarks.places import PAGES
from tests.soak.apart import MIB
from tests.soak.pages import open_page, whole
from tests.soak.table import Attempt

GROWTH = 150 * MIB  # that is allowed after the first round
RERUNS = 100  # of a case
READERS, TEXTS = 20, 5  # of a case; so few texts that the caches hold them all at once
SETTLED = 10  # cases after which all models are awake, and Streamlit forgets as many sessions as come


def resident(process: int | str) -> int:
    """The memory of a process, in bytes."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * getpagesize()


def check_growth(first: int, now: int) -> str:
    """How much more it is than at first."""
    assert now - first <= GROWTH, f"{(now - first) // MIB} MiB more than the {first // MIB} MiB after the first round"
    return f"{(now - first) / MIB:+.0f} MiB"


@contextmanager
def reruns() -> Iterator[Attempt]:
    """A page rerun a hundred times in one session; every page has had its turn before the memory counts."""
    after: list[int] = []

    def attempt(case: int, dice: Random) -> str:
        page = PAGES[case % len(PAGES)]
        at = open_page(page)
        for _ in range(RERUNS):
            at.toggle(key="predict").set_value(dice.random() < 0.5)
            whole(at.run(), lambda: page)
        if case >= len(PAGES) - 1:
            after.append(resident("self"))
        return f"{RERUNS} reruns of {page}" + (f", {check_growth(after[0], after[-1])}" if after else "")

    yield attempt


@contextmanager
def sessions() -> Iterator[Attempt]:
    """Readers who come to a real server, change the beam size and leave."""
    after: list[int] = []
    with serving() as (address, server), asyncio.Runner() as runner:

        def attempt(case: int, dice: Random) -> str:
            sizes = [dice.randint(1, 3) for _ in range(READERS)]
            runner.run(visit(address, sizes))
            if case >= SETTLED:
                after.append(resident(server.pid))
            return f"{READERS} sessions" + (f", {check_growth(after[0], after[-1])}" if after else "")

        yield attempt


async def visit(address: str, sizes: list[int]) -> None:
    """Open some sessions at once, ask each for something, and leave them all."""
    async with contextlib.AsyncExitStack() as stack:
        for text, size in zip(different_texts(TEXTS) * READERS, sizes, strict=False):
            session = await stack.enter_async_context(Session(address, text))
            await session.choose(size)

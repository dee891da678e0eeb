"""Many reruns of a page and many sessions that come and go: the memory stays where it was."""

import asyncio
import contextlib
import time
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

GROWTH = 150 * MIB  # that is allowed
RERUNS = 100  # of a case
READERS, TEXTS = 20, 5  # of a case; so few texts that the caches hold them all at once
SETTLED = 8  # cases after which Streamlit forgets as many sessions as come (it remembers 128)


def resident(process: int | str) -> int:
    """The memory of a process, in bytes."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * getpagesize()


def check_growth(growth: int) -> str:
    """How much more memory there is than at first."""
    assert growth <= GROWTH, f"{growth // MIB} MiB more than at first"
    return f"{growth / MIB:+.0f} MiB"


@contextmanager
def reruns() -> Iterator[Attempt]:
    """A page rerun a hundred times in one session, once it has been drawn in both its ways; all such growth counts."""
    grown: list[int] = []

    def attempt(case: int, dice: Random) -> str:
        page = PAGES[case % len(PAGES)]
        at = open_page(page)
        for number in range(RERUNS + 2):
            if number == 2:
                before = resident("self")
            at.toggle(key="predict").set_value(not at.toggle(key="predict").value)
            whole(at.run(), lambda: page)
        grown.append(resident("self") - before)
        return f"{RERUNS} reruns of {page}, until now {check_growth(sum(grown))}"

    yield attempt


@contextmanager
def sessions() -> Iterator[Attempt]:
    """Readers who come to a real server, change the beam size and leave."""
    after: list[int] = []
    with serving() as (address, server), asyncio.Runner() as runner:
        runner.run(visit(address, [1]))
        awake(server.pid)

        def attempt(case: int, dice: Random) -> str:
            sizes = [dice.randint(1, 3) for _ in range(READERS)]
            runner.run(visit(address, sizes))
            if case >= SETTLED:
                after.append(resident(server.pid))
            return f"{READERS} sessions" + (f", {check_growth(after[-1] - after[0])}" if after else "")

        yield attempt


def awake(process: int) -> None:
    """Wait until a server, once visited, has loaded its models: until its memory stands still."""
    before = 0
    while (now := resident(process)) - before > MIB:
        before = now
        time.sleep(5)


async def visit(address: str, sizes: list[int]) -> None:
    """Open some sessions at once, ask each for something, and leave them all."""
    async with contextlib.AsyncExitStack() as stack:
        for text, size in zip(different_texts(TEXTS) * READERS, sizes, strict=False):
            session = await stack.enter_async_context(Session(address, text))
            await session.choose(size)

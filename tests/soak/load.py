"""A class at work on a real server: everybody changes the beam size again and again, and nobody sees an error."""

import asyncio
import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from benchmarks.browser import serving
from benchmarks.many import Session, different_texts
from benchmarks.report import percentile
from dashboard.controls import WIDEST
from tests.soak.table import Attempt

FEWEST, MOST = 20, 50  # readers


@contextmanager
def load() -> Iterator[Attempt]:
    """A round a case: some of the readers, each with a beam size of their own, all in the same moment."""
    with serving() as (address, server), asyncio.Runner() as runner, contextlib.ExitStack() as stack:
        readers = runner.run(seated(address))
        stack.callback(lambda: runner.run(gone(readers)))

        def attempt(case: int, dice: Random) -> str:
            some = dice.sample(readers, dice.randint(FEWEST, MOST))
            waits = runner.run(asked(some, [dice.randint(1, WIDEST) for _ in some]))
            assert server.poll() is None, "the server ended"
            worst = ", ".join(f"{name} {value:.1f} s" for name, value in latencies(waits).items())
            return f"{len(some)} readers: {worst}"

        yield attempt


async def seated(address: str) -> list[Session]:
    """All readers, each with a sentence of their own before them."""
    readers = [Session(address, text) for text in different_texts(MOST)]
    for reader in readers:
        await reader.__aenter__()
        await reader.choose(1)
    return readers


async def gone(readers: list[Session]) -> None:
    for reader in readers:
        await reader.__aexit__()


async def asked(readers: list[Session], sizes: list[int]) -> list[float]:
    """Every reader's wait."""
    return list(await asyncio.gather(*(one.choose(size) for one, size in zip(readers, sizes, strict=True))))


def latencies(waits: list[float]) -> dict[str, float]:
    return {"p50": percentile(waits, 50), "p95": percentile(waits, 95), "worst": max(waits)}

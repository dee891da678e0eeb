"""A check after the other, each in a process of its own, and a row as soon as one is through."""

import argparse
import importlib
import multiprocessing
import os
import sys
import textwrap
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import NamedTuple

import run

MINUTES = 20.0  # of all checks together
PATIENCE = 600  # seconds after which a case is said to hang
WORDS = 150  # characters of a row's words
ROW = "{:<12} {:>6} {:>8} {:>7}  {}"
SPAWN = multiprocessing.get_context("spawn")
# One case: its number and its dice (from the seed and the number alone); a few words on it, or an exception.
Attempt = Callable[[int, Random], str]


class Check(NamedTuple):
    """A share of the time, what opens an `Attempt`, and how many cases are tried however short the time is.

    A module and a function are named, so that only the check's own process imports them.
    """

    share: float
    module: str
    function: str
    least: int = 1

    def open(self) -> AbstractContextManager[Attempt]:
        return getattr(importlib.import_module(self.module), self.function)()


class Outcome(NamedTuple):
    """One case: what it was about, and what failed ("": nothing)."""

    case: int
    seconds: float
    words: str
    failure: str = ""
    details: str = ""


class Settings(NamedTuple):
    """What a run is: the seed, the seconds for a check, the one case that is wanted (None: as many as fit)."""

    seed: int
    seconds: float
    case: int | None = None


def attempts(check: Check, settings: Settings) -> Iterator[Outcome]:
    """Case after case until the time is up."""
    began = time.monotonic()
    try:
        with check.open() as attempt:
            for case in count() if settings.case is None else [settings.case]:
                yield outcome(attempt, case, settings.seed)
                if time.monotonic() - began > settings.seconds and case + 1 >= check.least:
                    return
    except (Exception, SystemExit) as error:
        yield Outcome(-1, 0.0, "", f"the check could not be set up or ended: {told(error)}", traceback.format_exc())


def outcome(attempt: Attempt, case: int, seed: int) -> Outcome:
    """One case, tried."""
    began = time.monotonic()
    try:
        return Outcome(words=attempt(case, Random(f"{seed} {case}")), case=case, seconds=time.monotonic() - began)
    except (Exception, SystemExit) as error:
        return Outcome(case, time.monotonic() - began, "", told(error), traceback.format_exc())


def told(error: BaseException) -> str:
    """An exception in a line: what it says, and the last line of the program that it came through."""
    rooms = run.HERE / "core", run.HERE / "dashboard"
    ours = [
        one for one in traceback.extract_tb(error.__traceback__) if any(map(Path(one.filename).is_relative_to, rooms))
    ]
    at = f" ({Path(ours[-1].filename).relative_to(run.HERE)}:{ours[-1].lineno})" if ours else ""
    name = "" if isinstance(error, AssertionError | SystemExit) else f"{type(error).__name__}: "
    return f"{name}{error}{at}"


def child(check: Check, settings: Settings, pipe: Connection) -> None:
    """Try case after case, and tell the parent of each; what libraries print on the way is dropped."""
    run.end_like_ctrl_c()  # a browser or a server of this check never outlives it
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    for one in attempts(check, settings):
        pipe.send(one)


def outcomes(check: Check, settings: Settings) -> Iterator[Outcome]:
    """The same from a child, whose own end is an outcome, too."""
    ours, theirs = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=child, args=(check, settings, theirs), daemon=True)
    process.start()
    theirs.close()
    case = settings.case or 0
    try:
        while ours.poll(PATIENCE):
            yield (one := ours.recv())
            case = one.case + 1
        yield Outcome(case, PATIENCE, "", f"it has not ended after {PATIENCE} s")
    except EOFError:
        process.join()
        if process.exitcode:
            yield Outcome(case, 0.0, "", f"the process ended with exit code {process.exitcode}")
    finally:
        process.terminate()
        process.join(30)
        process.kill()


def short(text: str, width: int = WORDS) -> str:
    """Any text on one line that every terminal can show."""
    line = " ".join(str(text).encode("ascii", "backslashreplace").decode().split())
    return textwrap.shorten(line, width, placeholder=" …") if " " in line[:width] else line[:width]


def row(name: str, tried: Sequence[Outcome], seconds: float) -> str:
    """A check in one line: its first failure, else its slowest case."""
    failed = [one for one in tried if one.failure]
    if failed:
        words = f"case {failed[0].case}: {short(failed[0].failure)}"
    else:
        slowest = max(tried, key=lambda one: one.seconds)
        words = f"slowest {slowest.seconds:.1f} s, case {slowest.case}: {short(slowest.words)}"
    return ROW.format(name, len(tried), len(failed), f"{seconds:.0f}", words)


def parsed(arguments: Sequence[str], names: Sequence[str]) -> argparse.Namespace:
    """The options; what can't be is refused in argparse's way, exit code 2."""
    parser = argparse.ArgumentParser(prog="run.py soak", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=names, default=names, help=", ".join(names))
    parser.add_argument(
        "--minutes", type=float, default=MINUTES, help="for all of them together (default: %(default)g)"
    )
    parser.add_argument("--seed", type=int, default=0, help="another one draws other cases (default: %(default)s)")
    parser.add_argument("--case", type=int, metavar="N", help="only this case of one check, as a row names it")
    parser.add_argument("--all", action="store_true", help="every failure, with its traceback")
    asked = parser.parse_args(arguments)
    if asked.case is not None and len(asked.only) > 1:
        parser.error("--case N needs --only NAME, the check that it belongs to")
    return asked


def main(checks: Mapping[str, Check], arguments: Sequence[str] | None = None) -> int:
    """Carry the checks out; 1 if one failed."""
    asked = parsed(sys.argv[1:] if arguments is None else arguments, list(checks))
    wanted = {name: checks[name] for name in dict.fromkeys(asked.only)}
    shares, failed = sum(check.share for check in wanted.values()), False
    print(f"seed {asked.seed}; a failing case again: python run.py soak --seed {asked.seed} --only NAME --case N --all")
    print(ROW.format("check", "cases", "failures", "seconds", "first failure, else slowest case"), flush=True)
    for name, check in wanted.items():
        began, settings = time.monotonic(), Settings(asked.seed, 60 * asked.minutes * check.share / shares, asked.case)
        tried = list(outcomes(check, settings))
        print(row(name, tried, time.monotonic() - began), flush=True)
        failures = [one for one in tried if one.failure]
        for one in failures if asked.all else ():
            print(f"    case {one.case}: {short(one.failure, 600)}", textwrap.indent(one.details, "      "), sep="\n")
        failed = failed or bool(failures)
    return int(failed)

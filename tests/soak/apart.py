"""One case in a forked process: what it takes of memory is its own, and it may be killed."""

import os
import pickle
import resource
import signal
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.soak.table import told

MIB = 2**20


def forked(work: Callable[[], object]) -> tuple[int, int]:
    """Begin some work in a child; its process id, and a pipe to read what it gave."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child:
        os.close(theirs)
        return child, ours
    try:
        answer = (True, work())
    except BaseException as error:
        answer = (False, (told(error), traceback.format_exc()))
    with open(theirs, "wb") as pipe:
        pickle.dump(answer, pipe)
    os._exit(0)


def apart(work: Callable[[], object], memory: int) -> tuple[object, int]:
    """What the work gives, and the bytes by which its memory rose above ours; AssertionError if it raises or dies.

    More than `memory` bytes of new addresses are refused to it.
    """

    def bounded() -> object:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + memory, resource.RLIM_INFINITY))
        before = peak()
        return work(), peak() - before

    child, ours = forked(bounded)
    with open(ours, "rb") as pipe:
        content = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert content, f"the process ended with exit code {status}"
    sound, answer = pickle.loads(content)
    if not sound:
        error = AssertionError(answer[0])
        error.add_note(answer[1])
        raise error
    return answer


def peak() -> int:
    """The most memory that this process has had, in bytes (Linux counts from a fork on)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def kill(child: int, ours: int) -> bool:
    """Kill a child that was forked; whether it was still at work."""
    os.kill(child, signal.SIGKILL)
    os.close(ours)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0

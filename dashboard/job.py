"""Work that goes on while the page stays at hand: a slice at each tick of a fragment; between them clicks are answered.

By itself Streamlit lets no click in a fragment interrupt a run of it.
"""

import time
from collections.abc import Callable, Hashable, Iterator
from typing import Any

import streamlit as st

SLICE = 0.06  # seconds of work at a tick, or one step that takes longer
PACE = 0.1  # seconds between ticks


def advance(name: str, about: Hashable, begin: Callable[[], Iterator[Any]]) -> tuple[Any, bool]:
    """The last record of a generator after a slice more of it, and whether it is at its end.

    There is one job of a `name` in a session: another one, `about` something else, takes its place.
    """
    jobs = st.session_state.setdefault("jobs", {})
    if name not in jobs or jobs[name][0] != about:
        jobs[name] = about, begin(), None
    _, records, last = jobs[name]
    until = time.perf_counter() + SLICE
    for last in records:
        jobs[name] = about, records, last
        if time.perf_counter() > until:
            return last, False
    del jobs[name]
    return last, True


def known(name: str, about: Hashable) -> Any:
    """The last record of a job that is under way; None before its first."""
    of, _, last = st.session_state.get("jobs", {}).get(name, (None, None, None))
    return last if of == about else None

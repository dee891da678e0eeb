"""What a reader may ask for next, searched while nobody waits."""

import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

import streamlit as st

from core.options import BeamOptions, Options
from dashboard.resources.models import awake
from dashboard.resources.searches import computed, idle

QUIET = 0.25  # seconds without a question, after which nobody is likely to wait for the processor


@st.cache_resource(max_entries=1, show_spinner=False)
def next_searches() -> list[threading.Timer]:
    """The timer of the searches that are done in advance, of which there is at most one."""
    return []


def search_ahead(
    name: str, text: str, beam_sizes: Iterable[int], kinds: Sequence[Callable[[int], Options]] = (BeamOptions,)
) -> None:
    """Search what a reader may ask for next, once a while has passed in which no reader asked for a tree.

    Every kind of search at every size.

    Each question puts it off and the last one wins: among many readers at work it never happens, and slows nobody.
    """
    waiting = next_searches()
    for timer in waiting:
        timer.cancel()

    def search() -> None:
        for options in [kind(size) for size in beam_sizes for kind in kinds]:
            if waiting == [timer] and idle():  # nobody has asked since
                with suppress(ValueError, OSError):  # a damaged model is named when it is asked for
                    computed(name, text, options)

    timer = threading.Timer(QUIET, search)
    timer.daemon = True
    waiting[:] = [timer]
    if name in awake():
        timer.start()

"""Records that many readers ask for, kept within one budget of bytes: the least recently used ones give way."""

import ctypes
import sys
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

MUCH = 32_000_000  # bytes of new records, after which what was freed meanwhile is handed back to the system


class Shelf:
    """Records by what was asked; their sizes never add up to more than `budget` bytes."""

    def __init__(self, budget: int):
        self.budget = budget
        self.kept: dict[Hashable, tuple[Any, int]] = {}  # each with its bytes, the least recently used first
        self.computing: dict[Hashable, Future] = {}
        self.lock = threading.Lock()
        self.new = 0  # bytes of records since memory was handed back

    @property
    def used(self) -> int:
        """The bytes of all that is kept."""
        return sum(size for _, size in self.kept.values())

    def get(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """The record under a key, computed once however many ask at a time; one beyond the budget is not kept.

        What `compute` raises goes to its caller; each of those who wait for it then tries alone.
        """
        while True:
            with self.lock:
                if key in self.kept:
                    self.kept[key] = self.kept.pop(key)  # as the last
                    return self.kept[key][0]
                future = self.computing.get(key)
                if future is None:
                    future = self.computing[key] = Future()
                    break
            if future.exception() is None:  # which waits
                return future.result()
        try:
            record = compute()
            self.put(key, record)
            future.set_result(record)
            return record
        except BaseException as error:
            future.set_exception(error)
            raise
        finally:
            with self.lock:
                del self.computing[key]

    def known(self, key: Hashable) -> Any:
        """The record under a key; None where none is kept."""
        with self.lock:
            if key not in self.kept:
                return None
            self.kept[key] = self.kept.pop(key)
            return self.kept[key][0]

    def put(self, key: Hashable, record: Any) -> None:
        """Keep a record, in the place of those that were not used for longest."""
        size = size_of(record)
        with self.lock:
            while size <= self.budget < self.used + size:
                del self.kept[next(iter(self.kept))]
            if size <= self.budget:
                self.kept[key] = record, size
            self.new += size
            much = self.new > MUCH
            self.new = 0 if much else self.new
        if much:
            hand_back()


def hand_back() -> None:
    """Give freed memory to the system: glibc keeps it, and searches leave behind as much as they record (20 ms)."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)


def size_of(value: Any) -> int:
    """The bytes of a record: its arrays and, as if each of many were like the first, what Python takes for the rest."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    size = sys.getsizeof(value)
    if isinstance(value, tuple) and value:
        return size + len(value) * size_of(value[0])
    if isinstance(value, dict):
        return size + sum(map(size_of, value.values()))
    if is_dataclass(value):  # all traces of a model share its vocabulary
        size += sum(size_of(getattr(value, field.name)) for field in fields(value) if field.name != "vocabulary")
    return size

"""Memory while training: freed blocks kept for the next batch, and the end of it told in one sentence."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from core.training.options import TrainOptions


def keep_freed_memory() -> None:
    """Let glibc reuse freed memory instead of returning it: logits of 36 MB a batch otherwise cost half the time."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        if hasattr(libc, "mallopt"):
            for option, value in ((-4, 0), (-1, 2**31 - 1), (-2, 256 * 2**20)):  # MMAP_MAX, TRIM_THRESHOLD, TOP_PAD
                libc.mallopt(option, value)


@contextmanager
def one_sentence_when_it_ends(step: int, options: TrainOptions) -> Iterator[None]:
    """Turn whatever torch raises when memory runs out into a MemoryError that says what to do."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        known = isinstance(error, torch.OutOfMemoryError | MemoryError) or "not enough memory" in str(error)
        if not known and "can't allocate memory" not in str(error):
            raise
        half = max(1, options.max_tokens // 2)
        raise MemoryError(
            f"memory ran out at step {step} with batches of {options.max_tokens} tokens; the last checkpoint stays: go "
            f"on with --resume --max-tokens {half} --accumulate {2 * options.accumulate}"
        ) from error

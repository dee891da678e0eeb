"""Learning-rate schedules: the share of the peak rate at a step."""

import math
from collections.abc import Callable


def cosine(step: int, warmup: int, total: int) -> float:
    """Linear warm-up, then half a cosine down to 0 at `total` (Loshchilov & Hutter 2017)."""
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, total - warmup)))


def inverse_sqrt(step: int, warmup: int, total: int) -> float:
    """Linear warm-up, then √(warmup / step) (Vaswani et al. 2017, eq. 3)."""
    return min((step + 1) / max(1, warmup), math.sqrt(max(1, warmup) / (step + 1)))


def constant(step: int, warmup: int, total: int) -> float:
    """Linear warm-up, then the peak rate."""
    return min(1.0, (step + 1) / max(1, warmup))


SCHEDULES: dict[str, Callable[[int, int, int], float]] = {
    "cosine": cosine,
    "inverse-sqrt": inverse_sqrt,
    "constant": constant,
}

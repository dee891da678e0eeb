"""Schedules: the share of the peak learning rate at a step, and the share of gold tokens that a decoder reads."""

import math
from collections.abc import Callable


def cosine(step: int, warmup: int, total: int) -> float:
    """Linear warm-up, then half a cosine down to 0 at `total` (Loshchilov & Hutter 2017)."""
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warmup) / max(1, total - warmup))))


def inverse_sqrt(step: int, warmup: int, total: int) -> float:
    """Linear warm-up, then √(warmup / step) (Vaswani et al. 2017, eq. 3)."""
    return min((step + 1) / max(1, warmup), math.sqrt(max(1, warmup) / (step + 1)))


def constant(step: int, warmup: int, total: int) -> float:
    """Linear warm-up, then the peak rate; as "plateau" it is halved after each epoch without a better loss."""
    return min(1.0, (step + 1) / max(1, warmup))


def linear_decay(step: int, half: float) -> float:
    """A straight line from 1, with 1/2 at step `half`, to 0 (Bengio et al. 2015, arXiv 1506.03099, §2.4)."""
    return max(0.0, 1 - step / (2 * half))


def exponential_decay(step: int, half: float) -> float:
    """k^step (§2.4) with the k that gives 1/2 at step `half`."""
    return 0.5 ** (step / half)


def inverse_sigmoid_decay(step: int, half: float) -> float:
    """k / (k + exp(step / k)) (§2.4) with the k that gives 1/2 at step `half`: k ln k = half."""
    k = max(math.e, half)
    for _ in range(50):  # Newton's method; k ln k is convex, so it comes down to the root
        k -= (k * math.log(k) - half) / (math.log(k) + 1)
    return 1 / (1 + math.exp(min(700.0, step / k)) / k)


SCHEDULES: dict[str, Callable[[int, int, int], float]] = {
    "cosine": cosine,
    "inverse-sqrt": inverse_sqrt,
    "constant": constant,
    "plateau": constant,
}
DECAYS: dict[str, Callable[[int, float], float]] = {
    "linear": linear_decay,
    "exponential": exponential_decay,
    "inverse-sigmoid": inverse_sigmoid_decay,
}

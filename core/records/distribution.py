"""What a model expects next: its likeliest tokens, and all of its tokens together at other temperatures."""

from dataclasses import dataclass

import numpy as np

from core.checks import check

# The stops of every slider of temperature: what a record says of all tokens together is said at each.
TEMPERATURES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0)
UNWRITTEN = ("<pad>", "<bos>")  # which begin every vocabulary, and stand for no text: no search writes them
COLDEST = -1e4  # logits below the highest: further down, no temperature of these tells them from nothing


@dataclass(frozen=True)
class Heat:
    """All tokens that can be written at each T of `TEMPERATURES`: log Σ p^(1/T) in nats, and the entropy in bits.

    One of probability p at T = 1 has p^(1/T) / Σ p^(1/T) at T, so that no other need be known.
    """

    log_sums: tuple[float, ...]
    entropies: tuple[float, ...]

    def __post_init__(self):
        for name, values in (("log sums", self.log_sums), ("entropies", self.entropies)):
            check(len(values) == len(TEMPERATURES), f"{len(values)} {name} are not one a temperature")


@dataclass(frozen=True)
class Distribution:
    """The likeliest next tokens, best first, how likely all others are together, and the entropy in bits.

    `removed` says of each token whether the decoder could not draw it; () where nothing was taken out. `uniform_loss`
    is the mean of -log p over the whole vocabulary, nats, which label smoothing adds. That and the `heat` are None
    where they were not recorded.
    """

    tokens: tuple[str, ...]
    probabilities: tuple[float, ...]
    rest: float
    entropy: float
    removed: tuple[bool, ...] = ()
    uniform_loss: float | None = None
    heat: Heat | None = None


def expected(logits: np.ndarray, vocabulary: tuple[str, ...], count: int) -> Distribution:
    """The `count` likeliest tokens by logits (V,), without their heat, which takes longer."""
    logits = logits.astype(np.float64)
    probabilities = np.exp(logits - logits.max())
    uniform_loss = float(np.log(probabilities.sum()) + (logits.max() - logits).mean())
    probabilities /= probabilities.sum()
    last = np.partition(probabilities, -min(count, probabilities.size))[-min(count, probabilities.size)]
    likely = np.flatnonzero(probabilities >= last)  # to sort them all would take most of the time
    best = likely[np.argsort(-probabilities[likely], kind="stable")][:count]
    shares = probabilities[best]
    entropy = -(probabilities * np.log2(np.maximum(probabilities, 1e-300))).sum()
    tokens = tuple(vocabulary[i] for i in best)
    rest = float(max(0.0, 1 - shares.sum()))
    return Distribution(tokens, tuple(shares.tolist()), rest, float(entropy), uniform_loss=uniform_loss)


def heat_of(logits: np.ndarray, vocabulary: tuple[str, ...]) -> Heat:
    """The heat of logits (V,)."""
    temperatures = np.array(TEMPERATURES, np.float32)
    shifted = np.maximum(logits.astype(np.float32) - logits.max(), COLDEST)
    whole = np.log(np.exp(shifted).sum(dtype=np.float64))
    shifted[[vocabulary.index(token) for token in UNWRITTEN if token in vocabulary[: len(UNWRITTEN)]]] = COLDEST
    scaled = shifted / temperatures[:, None]  # (16, V)
    powers = np.exp(scaled)
    sums = powers.sum(axis=1, dtype=np.float64)
    entropies = np.log2(sums) - np.einsum("tv,tv->t", powers, scaled) / sums / np.log(2)
    log_sums = np.log(sums) - whole / temperatures
    return Heat(tuple(log_sums.tolist()), tuple(np.maximum(entropies, 0.0).tolist()))

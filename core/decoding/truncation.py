"""Which tokens a sampler may draw, and how likely each then is: from logits or log-probabilities alone, without torch.

Each cut takes what the one before left, renormalised: temperature, top-k, top-p, typical. All work on the last axis.
"""

from dataclasses import replace

import numpy as np

from core.checks import check
from core.options import MBROptions, SamplingOptions
from core.records import DecodeTrace, Distribution


def truncated(logits: np.ndarray, options: SamplingOptions | MBROptions) -> np.ndarray:
    """Log-probabilities (…, V) in float64 to draw from, -inf where a token was taken out."""
    logprobs = heated(np.asarray(logits, dtype=np.float64), options.temperature)
    if options.top_k is not None:
        logprobs = top_k(logprobs, options.top_k)
    if options.top_p < 1:
        logprobs = top_p(logprobs, options.top_p)
    return typical(logprobs, options.typical) if options.typical < 1 else logprobs


def heated(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Log-softmax of logits / temperature; at 0 the likeliest token alone."""
    if temperature == 0:
        return top_k(logits, 1)
    with np.errstate(over="ignore"):  # a tiny temperature leaves -inf
        return log_softmax((logits - logits.max(axis=-1, keepdims=True)) / temperature)


def top_k(logprobs: np.ndarray, count: int) -> np.ndarray:
    """The `count` likeliest tokens; of equal ones the earlier."""
    if count >= logprobs.shape[-1]:
        return log_softmax(logprobs)
    return kept(logprobs, np.argsort(-logprobs, axis=-1, kind="stable"), count)


def top_p(logprobs: np.ndarray, mass: float) -> np.ndarray:
    """The likeliest tokens that together reach `mass` (nucleus; Holtzman et al. 2020, arXiv 1904.09751, §3.1)."""
    order = np.argsort(-logprobs, axis=-1, kind="stable")
    return kept(logprobs, order, reaching(logprobs, order, mass))


def typical(logprobs: np.ndarray, mass: float) -> np.ndarray:
    """The tokens whose information is nearest to the entropy that together reach `mass` (Meister et al. 2023)."""
    information = -logprobs
    entropy = (np.exp(logprobs) * np.where(np.isfinite(logprobs), information, 0)).sum(axis=-1, keepdims=True)
    order = np.argsort(np.abs(information - entropy), axis=-1, kind="stable")
    return kept(logprobs, order, reaching(logprobs, order, mass))


def reaching(logprobs: np.ndarray, order: np.ndarray, mass: float) -> np.ndarray:
    """How many tokens in that order it takes to reach the mass, (…, 1), at least one."""
    shares = np.exp(np.take_along_axis(logprobs, order, axis=-1))
    before = shares.cumsum(axis=-1) - shares
    return np.maximum((before < mass).sum(axis=-1, keepdims=True), 1)


def kept(logprobs: np.ndarray, order: np.ndarray, count: int | np.ndarray) -> np.ndarray:
    """The first `count` tokens in that order, renormalised."""
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.broadcast_to(np.arange(order.shape[-1]), order.shape), axis=-1)
    return log_softmax(np.where(rank < count, logprobs, -np.inf))


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Log-probabilities of logits; -inf stays -inf."""
    logits = logits - logits.max(axis=-1, keepdims=True)
    return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))


def next_tokens(trace: DecodeTrace, node: int, options: SamplingOptions | MBROptions, count: int = 10) -> Distribution:
    """The likeliest next tokens after an expanded node, as these options would draw them; no network.

    The order is the model's own. A trace from JSON has only the likeliest tokens: ValueError where the answer depends
    on the others.
    """
    if trace.logits is not None:
        logits = trace.logits[trace.tree.expanded.index(node)].astype(np.float64)
        order = np.argsort(-logits, kind="stable")
        tokens = tuple(trace.vocabulary[index] for index in order)
        logprobs = truncated(emittable(logits[order], tokens), options)
    else:
        tokens, logprobs = from_stored(trace.next_tokens(node, count=1_000_000), options)
    shares = np.exp(logprobs)
    entropy = -(shares * np.log2(np.maximum(shares, 1e-300))).sum()
    removed = tuple((shares[:count] == 0).tolist())
    rest = max(0.0, 1 - float(shares[:count].sum()))
    return Distribution(tokens[:count], tuple(shares[:count].tolist()), rest, float(entropy), removed)


def emittable(logits: np.ndarray, tokens: tuple[str, ...]) -> np.ndarray:
    """The same with -inf for the tokens that stand for no text."""
    return np.where([token in ("<pad>", "<bos>") for token in tokens], -np.inf, logits)


def from_stored(known: Distribution, options: SamplingOptions | MBROptions) -> tuple[tuple[str, ...], np.ndarray]:
    """The tokens that JSON kept and their log-probabilities under the options, where those can be told exactly."""
    with np.errstate(divide="ignore"):
        logprobs = emittable(np.log(known.probabilities), known.tokens)
    count = np.isfinite(logprobs).sum()
    enough = known.rest < 1e-9 or options.temperature == 0 or (options.top_k or np.inf) <= count
    if not enough and options.temperature == 1 and options.top_k is None:  # top-p is then a top-k of what is known
        shares = np.exp(logprobs) / (np.exp(logprobs).sum() + known.rest)
        reached = int((shares.cumsum() - shares < options.top_p).sum())
        enough = shares.sum() >= options.top_p
        options = replace(options, top_k=max(reached, 1), top_p=1.0)
    check(enough, "a stored trace keeps only the likeliest tokens, too few for these options: decode it again")
    return known.tokens, truncated(logprobs, options)

"""The scores of attention as loops from the papers' equations, in numpy, apart from what they check.

Each takes the score's weights by name, the state s (D,) that asks, the sentence's states (S, D) and the step t, and
gives one number a position; `look` does the rest.
"""

import numpy as np
from model_zoo import WINDOW


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    shares = np.exp(x - x.max())
    return shares / shares.sum()


def mean(weights, s, memory, t):
    return [0.0 for _ in memory]


def dot(weights, s, memory, t):
    """Luong et al. 2015, eq. 8."""
    return [sum(a * b for a, b in zip(s, h, strict=True)) for h in memory]


def scaled_dot(weights, s, memory, t):
    """Vaswani et al. 2017, eq. 1."""
    return [score / np.sqrt(len(s)) for score in dot(weights, s, memory, t)]


def cosine(weights, s, memory, t):
    """Graves et al. 2014, eq. 5 and 6, with a softplus for a positive strength."""
    strength = np.log(1 + np.exp(weights["strength.weight"][0] @ s + weights["strength.bias"][0]))
    return [strength * (s @ h) / np.sqrt((s @ s) * (h @ h)) for h in memory]


def general(weights, s, memory, t):
    """Luong et al. 2015, eq. 8."""
    return [s @ weights["key.weight"] @ h for h in memory]


def concat(weights, s, memory, t):
    """Luong et al. 2015, eq. 8."""
    return [weights["energy.weight"][0] @ np.tanh(weights["weight"] @ np.concatenate([s, h])) for h in memory]


def additive(weights, s, memory, t):
    """Bahdanau et al. 2015, A.1.2."""
    asked = weights["query.weight"] @ s + weights["query.bias"]
    return [weights["energy.weight"][0] @ np.tanh(asked + weights["key.weight"] @ h) for h in memory]


def query_key_value(weights, s, memory, t):
    """Vaswani et al. 2017, eq. 1."""
    query = weights["query.weight"] @ s
    return [query @ (weights["key.weight"] @ h) / np.sqrt(len(s)) for h in memory]


def location(weights, s, memory, t):
    """Luong et al. 2015, §3.1: words past the table's end are ignored."""
    table = weights["table.weight"]
    return [table[place] @ s if place < len(table) else -np.inf for place in range(len(memory))]


def within(centre, scores):
    """The scores of the window, its both ends included."""
    return [score if centre - WINDOW <= place <= centre + WINDOW else -np.inf for place, score in enumerate(scores)]


def local_monotonic(weights, s, memory, t):
    """Luong et al. 2015, §3.2."""
    return within(centre_of("local-m", weights, s, memory, t), general(weights, s, memory, t))


def local_predictive(weights, s, memory, t):
    """Luong et al. 2015, §3.2."""
    return within(centre_of("local-p", weights, s, memory, t), general(weights, s, memory, t))


EQUATIONS = {
    "mean": mean,
    "dot": dot,
    "scaled-dot": scaled_dot,
    "cosine": cosine,
    "general": general,
    "concat": concat,
    "additive": additive,
    "query-key-value": query_key_value,
    "location": location,
    "local-m": local_monotonic,
    "local-p": local_predictive,
}


def centre_of(kind, weights, s, memory, t):
    """p of local attention: the step while the sentence lasts, or Luong et al. 2015, §3.2."""
    if kind == "local-m":
        return t if t < len(memory) else len(memory) - 1
    return len(memory) * sigmoid(weights["place.weight"][0] @ np.tanh(weights["hidden.weight"] @ s))


def look(kind, weights, s, memory, t):
    """Scores (S,), weights (S,) and context (D,)."""
    scores = np.array(EQUATIONS[kind](weights, s, memory, t))
    shares = softmax(scores)
    if kind == "local-p":  # §3.2, the Gaussian
        centre, deviation = centre_of(kind, weights, s, memory, t), WINDOW / 2
        for place in range(len(shares)):
            shares[place] *= np.exp(-((place - centre) ** 2) / (2 * deviation**2))
    context = np.zeros_like(s)
    for share, h in zip(shares, memory, strict=True):
        context += share * (weights["value.weight"] @ h if kind == "query-key-value" else h)
    return scores, shares, context

"""Filters: what a search may not write next. They only rule tokens out: what stays keeps its log-probability.

A filter gets the log-probabilities (n, W, V) of the next token and the tokens written so far, history (n, W, t), and
gives new log-probabilities with -inf where a token is ruled out. The first t tokens of a dead row mean nothing.
"""

import torch
from torch import Tensor

from core.decoding.search import IMPOSSIBLE, Filter
from core.decoding.text_constraints import ban, beginning, check_spellable
from core.options import Constraints
from core.text.subwords import EOS, SPECIAL, Subwords, clean


def no_repeat(size: int) -> Filter:
    """No run of `size` tokens comes twice (Paulus et al. 2018, arXiv 1705.04304, §2.5, there with trigrams)."""

    def filtered(logprobs: Tensor, history: Tensor) -> Tensor:
        if history.shape[2] < size:
            return logprobs
        runs = history.unfold(2, size, 1)  # (n, W, t - size + 1, size)
        begun = history[..., None, history.shape[2] - size + 1 :]  # the run that the next token would complete
        again = (runs[..., :-1] == begun).all(dim=-1)
        vocabulary = logprobs.shape[2]
        ruled_out = torch.zeros(*logprobs.shape[:2], vocabulary + 1, dtype=torch.bool, device=logprobs.device)
        ruled_out.scatter_(2, runs[..., -1].where(again, vocabulary), True)  # the column too many takes the others
        return logprobs.masked_fill(ruled_out[..., :-1], IMPOSSIBLE)

    return filtered


def minimum_length(length: int) -> Filter:
    """At least so many tokens before `<eos>`."""

    def filtered(logprobs: Tensor, history: Tensor) -> Tensor:
        return without(logprobs, EOS) if history.shape[2] < length else logprobs

    return filtered


def without(logprobs: Tensor, token: int) -> Tensor:
    """The same with one token ruled out."""
    logprobs = logprobs.clone()
    logprobs[..., token] = IMPOSSIBLE
    return logprobs


def never(token: int) -> Filter:
    """This token nowhere."""
    return lambda logprobs, history: without(logprobs, token)


def banned(subwords: Subwords, text: str) -> Filter:
    """The words or marks nowhere, however they are spelt, or a special token; ValueError if that can't be written."""
    if text in SPECIAL:
        return never(SPECIAL.index(text))
    check_spellable(subwords, text, f"{text!r} can't be banned")
    return ban(subwords, text)


def filters_of(subwords: Subwords, constraints: Constraints) -> list[Filter]:
    """The constraints as filters; ValueError if some text of them can't be written."""
    prefix = constraints.prefix
    if clean(prefix):
        check_spellable(subwords, prefix, f"a translation can't begin with {prefix!r}")
    return [
        *([beginning(subwords, prefix)] if clean(prefix) else []),
        *(banned(subwords, text) for text in constraints.banned),
        *([no_repeat(constraints.no_repeat)] if constraints.no_repeat else []),
        *([minimum_length(constraints.min_length)] if constraints.min_length else []),
    ]

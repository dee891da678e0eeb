"""Filters: what a search may not write next. They only rule tokens out: what stays keeps its log-probability.

A filter gets the log-probabilities (n, W, V) of the next token and the tokens written so far, history (n, W, t), and
gives new log-probabilities with -inf where a token is ruled out. The first t tokens of a dead row mean nothing.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from core.decoding.search import IMPOSSIBLE, Filter
from core.options import Constraints, check
from core.text.subwords import EOS, SPACE, UNK, Subwords


def ban(sequence: Sequence[int]) -> Filter:
    """These tokens never one after the other; a single token never at all."""
    *before, last = sequence

    def filtered(logprobs: Tensor, history: Tensor) -> Tensor:
        if history.shape[2] < len(before):
            return logprobs
        tail = history[..., history.shape[2] - len(before) :]
        follows = (tail == torch.tensor(before, device=tail.device, dtype=tail.dtype)).all(dim=-1)  # (n, W)
        logprobs = logprobs.clone()
        logprobs[..., last] = logprobs[..., last].masked_fill(follows, IMPOSSIBLE)
        return logprobs

    return filtered


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


def prefix(ids: Sequence[int]) -> Filter:
    """These tokens first."""

    def filtered(logprobs: Tensor, history: Tensor) -> Tensor:
        if history.shape[2] >= len(ids):
            return logprobs
        forced = torch.full_like(logprobs, IMPOSSIBLE)
        token = ids[history.shape[2]]
        forced[..., token] = logprobs[..., token]
        return forced

    return filtered


def without(logprobs: Tensor, token: int) -> Tensor:
    """The same with one token ruled out."""
    logprobs = logprobs.clone()
    logprobs[..., token] = IMPOSSIBLE
    return logprobs


def prefix_ids(subwords: Subwords, text: str) -> list[int]:
    """The tokens of a forced beginning; ValueError if the vocabulary lacks some of it."""
    unknown = [piece.text for piece in subwords.pieces(text) if piece.unknown]
    check(not unknown, f"a translation can't begin with {text!r}: this vocabulary does not have {', '.join(unknown)}")
    return subwords.encode(text)


def banned_ids(subwords: Subwords, text: str) -> list[list[int]]:
    """What `text` rules out: the pieces spelt so, at the beginning of a word or within, else the words as a run."""
    found = [[index] for index, token in enumerate(subwords.tokens) if token in (text, SPACE + text)]
    if found:
        return found
    ids = subwords.encode(text)
    check(bool(ids) and UNK not in ids, f"{text!r} can't be banned: this vocabulary has no pieces to write it with")
    return [ids]


def filters_of(subwords: Subwords, constraints: Constraints) -> list[Filter]:
    """The constraints as filters; ValueError if some text of them can't be written."""
    beginning = prefix_ids(subwords, constraints.prefix)
    return [
        *([prefix(beginning)] if beginning else []),
        *(ban(ids) for text in constraints.banned for ids in banned_ids(subwords, text)),
        *([no_repeat(constraints.no_repeat)] if constraints.no_repeat else []),
        *([minimum_length(constraints.min_length)] if constraints.min_length else []),
    ]

"""Greedy decoding: the likeliest token at each step."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from core.decoding.search import IMPOSSIBLE, Choice, Frontier, is_end, search
from core.models.contract import State, StepModel
from core.records import GreedyOptions


def likeliest(logprobs: Tensor, sums: Tensor) -> Choice:
    """The argmax of each sentence's one row: logprobs (n, 1, V), sums (n, 1)."""
    best, tokens = logprobs[:, 0].max(dim=-1, keepdim=True)
    scores, finished, first = sums + best, is_end(tokens), torch.zeros_like(tokens)
    return Choice(first, tokens, scores, finished, first, scores.masked_fill(finished, IMPOSSIBLE))


def greedy(model: StepModel, state: State, options: GreedyOptions, limits: Sequence[int]) -> Iterator[Frontier]:
    """One branch a sentence, until `<eos>` or the limit (a state of width 1)."""
    return search(model, state, likeliest, width=1, wanted=1, limits=limits)

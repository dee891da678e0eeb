"""Beam search (Lowerre 1976; for translation Sutskever et al. 2014, §3.2)."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from core.decoding.search import IMPOSSIBLE, Choice, Filter, Frontier, is_end, search
from core.decoding.stops import STOPS
from core.models.contract import State, StepModel
from core.options import BeamOptions


def best_continuations(logprobs: Tensor, sums: Tensor) -> Choice:
    """The 2k best of all k · V continuations by plain sum: logprobs (n, k, V), sums (n, k).

    `<eos>` finishes a hypothesis if it is among the best k; the best k others go on. As at most k rows can propose
    `<eos>`, 2k candidates always hold k others.
    """
    width, vocabulary = logprobs.shape[1:]
    totals = (sums[..., None] + logprobs).flatten(1)  # (n, k·V)
    scores, places = totals.topk(min(2 * width, totals.shape[1]), dim=1)
    rows = places // vocabulary
    tokens, rank = places - rows * vocabulary, torch.arange(scores.shape[1], device=scores.device)
    ends = is_end(tokens)
    finished = ends & (scores > IMPOSSIBLE) & (rank < width)
    live = (rank + rank.shape[0] * ends).argsort(dim=1)[:, :width]
    open_scores = scores.masked_fill(ends, IMPOSSIBLE).gather(1, live)  # with fewer than k others, rows die
    return Choice(rows, tokens, scores, finished, live, open_scores)


def beam_search(
    model: StepModel,
    state: State,
    options: BeamOptions,
    limits: Sequence[int],
    *,
    filters: Sequence[Filter] = (),
    detail: bool = False,
) -> Iterator[Frontier]:
    """`beam_size` branches a sentence, until the stop rule or the limit (a state of that width)."""
    width, stop = options.beam_size, STOPS[options.stop](options)
    return search(
        model, state, best_continuations, width=width, stop=stop, limits=limits, filters=filters, detail=detail
    )

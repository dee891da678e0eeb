"""Diverse beam search: several beams that avoid each other's tokens (Vijayakumar et al. 2018, arXiv 1610.02424, §3)."""

import itertools
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from core.decoding.beam import best_continuations
from core.decoding.search import IMPOSSIBLE, Choice, Filter, Frontier, search
from core.decoding.stops import enough
from core.models.contract import State, StepModel
from core.options import DiverseOptions


def diverse_beam_search(
    model: StepModel,
    state: State,
    options: DiverseOptions,
    limits: Sequence[int],
    *,
    filters: Sequence[Filter] = (),
    detail: bool = False,
) -> Iterator[Frontier]:
    """`groups` beams that share `beam_size` rows a sentence (a state of that width), each until it is full of finished.

    Within a step a group sees what the groups before it chose: a token's score is lowered by λ for each time (Hamming
    diversity, Alg. 1). The penalty only steers the choice; scores are plain sums.
    """
    groups, size, steps = options.groups, options.beam_size // options.groups, itertools.count()

    def choose(logprobs: Tensor, sums: Tensor) -> Choice:
        begins = next(steps) == 0  # every group begins at the one prefix there is
        taken = torch.zeros_like(logprobs[:, 0])  # (n, V) how often earlier groups chose a token
        parts = []
        for group in range(groups):
            first = 0 if begins else group * size
            own, own_sums = logprobs[:, first : first + size], sums[:, first : first + size]
            steered = best_continuations(own - options.diversity * taken[:, None], own_sums)
            part = plain(steered, own, own_sums)
            taken = taken + chosen(part, taken.shape[1])
            parts.append(part._replace(rows=part.rows + first, live=part.live + group * part.rows.shape[1]))
        return Choice(*(torch.cat(values, dim=1) for values in zip(*(part[:6] for part in parts), strict=True)), groups)

    stop = enough(size, groups)
    return search(model, state, choose, width=groups * size, stop=stop, limits=limits, filters=filters, detail=detail)


def plain(steered: Choice, logprobs: Tensor, sums: Tensor) -> Choice:
    """The same candidates with their plain sums: logprobs (n, k, V), sums (n, k)."""
    own = logprobs.flatten(1).gather(1, steered.rows * logprobs.shape[2] + steered.tokens)
    scores = (sums.gather(1, steered.rows) + own).where(steered.scores > IMPOSSIBLE, IMPOSSIBLE)
    open_scores = scores.gather(1, steered.live).where(steered.sums > IMPOSSIBLE, IMPOSSIBLE)
    return steered._replace(scores=scores, sums=open_scores)


def chosen(choice: Choice, vocabulary: int) -> Tensor:
    """How often each token was chosen, to go on or to finish: (n, V)."""
    counted = choice.finished.float()
    counted.scatter_add_(1, choice.live, (choice.sums > IMPOSSIBLE).float())
    return counted.new_zeros(len(counted), vocabulary).scatter_add(1, choice.tokens, counted)

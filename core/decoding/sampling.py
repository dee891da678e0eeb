"""Ancestral sampling: each token drawn from the model's distribution, as it is or cut (`truncation`)."""

import itertools
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from core.decoding.search import IMPOSSIBLE, Choice, Filter, Frontier, is_end, search
from core.decoding.stops import enough
from core.decoding.truncation import truncated
from core.models.contract import State, StepModel
from core.options import SamplingOptions


def draw(logprobs: Tensor, options: SamplingOptions, generator: torch.Generator) -> Tensor:
    """One token a row: logprobs (B, V) with something left in each row → (B, 1)."""
    shares = torch.from_numpy(truncated(logprobs.cpu().numpy(), options)).exp()
    return torch.multinomial(shares, 1, generator=generator).to(logprobs.device)


def sample(
    model: StepModel,
    state: State,
    options: SamplingOptions,
    limits: Sequence[int],
    *,
    filters: Sequence[Filter] = (),
    detail: bool = False,
) -> Iterator[Frontier]:
    """`samples` translations a sentence, a row each (a state of that width), drawn independently.

    Scores are the model's own log-probabilities, whatever was cut. Samples that begin alike stay apart, so that every
    leaf of the tree is one draw and a branch is as thick as it is likely.
    """
    width, generator, steps = options.samples, torch.Generator().manual_seed(options.seed), itertools.count()

    def drawn(logprobs: Tensor, sums: Tensor) -> Choice:
        rows = torch.arange(width, device=sums.device).expand(len(sums), width)
        if next(steps) == 0:  # all begin at the one prefix there is
            rows = torch.zeros_like(rows)
        logprobs, sums = logprobs.take_along_dim(rows[..., None], 1), sums.gather(1, rows)
        open_rows = (sums > IMPOSSIBLE) & (logprobs > IMPOSSIBLE).any(dim=2)  # a filter may leave nothing
        tokens = torch.zeros_like(rows)
        if open_rows.any():
            tokens[open_rows] = draw(logprobs[open_rows], options, generator).flatten()
        scores = (sums + logprobs.gather(2, tokens[..., None])[..., 0]).masked_fill(~open_rows, IMPOSSIBLE)
        finished = is_end(tokens) & open_rows
        live = torch.arange(width, device=sums.device).expand_as(rows)
        return Choice(rows, tokens, scores, finished, live, scores.masked_fill(finished, IMPOSSIBLE))

    return search(model, state, drawn, width=width, stop=enough(width), limits=limits, filters=filters, detail=detail)

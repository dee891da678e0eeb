"""Greedy decoding: the likeliest token at each step."""

from collections.abc import Iterator, Sequence

from torch import Tensor

from core.decoding.search import Choice, Filter, Frontier, only, search
from core.decoding.stops import enough
from core.models.contract import State, StepModel
from core.options import GreedyOptions


def likeliest(logprobs: Tensor, sums: Tensor) -> Choice:
    """The argmax of each sentence's one row: logprobs (n, 1, V), sums (n, 1)."""
    best, tokens = logprobs[:, 0].max(dim=-1, keepdim=True)
    return only(tokens, sums + best)


def greedy(
    model: StepModel,
    state: State,
    options: GreedyOptions,
    limits: Sequence[int],
    *,
    filters: Sequence[Filter] = (),
    detail: bool = False,
) -> Iterator[Frontier]:
    """One branch a sentence, until `<eos>` or the limit (a state of width 1)."""
    return search(model, state, likeliest, width=1, stop=enough(1), limits=limits, filters=filters, detail=detail)

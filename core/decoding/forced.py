"""Forced decoding (teacher forcing through the search): a given translation, and what the model thinks of it."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from core.decoding.search import Choice, Frontier, only, search
from core.decoding.stops import enough
from core.models.contract import State, StepModel
from core.options import ForcedOptions
from core.text.subwords import EOS


def forced(
    model: StepModel, state: State, options: ForcedOptions, targets: Sequence[Sequence[int]], *, detail: bool = False
) -> Iterator[Frontier]:
    """One branch a sentence (a state of width 1): the ids of its target, without `<eos>`, and then `<eos>`."""
    rows = [[*ids, EOS] for ids in targets]
    steps = iter(range(max(map(len, rows), default=0)))

    def wanted_token(logprobs: Tensor, sums: Tensor) -> Choice:
        step = next(steps)
        live = [row[step] for row in rows if step < len(row)]  # in order: a sentence leaves the search at its <eos>
        tokens = torch.tensor(live, device=sums.device)[:, None]
        return only(tokens, sums + logprobs[:, 0].gather(1, tokens))

    return search(model, state, wanted_token, width=1, stop=enough(1), limits=[len(row) for row in rows], detail=detail)

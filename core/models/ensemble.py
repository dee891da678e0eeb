"""Several models with one vocabulary that translate as one (Hansen & Salamon 1990; Sutskever et al. 2014, §3.2)."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from core.models.contract import State, Step


class Ensemble(nn.Module):
    """Their next-token probabilities are the mean of the models'; for searches that record no attention."""

    def __init__(self, models: Sequence[nn.Module]):
        super().__init__()
        self.models = nn.ModuleList(models)

    def encode(self, source: Tensor, mask: Tensor) -> tuple:
        """What each model makes of source (n, S) under mask (n, S)."""
        return tuple(model.encode(source, mask) for model in self.models)

    def start(self, encoded: tuple, *, width: int = 1) -> State:
        """The models' states side by side, `width` live rows a sentence."""
        states = [model.start(one, width=width) for model, one in zip(self.models, encoded, strict=True)]
        return State(*(tuple(parts) for parts in zip(*states, strict=True)))

    def step(self, previous: Tensor, state: State, *, detail: bool = False) -> Step:
        """Read one token a row, previous (B,): logits (B, V) are log-probabilities, no attention and no detail."""
        states = map(State, state.source, state.rows)
        answers = [model.step(previous, one) for model, one in zip(self.models, states, strict=True)]
        mean = torch.stack([answer.logits.float().log_softmax(-1) for answer in answers]).logsumexp(0)
        after = State(*(tuple(parts) for parts in zip(*(answer.state for answer in answers), strict=True)))
        return Step(mean - math.log(len(answers)), after, {}, {})

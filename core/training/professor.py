"""Professor forcing (Lamb et al. 2016, arXiv 1610.09038): a judge that tells a taught decoder from a free one."""

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

SURE, UNSURE = 0.99, 0.75  # §2.2: a judge this accurate is not trained, one less accurate teaches nothing


class Judge(nn.Module):
    """Reads a decoder's hidden states, forwards and backwards: above 0 it takes the decoder for a taught one.

    The paper's judge reads the outputs as well, which over a vocabulary of thousands would cost more than the model.
    """

    def __init__(self, width: int):
        super().__init__()
        half = max(1, width // 2)
        self.reader = nn.GRU(width, half, bidirectional=True, batch_first=True)
        self.verdict = nn.Sequential(nn.Linear(2 * half, half), nn.ReLU(), nn.Linear(half, 1))

    def forward(self, behaviour: Tensor, lengths: Tensor) -> Tensor:
        """behaviour (n, T, D), lengths (n,) → logits (n,)."""
        packed = nn.utils.rnn.pack_padded_sequence(behaviour, lengths.cpu(), batch_first=True, enforce_sorted=False)
        _, final = self.reader(packed)
        return self.verdict(final.transpose(0, 1).flatten(1)).squeeze(-1)


def verdicts(judge: Judge, taught: Tensor, free: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """The judge's loss and the model's, from behaviours (n, T, D) under the gold prefix and under the model's own.

    Eq. 2, whose gradient goes to the judge alone, and eq. 3, whose gradient goes to the model alone.
    """
    apart = judge(taught.detach(), lengths), judge(free.detach(), lengths)
    accuracy = torch.cat([apart[0] > 0, apart[1] <= 0]).float().mean()
    judging = (functional.softplus(-apart[0]) + functional.softplus(apart[1])).mean()
    fixed = {name: weight.detach() for name, weight in judge.named_parameters()}
    fooling = functional.softplus(-functional_call(judge, fixed, (free, lengths))).mean()
    return judging * (accuracy < SURE), fooling * (accuracy > UNSURE)

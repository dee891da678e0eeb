"""A decoder that reads its own answers: drawn tokens in the place of gold ones, step by step or all at once."""

import torch
from torch import Tensor

from core.models.contract import Seq2Seq
from core.text.subwords import EOS


def draw(logits: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """logits (…, V) → ids (…) drawn from their distribution; without gradient, and never `<pad>`, `<bos>`, `<eos>`.

    Those no decoder reads after its first step. By the inverse of the cumulative distribution.
    """
    allowed = logits.detach().float()[..., EOS + 1 :]
    cumulative = allowed.softmax(dim=-1).cumsum(dim=-1)
    height = torch.rand(cumulative.shape[:-1], device=logits.device, generator=generator)[..., None]
    place = torch.searchsorted(cumulative, height * cumulative[..., -1:], right=True).squeeze(-1)
    return place.clamp(max=allowed.shape[-1] - 1) + EOS + 1


def unroll(
    model: Seq2Seq,
    source: Tensor,
    mask: Tensor,
    inputs: Tensor,
    gold: Tensor,
    generator: torch.Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Step through targets: logits (n, T, V), and the ids (n, T) that were read.

    The decoder reads inputs (n, T) where gold (n, T) is true and at the first position, elsewhere a token drawn from
    its own answer one step before.
    """
    state = model.start(model.encode(source, mask))
    read, answers = [inputs[:, 0]], []
    for position in range(inputs.shape[1]):
        if position:
            own = draw(answers[-1], generator)
            read.append(torch.where(gold[:, position], inputs[:, position], own))
        step = model.step(read[-1], state)
        state = step.state
        answers.append(step.logits)
    return torch.stack(answers, dim=1), torch.stack(read, dim=1)

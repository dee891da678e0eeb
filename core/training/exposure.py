"""Exposure bias as a number: how much dearer a gold token is after the model's own prefix than after the gold one.

Ranzato et al. 2016 (arXiv 1511.06732, §1) name the problem: a model that has only ever read gold tokens meets its own
when it translates. Both losses ask for the same gold token at the same position; what differs is the prefix. The
difference also holds what any other prefix costs, so compare it between models and regimes, not with zero.
"""

from dataclasses import dataclass

import torch
from torch import nn

from core.checks import check, check_range
from core.text.batches import Pairs, epoch
from core.text.subwords import PAD
from core.training.regimes import tensors
from core.training.unroll import unroll


@dataclass(frozen=True)
class ExposureBias:
    """Mean nats a target token by its position, from 0: after the gold prefix, and after one that the model drew.

    `counts` says over how many sentences each mean goes.
    """

    gold: tuple[float, ...]
    own: tuple[float, ...]
    counts: tuple[int, ...]

    def __post_init__(self):
        lengths = {len(self.gold), len(self.own), len(self.counts)}
        check(len(lengths) == 1, f"losses and counts of {lengths} positions do not fit")

    @property
    def excess(self) -> float:
        """Nats a token that its own prefix costs the model, the mean over all tokens but the first of each sentence."""
        later = list(zip(self.gold, self.own, self.counts, strict=True))[1:]
        check(bool(later), "there is no prefix to compare: all sentences are empty")
        return sum((own - gold) * count for gold, own, count in later) / sum(count for *_, count in later)


@torch.no_grad()
def exposure_bias(model: nn.Module, pairs: Pairs, max_tokens: int = 1536, seed: int = 0) -> ExposureBias:
    """Both losses of a model in evaluation mode over sentence pairs; the same seed draws the same prefixes."""
    check_range("seed", seed, 0, 2**31 - 1)
    check(bool(pairs), "there is nothing to compare on: give sentence pairs")
    device = next(model.parameters()).device
    generator = torch.Generator(device).manual_seed(seed)
    longest = max(len(target) for _, target in pairs) + 1
    sums = torch.zeros(3, longest, dtype=torch.float64)
    for batch in epoch(pairs, max_tokens):
        source, mask, inputs, targets = tensors(model, batch)
        forced = model(source, mask, inputs).logits
        free, _ = unroll(model, source, mask, inputs, torch.zeros_like(inputs, dtype=torch.bool), generator)
        real = targets != PAD
        for row, logits in enumerate((forced, free)):
            chosen = logits.float().log_softmax(dim=-1).gather(-1, targets[..., None]).squeeze(-1)
            sums[row, : targets.shape[1]] -= (chosen * real).sum(dim=0).double().cpu()
        sums[2, : targets.shape[1]] += real.sum(dim=0).cpu()
    gold, own = (sums[:2] / sums[2]).tolist()
    return ExposureBias(tuple(gold), tuple(own), tuple(map(int, sums[2].tolist())))

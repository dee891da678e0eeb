"""What a model loses with some heads closed: many settings of its gates at once, as rows of one batch."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from core.changes import ATTENTION_KINDS, Head
from core.models.contract import NONE, Interventions, Seq2Seq
from core.text.batches import Batch, Pairs, epoch
from core.text.subwords import PAD

MOST = 4000  # padded tokens that are read at once


def heads_of(model: Seq2Seq, kinds: Sequence[str] = ATTENTION_KINDS) -> tuple[Head, ...]:
    """The heads that a model has, by kind, layer and number."""
    every = (Head(kind, *at) for kind in kinds if kind in model.heads for at in product(*map(range, model.heads[kind])))
    return tuple(head for head in every if head not in model.absent)


def gates_for(model: Seq2Seq, heads: Sequence[Head], settings: Tensor) -> Interventions:
    """M settings (M, N) of N heads as gates (M, L, H) for each kind that these are of; other heads are open."""
    gates = {kind: torch.ones(len(settings), *model.heads[kind]) for kind in {head.kind for head in heads}}
    for head, column in zip(heads, settings.unbind(1), strict=True):
        gates[head.kind][:, head.layer, head.head] = column
    return Interventions(**gates)


def sentence_losses(model: Seq2Seq, whole: Batch, interventions: Interventions = NONE) -> Tensor:
    """Nats that each sentence of a batch costs under teacher forcing, the sum over its tokens, (n,)."""
    device = next(model.parameters()).device
    source, mask, inputs, targets = (torch.from_numpy(part).to(device) for part in whole)
    logits = model(source, mask, inputs, interventions=interventions).logits
    losses = functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=PAD, reduction="none")
    return losses.view_as(targets).sum(dim=1)


@torch.inference_mode()
def losses_under(model: Seq2Seq, pairs: Pairs, heads: Sequence[Head], settings: Tensor) -> Tensor:
    """The loss under each of M settings (M, N) of the heads' gates, nats a target token, (M,) in float64."""
    sums = torch.zeros(len(settings), dtype=torch.float64)
    for whole in epoch(pairs, MOST):
        sentences, longest = len(whole.source), max(whole.source.shape[1], whole.targets.shape[1])
        parts = []
        for some in settings.split(max(1, MOST // (sentences * longest))):
            tiled = Batch(*(np.tile(part, (len(some), 1)) for part in whole))
            gates = gates_for(model, heads, some.repeat_interleave(sentences, dim=0))
            parts.append(sentence_losses(model, tiled, gates).view(len(some), sentences).sum(dim=1).double().cpu())
        sums += torch.cat(parts)
    return sums / sum(len(target) + 1 for _, target in pairs)

"""What gold translations cost a model, sentence by sentence, with heads open or closed."""

import numpy as np
import torch
from torch.nn import functional

from core.changes import UNCHANGED, Changes
from core.models.contract import Seq2Seq, interventions_of
from core.text.batches import Pairs, batch, plan
from core.text.subwords import PAD


@torch.inference_mode()
def gold_losses(
    model: Seq2Seq, pairs: Pairs, changes: Changes = UNCHANGED, max_tokens: int = 3000
) -> tuple[np.ndarray, np.ndarray]:
    """Of n pairs of ids the nats of each whole target, `<eos>` included, and its tokens, both (n,); `changes` may close
    heads."""
    nats, tokens = np.zeros(len(pairs)), np.zeros(len(pairs))
    for places in plan(pairs, max_tokens):
        source, mask, inputs, targets = map(torch.from_numpy, batch([pairs[place] for place in places]))
        interventions = interventions_of(changes, model, source.shape[1], inputs.shape[1])
        logits = model(source, mask, inputs, interventions=interventions).logits
        each = functional.cross_entropy(logits.mT, targets, ignore_index=PAD, reduction="none")  # (n, T)
        nats[places], tokens[places] = each.sum(1).numpy(), (targets != PAD).sum(1).numpy()
    return nats, tokens

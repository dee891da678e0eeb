"""Regimes: what is asked of a model on a batch. Each is a function to a loss that can be back-propagated."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from core.models.contract import Seq2Seq
from core.text.batches import Batch
from core.text.subwords import PAD


def teacher_forcing(model: Seq2Seq, batch: Batch, label_smoothing: float) -> Tensor:
    """Predict each token after the gold prefix (Williams & Zipser 1989), with smoothed labels (Szegedy 2016, §7).

    Nats a real target token, the mean over the batch.
    """
    device = next(model.parameters()).device
    source, mask, inputs, targets = (torch.from_numpy(part).to(device) for part in batch)
    logits = model(source, mask, inputs).logits.flatten(0, 1)
    return smoothed_cross_entropy(logits, targets.flatten(), label_smoothing)


def smoothed_cross_entropy(logits: Tensor, targets: Tensor, label_smoothing: float) -> Tensor:
    """logits (N, V), targets (N,): mean over the real ones. By 128 rows at a time, which stay in a CPU's cache."""
    rows = 128 if logits.device.type == "cpu" else len(logits)
    losses = [
        functional.cross_entropy(some, wanted, ignore_index=PAD, label_smoothing=label_smoothing, reduction="sum")
        for some, wanted in zip(logits.split(rows), targets.split(rows), strict=True)
    ]
    return torch.stack(losses).sum() / (targets != PAD).sum()


REGIMES: dict[str, Callable[[Seq2Seq, Batch, float], Tensor]] = {"teacher-forcing": teacher_forcing}

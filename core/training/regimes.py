"""Regimes: what is asked of a model on a batch. Each is a function to named losses, nats a target token."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.models.contract import Seq2Seq
from core.text.batches import Batch
from core.text.subwords import PAD
from core.training.options import TrainOptions
from core.training.professor import Judge, verdicts
from core.training.schedules import DECAYS
from core.training.unroll import draw, unroll

Losses = Mapping[str, Tensor]  # those of `LEARNT` teach; others are told
LEARNT = ("train", "penalty", "judge")  # the model by its answers, by what it is; the regime's own module


class Moment(NamedTuple):
    """What a regime may know besides model and batch: the options, the step of so many, the module of its own."""

    options: TrainOptions
    step: int = 0
    total: int = 1
    judge: nn.Module | None = None

    @property
    def gold(self) -> float:
        """The share of gold tokens that the decoder reads."""
        options = self.options
        return max(options.gold_floor, DECAYS[options.decay](self.step, options.half_way * self.total))


class Regime(NamedTuple):
    """Its losses, and from the model's width the module that it trains beside the model."""

    losses: Callable[[Seq2Seq, Batch, Moment], Losses]
    judge: Callable[[int], nn.Module] | None = None


def tensors(model: Seq2Seq, batch: Batch) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The batch where the model is."""
    device = next(model.parameters()).device
    return tuple(torch.from_numpy(part).to(device) for part in batch)


def teacher_forcing(model: Seq2Seq, batch: Batch, moment: Moment) -> Losses:
    """Predict each token after the gold prefix (Williams & Zipser 1989)."""
    source, mask, inputs, targets = tensors(model, batch)
    logits = model(source, mask, inputs).logits
    return {"train": smoothed_cross_entropy(logits, targets, moment.options.label_smoothing)}


def scheduled_sampling(model: Seq2Seq, batch: Batch, moment: Moment) -> Losses:
    """Read a gold token or one's own, by the toss of a coin a token (Bengio et al. 2015, arXiv 1506.03099, §2.3)."""
    source, mask, inputs, targets = tensors(model, batch)
    gold = torch.rand(inputs.shape, device=inputs.device) < moment.gold
    logits, _ = unroll(model, source, mask, inputs, gold)
    return {"train": smoothed_cross_entropy(logits, targets, moment.options.label_smoothing)}


def parallel_scheduled_sampling(model: Seq2Seq, batch: Batch, moment: Moment) -> Losses:
    """The same in two passes: the second reads what the first drew (Duckworth et al. 2019, arXiv 1906.04331).

    Mihaylova & Martins 2019 (arXiv 1906.07651) do so for Transformers; no gradient goes through the first pass.
    """
    source, mask, inputs, targets = tensors(model, batch)
    with torch.no_grad():
        own = draw(model(source, mask, inputs).logits[:, :-1])
    gold = torch.rand(own.shape, device=own.device) < moment.gold
    mixed = torch.cat([inputs[:, :1], torch.where(gold | (inputs[:, 1:] == PAD), inputs[:, 1:], own)], dim=1)
    logits = model(source, mask, mixed).logits
    return {"train": smoothed_cross_entropy(logits, targets, moment.options.label_smoothing)}


def professor_forcing(model: Seq2Seq, batch: Batch, moment: Moment) -> Losses:
    """Teacher forcing, and be taken for taught when running free (Lamb et al. 2016, arXiv 1610.09038).

    The free prefix is drawn without gradient; the states that it leads to carry the gradient, as in the paper.
    """
    source, mask, inputs, targets = tensors(model, batch)
    taught = model(source, mask, inputs, detail=True)
    with torch.no_grad():
        _, free = unroll(model, source, mask, inputs, torch.zeros_like(inputs, dtype=torch.bool))
    running = model(source, mask, free, detail=True)
    behaviours = [output.detail["hidden"][:, :, -1].float() for output in (taught, running)]  # the last layer's
    judging, fooling = verdicts(moment.judge, *behaviours, (targets != PAD).sum(dim=1))
    loss = smoothed_cross_entropy(taught.logits, targets, moment.options.label_smoothing)
    return {"train": loss + moment.options.professor_weight * fooling, "judge": judging, "fooling": fooling.detach()}


def r_drop(model: Seq2Seq, batch: Batch, moment: Moment) -> Losses:
    """Agree with oneself under another dropout (Liang et al. 2021, arXiv 2106.14448): half of eq. 4.

    The mean of both passes' losses + α/2 · ½ (KL(1‖2) + KL(2‖1)); half, so that it stays nats a token.
    """
    source, mask, inputs, targets = (torch.cat([part, part]) for part in tensors(model, batch))
    logits = model(source, mask, inputs).logits
    loss = smoothed_cross_entropy(logits, targets, moment.options.label_smoothing)
    divergence = symmetric_divergence(*logits.chunk(2), targets.chunk(2)[0])
    return {"train": loss + moment.options.r_drop_alpha / 2 * divergence, "divergence": divergence.detach()}


def symmetric_divergence(ours: Tensor, theirs: Tensor, targets: Tensor) -> Tensor:
    """½ (KL(1‖2) + KL(2‖1)) = ½ Σ (p₁ - p₂)(log p₁ - log p₂) of logits (n, T, V): the mean over real targets (n, T)."""
    total = ours.new_zeros((), dtype=torch.float32)
    for first, second, wanted in some_rows(ours.flatten(0, 1), theirs.flatten(0, 1), targets.flatten()):
        logs = first.float().log_softmax(dim=-1), second.float().log_softmax(dim=-1)
        each = 0.5 * ((logs[0].exp() - logs[1].exp()) * (logs[0] - logs[1])).sum(dim=-1)
        total = total + (each * (wanted != PAD)).sum()
    return total / (targets != PAD).sum()


def smoothed_cross_entropy(logits: Tensor, targets: Tensor, label_smoothing: float) -> Tensor:
    """logits (…, V), targets (…): the mean over the real ones, with smoothed labels (Szegedy et al. 2016, §7)."""
    losses = [
        functional.cross_entropy(some, wanted, ignore_index=PAD, label_smoothing=label_smoothing, reduction="sum")
        for some, wanted in some_rows(logits.flatten(0, -2), targets.flatten())
    ]
    return torch.stack(losses).sum() / (targets != PAD).sum()


def some_rows(*rows: Tensor) -> zip:
    """All rows, on a CPU by 128 at a time: so many logits stay in its cache."""
    count = 128 if rows[0].device.type == "cpu" else len(rows[0])
    return zip(*(part.split(count) for part in rows), strict=True)


REGIMES: dict[str, Regime] = {
    "teacher-forcing": Regime(teacher_forcing),
    "scheduled-sampling": Regime(scheduled_sampling),
    "parallel-scheduled-sampling": Regime(parallel_scheduled_sampling),
    "professor-forcing": Regime(professor_forcing, Judge),
    "r-drop": Regime(r_drop),
}

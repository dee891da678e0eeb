"""The training loop: a generator of `TrainEvent` that can be killed at any moment and resumed to the same weights."""

import ctypes
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import nn

from core.options import check_choice, check_range
from core.records import DecodeTrace, TrainEvent
from core.text.batches import Ids, epoch
from core.training.regimes import REGIMES
from core.training.schedules import SCHEDULES

Pairs = Sequence[tuple[Ids, Ids]]


@dataclass(frozen=True)
class TrainOptions:
    """How to train. Batches hold at most `max_tokens` padded tokens; evaluation and a report come after each epoch.

    `average_decay` is that of the moving average of the weights, which is what is kept (Polyak & Juditsky 1992);
    `patience` is the number of epochs without a better validation loss after which training ends.
    """

    epochs: int
    max_tokens: int = 1536
    learning_rate: float = 1e-3
    warmup: int = 400
    schedule: str = "cosine"
    regime: str = "teacher-forcing"
    label_smoothing: float = 0.1
    weight_decay: float = 0.01
    clip: float = 1.0
    average_decay: float = 0.998
    patience: int = 5
    checkpoint_every: int = 200
    seed: int = 1

    def __post_init__(self):
        check_range("epochs", self.epochs, 1, 10_000)
        check_range("max tokens", self.max_tokens, 1, 10**7)
        check_range("patience", self.patience, 1, 10_000)
        check_range("checkpoint every", self.checkpoint_every, 1, 10**7)
        check_range("label smoothing", self.label_smoothing, 0.0, 0.99, whole=False)
        check_choice("schedule", self.schedule, tuple(SCHEDULES))
        check_choice("regime", self.regime, tuple(REGIMES))


@dataclass
class Progress:
    """All that changes while training, and so all that a checkpoint holds."""

    model: nn.Module
    optimizer: torch.optim.Optimizer
    average: dict[str, torch.Tensor]
    best: dict[str, torch.Tensor]
    best_loss: float = float("inf")
    best_epoch: int = 0
    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    epoch_loss: float = 0.0
    curve: list[dict[str, float]] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Write atomically, the state of the random numbers included."""
        content = {name: getattr(self, name) for name in PLAIN_FIELDS}
        content |= {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        content |= {"random": torch.get_rng_state()}
        partial = path.with_suffix(".partial")
        torch.save(content, partial)
        os.replace(partial, path)

    def load(self, path: Path) -> None:
        """Go on from what `save` wrote; ValueError if it is damaged or does not belong to this model."""
        try:
            content = torch.load(path, weights_only=True)
            self.model.load_state_dict(content.pop("model"))
            self.optimizer.load_state_dict(content.pop("optimizer"))
            torch.set_rng_state(content.pop("random"))
            for name in PLAIN_FIELDS:
                setattr(self, name, content[name])
        except (KeyError, TypeError, RuntimeError, EOFError, UnpicklingError) as error:
            raise ValueError(
                f"{path} is damaged or belongs to another model: remove it or train without --resume"
            ) from error


PLAIN_FIELDS = ("average", "best", "best_loss", "best_epoch", "step", "tokens", "seconds", "epoch_loss", "curve")


def train(
    model: nn.Module,
    pairs: Pairs,
    validation: Pairs,
    options: TrainOptions,
    checkpoint: Path | None = None,
    sample: Callable[[nn.Module], DecodeTrace] | None = None,
) -> Iterator[TrainEvent]:
    """Train in place; one event a step, with the validation loss (and a `sample`) at the end of each epoch.

    An existing `checkpoint` is gone on from. At the end the model holds the averaged weights of its best epoch. The
    same seed gives the same weights on one thread; a NaN stops with FloatingPointError.
    """
    torch.manual_seed(options.seed)
    progress = begin(model, options)
    if checkpoint is not None and checkpoint.is_file():
        progress.load(checkpoint)
    steps_an_epoch = sum(1 for _ in epoch(pairs, options.max_tokens))
    total = options.epochs * steps_an_epoch
    began = time.monotonic() - progress.seconds
    while progress.step < total and progress.step // steps_an_epoch - progress.best_epoch < options.patience:
        number, done = divmod(progress.step, steps_an_epoch)
        for index, batch in enumerate(epoch(pairs, options.max_tokens, seed=options.seed * 10_007 + number)):
            if index < done:
                continue
            loss = train_step(progress, batch, options, total)
            check_finite(loss, progress.step)
            progress.epoch_loss += loss
            losses, trace = {"train": loss}, None
            if index + 1 == steps_an_epoch:
                losses, trace = end_epoch(progress, number + 1, validation, options, steps_an_epoch, sample)
                check_finite(losses["validation"], progress.step)
            progress.seconds = time.monotonic() - began
            due = index + 1 == steps_an_epoch or progress.step % options.checkpoint_every == 0
            if checkpoint is not None and due:
                progress.save(checkpoint)
            share = progress.step / total
            yield TrainEvent(progress.step, number + 1, share, losses, progress.tokens, progress.seconds, trace)
    model.load_state_dict(progress.best)
    model.eval()


def begin(model: nn.Module, options: TrainOptions) -> Progress:
    """A fresh start; biases and norms are not decayed (Loshchilov & Hutter 2019 leave this open)."""
    decayed = [weight for weight in model.parameters() if weight.dim() > 1]
    free = [weight for weight in model.parameters() if weight.dim() <= 1]
    groups = [{"params": decayed, "weight_decay": options.weight_decay}, {"params": free, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=options.learning_rate, betas=(0.9, 0.98), eps=1e-9)
    return Progress(model, optimizer, copy_of(model), copy_of(model))


def copy_of(model: nn.Module) -> dict[str, torch.Tensor]:
    """The model's weights, detached."""
    return {name: weight.detach().clone() for name, weight in model.state_dict().items()}


def train_step(progress: Progress, batch, options: TrainOptions, total: int) -> float:
    """One update and one step of the moving average; the batch's loss."""
    model, optimizer = progress.model, progress.optimizer
    model.train()
    rate = options.learning_rate * SCHEDULES[options.schedule](progress.step, options.warmup, total)
    for group in optimizer.param_groups:
        group["lr"] = rate
    with autocast(model):
        loss = REGIMES[options.regime](model, batch, options.label_smoothing)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), options.clip)
    optimizer.step()
    progress.step += 1
    progress.tokens += int(batch.mask.sum() + (batch.targets != 0).sum())
    decay = min(options.average_decay, progress.step / (progress.step + 10))
    current = model.state_dict()
    for name, averaged in progress.average.items():
        averaged.lerp_(current[name], 1 - decay)
    return loss.item()


def end_epoch(
    progress: Progress,
    number: int,
    validation: Pairs,
    options: TrainOptions,
    steps: int,
    sample: Callable[[nn.Module], DecodeTrace] | None,
) -> tuple[dict[str, float], DecodeTrace | None]:
    """Evaluate the averaged weights, remember them if they are the best so far, and note the point of the curve."""
    model, weights = progress.model, copy_of(progress.model)
    model.load_state_dict(progress.average)
    losses = {"train": progress.epoch_loss / steps, "validation": cross_entropy(model, validation, options.max_tokens)}
    trace = sample(model) if sample else None
    model.load_state_dict(weights)
    if losses["validation"] < progress.best_loss:
        progress.best_loss, progress.best_epoch = losses["validation"], number
        progress.best = {name: weight.clone() for name, weight in progress.average.items()}
    progress.epoch_loss = 0.0
    point = {"epoch": number, "step": progress.step, "tokens": progress.tokens, "seconds": round(progress.seconds, 1)}
    progress.curve.append(point | {name: round(loss, 4) for name, loss in losses.items()})
    return losses, trace


@torch.no_grad()
def cross_entropy(model: nn.Module, pairs: Pairs, max_tokens: int) -> float:
    """Nats a target token under teacher forcing, without smoothing or dropout."""
    model.eval()
    total = tokens = 0
    for batch in epoch(pairs, max_tokens):
        count = int((batch.targets != 0).sum())
        with autocast(model):
            total += REGIMES["teacher-forcing"](model, batch, 0.0).item() * count
        tokens += count
    return total / tokens


def autocast(model: nn.Module) -> torch.autocast:
    """bfloat16 for matrix products where the device has instructions for it."""
    device = next(model.parameters()).device.type
    able = device == "cuda" or bool(torch.cpu.get_capabilities().get("avx512_bf16"))
    return torch.autocast(device, dtype=torch.bfloat16, enabled=able)


def check_finite(loss: float, step: int) -> None:
    """Stop on a NaN rather than train on."""
    if loss != loss or loss in (float("inf"), float("-inf")):
        raise FloatingPointError(f"the loss became {loss} at step {step}; try a lower learning rate or more warm-up")


def keep_freed_memory() -> None:
    """Let glibc reuse freed memory instead of returning it: logits of 36 MB a batch otherwise cost half the time."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        if hasattr(libc, "mallopt"):
            for option, value in ((-4, 0), (-1, 2**31 - 1), (-2, 256 * 2**20)):  # MMAP_MAX, TRIM_THRESHOLD, TOP_PAD
                libc.mallopt(option, value)

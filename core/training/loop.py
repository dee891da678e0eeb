"""The training loop: a generator of `TrainEvent` that can be killed at any moment and resumed to the same weights."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import nn

from core.checks import check
from core.records import DecodeTrace, TrainEvent
from core.text.batches import Batch, Pairs, batch, epoch, plan, without_words
from core.text.subwords import PAD
from core.training.memory import one_sentence_when_it_ends
from core.training.options import TrainOptions
from core.training.processes import add_up, group, share
from core.training.progress import Progress, begin, copy_of, data_of
from core.training.regimes import LEARNT, Moment, Regime, smoothed_cross_entropy, tensors
from core.training.schedules import SCHEDULES


def train(
    model: nn.Module,
    pairs: Pairs,
    validation: Pairs,
    options: TrainOptions,
    checkpoint: Path | None = None,
    sample: Callable[[nn.Module], DecodeTrace] | None = None,
    recut: Callable[[int], Pairs] | None = None,
    regime: Regime | None = None,
) -> Iterator[TrainEvent]:
    """Train in place; one event a step, with the validation loss (and a `sample`) at the end of each epoch.

    `recut` gives the pairs of an epoch, from 0, cut by BPE-dropout; a `regime` that is none of the table's takes the
    place of the options'. An existing `checkpoint` is gone on from. At the end the model holds the averaged weights of
    its best epoch. The same seed gives the same weights on one thread. A NaN stops with FloatingPointError, the end of
    memory with MemoryError; the last checkpoint stays.
    """
    check(
        (options.bpe_dropout > 0) == (recut is not None), "BPE-dropout cuts the text anew: give `recut`, and only then"
    )
    check(bool(pairs) and bool(validation), "there is nothing to train on: give training and validation pairs")
    progress, data = begin(model, options, regime), data_of(pairs)
    if checkpoint is not None and checkpoint.is_file():
        progress.load(checkpoint, options, data)
    first = pairs if recut is None else recut(0)
    total = options.epochs * len(steps_of(first, options, 0))  # BPE-dropout may add some to later epochs
    began = time.monotonic() - progress.seconds
    for number in range(progress.epoch, options.epochs):
        if number - progress.best_epoch >= options.patience:
            break
        cut = first if recut is None or number == 0 else recut(number)
        steps = steps_of(cut, options, number)
        for index in range(progress.done, len(steps)):
            with one_sentence_when_it_ends(progress.step + 1, options):
                batches = [batch([cut[at] for at in part]) for part in steps[index]]
                losses, trace = train_step(progress, batches, options, total), None
                progress.done, progress.epoch_loss = index + 1, progress.epoch_loss + losses["train"]
                if progress.done == len(steps):
                    losses, trace = end_epoch(progress, validation, options, sample)
            progress.seconds = time.monotonic() - began
            due = progress.done == 0 or progress.step % options.checkpoint_every == 0
            if checkpoint is not None and due and group().first:
                progress.save(checkpoint, options, data)
            share_done = (number + (index + 1) / len(steps)) / options.epochs
            yield TrainEvent(progress.step, number + 1, share_done, losses, progress.tokens, progress.seconds, trace)
    model.load_state_dict(progress.best)
    model.eval()


def steps_of(pairs: Pairs, options: TrainOptions, number: int) -> list[list[list[int]]]:
    """The steps of an epoch: each a few batches, each batch the indices of its pairs."""
    batches = plan(pairs, options.max_tokens, seed=options.seed * 10_007 + number)
    return [batches[first : first + options.accumulate] for first in range(0, len(batches), options.accumulate)]


def train_step(progress: Progress, batches: Sequence[Batch], options: TrainOptions, total: int) -> dict[str, float]:
    """One update and one step of the moving average; the step's losses, means over the tokens of all processes."""
    model = progress.model
    optimizers = [optimizer for optimizer in (progress.optimizer, progress.judge_optimizer) if optimizer is not None]
    for optimizer in optimizers:
        optimizer.zero_grad(set_to_none=True)
    losses = back_propagate(progress, batches, options, total)
    check_finite(losses["train"], progress.step + 1)
    size = nn.utils.clip_grad_norm_(model.parameters(), options.clip).item()
    check_finite(size, progress.step + 1, "gradient")
    rate = options.learning_rate * 0.5**progress.halvings
    for settings in progress.optimizer.param_groups:
        settings["lr"] = rate * SCHEDULES[options.schedule](progress.step, options.warmup, total)
    for optimizer in optimizers:
        optimizer.step()
    progress.step += 1
    progress.tokens += sum(int(whole.mask.sum()) + targets_in(whole) for whole in batches)
    decay = min(options.average_decay, progress.step / (progress.step + 10))
    current = model.state_dict()
    for name, averaged in progress.average.items():
        averaged.lerp_(current[name], 1 - decay)
    return losses


def back_propagate(progress: Progress, batches: Sequence[Batch], options: TrainOptions, total: int) -> dict[str, float]:
    """Leave each weight with the gradient of the mean over all real targets of the batches, in all processes."""
    model = progress.model
    moment = Moment(options, progress.step, total, progress.judge)
    tokens = sum(map(targets_in, batches))
    losses: dict[str, torch.Tensor] = {}
    model.train()
    with own_random_numbers(model, options.seed, progress.step):
        for index, whole in enumerate(batches):
            if options.word_dropout:
                whole = without_words(whole, options.word_dropout, seed_of(options.seed, progress.step, index))
            rows, count = share(whole)
            with autocast(model):
                parts = progress.regime.losses(model, rows, moment)
            weight = count / tokens
            learnt = [loss for name, loss in parts.items() if name in LEARNT]
            (sum(learnt) * weight).backward()
            for name, loss in parts.items():
                losses[name] = losses.get(name, 0.0) + loss.detach().float() * weight
    modules = [model] if progress.judge is None else [model, progress.judge]
    gradients = [part.grad for module in modules for part in module.parameters() if part.grad is not None]
    add_up([*gradients, *losses.values()])
    return {name: loss.item() for name, loss in losses.items()}


def targets_in(whole: Batch) -> int:
    """The number of real target tokens."""
    return int((whole.targets != PAD).sum())


def seed_of(seed: int, step: int, index: int) -> int:
    """The seed of one draw of a training: of a step's process or batch."""
    return (seed * 10_000_019 + step) * 1_009 + index


@contextmanager
def own_random_numbers(model: nn.Module, seed: int, step: int) -> Iterator[None]:
    """What a step draws depends on the seed, the step and the process alone; the caller's random state comes back."""
    device = device_of(model)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed_of(seed, step, group().rank) % 2**63)
        yield


def end_epoch(
    progress: Progress,
    validation: Pairs,
    options: TrainOptions,
    sample: Callable[[nn.Module], DecodeTrace] | None,
) -> tuple[dict[str, float], DecodeTrace | None]:
    """Evaluate the averaged weights, remember them if they are the best so far, and note the point of the curve."""
    model, weights = progress.model, copy_of(progress.model)
    averaged = progress.average
    if options.average_last:
        progress.last = [*progress.last, weights][-options.average_last :]
        averaged = {name: torch.stack([snapshot[name] for snapshot in progress.last]).mean(dim=0) for name in weights}
    model.load_state_dict(averaged)
    losses = {
        "train": progress.epoch_loss / progress.done,
        "validation": cross_entropy(model, validation, options.max_tokens),
    }
    check_finite(losses["validation"], progress.step)
    trace = sample(model) if sample else None
    model.load_state_dict(weights)
    progress.epoch, progress.done, progress.epoch_loss = progress.epoch + 1, 0, 0.0
    if losses["validation"] < progress.best_loss:
        progress.best_loss, progress.best_epoch = losses["validation"], progress.epoch
        progress.best = {name: weight.clone() for name, weight in averaged.items()}
    elif options.schedule == "plateau":
        progress.halvings += 1
    point = {"epoch": progress.epoch, "step": progress.step, "tokens": progress.tokens}
    point["seconds"] = round(progress.seconds, 1)
    progress.curve.append(point | {name: round(loss, 4) for name, loss in losses.items()})
    return losses, trace


@torch.no_grad()
def cross_entropy(model: nn.Module, pairs: Pairs, max_tokens: int) -> float:
    """Nats a target token under teacher forcing, without smoothing or dropout; each process does its share."""
    model.eval()
    rank, count = group()
    sums = torch.zeros(2, dtype=torch.float64, device=device_of(model))
    for index, whole in enumerate(epoch(pairs, max_tokens)):
        if index % count == rank:
            source, mask, inputs, targets = tensors(model, whole)
            with autocast(model):
                mean = smoothed_cross_entropy(model(source, mask, inputs).logits, targets, 0.0)
            real = targets_in(whole)
            sums += torch.tensor([mean.item() * real, real], dtype=torch.float64, device=sums.device)
    add_up([sums])
    return (sums[0] / sums[1]).item()


def device_of(model: nn.Module) -> torch.device:
    """Where the model's weights are."""
    return next(model.parameters()).device


def autocast(model: nn.Module) -> torch.autocast:
    """bfloat16 for matrix products where the device has instructions for it."""
    device = device_of(model).type
    able = device == "cuda" or bool(torch.cpu.get_capabilities().get("avx512_bf16"))
    return torch.autocast(device, dtype=torch.bfloat16, enabled=able)


def check_finite(value: float, step: int, name: str = "loss") -> None:
    """Stop on a NaN rather than train on."""
    if not math.isfinite(value):
        raise FloatingPointError(f"the {name} became {value} at step {step}; try a lower learning rate or more warm-up")

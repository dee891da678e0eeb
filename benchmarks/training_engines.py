"""Training steps of ours and of others on the same batches, each engine in a process of its own.

`python -m benchmarks.training_engines ENGINE BATCHES.npz …` is started by `benchmarks.training`: it prints a line about
its model, then for each line "first last" that it reads the seconds which a pass over these batches took.
"""

import argparse
import contextlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import numpy as np
import torch
from torch import nn

from core.checkpoints import build
from core.recipes.recipes import recipe
from core.text.batches import Batch
from core.text.subwords import BOS, EOS, PAD, UNK
from core.training.loop import autocast, train_step
from core.training.memory import keep_freed_memory
from core.training.options import TrainOptions
from core.training.processes import device
from core.training.progress import begin

# JoeyNMT imports these at once, to draw and to log, which a training step does not.
DRAWS = ("torch.utils.tensorboard", "joeynmt.plotting")
Engine = tuple[nn.Module, Callable[[Batch], None]]


def ours(name: str, vocabulary_size: int, smoothing: float) -> Engine:
    """Our loop's own step, the moving average of the weights included."""
    keep_freed_memory()
    wanted = recipe(name)
    options = TrainOptions(epochs=1, learning_rate=wanted.options.learning_rate, label_smoothing=smoothing)
    model = build(wanted.family, {**wanted.config, "vocabulary_size": vocabulary_size}).to(device())
    progress = begin(model, options)
    return model, lambda batch: train_step(progress, [batch], options, 10_000)


def updater(model: nn.Module) -> Callable[[torch.Tensor], None]:
    """What others do with a loss: the same optimiser and clipping as ours."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.98), eps=1e-9, fused=True)

    def update(loss: torch.Tensor) -> None:
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        loss.item()

    return update


def hugging_face(attention: str, bf16: bool, vocabulary_size: int, smoothing: float) -> Engine:
    """MarianMTModel of the recipe's size and dropout; with the loss that their `Trainer` smooths."""
    from transformers.trainer_pt_utils import LabelSmoother

    from benchmarks.marian import marian

    wanted = recipe("de-en-transformer")
    like = build("transformer", {**wanted.config, "vocabulary_size": vocabulary_size})
    model = marian(like, attention).requires_grad_(True).to(device()).train()
    rate = like.config.dropout
    for part in model.modules():
        part.dropout = rate if isinstance(getattr(part, "dropout", None), float) else getattr(part, "dropout", None)
    update, smoothed = updater(model), LabelSmoother(smoothing, ignore_index=PAD)

    def step(batch: Batch) -> None:
        source, mask, inputs, targets = (torch.from_numpy(part).to(device()) for part in batch)
        with autocast(model) if bf16 else contextlib.nullcontext():
            output = model(input_ids=source, attention_mask=mask.long(), decoder_input_ids=inputs)
            loss = smoothed(output, targets)
        update(loss)

    return model, step


def joey(vocabulary_size: int, smoothing: float) -> Engine:
    """JoeyNMT's bidirectional GRU with Bahdanau's attention, input feeding and our recipe's width, its own loss."""
    for name in DRAWS:
        sys.modules.setdefault(name, MagicMock())
    from joeynmt.model import build_model

    config = recipe("en-de-rnn-additive").config
    width = config["width"]
    special = {"pad_index": PAD, "bos_index": BOS, "eos_index": EOS, "unk_index": UNK, "sep_index": None}
    vocabulary = SizedVocabulary(vocabulary_size, special)
    side = {"type": "recurrent", "rnn_type": "gru", "num_layers": 1, "dropout": config["dropout_embedding"]}
    embeddings = {"embedding_dim": width, "scale": True, "dropout": config["dropout_embedding"]}
    encoder = side | {"hidden_size": width // 2, "bidirectional": True, "embeddings": embeddings}
    decoder = side | {"hidden_size": width, "attention": "bahdanau", "input_feeding": True, "embeddings": embeddings}
    decoder |= {"hidden_dropout": config["dropout_readout"], "init_hidden": "bridge"}
    settings = {"encoder": encoder, "decoder": decoder, "tied_embeddings": True, "tied_softmax": True}
    model = build_model(settings, vocabulary, vocabulary).to(device()).train()
    model.loss_function = ("crossentropy", smoothing)
    update = updater(model)

    def step(batch: Batch) -> None:
        order = np.argsort(-batch.mask.sum(1), kind="stable")  # it wants its sentences sorted
        source, mask, inputs, targets = (torch.from_numpy(part[order]).to(device()) for part in batch)
        real = (targets != PAD)[:, None]
        lengths = mask.sum(dim=1)
        loss, *_ = model(
            return_type="loss",
            src=source,
            src_mask=mask[:, None],
            src_length=lengths,
            trg_input=inputs,
            trg=targets,
            trg_mask=real,
        )
        update(loss / real.sum())

    return model, step


class SizedVocabulary(SimpleNamespace):
    """As much of a vocabulary as JoeyNMT's model asks for."""

    def __init__(self, size: int, special: dict[str, int | None]):
        super().__init__(size=size, specials=[], lang_tags=[], **special)

    def __len__(self) -> int:
        return self.size


ENGINES: dict[str, Callable[[int, float], Engine]] = {
    "our Transformer": lambda size, smoothing: ours("de-en-transformer", size, smoothing),
    "Marian, eager, float32": lambda size, smoothing: hugging_face("eager", False, size, smoothing),
    "Marian, sdpa, float32": lambda size, smoothing: hugging_face("sdpa", False, size, smoothing),
    "Marian, sdpa, bfloat16": lambda size, smoothing: hugging_face("sdpa", True, size, smoothing),
    "our GRU, additive": lambda size, smoothing: ours("en-de-rnn-additive", size, smoothing),
    "JoeyNMT's GRU, Bahdanau": joey,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("batches", type=Path)
    parser.add_argument("vocabulary_size", type=int)
    parser.add_argument("--smoothing", type=float, default=0.1)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    with np.load(asked.batches) as stored:
        count = len(stored.files) // 4
        batches = [Batch(*(stored[f"{index} {part}"] for part in Batch._fields)) for index in range(count)]
    model, step = ENGINES[asked.engine](asked.vocabulary_size, asked.smoothing)
    for batch in batches[:3]:
        step(batch)
    print(f"{sum(weight.numel() for weight in model.parameters()):,} parameters", flush=True)
    for line in sys.stdin:
        first, last = map(int, line.split())
        began = time.perf_counter()
        for batch in batches[first:last]:
            step(batch)
        print(time.perf_counter() - began, flush=True)


if __name__ == "__main__":
    main()

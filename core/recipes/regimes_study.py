"""A study of regimes: the same small model on the same few pairs under each regime, with several seeds."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from core.checkpoints import build
from core.checks import check_choice, check_range
from core.decoding.translate import translate_batches
from core.metrics import translation_metrics
from core.options import GreedyOptions
from core.recipes.recipes import Recipe
from core.recipes.training_text import Text, encoded
from core.text.corpora import load_pairs
from core.text.subwords import Subwords
from core.training.exposure import exposure_bias
from core.training.loop import TrainOptions, cross_entropy, train
from core.training.regimes import REGIMES

PAIRS, VALIDATION = 3000, 500  # the first ones of train and of val
SEEDS = 3
SETTING = Recipe(
    name="regimes",
    family="rnn",
    config={"width": 128, "attention": "additive", "dropout_embedding": 0.15, "dropout_readout": 0.25},
    corpus="multi30k",
    options=TrainOptions(epochs=10, max_tokens=768, learning_rate=4e-3, warmup=100, patience=10),
    vocabulary_size=2000,
)


def study(
    regimes: Sequence[str] = tuple(REGIMES),
    seeds: int = SEEDS,
    data_dir: Path | None = None,
    *,
    setting: Recipe = SETTING,
    pairs: int = PAIRS,
    validation: int = VALIDATION,
) -> Iterator[dict[str, Any]]:
    """What is known after each run, as plain JSON values: the setting, and for each regime its runs.

    A run has the loss (nats a target token), BLEU and chrF of greedy translations of the validation sentences, and the
    seconds of training. ValueError names the valid regimes.
    """
    regimes = tuple(dict.fromkeys(regimes))
    for name in regimes:
        check_choice("regime", name, tuple(REGIMES))
    check_range("number of seeds", seeds, 1, 100)
    sides = {"train": pairs, "val": validation}
    lines = {
        split: load_pairs(setting.corpus, split, setting.source, setting.target, data_dir)[:count]
        for split, count in sides.items()
    }
    subwords = Subwords.train(Text(lines["train"]).lines, setting.vocabulary_size)
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in regimes}
    for seed in range(1, seeds + 1):  # seed by seed, so that what is there after a while compares all regimes
        for name in regimes:
            model, run = trained(setting, subwords, lines, name, seed)
            rows[name].append(run)
            yield about(setting, model, len(subwords), lines, seed) | {
                "rows": [{"regime": regime, "runs": list(runs)} for regime, runs in rows.items() if runs]
            }


def trained(
    setting: Recipe, subwords: Subwords, lines: Mapping[str, list[tuple[str, str]]], regime: str, seed: int
) -> tuple[torch.nn.Module, dict[str, float]]:
    """The model after one run, and what was measured of it."""
    torch.manual_seed(seed)
    model = build(setting.family, {**setting.config, "vocabulary_size": len(subwords)})
    options = TrainOptions(**{**asdict(setting.options), "regime": regime, "seed": seed})
    coded = {split: encoded(Text(pairs), subwords) for split, pairs in lines.items()}
    began = time.monotonic()
    for _ in train(model, coded["train"], coded["val"], options):
        pass
    seconds = time.monotonic() - began
    sources, references = zip(*lines["val"], strict=True)
    hypotheses = dict(translate_batches(model, subwords, sources, GreedyOptions()))
    texts = [hypotheses[index][0].text if hypotheses[index] else "" for index in range(len(sources))]
    metrics = translation_metrics(texts, references, setting.target)
    loss = cross_entropy(model, coded["val"], options.max_tokens)
    measured = {"seed": seed, "loss": round(loss, 4), "bleu": metrics["bleu"], "chrf": metrics["chrf"]}
    measured["gap"] = round(exposure_bias(model, coded["val"], options.max_tokens).excess, 4) + 0.0  # never -0.0
    return model, measured | {"seconds": round(seconds, 1)}


def about(setting: Recipe, model: torch.nn.Module, vocabulary_size: int, lines: Mapping[str, list], seeds: int) -> dict:
    """All that the runs have in common."""
    return {
        "corpus": setting.corpus,
        "pairs": len(lines["train"]),
        "validation": len(lines["val"]),
        "family": setting.family,
        "config": dict(setting.config),
        "width": setting.config["width"],
        "vocabulary_size": vocabulary_size,
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "epochs": setting.options.epochs,
        "options": {name: value for name, value in asdict(setting.options).items() if name not in ("regime", "seed")},
        "seeds": list(range(1, seeds + 1)),
    }

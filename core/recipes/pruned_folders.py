"""A converged Transformer pruned: from its folder and corpus to a model folder with fewer heads, and the film of it."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from core.checkpoints import CARD, FILM, PRETRAINED, WEIGHTS, Card, Loaded, curve, gate_film, load, save
from core.checks import check
from core.files import read_json, sha256, write_json
from core.models.compact import without_heads
from core.models.transformer import Transformer
from core.recipes.model_folders import BEFORE, CHECKPOINT, counted_on
from core.recipes.training_text import Text, encoded
from core.records import TrainEvent
from core.text.batches import Pairs
from core.text.corpora import load_pairs
from core.training.head_pruning import PRUNING, GatedTransformer, PruneOptions, film_point, share_of
from core.training.loop import cross_entropy, train
from core.training.memory import keep_freed_memory
from core.training.processes import device


def prune(
    name: str,
    options: PruneOptions,
    folder: Path,
    data_dir: Path | None = None,
    resume: bool = False,
    models_dir: Path = PRETRAINED,
) -> Iterator[TrainEvent]:
    """Train a model of `models_dir` on with gates, film them, and write what is left of it into `folder`.

    With `resume`, go on from the checkpoint that lies there; ValueError if that was pruned in another way, or if the
    model is no Transformer.
    """
    keep_freed_memory()
    loaded = load(name, models_dir)
    check(isinstance(loaded.model, Transformer), f"{name} has no heads to prune: choose a Transformer")
    itself = folder.resolve() == (models_dir / name).resolve()
    check(not itself, f"{folder} holds the model that is to be pruned: give another folder")
    card, subwords = loaded.card, loaded.subwords
    train_pairs, validation = (
        encoded(Text(load_pairs(card.corpus, split, card.source, card.target, data_dir)), subwords)
        for split in ("train", "val")
    )
    pairs, epochs = share_of(train_pairs, options)
    gated = GatedTransformer(loaded.model.requires_grad_(True), options).to(device())
    folder.mkdir(parents=True, exist_ok=True)
    film = begin_film(name, options, folder, resume)
    checkpoint, training = folder / CHECKPOINT, options.training(epochs)
    if not resume and checkpoint.is_file():
        os.replace(checkpoint, folder / BEFORE)
    if not film["points"]:
        add_to_film(film, gated, 0, validation, folder)
    for event in train(gated, pairs, validation, training, checkpoint, regime=PRUNING):
        if event.step % options.film_every == 0:
            add_to_film(film, gated, event.step, validation, folder)
        yield event
    seen = torch.load(checkpoint, weights_only=True, map_location="cpu")
    gated.load_state_dict(seen["average"])  # and not the epoch of the lowest loss, which is the one with most heads
    add_to_film(film, gated, seen["step"], validation, folder)
    write(folder, loaded, gated.cpu(), seen, models_dir)


def begin_film(name: str, options: PruneOptions, folder: Path, resume: bool) -> dict[str, Any]:
    """The film so far, of a pruning that goes on; ValueError if it was another one."""
    film = {"model": name, "options": asdict(options) | {"kinds": list(options.kinds)}, "points": []}
    if not resume or not (folder / FILM).is_file():
        return film
    kept = read_json(folder / FILM)
    gate_film(folder.name, folder.parent)  # which checks it
    same = all(kept[key] == film[key] for key in ("model", "options"))
    check(same, f"{folder} was pruned in another way: repeat its options, or prune anew without --resume")
    return kept


def add_to_film(film: dict[str, Any], gated: GatedTransformer, step: int, validation: Pairs, folder: Path) -> None:
    """One point more, after those before it."""
    loss = cross_entropy(gated, validation, gated.config.max_tokens)
    before = [point for point in film["points"] if point["step"] < step]
    film["points"] = [*before, film_point(gated, step, loss)]
    write_json(folder / FILM, film, indent=None)


def write(folder: Path, loaded: Loaded, gated: GatedTransformer, seen: Mapping[str, Any], models_dir: Path) -> None:
    """The model folder, but for what is measured; `seen` is the last checkpoint."""
    values = gated.values()
    model, before = without_heads(gated.model, values), loaded.card
    card = replace(
        before,
        config=asdict(model.config),
        recipe=recipe_of(before, gated, models_dir),
        parameters=sum(weight.numel() for weight in model.parameters()),
        training={
            "epochs": len(seen["curve"]),
            "steps": seen["step"],
            "tokens": seen["tokens"],
            "minutes": round(seen["seconds"] / 60, 1),
            "threads": torch.get_num_threads(),
            "device": device().type,
            "torch": torch.__version__,
        },
        metrics={},
        tricks=[],
        sha256={},
        pruned={
            "heads": {kind: gates.numel() for kind, gates in values.items()},
            "kept": {kind: sum(map(len, model.config.kept[kind])) for kind in values},
            "bleu": {split: scores["bleu"] for split, scores in before.metrics.items() if "bleu" in scores},
        },
    )
    save(folder, card, model, loaded.subwords, counted_on(curve(before.name, models_dir), seen["curve"]))


def recipe_of(before: Card, gated: GatedTransformer, models_dir: Path) -> dict[str, Any]:
    """How it was pruned, and the model that it was."""
    origin = {key: read_json(models_dir / before.name / CARD)[key] for key in ("recipe", "training")}
    start = {"model": before.name, "sha256": sha256(models_dir / before.name / WEIGHTS), **origin}
    options = asdict(gated.config) | {"kinds": ", ".join(gated.config.kinds)}
    return options | {"vocabulary_size": before.config["vocabulary_size"], "start": start}

"""A recipe carried out: from the corpus to a model folder, measured on what was held out."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import sacrebleu
import torch
from torch import nn

from core.checkpoints import CARD, PRETRAINED, WEIGHTS, Card, build, curve, load, load_packed, save
from core.checks import check
from core.decoding.ranking import normalised
from core.decoding.translate import translate_batches
from core.files import read_json, sha256, write_json
from core.metrics import translation_metrics
from core.options import BeamOptions
from core.recipes.probe import write_probe
from core.recipes.recipes import Recipe
from core.recipes.stored_examples import write_example
from core.recipes.training_text import Text, encoded, recut, with_extra
from core.records import Hypothesis, TrainEvent
from core.text.corpora import LICENCES, SPLITS, load_pairs
from core.text.subwords import Subwords
from core.training.loop import train
from core.training.memory import keep_freed_memory
from core.training.processes import device, group, wait_for_all

ALPHAS = (0.4, 0.6, 0.8, 1.0, 1.2, 1.4)
CHECKPOINT, BEFORE = "checkpoint.pt", "checkpoint.before.pt"


def carry_out(
    recipe: Recipe,
    folder: Path,
    data_dir: Path | None = None,
    resume: bool = False,
    extra: Sequence[Path] = (),
) -> Iterator[TrainEvent]:
    """Train and write the model into `folder`, where one process of several writes.

    With `resume`, go on from the checkpoint that lies there; without, that one is put aside. `extra` are files of more
    training pairs.
    """
    keep_freed_memory()
    train_pairs, val_pairs = (
        load_pairs(recipe.corpus, split, recipe.source, recipe.target, data_dir) for split in ("train", "val")
    )
    read = [{"file": path.name, "sha256": sha256(path)} for path in extra]  # now: the files may change in hours
    text, options = with_extra(train_pairs, extra), recipe.options
    torch.manual_seed(options.seed)
    model, subwords = begin_with(recipe, text)
    begun = start_folder(recipe.start)
    before = curve(begun.name, begun.parent) if recipe.start else []
    model = model.to(device())
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint = folder / CHECKPOINT
    if not resume and group().first and checkpoint.is_file():
        os.replace(checkpoint, folder / BEFORE)
    wait_for_all()
    pairs, validation = encoded(text, subwords), encoded(Text(val_pairs), subwords)
    cuts = recut(text, subwords, options.bpe_dropout, options.seed) if options.bpe_dropout else None
    yield from train(model, pairs, validation, options, checkpoint, recut=cuts)
    if group().first:
        seen = torch.load(checkpoint, weights_only=True, map_location="cpu")
        save(folder, card_of(recipe, model, seen, read), model.cpu(), subwords, counted_on(before, seen["curve"]))


def begin_with(recipe: Recipe, text: Text) -> tuple[nn.Module, Subwords]:
    """A model with random weights and sub-words learnt from the text, or both from the recipe's `start`.

    The sub-words know the tag even where no text has it: a later model may begin here and read back-translations.
    """
    if not recipe.start:
        subwords = Subwords.train(text.lines, recipe.vocabulary_size, tagged=True)
        return build(recipe.family, {**recipe.config, "vocabulary_size": len(subwords)}), subwords
    folder = start_folder(recipe.start)
    there = folder.parent == PRETRAINED or (folder / CARD).is_file()
    check(there, f"{recipe.name} begins with {folder}, which is not there: train {folder.name} first, or give --from")
    begun = load(folder.name, folder.parent)
    wanted = {"family": recipe.family, **recipe.config}
    shape = {"family": begun.card.family, **begun.card.config}
    shapes = [name for name in wanted if not name.startswith("dropout") and shape.get(name) != wanted[name]]
    differing = ", ".join(f"{name} {shape.get(name)} and not {wanted[name]}" for name in shapes)
    check(not shapes, f"{recipe.start} is of another shape than {recipe.name}, which can't begin with it: {differing}")
    model = build(recipe.family, {**recipe.config, "vocabulary_size": len(begun.subwords)})
    model.load_state_dict(begun.model.state_dict())
    return model, begun.subwords


def start_folder(start: str) -> Path:
    """The folder of a recipe's `start`: itself a path, or a shipped model's name."""
    return Path(start) if os.sep in start or "/" in start else PRETRAINED / start


def counted_on(before: Sequence[Mapping[str, float]], after: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """The curve of a training behind the one of what it began with, as if it were one training.

    >>> point = {"epoch": 1, "step": 9, "tokens": 5, "seconds": 2.5, "train": 3.0, "validation": 3.5}
    >>> [one["tokens"] for one in counted_on([point], [point, point | {"tokens": 10}])]
    [5, 10, 15]
    """
    last = before[-1] if before else {}
    counts = ("epoch", "step", "tokens", "seconds")
    on = [
        point | {name: round(point[name] + last.get(name, 0), 2) for name in counts if name in point} for point in after
    ]
    return [*before, *on]


def card_of(recipe: Recipe, model: nn.Module, seen: Mapping[str, Any], extra: Sequence[Mapping[str, str]]) -> Card:
    """The card of a model whose training is over; `seen` is its last checkpoint, `extra` what was read besides."""
    settings = asdict(recipe.options) | {"vocabulary_size": recipe.vocabulary_size}
    if extra:
        settings["extra"] = extra
    if recipe.start:
        begun = start_folder(recipe.start)
        origin = {name: read_json(begun / CARD)[name] for name in ("recipe", "training")}
        settings["start"] = {"model": begun.name, "sha256": sha256(begun / WEIGHTS), **origin}
    return Card(
        name=recipe.name,
        family=recipe.family,
        config=asdict(model.config),
        source=recipe.source,
        target=recipe.target,
        corpus=recipe.corpus,
        licence=LICENCES[recipe.corpus],
        recipe=settings,
        parameters=sum(weight.numel() for weight in model.parameters()),
        training={
            "epochs": len(seen["curve"]),
            "tokens": seen["tokens"],
            "minutes": round(seen["seconds"] / 60, 1),
            "threads": torch.get_num_threads(),
            "processes": group().count,
            "device": device().type,
            "torch": torch.__version__,
        },
        sha256={},
    )


def measure(folder: Path, data_dir: Path | None = None) -> Card:
    """Complete a trained model's folder: α chosen on val, metrics on every held-out split, the stored example."""
    loaded = load_packed(folder.name, folder.parent)
    card, model, subwords = loaded.card, loaded.model, loaded.subwords
    options = BeamOptions()
    metrics = {}
    for split in (name for name in SPLITS[card.corpus] if name != "train"):  # val first: it decides α
        sources, references = zip(*load_pairs(card.corpus, split, card.source, card.target, data_dir), strict=True)
        hypotheses = dict(translate_batches(model, subwords, sources, options))
        if split == "val":
            scores = {alpha: bleu(hypotheses, references, alpha) for alpha in ALPHAS}
            options = replace(options, length_penalty=max(ALPHAS, key=scores.get))
        translations = best_texts(hypotheses, options)
        metrics[split] = translation_metrics(translations, references, card.target) | {
            "sentences": len(sources),
            "beam_size": options.beam_size,
        }
    card = replace(card, length_penalty=options.length_penalty, metrics=metrics)
    write_json(folder / CARD, asdict(card))
    write_example(folder)
    write_probe(folder)
    return card


def best_texts(hypotheses: Mapping[int, Sequence[Hypothesis]], options: BeamOptions) -> list[str]:
    """The best text of each line under these options, in the order of the lines."""

    def score(hypothesis: Hypothesis) -> float:
        return normalised(hypothesis.total, len(hypothesis.tokens), options)

    return [max(hypotheses[index], key=score).text if hypotheses[index] else "" for index in range(len(hypotheses))]


def bleu(hypotheses: Mapping[int, Sequence[Hypothesis]], references: Sequence[str], alpha: float) -> float:
    """BLEU of the same searches ranked with another α."""
    translations = best_texts(hypotheses, BeamOptions(length_penalty=alpha))
    return sacrebleu.corpus_bleu(translations, [references]).score

"""Recipes: one function a model, which reruns it from the data to a model folder."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import sacrebleu
import torch

from core.checkpoints import CARD, EXAMPLE, Card, build, load, save, write_json
from core.decoding.ranking import normalised
from core.decoding.translate import decode, translate_batches
from core.metrics import translation_metrics
from core.options import BeamOptions
from core.records import Hypothesis, TrainEvent
from core.text.corpora import LICENCES, SPLITS, load_pairs
from core.text.subwords import Subwords
from core.trace_json import to_json
from core.training.lesson import write_lesson
from core.training.loop import Pairs, TrainOptions, keep_freed_memory, train


@dataclass(frozen=True)
class Recipe:
    """All that decides a model's weights."""

    name: str
    family: str
    config: Mapping[str, Any]
    corpus: str
    options: TrainOptions
    source: str = "en"
    target: str = "de"
    vocabulary_size: int = 6000


RNN_SHAPE = {"width": 384, "dropout_embedding": 0.15, "dropout_memory": 0.15, "dropout_readout": 0.25}


def en_de_transformer() -> Recipe:
    """Vaswani et al. 2017 at a width of 256: 3 + 3 layers, 8 heads, post-norm."""
    config = {"width": 256, "heads": 8, "encoder_layers": 3, "decoder_layers": 3, "feed_forward": 512, "dropout": 0.2}
    options = TrainOptions(epochs=20, learning_rate=1e-3, warmup=800)
    return Recipe("en-de-transformer", "transformer", config, "multi30k", options)


def en_de_everyday() -> Recipe:
    """The same Transformer on captions and everyday sentences, with less dropout: five times the words."""
    config = {"width": 256, "heads": 8, "encoder_layers": 3, "decoder_layers": 3, "feed_forward": 512, "dropout": 0.1}
    options = TrainOptions(epochs=5, max_tokens=2048, learning_rate=1e-3, warmup=1000)
    return Recipe("en-de-everyday", "transformer", config, "everyday", options, vocabulary_size=8000)


def en_de_rnn_additive() -> Recipe:
    """Bahdanau et al. 2015: bidirectional GRU encoder, additive attention into the step."""
    config = RNN_SHAPE | {"attention": "additive", "context": "step"}
    options = TrainOptions(epochs=11, max_tokens=1024, learning_rate=1.5e-3)
    return Recipe("en-de-rnn-additive", "rnn", config, "multi30k", options)


def en_de_rnn_plain() -> Recipe:
    """Sutskever et al. 2014 with a bidirectional GRU: the decoder gets the encoder's last state and nothing else."""
    config = RNN_SHAPE | {"attention": "none"}
    options = TrainOptions(epochs=9, max_tokens=1024, learning_rate=1.5e-3)
    return Recipe("en-de-rnn-plain", "rnn", config, "multi30k", options)


def reverse_rnn_additive() -> Recipe:
    """A toy: letters written backwards, whose alignment is the other diagonal."""
    config = {"width": 64, "attention": "additive", "dropout_embedding": 0.0, "dropout_memory": 0.0}
    options = TrainOptions(epochs=6, learning_rate=5e-3, warmup=100)
    return Recipe("reverse-rnn-additive", "rnn", config, "reverse", options, "letters", "letters", 64)


def copy_transformer() -> Recipe:
    """A toy: letters copied."""
    config = {"width": 64, "heads": 4, "encoder_layers": 1, "decoder_layers": 1, "feed_forward": 128, "dropout": 0.0}
    options = TrainOptions(epochs=6, learning_rate=3e-3, warmup=100)
    return Recipe("copy-transformer", "transformer", config, "copy", options, "letters", "letters", 64)


ALPHAS = (0.4, 0.6, 0.8, 1.0, 1.2, 1.4)
# What the stored traces show, written for this project: one word of it takes several pieces on both sides.
EXAMPLES = {
    "en": "Two children in yellow raincoats are jumping over a puddle in the park.",
    "letters": "s e q s c o p e",
}
RECIPES: dict[str, Callable[[], Recipe]] = {
    "en-de-everyday": en_de_everyday,
    "en-de-transformer": en_de_transformer,
    "en-de-rnn-additive": en_de_rnn_additive,
    "en-de-rnn-plain": en_de_rnn_plain,
    "reverse-rnn-additive": reverse_rnn_additive,
    "copy-transformer": copy_transformer,
}


def recipe(name: str) -> Recipe:
    """A recipe by its name; ValueError names the valid ones."""
    if name not in RECIPES:
        raise ValueError(f"unknown recipe {name!r}; valid: {', '.join(RECIPES)}")
    return RECIPES[name]()


def encode_pairs(subwords: Subwords, pairs: list[tuple[str, str]]) -> Pairs:
    """Both sides as ids."""
    sides = [subwords.encode_batch(side) for side in zip(*pairs, strict=True)]
    return list(zip(*sides, strict=True))


def cook(recipe: Recipe, folder: Path, data_dir: Path | None = None, resume: bool = False) -> Iterator[TrainEvent]:
    """Train and write the model into `folder`; with `resume`, go on from the checkpoint that lies there."""
    keep_freed_memory()
    train_pairs, val_pairs = (
        load_pairs(recipe.corpus, split, recipe.source, recipe.target, data_dir) for split in ("train", "val")
    )
    subwords = Subwords.train((line for pair in train_pairs for line in pair), recipe.vocabulary_size)
    torch.manual_seed(recipe.options.seed)
    model = build(recipe.family, {**recipe.config, "vocabulary_size": len(subwords)})
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint = folder / "checkpoint.pt"
    if not resume:
        checkpoint.unlink(missing_ok=True)
    pairs, validation = encode_pairs(subwords, train_pairs), encode_pairs(subwords, val_pairs)
    yield from train(model, pairs, validation, recipe.options, checkpoint)
    seen = torch.load(checkpoint, weights_only=True)
    card = Card(
        name=recipe.name,
        family=recipe.family,
        config=asdict(model.config),
        source=recipe.source,
        target=recipe.target,
        corpus=recipe.corpus,
        licence=LICENCES[recipe.corpus],
        recipe=asdict(recipe.options) | {"vocabulary_size": recipe.vocabulary_size},
        parameters=sum(weight.numel() for weight in model.parameters()),
        training={
            "epochs": len(seen["curve"]),
            "tokens": seen["tokens"],
            "minutes": round(seen["seconds"] / 60, 1),
            "threads": torch.get_num_threads(),
            "torch": torch.__version__,
        },
        sha256={},
    )
    save(folder, card, model, subwords, seen["curve"])


def measure(folder: Path, data_dir: Path | None = None) -> Card:
    """Complete a trained model's folder: α chosen on val, metrics on every held-out split, the stored example."""
    loaded = load(folder.name, folder.parent)
    card, model, subwords = loaded.card, loaded.model, loaded.subwords
    options = BeamOptions()
    metrics = {}
    for split in (name for name in SPLITS[card.corpus] if name != "train"):  # val first: it decides α
        sources, references = zip(*load_pairs(card.corpus, split, card.source, card.target, data_dir), strict=True)
        found = dict(translate_batches(model, subwords, sources, options))
        if split == "val":
            scores = {alpha: bleu(found, references, alpha) for alpha in ALPHAS}
            options = replace(options, length_penalty=max(ALPHAS, key=scores.get))
        translations = best_texts(found, options)
        metrics[split] = translation_metrics(translations, references, card.target) | {
            "sentences": len(sources),
            "beam_size": options.beam_size,
        }
    card = replace(card, length_penalty=options.length_penalty, metrics=metrics)
    write_json(folder / CARD, asdict(card))
    trace = decode(model, subwords, EXAMPLES[card.source], options, name=card.name)
    write_json(folder / EXAMPLE, to_json(trace), indent=None)
    write_lesson(folder)
    return card


def best_texts(found: Mapping[int, Sequence[Hypothesis]], options: BeamOptions) -> list[str]:
    """The best text of each line under these options, in the order of the lines."""

    def score(one: Hypothesis) -> float:
        return normalised(one.total, len(one.tokens), options)

    return [max(found[index], key=score).text if found[index] else "" for index in range(len(found))]


def bleu(found: Mapping[int, Sequence[Hypothesis]], references: Sequence[str], alpha: float) -> float:
    """BLEU of the same searches ranked with another α."""
    translations = best_texts(found, BeamOptions(length_penalty=alpha))
    return sacrebleu.corpus_bleu(translations, [references]).score

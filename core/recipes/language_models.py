"""Language models trained or counted: what on what, and how well each does on text that was held out."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.checkpoints.language_folders import (
    LanguageCard,
    build_language,
    load_language,
    save_language,
)
from core.checks import check_choice
from core.files import write_json
from core.language_models.contract import LanguageModel
from core.language_models.ngrams import NGram, NGramConfig, counted
from core.models.contract import Output
from core.records import TrainEvent
from core.text.batches import epoch
from core.text.corpora import LICENCES, sentences
from core.text.data_files import data_folders
from core.text.subwords import PAD, UNK, Subwords
from core.training.loop import train
from core.training.memory import keep_freed_memory
from core.training.options import TrainOptions

VOCABULARY = 8_000  # words and marks of each language
CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True)
class LanguageRecipe:
    """All that decides a language model; an n-gram has no `options`, and keeps what was seen `least` times."""

    name: str
    family: str
    config: Mapping[str, Any]
    language: str
    options: TrainOptions | None = None
    least: int = 2


NETWORK = TrainOptions(
    epochs=5, max_tokens=2048, learning_rate=2e-3, warmup=300, label_smoothing=0.0, average_decay=0.999
)
SHAPES: dict[str, tuple[str, Mapping[str, Any], TrainOptions | None]] = {
    "ngram": ("ngram", {"order": 3, "smoothing": "kneser-ney"}, None),
    "rnn": ("recurrent", {"width": 192, "layers": 2, "dropout": 0.15}, NETWORK),
    "rnn-backward": ("recurrent", {"width": 192, "layers": 2, "dropout": 0.15, "backward": True}, NETWORK),
    "transformer": (
        "transformer",
        {"width": 128, "heads": 4, "encoder_layers": 0, "decoder_layers": 4, "feed_forward": 512, "norm": "pre",
         "dropout": 0.1},
        NETWORK,
    ),
}  # fmt: skip
RECIPES = {
    f"{language}-{shape}": LanguageRecipe(f"{language}-{shape}", family, config, language, options)
    for language, shapes in (("en", SHAPES), ("de", [shape for shape in SHAPES if shape != "rnn-backward"]))
    for shape in shapes
    for family, config, options in [SHAPES[shape]]
}


class Sourceless(nn.Module):
    """A language model as the training loop asks a translator: whatever the source, it reads the target alone."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model, self.config = model, model.config

    def forward(self, _source: Tensor, _mask: Tensor, target: Tensor) -> Output:
        """target (n, T) as `LanguageModel.forward` takes it."""
        return self.model(target)


def carry_out(
    recipe: LanguageRecipe, folder: Path, data_dir: Path | None = None, resume: bool = False
) -> Iterator[TrainEvent]:
    """Count or train, and write the folder; a training goes on from its checkpoint with `resume`."""
    text = {split: sentences(recipe.language, split, data_folders(data_dir)) for split in ("train", "val")}
    words = Subwords.words(text["train"], VOCABULARY)
    ids = {split: directed(words.encode_batch(lines), recipe) for split, lines in text.items()}
    config = {**recipe.config, "vocabulary_size": len(words)}
    folder.mkdir(parents=True, exist_ok=True)
    if recipe.options is None:
        model = NGram(NGramConfig(**config), counted(ids["train"], len(words), config["order"], recipe.least))
        curve, parameters = [], sum(table.counts.shape[1] for table in model.tables)
    else:
        keep_freed_memory()
        torch.manual_seed(recipe.options.seed)
        checkpoint = folder / CHECKPOINT
        if not resume:
            checkpoint.unlink(missing_ok=True)
        whole = Sourceless(build_language(recipe.family, config))
        pairs = {split: [([], line) for line in lines] for split, lines in ids.items()}
        yield from train(whole, pairs["train"], pairs["val"], recipe.options, checkpoint)
        model = whole.model
        curve = torch.load(checkpoint, weights_only=True, map_location="cpu")["curve"]
        parameters = sum(weights.numel() for weights in model.parameters())
    card = LanguageCard(
        name=recipe.name,
        family=recipe.family,
        config=config,
        language=recipe.language,
        licence=LICENCES["everyday"],
        recipe={"vocabulary_size": VOCABULARY}
        | ({"least": recipe.least} if not recipe.options else asdict(recipe.options)),
        parameters=parameters,
        training={"epochs": len(curve), "tokens": sum(len(line) + 1 for line in ids["train"])},
        sha256={},
    )
    save_language(folder, card, model, words, curve)


def directed(lines: Sequence[list[int]], recipe: LanguageRecipe) -> list[list[int]]:
    """Lines of ids in the direction that the model reads them; those without a word are left out."""
    backward = recipe.config.get("backward", False)
    return [line[::-1] if backward else line for line in lines if line]


def measure(folder: Path, data_dir: Path | None = None) -> LanguageCard:
    """Write the perplexity on what was held out, captions and everyday sentences apart, into the card."""
    loaded, folders = load_language(folder.name, folder.parent), data_folders(data_dir)
    lines = sentences(loaded.card.language, "test", folders)
    captions = sentences(loaded.card.language, "test", folders, everyday=False)
    texts = {"captions": captions, "everyday": lines[len(captions) :]}
    perplexity = {name: perplexity_of(loaded.model, loaded.words, text) for name, text in texts.items()}
    card = replace(loaded.card, perplexity=perplexity)
    write_json(folder / "card.json", asdict(card))
    return card


@torch.no_grad()
def perplexity_of(model: LanguageModel, words: Subwords, lines: Sequence[str]) -> dict[str, float]:
    """e to the mean of -log P of all tokens, `<eos>` and `<unk>` among them, and the share that is `<unk>`."""
    backward = getattr(model.config, "backward", False)
    ids = [line[::-1] if backward else line for line in words.encode_batch(lines) if line]
    total = count = 0
    for whole in epoch([([], line) for line in ids], 2048):
        inputs, targets = torch.from_numpy(whole.inputs), torch.from_numpy(whole.targets)
        logprobs = model.forward(inputs).logits.float().log_softmax(dim=-1)
        losses = functional.nll_loss(logprobs.flatten(0, 1), targets.flatten(), ignore_index=PAD, reduction="sum")
        total, count = total + losses.item(), count + int((targets != PAD).sum())
    unknown = sum(line.count(UNK) for line in ids) / sum(map(len, ids))
    return {"perplexity": round(math.exp(total / count), 2), "unknown": round(unknown, 4), "tokens": count}


def language_recipe(name: str) -> LanguageRecipe:
    """A recipe by its name; ValueError names the valid ones."""
    check_choice("language model", name, RECIPES)
    return RECIPES[name]

"""Language models on disk, a folder each: card, weights or counts (safetensors), and the words they know."""

import copy
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from core.checkpoints.card import TIME, TOKENIZER, TRAINING, WEIGHTS
from core.checkpoints.folders import CARD, CURVE, LANGUAGE_MODELS, PRETRAINED
from core.checkpoints.forms import Fields, check_form, scalar
from core.checks import check, check_choice
from core.files import read_json, sha256, whole, write_json
from core.quoting import brief, quoted
from core.text.corpora import CAPTION_LANGUAGES

FOLDER = PRETRAINED / LANGUAGE_MODELS
FAMILIES = ("ngram", "recurrent", "transformer")


@dataclass(frozen=True)
class LanguageCard:
    """What a language model is and how well it does; `config` are its constructor's arguments.

    `perplexity` has for each held-out text its "perplexity" a token, the share of "unknown" words, and its "tokens".
    """

    name: str
    family: str
    config: Mapping[str, Any]
    language: str
    licence: str
    recipe: Mapping[str, Any]
    parameters: int
    training: Mapping[str, Any]
    sha256: Mapping[str, str]
    perplexity: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


FORM = {
    "name": str,
    "family": FAMILIES,
    "config": Fields({"vocabulary_size": (5, 40_000)}, {}, scalar),
    "language": CAPTION_LANGUAGES,
    "licence": str,
    "recipe": Fields({}, {}, scalar),
    "parameters": (1, 10**9),
    "training": TRAINING,
    "sha256": Fields({WEIGHTS: str, TOKENIZER: str}),
    "perplexity": Fields({}, {}, Fields({}, dict.fromkeys(("perplexity", "unknown", "tokens"), TIME))),
}


@dataclass(frozen=True)
class LoadedLanguage:
    """A language model ready to write; shared between sessions, so never changed."""

    card: LanguageCard
    model: Any
    words: Any


def language_cards(folder: Path = FOLDER) -> dict[str, LanguageCard]:
    """The cards of all language models that are whole, by name."""
    intact = {}
    for path in sorted(folder.glob("*/")) if folder.is_dir() else []:
        if all((path / name).is_file() for name in (CARD, WEIGHTS, TOKENIZER)):
            intact[path.name] = read_language_card(path)
    return intact


def read_language_card(folder: Path) -> LanguageCard:
    """The card of a language model; ValueError in one short sentence."""
    content = read_json(folder / CARD)
    try:
        check(isinstance(content, dict), f"it is no card: {quoted(content)}")
        needed = {part.name: FORM[part.name] for part in fields(LanguageCard) if part.default_factory is MISSING}
        check_form(content, Fields(needed, FORM), "card")
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{folder.name}/{CARD} is damaged: {brief(error, 250)}") from error
    return replace(LanguageCard(**content), name=folder.name)


def load_language(name: str, folder: Path = FOLDER) -> LoadedLanguage:
    """A language model in float32, in evaluation mode; ValueError names the valid ones or the damage."""
    from core.text.subwords import Subwords

    cards = language_cards(folder)
    check_choice("language model", name, cards)
    card, path = cards[name], folder / name
    for file, wanted in card.sha256.items():
        check(sha256(path / file) == wanted, f"{name}/{file} is damaged: its sha256 is not the one on the card")
    try:
        words = Subwords.load(path / TOKENIZER)
        check(len(words) == card.config["vocabulary_size"], f"{TOKENIZER} has {len(words)} words")
        return LoadedLanguage(card, read_model(card, path / WEIGHTS), words)
    except Exception as error:  # safetensors and torch raise many kinds
        raise ValueError(f"{name}/{WEIGHTS} does not fit its card: {brief(error)}") from error


def read_model(card: LanguageCard, path: Path):
    """The model of a card from its file."""
    if card.family == "ngram":
        from safetensors.numpy import load_file

        from core.language_models.ngrams import NGram, NGramConfig, from_arrays

        return NGram(NGramConfig(**card.config), from_arrays(load_file(path)))
    from safetensors.torch import load_model

    model = build_language(card.family, card.config)
    load_model(model, path)
    check(all(bool(weights.isfinite().all()) for weights in model.state_dict().values()), "not all numbers are finite")
    return model.eval().requires_grad_(False)


def build_language(family: str, config: Mapping[str, Any]):
    """A freshly initialised network; ValueError names the valid families."""
    from core.language_models.recurrent import RecurrentConfig, RecurrentLanguageModel
    from core.language_models.transformer import TransformerLanguageModel
    from core.models.transformer_layers import TransformerConfig

    families = {
        "recurrent": (RecurrentConfig, RecurrentLanguageModel),
        "transformer": (TransformerConfig, TransformerLanguageModel),
    }
    check_choice("family of trained language models", family, families)
    configure, construct = families[family]
    return construct(configure(**config))


def save_language(folder: Path, card: LanguageCard, model, words, curve: list[dict[str, float]]) -> LanguageCard:
    """Write a language model's folder, the card last."""
    folder.mkdir(parents=True, exist_ok=True)
    with whole(folder / WEIGHTS) as partial:
        if card.family == "ngram":
            from safetensors.numpy import save_file

            from core.language_models.ngrams import to_arrays

            save_file(to_arrays(model.tables), partial)
        else:
            from safetensors.torch import save_model

            save_model(copy.deepcopy(model).half(), partial)
    with whole(folder / TOKENIZER) as partial:
        words.save(partial)
    (folder / WEIGHTS).chmod((folder / TOKENIZER).stat().st_mode)  # safetensors lets nobody else read it
    write_json(folder / CURVE, curve)
    card = replace(card, sha256={name: sha256(folder / name) for name in (WEIGHTS, TOKENIZER)})
    write_json(folder / CARD, asdict(card))
    return card

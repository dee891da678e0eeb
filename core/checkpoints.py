"""Models on disk: a folder with a card, float16 weights (safetensors) and a tokenizer; checked before it is used."""

import copy
import hashlib
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from core.records import DecodeTrace
from core.trace_json import from_json

PRETRAINED = Path(__file__).resolve().parents[1] / "pretrained"
WEIGHTS, TOKENIZER, CARD, CURVE, EXAMPLE, GOLD, GREEDY = (
    "model.safetensors",
    "tokenizer.json",
    "card.json",
    "curve.json",
    "example.json",  # a beam search
    "gold.json",  # the same sentence with a person's translation forced
    "greedy.json",  # the same sentence, the likeliest token at every step
)
FINDINGS = "findings"  # a folder of what was measured on many models, which is no model
POINT = ("epoch", "step", "tokens", "seconds", "train", "validation")


@dataclass(frozen=True)
class Card:
    """What a model is, what it was trained on and how well it does; `config` are its constructor's arguments."""

    name: str
    family: str
    config: Mapping[str, Any]
    source: str
    target: str
    corpus: str
    licence: str
    recipe: Mapping[str, Any]
    parameters: int
    training: Mapping[str, Any]
    sha256: Mapping[str, str]
    length_penalty: float = 1.0  # the α that gave the best BLEU on val
    metrics: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    tricks: Sequence[Mapping[str, Any]] = field(default_factory=list)  # core.training.tricks

    @property
    def attends(self) -> bool:
        """Whether the decoder looks at the source at all."""
        return self.config.get("attention") != "none"


# Of which kind the fields of a card are in its file.
KINDS: dict[type | tuple[type, ...], tuple[str, ...]] = {
    dict: ("config", "recipe", "training", "sha256", "metrics"),
    str: ("family", "source", "target", "corpus", "licence"),
    int: ("parameters",),
    (int, float): ("length_penalty",),
    list: ("tricks",),
}


@dataclass(frozen=True)
class Loaded:
    """A model ready to translate; shared between sessions, so never changed."""

    card: Card
    model: Any
    subwords: Any


def cards(folder: Path = PRETRAINED) -> tuple[dict[str, Card], dict[str, str]]:
    """The cards of all sound model folders by name, and for each other folder one sentence that says what is wrong."""
    found, broken = {}, {}
    for path in sorted(folder.glob("*/")) if folder.is_dir() else []:
        if path.name == FINDINGS:
            continue
        try:
            found[path.name] = read_card(path)
        except ValueError as error:
            broken[path.name] = str(error)
    return found, broken


def read_card(folder: Path) -> Card:
    """The card of a model folder whose files are all there; ValueError in one sentence."""
    content = read_json(folder / CARD)
    try:
        card = Card(**content)
    except TypeError as error:
        raise ValueError(f"{folder.name}/{CARD} is not a model card of this version: {error}") from error
    for kind, names in KINDS.items():
        for name in names:
            if not isinstance(getattr(card, name), kind):
                raise ValueError(f"{folder.name}/{CARD} is damaged: its {name} is {getattr(card, name)!r}")
    if not all(isinstance(one, dict) for one in card.metrics.values()):
        raise ValueError(f"{folder.name}/{CARD} is damaged: its metrics have no names")
    if set(card.sha256) != {WEIGHTS, TOKENIZER}:
        raise ValueError(f"{folder.name}/{CARD} has no sha256 of {WEIGHTS} and {TOKENIZER}")
    missing = [name for name in (WEIGHTS, TOKENIZER) if not (folder / name).is_file()]
    if missing:
        raise ValueError(f"{folder.name} has no {' and no '.join(missing)}")
    return replace(card, name=folder.name)


def read_json(path: Path) -> Any:
    """The content of a JSON file; ValueError in one sentence."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{path.parent.name} has no {path.name}") from None
    except (OSError, ValueError) as error:
        raise ValueError(f"{path.parent.name}/{path.name} is not readable JSON: {error}") from error


def load(name: str, folder: Path = PRETRAINED) -> Loaded:
    """A model of the folder in float32, in evaluation mode; ValueError names the valid ones or the damage."""
    from safetensors import SafetensorError
    from safetensors.torch import load_model

    from core.text.subwords import Subwords

    found, broken = cards(folder)
    if name in broken:
        raise ValueError(f"model {name} can't be used: {broken[name]}")
    if name not in found:
        raise ValueError(f"unknown model {name!r}; valid: {', '.join(found) or 'none, the folder is empty'}")
    card = found[name]
    for file, wanted in card.sha256.items():
        if sha256(folder / name / file) != wanted:
            raise ValueError(f"{name}/{file} is damaged: its sha256 is not the one on the card; fetch it again")
    subwords = Subwords.load(folder / name / TOKENIZER)
    try:
        model = build(card.family, card.config)
        load_model(model, folder / name / WEIGHTS)
    except (SafetensorError, RuntimeError, TypeError) as error:
        why = " ".join(str(error).split())  # torch lists every tensor on a line of its own
        raise ValueError(f"{name}/{WEIGHTS} does not fit its card: {why}") from error
    return Loaded(card, model.eval().requires_grad_(False), subwords)


def load_packed(name: str, folder: Path = PRETRAINED) -> Loaded:
    """The same, made ready to translate on the CPU."""
    from core.models.packed import pack

    loaded = load(name, folder)
    return replace(loaded, model=pack(loaded.model))


def build(family: str, config: Mapping[str, Any]):
    """A freshly initialised model; ValueError names the valid families."""
    from core.models.rnn import RNN, RNNConfig
    from core.models.transformer import Transformer
    from core.models.transformer_layers import TransformerConfig

    families = {"rnn": (RNNConfig, RNN), "transformer": (TransformerConfig, Transformer)}
    if family not in families:
        raise ValueError(f"unknown model family {family!r}; valid: {', '.join(families)}")
    configure, construct = families[family]
    return construct(configure(**config))


def save(folder: Path, card: Card, model, subwords, curve: list[dict[str, float]]) -> Card:
    """Write a model folder (float16 weights), the card last: an interrupted write is never taken for a model."""
    from safetensors.torch import save_model

    folder.mkdir(parents=True, exist_ok=True)
    save_model(copy.deepcopy(model).half(), folder / WEIGHTS)
    subwords.save(folder / TOKENIZER)
    (folder / WEIGHTS).chmod((folder / TOKENIZER).stat().st_mode)  # safetensors lets nobody else read it
    write_json(folder / CURVE, curve)
    card = replace(card, sha256={name: sha256(folder / name) for name in (WEIGHTS, TOKENIZER)})
    write_json(folder / CARD, asdict(card))
    return card


def example(name: str, folder: Path = PRETRAINED, file: str = EXAMPLE) -> DecodeTrace:
    """A stored trace of a model, which needs neither torch nor its weights; ValueError in one sentence."""
    return from_json(read_json(folder / name / file))


def curve(name: str, folder: Path = PRETRAINED) -> list[dict[str, float]]:
    """A model's training, a point an epoch (nats a token); ValueError in one sentence."""
    content = read_json(folder / name / CURVE)
    whole = isinstance(content, list) and content and all(is_point(point) for point in content)
    if not whole:
        raise ValueError(f"{name}/{CURVE} is not a training curve: each point needs the numbers {', '.join(POINT)}")
    return content


def is_point(point: Any) -> bool:
    """Whether this is a point of a curve: finite numbers, all of them there."""
    numbers = [point.get(name) for name in POINT] if isinstance(point, dict) else [None]
    return all(isinstance(number, int | float) and math.isfinite(number) for number in numbers)


def write_json(path: Path, content: Any, *, indent: int | None = 1) -> None:
    """Write atomically; without `indent`, on one line."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(content, ensure_ascii=False, indent=indent) + "\n", encoding="utf-8")
    os.replace(partial, path)


def sha256(path: Path) -> str:
    """The hexadecimal digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Models on disk: a folder with a card, float16 weights (safetensors) and a tokenizer; checked before it is used."""

import copy
import math
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from core.checkpoints.card import TOKENIZER, WEIGHTS, Card, card_from
from core.checkpoints.forms import Each, Fields, Maybe, anything, check_form
from core.checks import check, check_choice
from core.files import named_when_it_fails, read_json, sha256, write_json
from core.quoting import brief, quoted
from core.records import DecodeTrace
from core.records.trace_json import from_json

PRETRAINED = Path(__file__).resolve().parents[2] / "pretrained"
CARD, CURVE, EXAMPLE, GOLD, GREEDY = (
    "card.json",
    "curve.json",
    "example.json",  # a beam search
    "gold.json",  # the same sentence with a person's translation forced
    "greedy.json",  # the same sentence, the likeliest token at every step
)
BEING_SAVED, SAVED = "model.partial", "model.saved"  # what `save` writes; what is whole, but not in place
FINDINGS = "findings"  # a folder of what was measured on many models, which is no model
LANGUAGE_MODELS = "language_models"  # and one of models that translate nothing
POINT = ("epoch", "step", "tokens", "seconds", "train", "validation")
STORED = {EXAMPLE: "beam", GOLD: "forced", GREEDY: "beam"}  # of the stored traces
INDEX, NUMBER, PART = (0, 10**6), (-1e9, 1e9), (0.0, 1.01)
PIECE = dict.fromkeys(("start", "end", "word"), INDEX) | {"text": str, "unknown": bool}
NODE = {"parent": Maybe(INDEX), "id": INDEX, "step": INDEX, "token": str, "missed": Maybe(NUMBER)}
FOUND = {"text": str, "tokens": Each(str), "logprobs": Each(NUMBER), "score": NUMBER, "leaf": INDEX}
NEXT = {
    "tokens": Each(str),
    "probabilities": Each(PART),
    "rest": PART,
    "entropy": NUMBER,
    "uniform_loss": Maybe(NUMBER),
    "heat": Maybe(Each(Each(NUMBER))),
}
TRACE = {  # the plain values of a stored trace, all of them there; `from_json` checks the others
    "model": str,
    "text": str,
    "seconds": NUMBER,
    "pieces": Each(Fields({}, PIECE, anything)),
    "hypotheses": Each(Fields({}, FOUND, anything)),
    "next": Each(Fields({}, NEXT, anything)),
}
TREE = {
    "nodes": Each(Fields({}, NODE | dict.fromkeys(("logprob", "score"), NUMBER), anything)),
    "expanded": Each(INDEX),
}


@dataclass(frozen=True)
class Loaded:
    """A model ready to translate; shared between sessions, so never changed."""

    card: Card
    model: Any
    subwords: Any


class NotFinite(ValueError):
    """Weights of which some are infinite or no numbers at all."""


def cards(folder: Path = PRETRAINED) -> tuple[dict[str, Card], dict[str, str]]:
    """The cards of all sound model folders by name, and for each other folder one sentence that says what is wrong."""
    intact, broken = {}, {}
    for path in sorted(folder.glob("*/")) if folder.is_dir() else []:
        if path.name in (FINDINGS, LANGUAGE_MODELS):
            continue
        try:
            intact[path.name] = read_card(path)
        except ValueError as error:
            broken[path.name] = str(error)
    return intact, broken


def read_card(folder: Path) -> Card:
    """The card of a model folder whose files are all there; ValueError in one short sentence."""
    try:
        settle(folder)
    except OSError as error:
        raise ValueError(f"{folder.name} holds a new model that can't be put in place: {brief(error)}") from error
    content = read_json(folder / CARD)
    try:
        card = card_from(content)
    except ValueError as error:
        raise ValueError(f"{folder.name}/{CARD} {error}") from error
    missing = [name for name in (WEIGHTS, TOKENIZER) if not (folder / name).is_file()]
    if missing:
        raise ValueError(f"{folder.name} has no {' and no '.join(missing)}")
    return replace(card, name=folder.name)


def load(name: str, folder: Path = PRETRAINED) -> Loaded:
    """A model of the folder in float32, in evaluation mode; ValueError names the valid ones or the damage."""
    from safetensors import SafetensorError
    from safetensors.torch import load_model

    from core.text.subwords import Subwords

    intact, broken = cards(folder)
    if name in broken:
        raise ValueError(f"model {name} can't be used: {broken[name]}")
    check_choice("model", name, intact)
    card = intact[name]
    for file, wanted in card.sha256.items():
        if sha256(folder / name / file) != wanted:
            raise ValueError(f"{name}/{file} is damaged: its sha256 is not the one on the card; fetch it again")
    try:
        subwords = Subwords.load(folder / name / TOKENIZER)
    except ValueError as error:  # the library quotes the whole file
        raise ValueError(f"{name}/{brief(error)}") from error
    size = len(subwords)
    try:
        check(size == card.config["vocabulary_size"], f"{TOKENIZER} has {size} sub-words")
        model = build(card.family, card.config)
        load_model(model, folder / name / WEIGHTS)
    except (SafetensorError, RuntimeError, TypeError, ValueError) as error:  # torch lists all tensors
        raise ValueError(f"{name}/{WEIGHTS} does not fit its card: {brief(error)}") from error
    if not all(bool(weights.isfinite().all()) for weights in model.state_dict().values()):
        raise NotFinite(f"{name}/{WEIGHTS} holds numbers that are infinite or none at all: fetch it again")
    counted = replace(card, parameters=sum(weights.numel() for weights in model.parameters()))
    return Loaded(counted, model.eval().requires_grad_(False), subwords)


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
    check_choice("model family", family, families)
    configure, construct = families[family]
    return construct(configure(**config))


def save(folder: Path, card: Card, model, subwords, curve: list[dict[str, float]]) -> Card:
    """Write a model folder (float16 weights) over an old one: whenever it is interrupted, one of them is there, whole.

    What else lies in the folder stays, but for the old model's stored examples. OSError names the file that can't be
    written.
    """
    from safetensors.torch import save_model

    settle(folder)
    new = folder / BEING_SAVED
    shutil.rmtree(new, ignore_errors=True)
    try:
        new.mkdir(parents=True)
        with named_when_it_fails(folder / WEIGHTS):
            save_model(copy.deepcopy(model).half(), new / WEIGHTS)
        with named_when_it_fails(folder / TOKENIZER):
            subwords.save(new / TOKENIZER)
        (new / WEIGHTS).chmod((new / TOKENIZER).stat().st_mode)  # safetensors lets nobody else read it
        write_json(new / CURVE, curve)
        card = replace(card, sha256={name: sha256(new / name) for name in (WEIGHTS, TOKENIZER)})
        write_json(new / CARD, asdict(card))
        with suppress(OSError):
            (folder / SAVED).rmdir()  # left empty by one that was killed
        os.rename(new, folder / SAVED)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    settle(folder)
    return card


def settle(folder: Path) -> None:
    """Put a model that was saved whole in its place, file by file, the card last; where that was done, do nothing."""
    new = folder / SAVED
    if not (new / CARD).is_file():
        return
    for name in (EXAMPLE, GOLD, GREEDY):
        (folder / name).unlink(missing_ok=True)  # the old model's
    for name in (WEIGHTS, TOKENIZER, CURVE, CARD):
        with suppress(FileNotFoundError):  # moved before, perhaps by another process
            os.replace(new / name, folder / name)
    with suppress(OSError):
        new.rmdir()


def example(name: str, folder: Path = PRETRAINED, file: str = EXAMPLE) -> DecodeTrace:
    """A stored trace of a model, which needs neither torch nor its weights; ValueError in one short sentence."""
    content = read_json(folder / name / file)
    try:
        check_form(content, Fields(TRACE | {"tree": Fields(TREE, {}, anything)}, {}, anything), "trace")
        trace = from_json(content)
        check_stored(trace, file)
    except (ValueError, LookupError, ArithmeticError, RecursionError, MemoryError) as error:
        raise ValueError(f"{name}/{file} can't be used: {brief(error)}") from error
    return trace


def check_stored(trace: DecodeTrace, file: str) -> None:
    """ValueError if the parts of a stored trace do not belong together."""
    nodes = range(len(trace.tree.nodes))
    check(trace.strategy == STORED[file], f"it is a search by {quoted(trace.strategy)}")
    check(
        bool(trace.hypotheses) and all(hypothesis.leaf in nodes for hypothesis in trace.hypotheses),
        "a leaf is not in its tree",
    )
    check(all(node in nodes for node in trace.tree.expanded), "what was expanded is not in its tree")
    check(len(trace.stored) == len(trace.tree.expanded), "it does not say what was expected at each step")
    pairs = [(hypothesis.tokens, hypothesis.logprobs) for hypothesis in trace.hypotheses]
    pairs += [(distribution.tokens, distribution.probabilities) for distribution in trace.stored]
    check(all(len(tokens) == len(numbers) > 0 for tokens, numbers in pairs), "a token has no number")


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

"""A model as one zip, out and in again: what comes in is checked before anything of it is used."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.checkpoints import CARD, CURVE
from core.checkpoints.card import CONFIGS, TOKENIZER, WEIGHTS, Card, card_from
from core.checkpoints.forms import check_form
from core.files import json_of, write_json
from core.text.subwords import Subwords
from dashboard.live.pairs import LONGEST
from dashboard.live.plan import TASKS
from dashboard.live.refusal import Refusal

LARGEST = {WEIGHTS: 24_000_000, CARD: 64_000, TOKENIZER: 1_000_000, CURVE: 1_000_000}  # bytes of each file, unpacked
LARGEST_ZIP = sum(LARGEST.values())
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others take gigabytes before a limit is reached
RANGES = {  # of the numbers among a constructor's arguments: no file from outside builds a giant
    "vocabulary_size": (5, 4000),
    "width": (2, 256),
    "layers": (1, 4),
    "encoder_layers": (1, 4),
    "decoder_layers": (1, 4),
    "heads": (1, 16),
    "feed_forward": (1, 1024),
    "max_positions": (1, 1024),
    "window": (1, 1024),
    "dropout": (0, 0.9),
    "dropout_attention": (0, 0.9),
    "dropout_embedding": (0, 0.9),
    "dropout_memory": (0, 0.9),
    "dropout_readout": (0, 0.9),
    "dropout_layers": (0, 0.9),
}


def pack(folder: Path) -> bytes:
    """A model folder as a zip."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in LARGEST:
            archive.write(folder / name, name)
    return content.getvalue()


def unpack(content: bytes, place: Path) -> Card:
    """Write a model folder into `place`, of its card only what was checked; Refusal names the damage."""
    files = members(content)
    card = checked_card(parsed(files, CARD), place.name)
    for name, digest in card.sha256.items():
        if hashlib.sha256(files[name]).hexdigest() != digest:
            raise Refusal("sha256", file=name)
    check_tokenizer(parsed(files, TOKENIZER), card.config["vocabulary_size"])
    curve = parsed(files, CURVE)
    folder = place / card.name
    folder.mkdir()
    for name in (WEIGHTS, TOKENIZER):
        (folder / name).write_bytes(files[name])
    write_json(folder / CURVE, curve if isinstance(curve, list) else [])
    write_json(folder / CARD, asdict(card))
    return card


def members(content: bytes) -> dict[str, bytes]:
    """The files of a zip that holds just the four of a model."""
    if len(content) > LARGEST_ZIP:
        raise Refusal("size", file="zip", limit=LARGEST_ZIP // 1_000_000)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            strange = sorted(set(names) - set(LARGEST))
            if strange or len(names) != len(set(names)):
                raise Refusal("strange", file=(strange or names)[0][:60], valid=", ".join(LARGEST))
            if missing := [name for name in LARGEST if name not in names]:
                raise Refusal("missing", file=missing[0])
            for entry in archive.infolist():
                if entry.compress_type not in PACKINGS:
                    raise Refusal("packing", file=entry.filename)
            return {name: member(archive, name) for name in LARGEST}
    except Refusal:
        raise
    except Exception as error:  # half a zip, a wrong checksum, encryption, a wrong date …
        raise Refusal("zip") from error


def member(archive: zipfile.ZipFile, name: str) -> bytes:
    """One file, never more of it than its limit, whatever the zip says of its size."""
    with archive.open(name) as file:
        content = file.read(LARGEST[name] + 1)
    if len(content) > LARGEST[name]:
        raise Refusal("size", file=name, limit=LARGEST[name] / 1_000_000)
    return content


def parsed(files: Mapping[str, bytes], name: str) -> Any:
    """The JSON of a file."""
    try:
        return json_of(files[name])
    except ValueError as error:
        raise Refusal("json", file=name) from error


def checked_card(content: Any, name: str) -> Card:
    """A card under a new name and its number of steps, its arguments checked, without what no page may trust."""
    try:
        known = {name: content[name] for name in ("family", "config", "source", "target", "parameters")}
        family, config = known["family"], dict(known["config"])
        sums = {name: str(content["sha256"][name]) for name in (WEIGHTS, TOKENIZER)}
    except (TypeError, ValueError, KeyError) as error:
        raise Refusal("card") from error
    if family not in tuple(CONFIGS):
        raise Refusal("family", family=str(family)[:40], valid=", ".join(CONFIGS))
    check_config(config, family)
    training = checked_training(content.get("training"))
    known |= {"name": f"{name}-{training['steps']}", "training": training, "sha256": sums, "recipe": {}}
    known["corpus"] = content.get("corpus") if content.get("corpus") in TASKS else "own"
    known["licence"] = str(content.get("licence"))[:200]
    try:
        return card_from(known)
    except ValueError as error:
        raise Refusal("card") from error


def checked_training(training: Any) -> dict[str, Any]:
    """How many steps the model was trained for and a sentence that it knows, as far as the card says so."""
    known = training if isinstance(training, dict) else {}
    steps, filmed = known.get("steps"), known.get("filmed")
    sound = isinstance(steps, int) and not isinstance(steps, bool) and 0 <= steps < 10**9
    return {"steps": steps if sound else 0, "filmed": filmed[:LONGEST] if isinstance(filmed, str) else ""}


def check_config(config: Mapping[str, Any], family: str) -> None:
    """Every argument is one that a model of the family has, and no number is beyond its range here."""
    forms = {**CONFIGS[family].needed, **CONFIGS[family].known}
    for name, value in config.items():
        if name in RANGES:
            low, high = RANGES[name]
            number = isinstance(value, int | float if high < 1 else int) and not isinstance(value, bool)
            if not number or not low <= value <= high:
                raise Refusal("range", name=name, value=str(value)[:20], low=low, high=high)
        try:
            check_form(value, forms[name], name)
        except (KeyError, ValueError) as error:
            raise Refusal("argument", name=name[:40]) from error


def check_tokenizer(content: Any, size: int) -> None:
    """But for its pieces and merges a tokenizer is ours: a foreign one may hold patterns that never end."""
    ours = json.loads(Subwords.train(["a"], 8).tokenizer.to_str())
    try:
        vocabulary, merges = content["model"]["vocab"], content["model"]["merges"]
        ours["model"] |= {"vocab": vocabulary, "merges": merges}
        same = content == ours and sorted(vocabulary.values()) == list(range(size))
        pairs = all(isinstance(merge, list | str) for merge in merges)
    except (TypeError, KeyError, AttributeError) as error:
        raise Refusal("tokenizer") from error
    if not same or not pairs or any(len(piece) > 200 for piece in vocabulary):
        raise Refusal("tokenizer")

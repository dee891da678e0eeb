"""`python -m core inspect`: the matrices of one attention head, from what comes in to what the layer passes on."""

import argparse
from typing import Any

import numpy as np

from core.changes import ATTENTION_KINDS
from core.checkpoints import Card, load_packed
from core.checks import check, check_choice, check_range
from core.commands.decoder_arguments import models_dir
from core.commands.streams import json_line
from core.options import BeamOptions, ForcedOptions
from core.records import WorkedAttention
from core.text.subwords import clean

ALL_HEADS = ("stream", "entered", "source", "joined", "output", "summed", "left")  # matrices of width D
OF_A_HEAD = ("query", "key", "value", "placed_query", "placed_key", "products", "scaled", "bias", "masked")
SHOWN = 6  # numbers of a row, where not everything is printed


def inspect_arguments(added: argparse.ArgumentParser) -> None:
    """Which head of which attention, in what sentence."""
    added.add_argument("text", metavar="TEXT")
    added.add_argument("--model", required=True)
    added.add_argument("--attention", default="encoder", metavar="KIND", help=", ".join(ATTENTION_KINDS))
    added.add_argument("--layer", type=int, default=1, metavar="L", help="counted from 1")
    added.add_argument("--head", type=int, default=1, metavar="H", help="counted from 1")
    added.add_argument("--target", metavar="TEXT", help="the translation that the decoder reads, in place of its own")
    added.add_argument("--json", action="store_true", help="print every number, one JSON object")
    models_dir(added)


def run_inspect(chosen: argparse.Namespace) -> None:
    """The stages of one head, all its numbers or the first of each row."""
    import torch

    from core.decoding.translate import decode
    from core.interpret.attention_worked import attention_worked

    torch.set_num_threads(1)
    check_choice("attention", chosen.attention, ATTENTION_KINDS)
    check(bool(clean(chosen.text)), "the sentence is empty: give some text")
    loaded = load_packed(chosen.model, chosen.models_dir)
    check_place(chosen, loaded.card)
    options = BeamOptions() if chosen.target is None else ForcedOptions(chosen.target)
    trace = decode(loaded.model, loaded.subwords, chosen.text, options, name=chosen.model)
    place = chosen.attention, chosen.layer - 1
    worked = attention_worked(loaded.model, loaded.subwords, trace)
    content = content_of(next(one for one in worked if (one.kind, one.layer) == place), chosen.head - 1)
    print(json_line(rounded(content)) if chosen.json else table(content))


def check_place(chosen: argparse.Namespace, card: Card) -> None:
    """ValueError, in one sentence, of a model without heads, or of a layer or head that it has not."""
    config = card.config
    check("heads" in config, f"{chosen.model} has no heads to work through: choose a Transformer (`models` lists them)")
    side = "encoder" if chosen.attention == "encoder" else "decoder"
    check_range("layer", chosen.layer, 1, config[f"{side}_layers"])
    check_range("head", chosen.head, 1, config["heads"])
    kept = (config.get("kept") or {}).get(chosen.attention, [range(config["heads"])] * chosen.layer)[chosen.layer - 1]
    valid = ", ".join(str(head + 1) for head in kept) or "none"
    place = f"head {chosen.head} of {chosen.attention} layer {chosen.layer}"
    check(chosen.head - 1 in kept, f"{place} was pruned; those that are left: {valid}")


def content_of(worked: WorkedAttention, head: int) -> dict[str, Any]:
    """A head (from 0) and what all of them make together, in the order in which it is computed."""
    place = {"attention": worked.kind, "layer": worked.layer + 1, "head": head + 1, "norm": worked.norm}
    parts = {name: getattr(worked, name) for name in ALL_HEADS}
    parts |= {
        name: part[head] for name in (*OF_A_HEAD, "weights", "context") if (part := getattr(worked, name)) is not None
    }
    order = ["stream", "entered", "source", *OF_A_HEAD, "weights", "context", "joined", "output", "summed", "left"]
    labels = {"queries": list(worked.queries), "keys": list(worked.keys)}
    return place | labels | {name: parts[name] for name in order if name in parts}


def rounded(content: dict[str, Any]) -> dict[str, Any]:
    """The same as plain values; -inf, which JSON has not, is null."""
    return {name: plain(part) if isinstance(part, np.ndarray) else part for name, part in content.items()}


def plain(matrix: np.ndarray) -> list[list[float | None]]:
    """Rows of numbers to seven digits."""
    return [[None if number == -np.inf else float(f"{number:.7g}") for number in row] for row in matrix.tolist()]


def table(content: dict[str, Any]) -> str:
    """Every matrix with the first numbers of its rows, a word each."""
    lines = ["{attention} attention, layer {layer}, head {head}, {norm}-norm".format(**content)]
    for name, matrix in content.items():
        if not isinstance(matrix, np.ndarray):
            continue
        rows = content["keys" if name in ("source", "key", "value", "placed_key") else "queries"]
        lines.append(f"\n{name} ({matrix.shape[0]} x {matrix.shape[1]})")
        more = " ..." if matrix.shape[1] > SHOWN else ""
        for label, row in zip(rows, matrix, strict=True):
            lines.append(f"{label[:14]:>14} " + " ".join(f"{number:8.3f}" for number in row[:SHOWN]) + more)
    return "\n".join(lines)

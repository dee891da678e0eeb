"""`python -m core prune`: a Transformer trained on under a price on its heads, and what is left of it written."""

import argparse
import os
import sys
from pathlib import Path

from core.changes import ATTENTION_KINDS
from core.checkpoints import FINDINGS, PRETRAINED, Card
from core.checks import check, check_range
from core.commands.decoder_arguments import models_dir

# Each option of `PruneOptions` that has a flag: what it is, and what the help says.
FLAGS: dict[str, tuple[type, str]] = {
    "steps": (int, "of training, on the model's corpus"),
    "learning_rate": (float, "of the weights, at its highest"),
    "gate_rate": (float, "of the gates' log alpha, at its highest"),
    "warmup": (int, "steps to the highest rates"),
    "max_tokens": (int, "padded tokens a step"),
    "film_every": (int, "steps between two pictures of the gates"),
    "checkpoint_every": (int, "steps between checkpoints"),
    "seed": (int, "the same seed gives the same weights"),
}


def prune_arguments(added: argparse.ArgumentParser) -> None:
    """Which model, the price of a head, and a flag for every other option."""
    added.add_argument("--model", required=True, metavar="NAME", help="a converged Transformer")
    added.add_argument("--lambda", dest="penalty", type=float, required=True, metavar="X", help="nats a token and head")
    every = ", ".join(ATTENTION_KINDS)
    added.add_argument("--kinds", nargs="+", metavar="KIND", default=list(ATTENTION_KINDS), help=f"some of {every}")
    added.add_argument("--output", type=Path, metavar="DIR", help="the folder (default: runs/NAME-pruned-X)")
    added.add_argument("--data-dir", type=Path, help="where the corpora lie; nowhere else is looked")
    added.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    added.add_argument("--threads", type=int, default=1, help="CPU threads")
    models_dir(added)
    for name, (kind, text) in FLAGS.items():
        mark = {int: "N", float: "X"}[kind]
        added.add_argument("--" + name.replace("_", "-"), dest=name, type=kind, metavar=mark, help=text)


def run_prune(chosen: argparse.Namespace) -> None:
    """Prune with a progress bar, then measure and compare."""
    import torch
    from tqdm import tqdm

    from core.recipes.model_folders import measure
    from core.recipes.pruned_folders import prune
    from core.training.head_pruning import PruneOptions

    check_range("number of threads", chosen.threads, 1, 1_000)
    torch.set_num_threads(chosen.threads)
    given = {name: getattr(chosen, name) for name in FLAGS if getattr(chosen, name) is not None}
    options = PruneOptions(chosen.penalty, tuple(chosen.kinds), **given)
    folder = (chosen.output or Path("runs") / f"{chosen.model}-pruned-{options.penalty:g}").resolve()
    check(folder.name not in ("", FINDINGS), f"{folder} can't be a model's folder: give --output another name")
    with tqdm(total=1.0, bar_format="{l_bar}{bar}| {elapsed}<{remaining} {postfix}") as bar:
        for event in prune(chosen.model, options, folder, chosen.data_dir, chosen.resume, chosen.models_dir):
            losses = {name: loss for name, loss in event.losses.items() if name != "validation"}
            told = ", ".join(f"{name} {loss:z.4f}" for name, loss in losses.items())
            bar.set_postfix_str(f"step {event.step}: {told}", refresh=False)
            bar.update(event.share - bar.n)
    print("measuring on the held-out sets …", file=sys.stderr)
    report(measure(folder, chosen.data_dir))
    print(f"written to {folder}{os.sep}; copy it into {PRETRAINED.name}{os.sep} to use it")


def report(card: Card) -> None:
    """Heads and BLEU before and after."""
    for kind, heads in card.pruned["heads"].items():
        print(f"{kind:<8} {card.pruned['kept'][kind]} of {heads} heads")
    for split, scores in card.metrics.items():
        print(f"{split:<10} BLEU {card.pruned['bleu'].get(split, '-')} before, {scores['bleu']} now")

"""`python -m core train`: a recipe carried out, its options overridden by flags."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.checkpoints import FINDINGS, LANGUAGE_MODELS, PRETRAINED
from core.checks import check, check_range
from core.records import TrainEvent
from core.training.options import REGIME_OPTIONS, TrainOptions
from core.training.schedules import DECAYS, SCHEDULES

# Groups of the help, and of each option its help; a field that is missing here has no flag.
FLAGS: dict[str, dict[str, str]] = {
    "what is learnt": {
        "regime": ", ".join(REGIME_OPTIONS),
        "decay": f"of gold tokens, in scheduled sampling: {', '.join(DECAYS)}",
        "half_way": "share of all steps after which half of the tokens are gold",
        "gold_floor": "share of gold tokens that always stays",
        "professor_weight": "weight of fooling the judge",
        "r_drop_alpha": "weight of agreeing with oneself",
        "label_smoothing": "share of each label that goes to all others",
        "word_dropout": "share of words read as unknown",
        "bpe_dropout": "share of merges left out, anew in each epoch",
    },
    "how long and how fast": {
        "epochs": "at most so many",
        "patience": "end after so many without a better validation loss",
        "max_tokens": "padded tokens a batch",
        "accumulate": "batches a step",
        "learning_rate": "the peak",
        "warmup": "steps to the peak",
        "schedule": f"after the warm-up: {', '.join(SCHEDULES)}",
        "clip": "longest gradient",
        "weight_decay": "of matrices",
    },
    "what is kept": {
        "average_decay": "of the moving average of the weights",
        "average_last": "keep the mean of so many epochs instead",
        "checkpoint_every": "steps between checkpoints",
        "seed": "the same seed gives the same weights",
    },
}


def train_arguments(added: argparse.ArgumentParser) -> None:
    """A recipe, where its files go, and a flag for every option."""
    added.usage = "python -m core train RECIPE [option …]"
    added.add_argument("recipe", metavar="RECIPE", help="a model's name; a wrong one is answered by all")
    added.add_argument("--data-dir", type=Path, help="where the corpora lie; nowhere else is looked")
    added.add_argument("--extra", type=Path, action="extend", nargs="+", default=[], metavar="FILE", help=EXTRA)
    added.add_argument("--from", dest="start", default="", metavar="MODEL", help=START)
    added.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    added.add_argument("--output", type=Path, metavar="DIR", help="the model's folder (default: runs/RECIPE)")
    added.add_argument("--threads", type=int, default=1, help="CPU threads; one is fastest for two trainings at once")
    for title, flags in FLAGS.items():
        group = added.add_argument_group(f"{title} (default: the recipe's)")
        for name, text in flags.items():
            kind = TrainOptions.__dataclass_fields__[name].type
            mark = {int: "N", float: "X", str: "NAME"}[kind]
            group.add_argument("--" + name.replace("_", "-"), dest=name, type=kind, metavar=mark, help=text)


FORM = "{l_bar}{bar}| {elapsed}<{remaining} {postfix}"
EXTRA = "more training pairs, source<TAB>target a line, as `data translate` writes them; one file or several"
START = "begin with the weights and sub-words of a model of the same shape: a shipped one, or a folder with a /"


def run_train(chosen: argparse.Namespace) -> None:
    """Train with a progress bar, then measure; under `torchrun` the first process tells and writes."""
    import torch
    from tqdm import tqdm

    from core.recipes.language_models import RECIPES
    from core.recipes.model_folders import CHECKPOINT, carry_out, measure
    from core.recipes.recipes import recipe
    from core.training.processes import together

    check_range("number of threads", chosen.threads, 1, 1_000)
    torch.set_num_threads(chosen.threads)
    if chosen.recipe in RECIPES:
        run_language(chosen)
        return
    wanted = recipe(chosen.recipe, RECIPES)
    wanted = replace(wanted, start=chosen.start or wanted.start, options=replace(wanted.options, **overridden(chosen)))
    folder = (chosen.output or Path("runs") / wanted.name).resolve()
    check(
        folder.name not in ("", FINDINGS, LANGUAGE_MODELS),
        f"{folder} can't be a model's folder: give --output another name",
    )
    with (
        together() as group,
        tqdm(total=wanted.options.epochs, unit="epoch", bar_format=FORM, disable=not group.first) as bar,
    ):
        if chosen.resume and group.first and not (folder / CHECKPOINT).is_file():
            bar.write(f"there is no checkpoint in {folder}: the training begins anew", file=sys.stderr)
        follow(carry_out(wanted, folder, chosen.data_dir, chosen.resume, chosen.extra), bar, group.first)
    if not group.first:
        return
    print("measuring on the held-out sets …", file=sys.stderr)
    for split, metrics in measure(folder, chosen.data_dir).metrics.items():
        print(split, json.dumps(metrics))
    print(f"written to {folder}{os.sep}; copy it into {PRETRAINED.name}{os.sep} to use it")


def run_language(chosen: argparse.Namespace) -> None:
    """The same of a language model, which reads no pairs and begins with nothing."""
    from tqdm import tqdm

    from core.recipes.language_models import carry_out, language_recipe, measure

    wanted, changed = language_recipe(chosen.recipe), overridden(chosen)
    stray = [name for name, given in (("--extra", chosen.extra), ("--from", chosen.start)) if given]
    stray += [f"--{name.replace('_', '-')}" for name in changed if wanted.options is None]
    check(not stray, f"{', '.join(stray)} means nothing to {wanted.name}: leave it out")
    if wanted.options:
        wanted = replace(wanted, options=replace(wanted.options, **changed))
    folder = (chosen.output or Path("runs") / wanted.name).resolve()
    with tqdm(total=wanted.options.epochs if wanted.options else 1, unit="epoch", bar_format=FORM) as bar:
        follow(carry_out(wanted, folder, chosen.data_dir, chosen.resume), bar)
    for name, text in measure(folder, chosen.data_dir).perplexity.items():
        print(name, json.dumps(text))
    print(f"written to {folder}{os.sep}; copy it into {PRETRAINED.name}{os.sep}{LANGUAGE_MODELS}{os.sep} to use it")


def follow(events: Iterator[TrainEvent], bar, tells: bool = True) -> None:
    """Show a training on a progress bar to its end."""
    for event in events:
        rate = event.tokens / max(event.seconds, 1e-9)
        bar.set_postfix_str(f"{rate:,.0f} tokens/s, {losses_text(event.losses)}", refresh=False)
        bar.update(event.share * bar.total - bar.n)
        if "validation" in event.losses and tells:
            bar.write(f"epoch {event.epoch}: {losses_text(event.losses)}")


def overridden(chosen: argparse.Namespace) -> dict[str, Any]:
    """The options that were given."""
    names = [name for flags in FLAGS.values() for name in flags]
    return {name: getattr(chosen, name) for name in names if getattr(chosen, name) is not None}


def losses_text(losses: dict[str, float]) -> str:
    """Losses in words."""
    return ", ".join(f"{name} {loss:z.4f}" for name, loss in losses.items())

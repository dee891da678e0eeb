"""`python -m core familiar`: where each model's knowledge ends, measured and written into its card."""

import argparse
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

from core.checkpoints import CARD, PRETRAINED, Card, cards, load_packed
from core.checks import check, check_choice, check_range
from core.files import write_json

TRIED = {"captions": ("multi30k", "test_2016"), "everyday": ("tatoeba", "test")}  # the share of each that lies outside


def familiar_arguments(added: argparse.ArgumentParser) -> None:
    """Which models, how many sentences, and where everything lies."""
    added.add_argument("models", nargs="*", metavar="MODEL", help="only these (default: all)")
    added.add_argument("--sentences", type=int, default=400, metavar="N", help="so many of each kind")
    added.add_argument("--threads", type=int, default=1, help="CPU threads")
    added.add_argument("--data-dir", type=Path, help="where the corpora lie; nowhere else is looked")
    added.add_argument("--models-dir", type=Path, default=PRETRAINED, help="where model folders lie")


def run_familiar(chosen: argparse.Namespace) -> None:
    """A line a model, as it is written."""
    import torch

    from core.findings.familiar import familiar, spread
    from core.text.corpora import load_pairs

    here, _ = cards(chosen.models_dir)
    for name in chosen.models:
        check_choice("model", name, tuple(here))
    check(chosen.sentences > 0, f"--sentences {chosen.sentences} measures nothing; valid: 1 or more")
    check_range("number of threads", chosen.threads, 1, 1_000)
    torch.set_num_threads(chosen.threads)

    @cache
    def sentences(corpus: str, split: str, source: str, target: str) -> list[str]:
        pairs = load_pairs(corpus, split, source, target, chosen.data_dir)
        return spread([text for text, _ in pairs], chosen.sentences)

    def measured(card: Card) -> dict[str, float]:
        ways = card.source, card.target
        tried = {kind: sentences(*part, *ways) for kind, part in TRIED.items()}
        return familiar(load_packed(card.name, chosen.models_dir), sentences(card.corpus, "val", *ways), tried)

    row = "{:<38} {:>9} {:>9} {:>10} {:>10}"
    print(row.format("model", "logprob", "pieces", "captions", "everyday"))
    for name in chosen.models or here:
        found = measured(here[name])
        write_json(chosen.models_dir / name / CARD, asdict(replace(here[name], familiar=found)))
        shares = (f"{found[kind]:.1%}" for kind in TRIED)
        print(row.format(name, found["logprob"], found["pieces"], *shares), flush=True)

"""`python -m core models`: the models and how well they do."""

import argparse
import sys

from core.checkpoints import cards
from core.commands.decoder_arguments import models_dir
from core.quoting import brief


def models_arguments(added: argparse.ArgumentParser) -> None:
    """Where they lie."""
    models_dir(added)


def run_models(chosen: argparse.Namespace) -> None:
    """A line a model, then what is wrong with the others."""
    intact, broken = cards(chosen.models_dir)
    row = "{:<24} {:>6} {:>6} {:>6} {:>6} {:>6}  {}"
    print(row.format("model", "BLEU", "lower", "liter.", "chrF", "M par.", "data"))
    for name, card in intact.items():
        test = card.metrics.get("test_2016") or card.metrics.get("test") or {}
        scores = [test.get(key, "-") for key in ("bleu", "bleu_lowercased", "bleu_literature", "chrf")]
        print(row.format(name, *scores, round(card.parameters / 1e6, 1), brief(f"{card.corpus}; {card.licence}")))
    for sentence in broken.values():
        print(f"left out: {sentence}", file=sys.stderr)
    if not intact:
        raise ValueError(f"no models in {chosen.models_dir}; train one: python -m core train en-de-transformer")

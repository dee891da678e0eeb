"""`python -m core evaluate`: the translation of a file, compared with its reference."""

import argparse
from collections.abc import Iterable
from pathlib import Path

from core.checkpoints import load_packed
from core.commands.decoder_arguments import BATCHED, decoder_arguments, models_dir, options_of, strategy_argument
from core.text.corpora import read_pair


def evaluate_arguments(added: argparse.ArgumentParser) -> None:
    """A model, two files, and how to translate."""
    pair_of_files(added)
    strategy_argument(added, BATCHED)
    added.add_argument("--exposure", action="store_true", help="also what reading its own prefix costs the model")
    decoder_arguments(added)
    models_dir(added)


def pair_of_files(added: argparse.ArgumentParser) -> None:
    """A model, and what it is measured on."""
    added.add_argument("--model", required=True)
    added.add_argument("--source", type=Path, required=True, help="one sentence a line, plain or .gz")
    added.add_argument("--reference", type=Path, required=True)


def run_evaluate(chosen: argparse.Namespace) -> None:
    """Metrics of one file against its reference."""
    from core.decoding.translate import translate_batches
    from core.metrics import translation_metrics

    sources, references = read_pair(chosen.source, chosen.reference)
    loaded = load_packed(chosen.model, chosen.models_dir)
    options = options_of(chosen, loaded.card.length_penalty)
    hypotheses = dict(progress(translate_batches(loaded.model, loaded.subwords, sources, options), len(sources)))
    translations = [hypotheses[index][0].text if hypotheses[index] else "" for index in range(len(sources))]
    for name, value in translation_metrics(translations, references, loaded.card.target).items():
        print(f"{name:<16} {value}")
    if chosen.exposure:
        from core.recipes.training_text import Text, encoded
        from core.training.exposure import exposure_bias

        pairs = encoded(Text(list(zip(sources, references, strict=True))), loaded.subwords)
        print(f"{'exposure_bias':<16} {exposure_bias(loaded.model, pairs).excess:z.4f}")


def progress(items: Iterable, total: int) -> Iterable:
    """A progress bar on stderr, where that is a terminal."""
    from tqdm import tqdm

    return tqdm(items, total=total, unit=" sentences", disable=None)

"""`python -m core data fetch | list | translate`: corpora from their publishers, and such as a model writes."""

import argparse
from dataclasses import replace
from pathlib import Path

from core.checkpoints import TOKENIZER, load_packed
from core.checks import check, check_range
from core.commands.decoder_arguments import BATCHED, decoder_arguments, models_dir, options_of, strategy_argument
from core.files import sha256
from core.text.corpora import captions
from core.text.data_files import cache_folder, data_folders, read_lines
from core.text.fetch import ADDRESSES, available, fetch


def data_arguments(data: argparse.ArgumentParser) -> None:
    """The three kinds of it."""
    kinds = data.add_subparsers(required=True, metavar="fetch|list|translate")

    added = kinds.add_parser("fetch", help="Download a corpus, checked and resumable.")
    added.add_argument("corpus", choices=tuple(ADDRESSES))
    added.add_argument("--data-dir", type=Path, default=cache_folder(), help="where to (default: %(default)s)")
    added.set_defaults(run=run_fetch, help_text=added.format_help)

    added = kinds.add_parser("list", help="What is on this machine, and where.")
    added.add_argument("--data-dir", type=Path)
    added.set_defaults(run=list_data, help_text=added.format_help)

    text = "Translate a text into pairs to train on: back-translation (--direction back --tag) or distillation."
    added = kinds.add_parser("translate", help=text, description=text)
    added.add_argument("--model", required=True)
    together = "models of the same vocabulary that translate together with it, as an ensemble"
    added.add_argument("--with", dest="others", nargs="+", default=[], metavar="MODEL", help=together)
    what = added.add_mutually_exclusive_group(required=True)
    what.add_argument("--input", type=Path, metavar="FILE", help="one sentence a line, plain or .gz")
    what.add_argument("--captions", action="store_true", help="the captions in the model's source language")
    added.add_argument("--output", type=Path, required=True, metavar="FILE.tsv", help="goes on if it was interrupted")
    added.add_argument("--direction", default="forward", help="forward (text first) or back (translation first)")
    added.add_argument("--tag", action="store_true", help="mark each source as written by a model")
    added.add_argument("--tidy", action="store_true", help="only well-written sentences of the text (German)")
    strategy_argument(added, BATCHED)
    added.add_argument("--threads", type=int, default=1, help="CPU threads")
    added.add_argument("--data-dir", type=Path, help="where the captions lie")
    models_dir(added)
    decoder_arguments(added)
    added.set_defaults(run=run_data_translate, help_text=added.format_help)


def run_fetch(chosen: argparse.Namespace) -> None:
    """Download a corpus."""
    fetch(chosen.corpus, chosen.data_dir)


def list_data(chosen: argparse.Namespace) -> None:
    """The corpora on this machine."""
    folders = data_folders(chosen.data_dir)
    for corpus, splits in available(folders).items():
        parts = [f"{split} ({', '.join(languages)})" if languages else split for split, languages in splits.items()]
        missing = f"not here: python -m core data fetch {corpus}" if corpus in ADDRESSES else "not here"
        print(f"{corpus:<10} {', '.join(parts) or missing}")
    print("looked in: " + ", ".join(map(str, folders)))


def run_data_translate(chosen: argparse.Namespace) -> None:
    """Write the pairs with a progress bar, and beside them a file that says how they were made."""
    import torch
    from tqdm import tqdm

    from core.models.ensemble import Ensemble
    from core.recipes.synthetic_pairs import Written, synthesise, well_written

    check_range("number of threads", chosen.threads, 1, 1_000)
    torch.set_num_threads(chosen.threads)
    written = Written(chosen.direction, chosen.tag)
    fits = chosen.output.suffix == ".tsv" and not chosen.output.is_dir()
    check(fits, f"--output {chosen.output} can't be written: give it the name of a file that ends in .tsv")
    loaded, *others = (load_packed(name, chosen.models_dir) for name in (chosen.model, *chosen.others))
    for other in others:
        same = other.card.sha256[TOKENIZER] == loaded.card.sha256[TOKENIZER]
        check(same, f"{other.card.name} can't translate with {chosen.model}: it has another vocabulary")
    options = options_of(chosen, loaded.card.length_penalty)
    alone = not others or getattr(options, "coverage_penalty", 0) == 0
    check(alone, "--coverage-penalty asks where one model looked: leave it out, or --with")
    captioned = chosen.captions
    check(captioned or chosen.data_dir is None, "--data-dir says where the captions lie: it goes with --captions")
    lines = captions(loaded.card.source, data_folders(chosen.data_dir)) if captioned else read_lines(chosen.input)
    lines = [line for line in lines if well_written(line)] if chosen.tidy else lines
    check(any(line.strip() for line in lines), f"{chosen.input} has no text that is to be translated")
    made = {
        "model": loaded.card.name,
        "model sha256": dict(loaded.card.sha256),
        **({"with": {other.card.name: dict(other.card.sha256) for other in others}} if others else {}),
        "text": "captions" if captioned else {"file": chosen.input.name, "sha256": sha256(chosen.input)},
        "direction": written.direction,
        "tagged": written.tagged,
        "tidy": chosen.tidy,
        "strategy": chosen.strategy,
        "options": repr(options),
    }
    if others:
        loaded = replace(loaded, model=Ensemble([part.model for part in (loaded, *others)]))
    with tqdm(total=sum(bool(line.strip()) for line in lines), unit=" sentences", disable=None) as bar:
        for done in synthesise(loaded, lines, chosen.output, options, written, made):
            bar.update(done - bar.n)
    print(f"written to {chosen.output}: train with --extra {chosen.output}")

"""`python -m core search-report`: whose fault a bad translation is, and what beam size and α give."""

import argparse

from core.checkpoints import load_packed
from core.checks import check_range
from core.commands.decoder_arguments import decoder_arguments, models_dir, options_of
from core.commands.evaluate import pair_of_files, progress
from core.text.corpora import read_pair


def search_report_arguments(added: argparse.ArgumentParser) -> None:
    """A model, two files, and the table's rows and columns."""
    pair_of_files(added)
    added.add_argument("--sentences", type=int, default=1_000_000, metavar="N", help="only the first N lines")
    added.add_argument("--exact", type=int, default=0, metavar="N", help="look for rivals by exact search, budget N")
    added.add_argument("--beams", type=int, nargs="+", default=[1, 2, 5, 10], metavar="K", help="rows of the table")
    added.add_argument("--alphas", type=float, nargs="+", default=[0.0, 0.5, 1.0, 1.5], metavar="A")
    decoder_arguments(added)
    added.set_defaults(strategy="beam")
    models_dir(added)


def run_search_report(chosen: argparse.Namespace) -> None:
    """Two tables: the share of each verdict, and what each beam size and alpha gives."""
    import torch

    from core.interpret.search_errors import diagnose_all, grid, sweep, table_lines, verdict_lines

    torch.set_num_threads(1)
    check_range("number of sentences", chosen.sentences, 1, 1_000_000)
    sources, references = (lines[: chosen.sentences] for lines in read_pair(chosen.source, chosen.reference))
    loaded = load_packed(chosen.model, chosen.models_dir)
    options = options_of(chosen, loaded.card.length_penalty)
    translator = loaded.model, loaded.subwords, sources, references
    table = grid(options, chosen.beams, chosen.alphas)
    diagnoses = [diagnosis for _, diagnosis in progress(diagnose_all(*translator, options, chosen.exact), len(sources))]
    print(*verdict_lines(diagnoses), "", *table_lines([]), sep="\n")
    for row in sweep(*translator, table):
        print(*table_lines([row])[1:], flush=True)

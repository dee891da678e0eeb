"""`python -m core translate`: a sentence, or standard input line by line."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from core.changes import UNCHANGED, Changes
from core.checkpoints import load_packed
from core.checks import check, check_range
from core.commands.decoder_arguments import NAMES, decoder_arguments, models_dir, options_of, strategy_argument
from core.commands.streams import json_line
from core.decoding.ranking import distinct
from core.files import read_json
from core.gates import Shapes, closed_by
from core.options import HELP, MAX_SAMPLES
from core.records import DecodeTrace
from core.records.trace_json import summary_json
from core.text.corpora import check_line
from core.text.subwords import clean


def translate_arguments(added: argparse.ArgumentParser) -> None:
    """What to translate, how, and what to print of it."""
    added.add_argument("text", nargs="?", metavar="TEXT")
    added.add_argument("--model", required=True)
    how = added.add_mutually_exclusive_group()
    strategy_argument(how, NAMES)
    printed = "; print it, its log-probability and its likeliest spelling"
    how.add_argument("--target", metavar="TEXT", help=HELP["target"] + printed)
    what = added.add_mutually_exclusive_group()
    what.add_argument("--json", action="store_true", help="print everything recorded, one JSON object a sentence")
    best = "print the best N distinct: line ||| translation ||| score"
    what.add_argument("--n-best", type=int, metavar="N", help=best)
    closing = 'close heads as a file says: {"model": NAME, "encoder": [[1, 0, …] a layer], "decoder": …, "cross": …}'
    added.add_argument("--gates", type=Path, metavar="FILE", help=closing)
    decoder_arguments(added)
    models_dir(added)


def run_translate(chosen: argparse.Namespace) -> None:
    """One sentence, or stdin line by line: an empty line in gives an empty line out."""
    import torch

    from core.decoding.translate import decode

    torch.set_num_threads(1)
    loaded = load_packed(chosen.model, chosen.models_dir)
    options = options_of(chosen, loaded.card.length_penalty)
    check_range("n-best", 1 if chosen.n_best is None else chosen.n_best, 1, MAX_SAMPLES)
    changes = changes_in(chosen.gates, chosen.model, loaded.model.heads)
    check(chosen.text is None or bool(clean(chosen.text)), "the sentence is empty: give some text to translate")
    for number, line in enumerate(stdin_lines() if chosen.text is None else [chosen.text]):
        if not clean(line):
            print("null" if chosen.json else "", flush=True)
            continue
        check_line(line, "the text", number + 1)
        trace = decode(loaded.model, loaded.subwords, line, options, name=chosen.model, changes=changes)
        print(printed(trace, number, chosen), flush=True)
        count, wanted = len(distinct(trace.hypotheses)), chosen.n_best or 0
        if count < wanted:
            more = "a wider beam or more samples may find more"
            print(f"line {number}: the search found {count} translations, not {wanted}: {more}", file=sys.stderr)
        if trace.proof is not None and not trace.proof.proven:
            print(f"not proven the best: all {trace.proof.opened} openings are spent", file=sys.stderr)


def changes_in(gates: Path | None, name: str, heads: Shapes) -> Changes:
    """What a gate file closes; ValueError, in one sentence, if it can't be."""
    if gates is None:
        return UNCHANGED
    try:
        return closed_by(read_json(gates.resolve()), name, heads)
    except ValueError as error:
        raise ValueError(f"{gates}: {error}") from error


def printed(trace: DecodeTrace, number: int, chosen: argparse.Namespace) -> str:
    """What `translate` prints of a sentence."""
    best = trace.hypotheses[0]
    if chosen.json:
        return json_line(summary_json(trace))
    if chosen.n_best is not None:
        hypotheses = distinct(trace.hypotheses)[: chosen.n_best]
        return "\n".join(f"{number} ||| {hypothesis.text} ||| {hypothesis.score:z.4f}" for hypothesis in hypotheses)
    return best.text if chosen.target is None else f"{best.text}\t{best.total:z.4f}\t{' '.join(best.tokens)}"


def stdin_lines() -> Iterator[str]:
    """Lines as they come; bytes that are not UTF-8 become a visible mark."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", errors="replace").rstrip("\r\n")

"""The command line: `python -m core COMMAND`, a parser and a function for each."""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from core.checkpoints import PRETRAINED, cards, load_packed
from core.data_command import BATCHED, data_arguments
from core.decoder_arguments import STRATEGIES, decoder_arguments, options_of
from core.decoding.ranking import distinct
from core.findings_command import findings_arguments, run_findings
from core.options import MAX_SAMPLES, check, check_range
from core.quoting import brief
from core.records import DecodeTrace
from core.spelling import did_you_mean
from core.streams import json_line, lead_nowhere, prepare
from core.study_command import run_study, study_arguments
from core.text.corpora import check_line, read_pair
from core.text.subwords import clean
from core.trace_json import summary_json
from core.train_command import run_train, train_arguments
from core.tricks_command import run_tricks, tricks_arguments


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0, 2 after one sentence on stderr, or as tools that a signal ends where no one reads on."""
    prepare()
    try:
        try:
            chosen, unknown = parser().parse_known_args(arguments)
            check(not unknown, unknown_option(unknown, chosen.told()))
            chosen.run(chosen)
        finally:
            sys.stdout.flush()  # a full disk shows here, and not when the interpreter ends
    except BrokenPipeError:  # `| head` has read enough
        lead_nowhere()
        return 128 + 13
    except (ValueError, OSError, FloatingPointError, MemoryError) as error:
        with suppress(OSError):
            print(f"seqscope: {error}", file=sys.stderr)
        lead_nowhere()
        return 2
    except KeyboardInterrupt:
        print("seqscope: stopped; what was written stays, train --resume goes on", file=sys.stderr)
        return 130
    return 0


def unknown_option(unknown: list[str], told: str) -> str:
    """The sentence about arguments that a command has not."""
    flags = re.findall(r"--[a-z][a-z0-9-]*", told)
    return (
        f"unknown option {unknown[0]!r}{did_you_mean(unknown[0].split('=')[0], flags)}; --help lists them"
        if unknown
        else ""
    )


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="python -m core", description="Sequence-to-sequence models, watched.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run, told=added.format_help)
        return added

    def models_dir(added: argparse.ArgumentParser) -> None:
        added.add_argument("--models-dir", type=Path, default=PRETRAINED, help="where model folders lie")

    models_dir(command("models", show_models, "List the shipped models and how well they do."))

    added = command("translate", run_translate, "Translate a sentence, or stdin: one sentence a line.")
    added.add_argument("text", nargs="?", metavar="TEXT")
    added.add_argument("--model", required=True)
    how = added.add_mutually_exclusive_group()
    how.add_argument("--strategy", choices=STRATEGIES, default="beam")
    how.add_argument(
        "--target",
        metavar="TEXT",
        help="force this translation; print it, its log-probability and its likeliest spelling",
    )
    what = added.add_mutually_exclusive_group()
    what.add_argument("--json", action="store_true", help="print everything recorded, one JSON object a sentence")
    what.add_argument(
        "--n-best", type=int, metavar="N", help="print the best N distinct: line ||| translation ||| score"
    )
    decoder_arguments(added)
    models_dir(added)

    added = command("evaluate", run_evaluate, "Translate a file and compare it with its reference: BLEU and chrF.")
    pair_of_files(added)
    added.add_argument("--strategy", choices=BATCHED, default="beam")
    added.add_argument("--exposure", action="store_true", help="also what reading its own prefix costs the model")
    decoder_arguments(added)
    models_dir(added)

    added = command("search-report", run_search_report, "Search errors and model errors, and the beam x alpha table.")
    pair_of_files(added)
    added.add_argument("--sentences", type=int, default=1_000_000, metavar="N", help="only the first N lines")
    added.add_argument("--exact", type=int, default=0, metavar="N", help="look for rivals by exact search, budget N")
    added.add_argument("--beams", type=int, nargs="+", default=[1, 2, 5, 10], metavar="K", help="rows of the table")
    added.add_argument("--alphas", type=float, nargs="+", default=[0.0, 0.5, 1.0, 1.5], metavar="A")
    decoder_arguments(added)
    added.set_defaults(strategy="beam")
    models_dir(added)

    train_arguments(command("train", run_train, "Train a model by its recipe, measure it and write its folder."))
    study_arguments(command("regimes-study", run_study, "Train one small model under every regime."))
    findings_arguments(command("findings", run_findings, "Recompute what the pages say of many models."))
    tricks_arguments(command("tricks", run_tricks, "Write into a model's card what other trainings of it gave."))
    data_arguments(command("data", None, "Corpora: fetch them, list those on this machine, let a model write one."))
    return top


def pair_of_files(added: argparse.ArgumentParser) -> None:
    """A model, and what it is measured on."""
    added.add_argument("--model", required=True)
    added.add_argument("--source", type=Path, required=True, help="one sentence a line, plain or .gz")
    added.add_argument("--reference", type=Path, required=True)


def show_models(chosen: argparse.Namespace) -> None:
    """A line a model, then what is wrong with the others."""
    found, broken = cards(chosen.models_dir)
    row = "{:<24} {:>6} {:>6} {:>6} {:>6} {:>6}  {}"
    print(row.format("model", "BLEU", "lower", "liter.", "chrF", "M par.", "data"))
    for name, card in found.items():
        test = card.metrics.get("test_2016") or card.metrics.get("test") or {}
        scores = [test.get(key, "-") for key in ("bleu", "bleu_lowercased", "bleu_literature", "chrf")]
        print(row.format(name, *scores, round(card.parameters / 1e6, 1), brief(f"{card.corpus}; {card.licence}")))
    for sentence in broken.values():
        print(f"left out: {sentence}", file=sys.stderr)
    if not found:
        raise ValueError(f"no models in {chosen.models_dir}; train one: python -m core train en-de-transformer")


def run_translate(chosen: argparse.Namespace) -> None:
    """One sentence, or stdin line by line: an empty line in gives an empty line out."""
    import torch

    from core.decoding.translate import decode

    torch.set_num_threads(1)
    loaded = load_packed(chosen.model, chosen.models_dir)
    options = options_of(chosen, loaded.card)
    check_range("n-best", 1 if chosen.n_best is None else chosen.n_best, 1, MAX_SAMPLES)
    check(chosen.text is None or bool(clean(chosen.text)), "the sentence is empty: give some text to translate")
    for number, line in enumerate(stdin_lines() if chosen.text is None else [chosen.text]):
        if not clean(line):
            print("null" if chosen.json else "", flush=True)
            continue
        check_line(line, "the text", number + 1)
        trace = decode(loaded.model, loaded.subwords, line, options, name=chosen.model)
        print(printed(trace, number, chosen), flush=True)
        count, wanted = len(distinct(trace.hypotheses)), chosen.n_best or 0
        if count < wanted:
            more = "a wider beam or more samples may find more"
            print(f"line {number}: the search found {count} translations, not {wanted}: {more}", file=sys.stderr)
        if trace.proof is not None and not trace.proof.proven:
            print(f"not proven the best: all {trace.proof.opened} openings are spent", file=sys.stderr)


def printed(trace: DecodeTrace, number: int, chosen: argparse.Namespace) -> str:
    """What `translate` prints of a sentence."""
    best = trace.hypotheses[0]
    if chosen.json:
        return json_line(summary_json(trace))
    if chosen.n_best is not None:
        found = distinct(trace.hypotheses)[: chosen.n_best]
        return "\n".join(f"{number} ||| {one.text} ||| {one.score:z.4f}" for one in found)
    return best.text if chosen.target is None else f"{best.text}\t{best.total:z.4f}\t{' '.join(best.tokens)}"


def stdin_lines() -> Iterator[str]:
    """Lines as they come; bytes that are not UTF-8 become a visible mark."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", errors="replace").rstrip("\r\n")


def run_evaluate(chosen: argparse.Namespace) -> None:
    """Metrics of one file against its reference."""
    from core.decoding.translate import translate_batches
    from core.metrics import translation_metrics

    sources, references = read_pair(chosen.source, chosen.reference)
    loaded = load_packed(chosen.model, chosen.models_dir)
    options = options_of(chosen, loaded.card)
    found = dict(progress(translate_batches(loaded.model, loaded.subwords, sources, options), len(sources)))
    translations = [found[index][0].text if found[index] else "" for index in range(len(sources))]
    for name, value in translation_metrics(translations, references, loaded.card.target).items():
        print(f"{name:<16} {value}")
    if chosen.exposure:
        from core.training.exposure import exposure_bias
        from core.training.mixture import Text, encoded

        pairs = encoded(Text(list(zip(sources, references, strict=True))), loaded.subwords)
        print(f"{'exposure_bias':<16} {exposure_bias(loaded.model, pairs).excess:z.4f}")


def run_search_report(chosen: argparse.Namespace) -> None:
    """Two tables: the share of each verdict, and what each beam size and alpha gives."""
    import torch

    from core.interpret.search_errors import diagnose_all, grid, sweep, table_lines, verdict_lines

    torch.set_num_threads(1)
    check_range("number of sentences", chosen.sentences, 1, 1_000_000)
    sources, references = (lines[: chosen.sentences] for lines in read_pair(chosen.source, chosen.reference))
    loaded = load_packed(chosen.model, chosen.models_dir)
    options = options_of(chosen, loaded.card)
    translator = loaded.model, loaded.subwords, sources, references
    table = grid(options, chosen.beams, chosen.alphas)
    diagnoses = [one for _, one in progress(diagnose_all(*translator, options, chosen.exact), len(sources))]
    print(*verdict_lines(diagnoses), "", *table_lines([]), sep="\n")
    for row in sweep(*translator, table):
        print(*table_lines([row])[1:], flush=True)


def progress(items: Iterable, total: int) -> Iterable:
    """A progress bar on stderr, where that is a terminal."""
    from tqdm import tqdm

    return tqdm(items, total=total, unit=" sentences", disable=None)


if __name__ == "__main__":
    sys.exit(main())

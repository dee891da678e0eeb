"""All commands as one table, and how each ends: with one sentence where something is wrong."""

import argparse
import re
import sys
from contextlib import suppress

from core.checks import check, did_you_mean
from core.commands.complete import complete_arguments, run_complete
from core.commands.data import data_arguments
from core.commands.evaluate import evaluate_arguments, run_evaluate
from core.commands.examples import examples_arguments, run_examples
from core.commands.familiar import familiar_arguments, run_familiar
from core.commands.findings import findings_arguments, run_findings
from core.commands.inspect import inspect_arguments, run_inspect
from core.commands.models import models_arguments, run_models
from core.commands.prune import prune_arguments, run_prune
from core.commands.regimes_study import run_study, study_arguments
from core.commands.search_report import run_search_report, search_report_arguments
from core.commands.streams import lead_nowhere, prepare
from core.commands.train import run_train, train_arguments
from core.commands.translate import run_translate, translate_arguments
from core.commands.tricks import run_tricks, tricks_arguments

# Each command: its arguments, what runs it (None: it has commands of its own), and its line in the help.
COMMANDS = {
    "models": (models_arguments, run_models, "List the shipped models and how well they do."),
    "translate": (translate_arguments, run_translate, "Translate a sentence, or stdin: one sentence a line."),
    "complete": (complete_arguments, run_complete, "Go on with a text, invent one, or weigh one, by a language model."),
    "inspect": (inspect_arguments, run_inspect, "Work one attention head through, matrix by matrix."),
    "evaluate": (
        evaluate_arguments,
        run_evaluate,
        "Translate a file and compare it with its reference: BLEU and chrF.",
    ),
    "search-report": (
        search_report_arguments,
        run_search_report,
        "Search errors and model errors, and the beam x alpha table.",
    ),
    "train": (train_arguments, run_train, "Train a model by its recipe, measure it and write its folder."),
    "prune": (prune_arguments, run_prune, "Take heads away from a Transformer while it trains on, and measure it."),
    "regimes-study": (study_arguments, run_study, "Train one small model under every regime."),
    "findings": (findings_arguments, run_findings, "Recompute what the pages say of many models."),
    "familiar": (familiar_arguments, run_familiar, "Measure where each model's knowledge ends, for its card."),
    "examples": (examples_arguments, run_examples, "Recompute the stored example that pages show first."),
    "tricks": (tricks_arguments, run_tricks, "Write into a model's card what other trainings of it gave."),
    "data": (data_arguments, None, "Corpora: fetch them, list those on this machine, let a model write one."),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0, 2 after one sentence on stderr, or as tools that a signal ends where no one reads on."""
    prepare()
    try:
        try:
            chosen, unknown = parser().parse_known_args(arguments)
            check(not unknown, unknown_option(unknown, chosen.help_text()))
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
        print("seqscope: stopped; what was written stays, train or prune --resume goes on", file=sys.stderr)
        return 130
    return 0


def unknown_option(unknown: list[str], help_text: str) -> str:
    """The sentence about arguments that a command has not."""
    flags = re.findall(r"--[a-z][a-z0-9-]*", help_text)
    return (
        f"unknown option {unknown[0]!r}{did_you_mean(unknown[0].split('=')[0], flags)}; --help lists them"
        if unknown
        else ""
    )


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="python -m core", description="Sequence-to-sequence models, watched.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for name, (arguments, run, text) in COMMANDS.items():
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run, help_text=added.format_help)
        arguments(added)
    return top

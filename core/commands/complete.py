"""`python -m core complete`: a language model goes on with a text, or weighs one."""

import argparse
import math
from pathlib import Path

from core.commands.decoder_arguments import decoder_arguments, options_of, strategy_argument
from core.commands.streams import json_line
from core.options import HELP
from core.records.trace_json import summary_json

STRATEGIES = ("greedy", "sample", "beam", "diverse")


def complete_arguments(added: argparse.ArgumentParser) -> None:
    """How the text begins, and who goes on how."""
    added.add_argument("text", nargs="?", default="", metavar="BEGINNING", help="default: nothing, a sentence invented")
    added.add_argument("--model", required=True, help="a language model; a wrong name is answered by all")
    how = added.add_mutually_exclusive_group()
    strategy_argument(how, STRATEGIES)
    how.add_argument("--target", metavar="TEXT", help=HELP["target"] + "; print each word's log-probability")
    added.add_argument("--order", type=int, metavar="N", help="of an n-gram model: fewer words than were counted")
    added.add_argument("--json", action="store_true", help="print everything recorded")
    decoder_arguments(added)
    added.add_argument("--models-dir", type=Path, help="where language models lie")


def run_complete(chosen: argparse.Namespace) -> None:
    """One text."""
    import torch

    from core.checkpoints.language_folders import FOLDER, load_language
    from core.decoding.completions import completed, invented
    from core.language_models.ngrams import of_order
    from core.options import ForcedOptions

    torch.set_num_threads(1)
    loaded = load_language(chosen.model, chosen.models_dir or FOLDER)
    model = loaded.model if chosen.order is None else of_order(loaded.model, chosen.order)
    options = options_of(chosen, 1.0)
    if chosen.text or isinstance(options, ForcedOptions):
        trace = completed(model, loaded.words, chosen.text, options, name=chosen.model)
    else:
        trace = invented(model, loaded.words, options, name=chosen.model)
    if chosen.json:
        print(json_line(summary_json(trace)))
    elif isinstance(options, ForcedOptions):
        best = trace.hypotheses[0]
        for token, logprob in zip(best.tokens, best.logprobs, strict=True):
            print(f"{logprob:z.4f}\t{token}")
        print(f"{best.total:z.4f}\tin all; perplexity {math.exp(-best.total / len(best.tokens)):.2f}")
    else:
        for hypothesis in trace.hypotheses:
            print(hypothesis.text)

"""`python -m core findings`: recompute what the pages say of many models."""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from core.checkpoints import FINDINGS, PRETRAINED, Loaded, cards, load_packed
from core.checks import check, check_choice, check_range
from core.files import read_json, write_json
from core.recipes.recipes import SWAPPED

# Each finding's models, the one that the others are compared with first; those that are not there are left out.
MODELS: dict[str, tuple[str, ...]] = {
    "bottleneck": (
        "en-de-rnn-plain",
        "en-de-rnn-forward",
        "en-de-rnn-reversed",
        "en-de-rnn-mean",
        "en-de-rnn-additive-before",
        "en-de-transformer-small",
    ),
    "word-order": (
        "en-de-transformer-small",
        "en-de-transformer-learned-positions",
        "en-de-transformer-rotary",
        "en-de-transformer-no-positions",
        "en-de-rnn-additive-before",
    ),
    "attention-swap": (
        "en-de-rnn-additive-before",
        *(model for model in SWAPPED if model != "en-de-rnn-additive-before"),
    ),
    "head-roles": (
        "en-de-transformer",
        "en-de-everyday",
        "en-de-transformer-small",
        "en-de-transformer-no-smoothing",
        "en-de-transformer-rotary",
    ),
    "head-pruning": (
        "en-de-everyday",
        *(f"en-de-everyday-pruned-{price}" for price in ("0.02", "0.03", "0.05", "0.08", "0.15")),
    ),
    "bigger-beams": ("en-de-transformer", "en-de-rnn-plain", "en-de-rnn-additive"),
}

BESIDE = ("en-de-everyday",)  # whose translations of the example stand beside, without being measured
LONG = ("head-roles", "head-pruning", "bigger-beams")  # a row for each head, beam and measure: written on one line
PARTS = Path("runs/findings")  # what takes long, part by part: a measurement that was stopped goes on


def findings_arguments(added: argparse.ArgumentParser) -> None:
    """Which ones, and where everything lies."""
    added.add_argument("names", nargs="*", metavar="NAME", help=f"only these of {', '.join(MODELS)} (default: all)")
    added.add_argument("--sentences", type=int, default=1_000_000, metavar="N", help="only the first N of test_2016")
    added.add_argument("--threads", type=int, default=1, help="CPU threads")
    added.add_argument("--data-dir", type=Path, help="where the corpora lie; nowhere else is looked")
    added.add_argument("--models-dir", type=Path, default=PRETRAINED, help="where model folders lie")
    added.add_argument("--output", type=Path, metavar="DIR", help="default: the folder findings/ among the models")
    added.add_argument("--parts", type=Path, default=PARTS, metavar="DIR", help="bigger-beams goes on from these")


def run_findings(chosen: argparse.Namespace) -> None:
    """Measure one after the other and write each when it is done."""
    import torch

    from core.findings.attention_swap import attention_swap
    from core.findings.bigger_beams import bigger_beams
    from core.findings.bottleneck import bottleneck
    from core.findings.head_pruning import head_pruning
    from core.findings.head_readings import gathered
    from core.findings.head_roles import head_roles
    from core.findings.word_order import word_order
    from core.recipes.stored_examples import EXAMPLES
    from core.text.corpora import load_pairs, word_links
    from core.text.data_files import data_folders

    def swap(models, pairs):  # only this one needs the file of links
        return attention_swap(models, pairs, word_links("en", "de", data_folders(chosen.data_dir)))

    def roles(models, pairs):  # and only this one trees and what models were trained on
        return head_roles(models, gathered(pairs, [loaded.card.corpus for loaded in models.values()], chosen.data_dir))

    def pruning(models, pairs):  # and this one pairs by which heads are judged
        return head_pruning(models, pairs, load_pairs("multi30k", "val", "en", "de", chosen.data_dir))

    def with_example(measure):
        return lambda models, pairs: measure(models, pairs, EXAMPLES["en"], beside(chosen.models_dir))

    measures = {
        "bottleneck": with_example(bottleneck),
        "word-order": with_example(word_order),
        "attention-swap": swap,
        "head-roles": roles,
        "head-pruning": pruning,
        "bigger-beams": partial(bigger_beams, keep=partial(kept, chosen.parts)),
    }
    for name in chosen.names:
        check_choice("finding", name, tuple(MODELS))
    check(chosen.sentences > 0, f"--sentences {chosen.sentences} measures nothing; valid: 1 or more")
    check_range("number of threads", chosen.threads, 1, 1_000)
    torch.set_num_threads(chosen.threads)
    pairs = load_pairs("multi30k", "test_2016", "en", "de", chosen.data_dir)[: chosen.sentences]
    output = chosen.output or chosen.models_dir / FINDINGS
    output.mkdir(parents=True, exist_ok=True)
    here, _ = cards(chosen.models_dir)
    for name in chosen.names or MODELS:
        wanted = [model for model in MODELS[name] if model in here]
        missing = ", ".join(model for model in MODELS[name] if model not in here)
        check(bool(wanted), f"{name} needs models that are not in {chosen.models_dir}: {missing}; train them first")
        models = {model: load_packed(model, chosen.models_dir) for model in wanted}
        content = {"corpus": "multi30k test_2016", **measures[name](models, pairs)}
        write_json(output / f"{name}.json", content, indent=None if name in LONG else 1)
        left = f"; left out, not there: {missing}" if missing else ""
        print(f"written to {output / name}.json{left}", file=sys.stderr)


def beside(folder: Path) -> dict[str, Loaded]:
    """The models of `BESIDE` that lie in a folder."""
    here, _ = cards(folder)
    return {model: load_packed(model, folder) for model in BESIDE if model in here}


def kept(folder: Path, part: str, compute: Callable[[], Any]) -> Any:
    """A part of a measurement as JSON values: from the folder, or computed and written there."""
    path = folder / f"{part}.json"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        write_json(path, compute(), indent=None)
        print(f"measured {part}", file=sys.stderr, flush=True)
    return read_json(path)

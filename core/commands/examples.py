"""`python -m core examples`: what pages show first, recomputed: each model's example, and that of the findings."""

import argparse
import sys
from pathlib import Path

from core.checkpoints import FINDINGS, PRETRAINED, cards, load_packed
from core.checks import check_choice
from core.files import read_json, write_json


def examples_arguments(added: argparse.ArgumentParser) -> None:
    """Which models, and where they lie."""
    added.add_argument("models", nargs="*", metavar="MODEL", help="only these, and no finding (default: all)")
    added.add_argument("--models-dir", type=Path, default=PRETRAINED, help="where model folders lie")


def run_examples(chosen: argparse.Namespace) -> None:
    """Write one after the other."""
    import torch

    from core.recipes.stored_examples import write_example

    torch.set_num_threads(1)
    here, _ = cards(chosen.models_dir)
    for name in chosen.models:
        check_choice("model", name, tuple(here))
    for name in chosen.models or here:
        text = write_example(chosen.models_dir / name)
        print(f"{name}: {text}", flush=True)
    if not chosen.models:
        rewrite_findings(chosen.models_dir)


def rewrite_findings(folder: Path) -> None:
    """What the models of each finding make of the example, where it shows that."""
    from core.commands.findings import beside
    from core.findings.measuring import written
    from core.findings.word_order import both_orders
    from core.recipes.stored_examples import EXAMPLES
    from core.text.variants import growing

    for name, variants in {"bottleneck": growing, "word-order": both_orders}.items():
        file = folder / FINDINGS / f"{name}.json"
        if not file.is_file():
            continue
        content = read_json(file)
        models = {model: load_packed(model, folder) for model in content["example"]["texts"]} | beside(folder)
        write_json(file, content | {"example": written(models, variants(EXAMPLES["en"]))})
        print(f"written to {file}", file=sys.stderr)

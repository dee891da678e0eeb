"""The command `python -m core regimes-study`."""

import argparse
import sys
from pathlib import Path

from core.checkpoints import FINDINGS, PRETRAINED
from core.files import write_json


def study_arguments(added: argparse.ArgumentParser) -> None:
    """Its options."""
    added.add_argument("--regimes", nargs="+", metavar="REGIME", help="only these (default: all)")
    added.add_argument("--seeds", type=int, default=3, metavar="N", help="runs of each regime (default: %(default)s)")
    added.add_argument("--data-dir", type=Path, help="where the corpora lie; nowhere else is looked")
    added.add_argument("--output", type=Path, default=PRETRAINED / FINDINGS / "regimes.json", help="the file")


def run_study(chosen: argparse.Namespace) -> None:
    """Train, with a line a run; what is known is written after each."""
    import torch

    from core.recipes.regimes_study import REGIMES, study

    torch.set_num_threads(1)
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    for known in study(chosen.regimes or tuple(REGIMES), chosen.seeds, chosen.data_dir):
        write_json(chosen.output, known)
        row = max(known["rows"], key=lambda row: (len(row["runs"]), known["rows"].index(row)))
        print(row["regime"], ", ".join(f"{name} {value}" for name, value in row["runs"][-1].items()), flush=True)
    print(f"written to {chosen.output}", file=sys.stderr)

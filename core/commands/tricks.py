"""The command `python -m core tricks`."""

import argparse
import sys
from dataclasses import asdict, replace
from pathlib import Path

from core.checkpoints import CARD, PRETRAINED, read_card
from core.files import write_json
from core.recipes.ablations import ablation


def tricks_arguments(added: argparse.ArgumentParser) -> None:
    """The model, and the folders of what was tried."""
    added.add_argument("model", metavar="MODEL", help="the model into whose card the table goes")
    added.add_argument("folders", type=Path, nargs="+", metavar="FOLDER", help="other trainings, in the table's order")
    added.add_argument("--models-dir", type=Path, default=PRETRAINED, help="where model folders lie")


def run_tricks(chosen: argparse.Namespace) -> None:
    """Write the table of what each training gave."""
    folder = chosen.models_dir / chosen.model
    card = read_card(folder)
    rows = ablation(card, [read_card(trial) for trial in chosen.folders])
    write_json(folder / CARD, asdict(replace(card, tricks=rows)))
    print(f"{len(rows)} rows written to {folder / CARD}", file=sys.stderr)

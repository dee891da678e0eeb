"""Two processes on a CPU train as one does."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from test_training import exact, one_thread, toy, undropped  # noqa: F401 (fixtures)
from torch.distributed.run import get_args_parser
from torch.testing import assert_close

from core.commands.train import train_arguments
from core.files import read_json
from core.text.batches import batch
from core.text.subwords import PAD
from core.training import processes
from core.training.loop import train
from core.training.options import TrainOptions
from core.training.processes import Group, share, together

ROOT = Path(__file__).resolve().parents[1]
TOGETHER = ("teacher-forcing", "r-drop")
CHOSEN = {"label_smoothing": 0.1, "word_dropout": 0.1, "accumulate": 2}  # what is drawn must not depend on the process


def train_toys(folder):
    """Train a toy without dropout under each regime, in one process or as one of several: its losses go into a file."""
    with together() as group:
        for regime in TOGETHER:
            options = TrainOptions(2, max_tokens=30, warmup=5, checkpoint_every=1, regime=regime, **CHOSEN)
            pairs = [*toy(61), ([4] * 35, [5] * 35)]
            events = train(undropped("rnn"), pairs, toy(10, seed=2), options, folder / f"{regime}.pt")
            losses = [value for event in events for value in (*event.losses.values(), event.tokens)]
            (folder / f"{regime}-{group.rank}.json").write_text(json.dumps(losses))


@pytest.mark.usefixtures("exact", "one_thread")
def test_two_processes_have_the_losses_of_one(tmp_path):
    """On the same global batches; one is a single long sentence, of which one process has nothing."""
    alone, two = tmp_path / "one", tmp_path / "two"
    alone.mkdir()
    two.mkdir()
    train_toys(alone)
    script = two / "toy.py"
    script.write_text(f"""
import contextlib, sys
from pathlib import Path
sys.path[:0] = {[str(ROOT), str(ROOT / "tests")]!r}
import test_distributed
from core.training import loop
loop.autocast = lambda model: contextlib.nullcontext()
test_distributed.train_toys(Path({str(two)!r}))
""")
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", str(script)]
    done = subprocess.run(launch, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    for regime in TOGETHER:
        wanted = read_json(alone / f"{regime}-0.json")
        assert len(wanted) > 6
        for rank in range(2):
            np.testing.assert_allclose(read_json(two / f"{regime}-{rank}.json"), wanted, atol=1e-5, rtol=1e-5)
        one, other = (torch.load(folder / f"{regime}.pt", weights_only=True) for folder in (alone, two))
        for name in ("step", "tokens", "best_epoch", "pairs"):
            assert one[name] == other[name]
        assert_close(other["best_loss"], one["best_loss"], atol=1e-5, rtol=1e-5)


def test_processes_share_a_batch_by_rows(monkeypatch):
    whole = batch([([4], [5] * length) for length in (1, 2, 3, 4, 5)])
    taken = []
    for rank in range(2):
        monkeypatch.setattr(processes, "group", lambda rank=rank: Group(rank, 2))
        rows, tokens = share(whole)
        assert tokens == (rows.targets != PAD).sum()
        taken.append(rows.targets)
    assert sorted(map(tuple, np.concatenate(taken))) == sorted(map(tuple, whole.targets))


def test_a_process_without_a_row_counts_nothing(monkeypatch):
    monkeypatch.setattr(processes, "group", lambda: Group(1, 2))
    rows, tokens = share(batch([([4], [5])]))
    assert (len(rows.targets), tokens) == (1, 0)


def test_torchrun_takes_no_flag_of_ours_for_its_own():
    """Its parser reads the whole line first, and one that could be the beginning of two of its own stops it."""
    ours = argparse.ArgumentParser()
    train_arguments(ours)
    flags = [flag for action in ours._actions for flag in action.option_strings]
    assert "--from" in flags
    for flag in flags:
        line = ["--nproc-per-node", "2", "-m", "core", "train", "copy-transformer", flag, "1"]
        assert get_args_parser().parse_args(line).training_script_args[-2:] == [flag, "1"]
    with pytest.raises(SystemExit):
        get_args_parser().parse_args(["-m", "core", "train", "--start", "1"])

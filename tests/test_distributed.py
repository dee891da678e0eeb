"""Two processes on a CPU train as one does."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.distributed.run import get_args_parser
from torch.testing import assert_close

from core.text.batches import batch
from core.text.subwords import PAD
from core.train_command import train_arguments
from core.training import processes
from core.training.processes import Group, share

ROOT = Path(__file__).resolve().parents[1]
CHOSEN = {"label_smoothing": 0.1, "word_dropout": 0.1, "accumulate": 2}  # what is drawn must not depend on the process


def train_together(folder, count, **changed):
    """Train a toy without dropout in so many processes: each one's losses, and the weights that the first saved."""
    folder.mkdir(exist_ok=True)
    code = f"""
import json, sys
sys.path[:0] = {[str(ROOT), str(ROOT / "tests")]!r}
from pathlib import Path
from test_training import TrainOptions, toy, train, undropped
from core.training import loop
from core.training.processes import together
import contextlib
loop.autocast = lambda model: contextlib.nullcontext()
with together() as group:
    options = TrainOptions(2, max_tokens=30, warmup=5, checkpoint_every=1, **{CHOSEN | changed!r})
    pairs, checkpoint = toy(61) + [([4] * 35, [5] * 35)], Path({str(folder / "checkpoint.pt")!r})
    events = train(undropped("rnn"), pairs, toy(10, seed=2), options, checkpoint)
    losses = [value for event in events for value in (*event.losses.values(), event.tokens)]
    Path({str(folder)!r}, f"losses{{group.rank}}.json").write_text(json.dumps(losses))
"""
    script = folder / "toy.py"
    script.write_text(code)
    launch = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}"] if count > 1 else []
    done = subprocess.run(
        [sys.executable, *launch, str(script)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    losses = [json.loads((folder / f"losses{rank}.json").read_text()) for rank in range(count)]
    return losses, torch.load(folder / "checkpoint.pt", weights_only=True)


@pytest.mark.parametrize("regime", ["teacher-forcing", "r-drop"])
def test_two_processes_have_the_losses_of_one(tmp_path, regime):
    """On the same global batches; one is a single long sentence, of which one process has nothing."""
    (alone,), one = train_together(tmp_path / "one", 1, regime=regime)
    both, two = train_together(tmp_path / "two", 2, regime=regime)
    assert len(alone) > 6
    for losses in both:
        np.testing.assert_allclose(losses, alone, atol=1e-5, rtol=1e-5)
    for name in ("step", "tokens", "best_epoch", "pairs"):
        assert one[name] == two[name]
    assert_close(two["best_loss"], one["best_loss"], atol=1e-5, rtol=1e-5)


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

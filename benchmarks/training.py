"""Real tokens a second of training, ours and others', on the same batches, the engines in turn, one thread each.

Each engine is a process of its own, as its users have it, and all wait while one works. Tokens are those of both sides
that are not padding. JoeyNMT is no dependency: `pip install --no-deps --target FOLDER joeynmt==2.3.0
importlib_metadata==6.8.0 zipp sentencepiece subword-nmt`, then `--joeynmt FOLDER`.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

from benchmarks.report import machine, percentile, table
from benchmarks.training_engines import ENGINES
from core.recipes.recipes import recipe
from core.recipes.training_text import Text, encoded
from core.text.batches import Batch, batch, plan
from core.text.corpora import load_pairs
from core.text.subwords import PAD, Subwords
from core.training.options import TrainOptions


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10, help="turns of each engine (default: %(default)s)")
    parser.add_argument("--batches", type=int, default=4, help="batches a turn (default: %(default)s)")
    parser.add_argument("--smoothing", type=float, default=0.1, help="of labels, for all (default: %(default)s)")
    parser.add_argument("--data-dir", type=Path, help="where Multi30k lies")
    parser.add_argument("--joeynmt", type=Path, metavar="FOLDER", help="where JoeyNMT is installed")
    parser.add_argument("--only", nargs="+", choices=ENGINES, metavar="ENGINE", help="not all engines")
    return parser.parse_args()


def same_batches(asked: argparse.Namespace) -> tuple[list[Batch], int]:
    """The first batches of the recipe's own training, and the size of the vocabulary."""
    wanted = recipe("de-en-transformer")
    text = Text(load_pairs(wanted.corpus, "train", wanted.source, wanted.target, asked.data_dir))
    subwords = Subwords.train(text.lines, wanted.vocabulary_size)
    pairs = encoded(text, subwords)
    indices = plan(pairs, TrainOptions(epochs=1).max_tokens, seed=1)[: asked.rounds * asked.batches]
    return [batch([pairs[at] for at in some]) for some in indices], len(subwords)


def able(engine: str, asked: argparse.Namespace) -> str:
    """Why an engine can't be measured here, or nothing."""
    if engine.startswith("JoeyNMT") and asked.joeynmt is None:
        return "no --joeynmt folder"
    bf16 = torch.cuda.is_available() or bool(torch.cpu.get_capabilities().get("avx512_bf16"))
    return "" if bf16 or "bfloat16" not in engine else "this machine has no bfloat16 instructions"


def start(engine: str, path: Path, size: int, asked: argparse.Namespace) -> subprocess.Popen:
    """The engine's process, once it is warm."""
    command = [sys.executable, "-m", "benchmarks.training_engines", engine, str(path), str(size)]
    folders = [str(asked.joeynmt)] if engine.startswith("JoeyNMT") else []
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([*folders, os.environ.get("PYTHONPATH", "")])}
    return subprocess.Popen(
        [*command, "--smoothing", str(asked.smoothing)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def seconds(process: subprocess.Popen, first: int, last: int) -> float:
    """How long a pass over these batches takes."""
    process.stdin.write(f"{first} {last}\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def main() -> None:
    asked = parse()
    print(machine())
    batches, size = same_batches(asked)
    real = [int(one.mask.sum() + (one.targets != PAD).sum()) for one in batches]
    padded = sum(one.source.size + one.targets.size for one in batches)
    print(f"{len(batches)} batches of Multi30k, {sum(real):,} tokens, {sum(real) / padded:.1%} not padding\n")
    chosen = asked.only or list(ENGINES)
    for engine in (engine for engine in chosen if able(engine, asked)):
        print(f"not measured: {engine} ({able(engine, asked)})")
    chosen = [engine for engine in chosen if not able(engine, asked)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "batches.npz"
        parts = {f"{at} {part}": getattr(one, part) for at, one in enumerate(batches) for part in Batch._fields}
        np.savez(path, **parts)
        processes = {engine: start(engine, path, size, asked) for engine in chosen}
        about = {engine: process.stdout.readline().strip() for engine, process in processes.items()}
        speeds = {engine: [] for engine in chosen}
        for first in range(0, len(batches), asked.batches):
            last = first + asked.batches
            for engine, process in processes.items():
                speeds[engine].append(sum(real[first:last]) / seconds(process, first, last))
        for process in processes.values():
            process.communicate()
    rows = []
    for engine, values in speeds.items():
        base = speeds["our GRU, additive" if "GRU" in engine else "our Transformer"]
        ratio = percentile([mine / theirs for mine, theirs in zip(base, values, strict=True)], 50)
        rows.append((engine, about[engine], len(values), round(percentile(values, 50)), f"{ratio:.2f}"))
    print(table(("engine", "size", "turns", "tokens/s, p50", "ours ÷ it, p50"), rows))


if __name__ == "__main__":
    main()

"""The process of a training: told and telling through its pipes, of lower priority than the pages."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORKER = (sys.executable, "-m", "dashboard.live.worker")
NICE = os.environ.get("SEQSCOPE_NICE") or "10"  # by how much a training gives way to the pages; no one reads in tests


def spawned(command: Sequence[str]) -> subprocess.Popen:
    """A new process; OSError if it can't be started."""
    gentle = {"creationflags": subprocess.BELOW_NORMAL_PRIORITY_CLASS} if os.name == "nt" else {}
    if not gentle:
        command = ("nice", "-n", NICE, *command) if shutil.which("nice") else command
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    threads = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONUNBUFFERED": "1"}
    environment = {**os.environ, **threads}
    text = {"encoding": "utf-8", "errors": "replace"}
    return subprocess.Popen(command, cwd=ROOT, env=environment, **text, **pipes, **gentle)


def kill(process: subprocess.Popen | None) -> None:
    """End a process, if there is one that has not ended."""
    if process is not None and process.poll() is None:
        process.kill()

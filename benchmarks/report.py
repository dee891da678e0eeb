"""What every benchmark prints: the machine it ran on, and a small table with p50 and p95."""

import importlib.metadata
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile of any values.

    percentile([3, 1, 2], 50) -> 2
    """
    ordered = sorted(values)
    return ordered[round(percent / 100 * (len(ordered) - 1))]


def processor() -> str:
    """The processor's own name, or its kind where the system does not tell."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    return next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), platform.machine())


def machine(threads: int = 1) -> str:
    """The machine in one line, with its load average of 1, 5 and 15 minutes; without load, numbers mean little."""
    load = " ".join(f"{value:.2f}" for value in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"
    parts = [
        f"{os.cpu_count()} cores ({processor()}, {platform.system()})",
        f"Python {platform.python_version()}",
        f"torch {importlib.metadata.version('torch')} with {threads} thread{'s' * (threads > 1)}",
        f"load average at the start {load}",
    ]
    return ", ".join(parts) + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table: text to the left, numbers to the right."""
    return "\n".join([*heading(head, rows[0]), *map(line, rows)])


def print_rows(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """The same, each row as soon as it is there: a reader who stops it keeps what was measured."""
    for number, row in enumerate(rows):
        print(*([] if number else heading(head, row)), line(row), sep="\n", flush=True)


def heading(head: Sequence[str], row: Sequence[object]) -> tuple[str, str]:
    """The two lines above a table with such rows."""
    return line(head), line(["--:" if isinstance(cell, int | float) else ":--" for cell in row])


def line(row: Sequence[object]) -> str:
    """A row of a Markdown table."""
    return f"| {' | '.join(f'{cell:.1f}' if isinstance(cell, float) else str(cell) for cell in row)} |"


def milliseconds(name: str, values: Sequence[float]) -> tuple[str, int, float, float]:
    """A table row: what was measured, how often, p50 and p95."""
    return name, len(values), float(percentile(values, 50)), float(percentile(values, 95))

"""From a fresh clone to the picture: `python run.py --no-browser` in a new folder, then the same a second time."""

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import run
from benchmarks.browser import chromium, open_page, until_healthy
from benchmarks.report import machine, table


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--working-tree", action="store_true", help="take the files as they lie here, not as committed")
    parser.add_argument("--pip-cache", action="store_true", help="let pip use what it has downloaded before")
    parser.add_argument("--minutes", type=float, default=30, help="give up after so many (default: %(default)s)")
    return parser.parse_args()


def git(*arguments: str | Path) -> list[str]:
    """The answer of git in this repository, split at its zero bytes."""
    answer = subprocess.run(["git", *arguments], cwd=run.HERE, check=True, capture_output=True, text=True).stdout
    return [part for part in answer.split("\0") if part]


def clone(folder: Path, working_tree: bool) -> None:
    """The last commit, or with `working_tree` all that git tracks or does not ignore, as it lies here."""
    git("clone", "--quiet", "--no-hardlinks", run.HERE, folder)
    if not working_tree:
        return
    for name in git("ls-files", "-z", "--cached", "--others", "--exclude-standard"):
        here, there = run.HERE / name, folder / name
        if here.is_file():
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(here, there)
        else:
            there.unlink(missing_ok=True)  # deleted here


@contextlib.contextmanager
def started(folder: Path, environment: dict[str, str], minutes: float) -> Iterator[tuple[str, float, float]]:
    """The address of a dashboard started by run.py, when that began and when it answered (seconds since the epoch)."""
    port, began = run.free_port(), time.time()
    command = [sys.executable, "run.py", "--no-browser", f"--port={port}"]
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, start_new_session=True
    )
    try:
        until_healthy(process, port, 60 * minutes)
        yield f"http://127.0.0.1:{port}", began, time.time()
    finally:
        process.terminate()  # run.py then ends the server, which has a process group of its own
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # a set-up that was cut short leaves a pip behind
        process.wait()


def main() -> None:
    asked = parse()
    print(machine(), flush=True)
    rows = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # a kill, too, has to clean up
    with tempfile.TemporaryDirectory(prefix="seqscope-") as temporary, chromium() as browser:
        folder, cache = Path(temporary, "seqscope"), Path(temporary, "pip-cache")
        began = time.time()
        clone(folder, asked.working_tree)
        rows.append(("git clone from this disk", time.time() - began))
        if not any(folder.glob("pretrained/*/card.json")) and "SEQSCOPE_MODELS" not in os.environ:
            sys.exit("The clone has no model, so its page has no picture; set SEQSCOPE_MODELS to a folder of models.")
        environment = os.environ | ({} if asked.pip_cache else {"PIP_CACHE_DIR": str(cache)})
        environment.pop("PYTHONPATH", None)
        for name in ("first start, nothing installed", "second start"):
            with started(folder, environment, asked.minutes) as (address, start, healthy):
                page, painted = open_page(browser, address)
                rows += [(f"{name}: run.py → /_stcore/health", healthy - start)]
                rows += [(f"{name}: run.py → first picture painted in Chromium", painted - start)]
                page.context.close()
        installed = sum(file.stat().st_size for file in folder.glob(".venv/**/*") if not file.is_symlink())
    print(table(("step", "seconds"), rows))
    tree = "working tree" if asked.working_tree else "last commit"
    print(f"\n{tree}, pip's cache {'in use' if asked.pip_cache else 'empty'}, .venv {installed / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()

"""Trainings in processes of their own: a few at a time, the others in a queue. Nothing here needs torch or a page.

A process is told and tells by lines of JSON through its pipes: if this one dies, however it does, the pipe closes and
the process ends by itself.
"""

import json
import os
import secrets
import shutil
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.files import write_json
from dashboard.live.plan import Plan
from dashboard.live.processes import WORKER, kill, spawned

PLACES = max(1, min(3, (os.cpu_count() or 2) // 2))  # trainings at a time
SECONDS = 600.0  # from its start until a training is stopped, whatever it does
IDLE = 600.0  # seconds after which a process that waits for a training ends
GRACE = 20.0  # seconds to save the model after "stop"
LINES, LETTERS = 20, 2000  # kept of what a process writes beside its own lines: the last ones, each cut
SHOWN = 200  # letters of the last one that a page shows
MINE = "my-"  # how the names of a person's own models begin
OVER = ("ended", "failed")


class Training:
    """One training as the page sees it; its lists only ever grow."""

    def __init__(self, plan: Plan, folder: Path):
        self.plan, self.folder, self.name = plan, folder, folder.name
        self.state = "waiting"  # then "starting", "running", "paused", "stopping", and "ended" or "failed"
        self.about: dict[str, Any] = {}
        self.frames: list[dict[str, Any]] = []
        self.validation: list[dict[str, float]] = []
        self.saved: list[str] = []
        self.reason = ""
        self.timed_out = self.forced = False
        self.watched = True  # by whoever began it
        self.errors: deque[str] = deque(maxlen=LINES)
        self.process: subprocess.Popen | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in OVER

    @property
    def last_line(self) -> str:
        """The last that its process wrote beside its own lines, such as the end of a traceback; cut, without signs."""
        lines = ("".join(filter(str.isprintable, line)).strip() for line in reversed(self.errors))
        line = next(filter(None, lines), "")
        return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"

    def take(self, message: dict[str, Any]) -> None:
        """What the process told."""
        kind = message.pop("kind")
        if kind == "begun":
            self.about = message
        elif kind == "frame":
            self.frames.append(message)
            if self.state == "starting":
                self.state = "running"
        elif kind == "validation":
            self.validation.append(message)
        elif kind == "saved":
            self.saved.append(message["name"])
        elif kind in OVER or self.state not in ("stopping", *OVER):  # who is told to stop may first have to pause
            self.state, self.reason = kind, message.get("reason", "")

    def ask(self, command: str) -> None:
        """Tell the process "pause", "go" or "stop"; one that is gone hears nothing."""
        process = self.process
        if process is None or self.over:
            return
        self.state = {"go": "running", "stop": "stopping"}.get(command, self.state)
        try:
            process.stdin.write(command + "\n")
            process.stdin.flush()
        except (OSError, ValueError):  # it ended by itself, or its pipe is closed
            return


class Trainings:
    """All trainings of a server."""

    def __init__(self, places: int = PLACES, seconds: float = SECONDS, worker: Sequence[str] = WORKER):
        self.places, self.seconds, self.worker = places, seconds, tuple(worker)
        self.root: Path | None = None  # made when it is needed first: a full disk breaks no page
        self.lock = threading.RLock()
        self.queue: list[Training] = []
        self.running: list[Training] = []
        self.spare: subprocess.Popen | None = None  # has torch imported and waits for its training
        self.cooling: threading.Timer | None = None
        self.closed = False

    def new_folder(self) -> Path:
        """A folder whose name nobody guesses."""
        with self.lock:
            self.root = self.root or Path(tempfile.mkdtemp(prefix="seqscope-"))
        folder = self.root / f"{MINE}{secrets.token_hex(6)}"
        folder.mkdir()
        return folder

    def folder_of(self, model: str) -> Path:
        """Where the folder of a model lies: it is named after that, and its number of steps."""
        return (self.root or Path()) / model.rpartition("-")[0]

    def start(self, plan: Plan) -> Training:
        """Start a training, or queue it; OSError if its folder can't be written."""
        folder = self.new_folder()
        write_json(folder / "plan.json", asdict(plan))
        training = Training(plan, folder)
        with self.lock:
            self.queue.append(training)
            self.fill()
        return training

    def warm(self) -> None:
        """Have a process at hand that has torch imported, for `IDLE` seconds from now: what takes it begins soon."""
        with self.lock:
            if self.closed or any(training.state == "starting" for training in self.running):
                return  # which would begin later beside an import
            if self.cooling is not None:
                self.cooling.cancel()
            if self.spare is None or self.spare.poll() is not None:
                with suppress(OSError):  # said where a training is started
                    self.spare = spawned(self.worker)
            self.cooling = self.later(IDLE, self.cool)

    def cool(self) -> None:
        """End the process that waits."""
        with self.lock:
            if self.spare is not None:
                with self.spare as process:
                    process.kill()
            self.spare = None

    def place(self, training: Training) -> int:
        """How many wait before it, itself counted; 0 if it does not wait."""
        with self.lock:
            return self.queue.index(training) + 1 if training in self.queue else 0

    def stop(self, training: Training) -> None:
        """Let it save its model and end (by force, if that takes long); one that waits leaves the queue."""
        with self.lock:
            if training in self.queue:
                self.queue.remove(training)
                training.state = "ended"
                return
        training.ask("stop")
        self.later(GRACE, lambda: force(training))

    def remove(self, training: Training) -> None:
        """End it at once and remove all that it wrote."""
        with self.lock:
            if training in self.queue:
                self.queue.remove(training)
                training.state = "ended"
        kill(training.process)
        shutil.rmtree(training.folder, ignore_errors=True)

    def close(self) -> None:
        """End all and remove the folder."""
        with self.lock:
            self.closed = True
            self.cool()
            for training in [*self.queue, *self.running]:
                self.remove(training)
        if self.root is not None:
            shutil.rmtree(self.root, ignore_errors=True)

    def fill(self) -> None:
        """Give the free places to those who wait longest; where there is none, a training that nobody watches ends."""
        with self.lock:
            for training in self.running if self.queue and len(self.running) >= self.places else ():
                if not training.watched and training.state != "stopping":
                    self.stop(training)
            while self.queue and len(self.running) < self.places and not self.closed:
                training = self.queue.pop(0)
                training.state = "starting"
                try:
                    training.process = self.launch(training)
                except OSError as error:
                    training.state, training.reason = "failed", error.strerror or str(error)
                    continue
                self.running.append(training)
                threading.Thread(target=self.follow, args=(training,), daemon=True).start()

    def launch(self, training: Training) -> subprocess.Popen:
        """The process that trains: the one that waits, or a new one; the first line that it reads is the folder."""
        process, self.spare = self.spare, None
        if process is None or process.poll() is not None:
            process = spawned(self.worker)
        process.stdin.write(json.dumps(str(training.folder)) + "\n")
        process.stdin.flush()
        return process

    def follow(self, training: Training) -> None:
        """Read what a process tells until it ends, and give its place away."""
        limit = self.later(self.seconds, lambda: self.time_out(training))
        process = training.process
        listener = threading.Thread(target=listen, args=(training,), daemon=True)
        listener.start()
        with process:
            for line in process.stdout:
                try:
                    training.take(json.loads(line))
                except (ValueError, KeyError, TypeError, AttributeError):  # cut off, or not ours
                    continue
            listener.join()  # the process has ended, and what it wrote with it
        limit.cancel()
        if not training.over:
            training.reason, training.state = "", "failed"  # it told nothing: by force, killed, or out of memory
        with self.lock:
            self.running.remove(training)
            self.fill()

    def time_out(self, training: Training) -> None:
        """Stop what has had its time."""
        training.timed_out = True
        self.stop(training)

    def later(self, seconds: float, act) -> threading.Timer:
        """Do something after a while, in a thread that keeps nothing alive."""
        timer = threading.Timer(seconds, act)
        timer.daemon = True
        timer.start()
        return timer


def listen(training: Training) -> None:
    """Keep the last lines that a process writes beside its own; all must be read, or it would wait."""
    for line in iter(lambda: training.process.stderr.readline(LETTERS), ""):
        training.errors.append(line)


def force(training: Training) -> None:
    """End a process that had its time to save its model."""
    training.forced = training.process is not None and training.process.poll() is None
    kill(training.process)

"""Trainings that were filmed once and are played from then on, without torch: `python -m dashboard.live.recorded`.

Each is a task and a kind of model, everything else as it is by default.
"""

import sys
import time
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from core.checkpoints import FINDINGS, PRETRAINED
from core.files import write_json
from dashboard.live.plan import KINDS, TASKS, Plan
from dashboard.live.trainings import Trainings

NAME = "live-films"  # the finding
ENOUGH = 600  # steps, after which each has learnt what it can learn soon
SHOWN = ((20, 2), (100, 4), (ENOUGH, 20))  # up to so many steps, a frame each so many
GENERATED = TASKS[:2]  # tasks whose pairs nobody has to give


class Recording(NamedTuple):
    """A training that is over: its plan, what stays the same, its frames and validation losses."""

    plan: Plan
    about: Mapping[str, Any]
    frames: list[dict[str, Any]]
    validation: list[dict[str, float]]

    @property
    def name(self) -> str:
        """What sets it apart."""
        return f"{self.plan.task} {self.plan.kind}"


def recordings(finding: object) -> dict[tuple[str, str], Recording]:
    """What was recorded, by task and kind; {} where the file is none of ours."""
    try:
        return {(task, kind): Recording(Plan(task, kind), **film) for task, kind, film in finding}
    except (TypeError, ValueError):
        return {}


def due(step: int) -> bool:
    """Whether a frame is kept: often at first, as there most happens."""
    return step % next(every for last, every in SHOWN if step <= last) == 0


def record(folder: Path) -> None:
    """Train each of them and write what was filmed; RuntimeError if one fails."""
    manager, films = Trainings(places=1), []
    for task, kind in product(GENERATED, KINDS):
        training = manager.start(Plan(task, kind))
        while not training.over:
            time.sleep(0.5)
            if training.state == "running" and training.frames[-1]["step"] >= ENOUGH:
                manager.stop(training)
        if training.state == "failed":
            raise RuntimeError(training.reason or training.last_line)
        frames = [frame for frame in training.frames if frame["step"] <= ENOUGH and due(frame["step"])]
        validation = [point for point in training.validation if point["step"] <= ENOUGH]
        films.append((task, kind, {"about": training.about, "frames": frames, "validation": validation}))
        print(task, kind, frames[-1]["output"], flush=True)
    manager.close()
    write_json(folder / f"{NAME}.json", films, indent=None)


if __name__ == "__main__":
    record(Path(sys.argv[1]) if sys.argv[1:] else PRETRAINED / FINDINGS)

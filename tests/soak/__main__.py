"""The table of checks: `python run.py soak`."""

import sys

from tests.soak.table import Check, main

# Each with its share of the time and, where its cases go round (pages, kinds of damage), at least one round.
CHECKS = {
    "texts": Check(3, "tests.soak.texts", "texts"),
    "links": Check(2, "tests.soak.links", "links"),
    "controls": Check(4, "tests.soak.controls", "controls"),
    "cards": Check(2, "tests.soak.cards", "cards", 5),
    "zips": Check(2, "tests.soak.zips", "zips", 10),
    "checkpoints": Check(1, "tests.soak.checkpoints", "checkpoints", 4),
    "killed": Check(1, "tests.soak.checkpoints", "killed"),
    "saving": Check(0.5, "tests.soak.checkpoints", "saving"),
    "reruns": Check(1, "tests.soak.sessions", "reruns", 11),
    "sessions": Check(1, "tests.soak.sessions", "sessions", 12),
    "load": Check(1, "tests.soak.load", "load"),
    "browser": Check(2, "tests.soak.browser", "browser", 2),
    "cli": Check(1.5, "tests.soak.cli", "cli", 12),
}

if __name__ == "__main__":
    sys.exit(main(CHECKS))

"""The table of checks: `python run.py soak`."""

import sys

from tests.soak.table import Check, main

# Each with its share of the time; its cases are numbered, and the first of some are a list in full.
CHECKS = {
    "texts": Check(3, "tests.soak.texts", "texts"),
    "links": Check(2, "tests.soak.links", "links"),
    "controls": Check(4, "tests.soak.controls", "controls"),
    "cards": Check(2, "tests.soak.cards", "cards"),
    "zips": Check(2, "tests.soak.zips", "zips"),
    "checkpoints": Check(1, "tests.soak.checkpoints", "checkpoints"),
    "killed": Check(1, "tests.soak.checkpoints", "killed"),
    "saving": Check(0.5, "tests.soak.checkpoints", "saving"),
    "reruns": Check(1, "tests.soak.sessions", "reruns"),
    "sessions": Check(1, "tests.soak.sessions", "sessions"),
    "load": Check(1, "tests.soak.load", "load"),
    "browser": Check(2, "tests.soak.browser", "browser"),
    "cli": Check(1.5, "tests.soak.cli", "cli"),
}

if __name__ == "__main__":
    sys.exit(main(CHECKS))

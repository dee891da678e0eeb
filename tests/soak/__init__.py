"""What is too long for every change: `python run.py soak`, once before something is said to be done."""

import os
import sys
from pathlib import Path

TESTS = str(Path(__file__).resolve().parents[1])
if TESTS not in sys.path:  # the tests know each other by their bare names
    sys.path.insert(0, TESTS)
os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch
os.environ["TOKENIZERS_PARALLELISM"] = "false"  # some checks fork

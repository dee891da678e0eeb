"""Standard input and output whatever they lead to: UTF-8 where nothing else was asked for, and never an error."""

import io
import json
import os
import sys
from typing import Any

LOST = {"strict": "replace", "surrogateescape": "replace"}  # what becomes of a character that can't be shown


def prepare() -> None:
    """Open what the caller closed; files and pipes are UTF-8, and consoles show a mark for what they can't."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, io.TextIOWrapper(io.BytesIO()))
    setting = os.environ.get("PYTHONIOENCODING", "").split(":")[0] or os.environ.get("PYTHONUTF8")
    for stream in (sys.stdout, sys.stderr):
        encoding = stream.encoding if setting or stream.isatty() else "utf-8"
        stream.reconfigure(encoding=encoding, errors=LOST.get(stream.errors, stream.errors))


def json_line(content: Any) -> str:
    """JSON on one line, escaped where standard output can't show it."""
    line = json.dumps(content, ensure_ascii=False)
    try:
        line.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return json.dumps(content)
    return line


def lead_nowhere() -> None:
    """Whoever reads a pipe is gone, or the disk is full: the interpreter's end must not try to write once more."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())

"""Files that are written whole or not at all, and JSON of which nothing is too deep, too large or no text."""

import hashlib
import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from core.quoting import brief

DIGITS = 20  # of a whole number


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of `path` at the end, or is removed if anything fails.

    OSError, in one sentence, names the file.
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        with named_when_it_fails(path):
            yield partial
            os.replace(partial, path)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise


@contextmanager
def named_when_it_fails(path: Path) -> Iterator[None]:
    """Turn whatever a library raises while it writes into an OSError that names the file."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:
        cause = error
        while cause.__context__ is not None and not isinstance(cause, OSError):
            cause = cause.__context__  # torch hides what the disk said behind an error of its own
        raise OSError(f"{path} can't be written: {getattr(cause, 'strerror', None) or brief(error)}") from error


def write_json(path: Path, content: Any, *, indent: int | None = 1) -> None:
    """Write atomically; without `indent`, on one line."""
    with whole(path) as partial:
        partial.write_text(json.dumps(content, ensure_ascii=False, indent=indent) + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """The content of a JSON file; ValueError in one sentence."""
    try:
        return json_of(path.read_bytes())
    except FileNotFoundError:
        raise ValueError(f"{path.parent.name} has no {path.name}") from None
    except (OSError, ValueError) as error:
        raise ValueError(f"{path.parent.name}/{path.name} is not readable JSON: {brief(error)}") from error


def json_of(content: bytes) -> Any:
    """The values of a JSON text, its numbers finite and its characters whole; ValueError says what is wrong."""
    try:
        text = content.decode("utf-8")
        values = json.loads(text, parse_int=integer, parse_float=finite, parse_constant=finite)
        if "\\ud" in text.lower():  # an escaped half of a character: no file and no page takes it
            json.dumps(values, ensure_ascii=False).encode("utf-8")
        return values
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def integer(digits: str) -> int:
    """A whole number of a length that is a number's."""
    if len(digits) > DIGITS:
        raise ValueError(f"a number of {len(digits):,} digits")
    return int(digits)


def finite(digits: str) -> float:
    """A number that is one."""
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"the number {digits[:DIGITS]} is not finite")
    return number


def sha256(path: Path) -> str:
    """The hexadecimal digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""What comes from outside, quoted in a sentence: on one line, and cut."""

import reprlib

MOST = 60  # characters of a value
REASON = 160  # characters of what a library says


def quoted(value: object) -> str:
    """A value as Python writes it.

    >>> quoted([[["a" * 999]]])
    "[[['aaaaaaaaaaaa...aaaaaaaaaaaaa']]]"
    """
    return brief(reprlib.repr(value), MOST)


def brief(text: object, most: int = REASON) -> str:
    """A text on one line, of at most so many characters."""
    line = " ".join(str(text).split())
    return line if len(line) <= most else line[: most - 1] + "…"

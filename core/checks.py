"""Whether a value is what it has to be, and the one sentence that says what would be."""

from collections.abc import Iterable
from difflib import get_close_matches


def check(condition: bool, message: str) -> None:
    """Raise ValueError with one sentence."""
    if not condition:
        raise ValueError(message)


def check_range(name: str, value: float, low: float, high: float, whole: bool = True) -> None:
    """A number within its range, or one sentence that names the range."""
    kind = "a whole number" if whole else "a number"
    fits = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool) and low <= value <= high
    check(fits, f"{name} must be {kind} from {low} to {high}, not {value!r:.60}")


def check_choice(name: str, value: str, choices: Iterable[str]) -> None:
    """One of the choices, or one sentence that names the nearest and all of them."""
    choices = tuple(choices)
    near = did_you_mean(value, choices)
    check(value in choices, f"unknown {name} {value!r:.60}{near}; valid: {', '.join(choices) or 'none'}")


def did_you_mean(name: object, choices: Iterable[str]) -> str:
    """A clause that names the nearest choice, or nothing if none is near.

    did_you_mean("copy-transfomer", ["copy-transformer"]) -> ", did you mean 'copy-transformer'?"
    """
    choices = tuple(choices)
    nearest = [] if name in choices else get_close_matches(str(name)[:60], choices, n=1)
    return f", did you mean {nearest[0]!r}?" if nearest else ""


def check_text(name: str, value: object) -> None:
    """A text of whole characters, which any file can hold."""
    whole = isinstance(value, str) and not any("\ud800" <= char <= "\udfff" for char in value)
    check(whole, f"{name} must be text, not {value!r:.60}")

"""What values from a file may be, as literal tables, and the check of a value against one."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from core.checks import check, check_choice
from core.quoting import quoted

LONGEST_TEXT = 5_000  # characters


class Fields(NamedTuple):
    """An object: the forms of the names that it needs, of those it may have, and of others, if there may be any."""

    needed: Mapping[str, Any]
    known: Mapping[str, Any] = {}
    others: Any = None


class Each(NamedTuple):
    """A list of values of one form."""

    form: Any


class Maybe(NamedTuple):
    """A value of a form, or null."""

    form: Any


def anything(value: Any, name: str) -> None:
    """The form of what is checked elsewhere."""


def scalar(value: Any, name: str) -> None:
    """The form of a text, a flag or a number."""
    check_form(value, str if isinstance(value, str) else bool if isinstance(value, bool) else (-1e15, 1e15), name)


def check_form(value: Any, form: Any, name: str) -> None:
    """ValueError says, in one short sentence, what is wrong with a value or a part of it.

    A form is `Fields`, `Each`, `Maybe`, `str`, `bool`, a range (of whole numbers if its ends are), a choice of words,
    or a function that checks.

    >>> check_form({"heads": 0}, Fields({"heads": (1, 8)}), "config")
    Traceback (most recent call last):
    ValueError: its config.heads is 0, not a whole number from 1 to 8
    """
    match form:
        case Fields():
            check_fields(value, form, name)
        case Each():
            require(isinstance(value, list | tuple), value, name, "a list")
            for part in value:
                check_form(part, form.form, name)
        case Maybe():
            if value is not None:
                check_form(value, form.form, name)
        case (str(), *_):
            check_choice(name.rpartition(".")[2], value, form)
        case (low, high):
            kind, words = (int, "a whole number") if isinstance(low, int) else (int | float, "a number")
            fits = isinstance(value, kind) and not isinstance(value, bool) and low <= value <= high  # NaN is not
            require(fits, value, name, words, *form)
        case type():
            require(isinstance(value, form), value, name, "a text" if form is str else "true or false")
            if form is str:
                check_text(value, name)
        case _:
            form(value, name)


def require(fits: bool, value: Any, name: str, words: str, *ends: float) -> None:
    """ValueError says what a value should be."""
    if not fits:
        limits = " from {:,} to {:,}".format(*ends) if ends else ""
        raise ValueError(f"its {name} is {quoted(value)}, not {words}{limits}")


def check_fields(value: Any, form: Fields, name: str) -> None:
    """ValueError if a name is missing or unknown, or its value of another form."""
    require(isinstance(value, dict), value, name, "an object")
    missing = [key for key in form.needed if key not in value]
    check(not missing, f"its {name} has no {', '.join(missing)}")
    forms = {**form.needed, **form.known}
    for key, part in value.items():
        if key not in forms:
            check_text(key, f"{name}'s name")
            if form.others is None:
                raise ValueError(f"its {name} has {quoted(key)}, which there is not; valid: {', '.join(forms)}")
        check_form(part, forms.get(key, form.others), f"{name}.{key[:30]}")


def check_text(text: str, name: str) -> None:
    """ValueError if a text is too long, or holds half a character, which no file and no page takes."""
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"its {name} has {len(text):,} characters; at most {LONGEST_TEXT:,} are read")
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError(f"its {name} is no text: {quoted(text)}")

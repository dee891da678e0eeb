"""Every sentence that a person reads: one catalogue a language, the same keys in each."""

from collections.abc import Mapping
from importlib import import_module

from dashboard.pages import PAGES

Texts = Mapping[str, str]
NAMES = {"en": "EN", "ru": "RU"}


def gathered(language: str) -> Texts:
    """The words that pages share, and those of each page's folder."""
    rooms = ("dashboard.text", *(f"dashboard.views.{name}" for name in PAGES))
    return {key: text for room in rooms for key, text in import_module(f"{room}.{language}").TEXT.items()}


LANGUAGES: dict[str, tuple[str, Texts]] = {code: (name, gathered(code)) for code, name in NAMES.items()}


def catalogue(language: str) -> Texts:
    """The sentences of a language by key; English for a language that is not there."""
    return LANGUAGES.get(language, LANGUAGES["en"])[1]

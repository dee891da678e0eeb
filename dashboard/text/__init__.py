"""Every sentence that a person reads: one catalogue a language, the same keys in each."""

from collections.abc import Mapping

from dashboard.text import en, ru

Texts = Mapping[str, str]
LANGUAGES: dict[str, tuple[str, Texts]] = {"en": ("English", en.TEXT), "ru": ("Русский", ru.TEXT)}


def catalogue(language: str) -> Texts:
    """The sentences of a language by key; English for a language that is not there."""
    return LANGUAGES.get(language, LANGUAGES["en"])[1]

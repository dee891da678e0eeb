"""How a vocabulary piece is written in a picture."""

import unicodedata
from collections.abc import Sequence

WORD = "▁"  # a vocabulary piece that begins a word carries this mark
CONTINUED = "·"  # a shown piece that goes on with the word before it carries this one


def spelt(tokens: Sequence[str]) -> str:
    """A translation piece by piece, without its end.

    >>> spelt(("▁Hund", "er", ".", "<eos>"))
    'Hund ·er .'
    """
    return " ".join(label(token) for token in tokens if token != "<eos>")


def label(token: str) -> str:
    """A piece as a person reads it.

    >>> [label(token) for token in ("▁Hund", "er", ".", "▁", "<eos>")]
    ['Hund', '·er', '.', '␣', '<eos>']
    """
    if token.startswith(WORD):
        return token.removeprefix(WORD) or "␣"
    # Punctuation stands for itself, and so do <eos> and its kind, which begin with a sign.
    is_mark = not token or unicodedata.category(token[0])[0] in "PS"
    return token if is_mark else CONTINUED + token

"""The nearest valid name to a misspelt one, for the sentence that answers it."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, choices: Iterable[str]) -> str:
    """A clause that names the nearest choice, or nothing if none is near.

    did_you_mean("copy-transfomer", ["copy-transformer"]) -> ", did you mean 'copy-transformer'?"
    """
    nearest = get_close_matches(name, list(choices), n=1)
    return f", did you mean {nearest[0]!r}?" if nearest else ""

"""How a reader takes a search by the hand, as an address writes it: what it begins with, and which words it never writes."""

from collections.abc import Iterable

from core.checks import check
from core.options import Constraints

BETWEEN = "|"  # the banned words of an address
LONGEST = 300  # characters that a translation may be made to begin with
MOST = 8  # words that may be banned


def constraints(prefix: str, banned: str) -> Constraints:
    """What an address asks of a search; ValueError, in one sentence, if it is too much.

    >>> constraints(" Ein Hund ", "der|die")
    Constraints(prefix='Ein Hund', banned=('der', 'die'), no_repeat=0, min_length=0)
    """
    words = listed(banned)
    check(len(words) <= MOST, f"{len(words)} words are banned; at most {MOST} can be")
    check(len(prefix) <= LONGEST, f"the beginning has {len(prefix)} characters; at most {LONGEST} are read")
    return Constraints(prefix.strip(), words)


def listed(banned: str) -> tuple[str, ...]:
    """The banned words of an address, each once.

    >>> listed("der| die ||der")
    ('der', 'die')
    """
    return tuple(dict.fromkeys(word for part in banned.split(BETWEEN) if (word := part.strip())))


def joined(words: Iterable[str]) -> str:
    """The same words as an address writes them."""
    return BETWEEN.join(words)


def fits(prefix: str, banned: str) -> bool:
    """Whether an address asks no more than can be."""
    try:
        constraints(prefix, banned)
    except ValueError:
        return False
    return True

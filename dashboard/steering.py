"""How a reader takes a search by the hand, as an address writes it: how it begins, which words it never writes."""

from core.checks import check
from core.options import Constraints

BETWEEN = "|"  # the banned words of an address
LONGEST = 1_000  # characters that a translation may be made to begin with
MOST = 12  # words that may be banned


def constraints(prefix: str, ban: str) -> Constraints:
    """What an address asks of a search; ValueError, in one sentence, if it is too much.

    >>> constraints(" Ein Hund ", "der|die")
    Constraints(prefix='Ein Hund', banned=('der', 'die'), no_repeat=0, min_length=0)
    """
    words = listed(ban)
    check(len(words) <= MOST, f"{len(words)} words are banned; at most {MOST} can be")
    check(len(prefix) <= LONGEST, f"the beginning has {len(prefix)} characters; at most {LONGEST} are read")
    return Constraints(prefix.strip(), words)


def listed(ban: str) -> tuple[str, ...]:
    """The banned words of an address, each once.

    >>> listed("der| die ||der")
    ('der', 'die')
    """
    return tuple(dict.fromkeys(word for part in ban.split(BETWEEN) if (word := part.strip())))


def fits(prefix: str, ban: str) -> bool:
    """Whether an address asks no more than can be."""
    try:
        constraints(prefix, ban)
    except ValueError:
        return False
    return True

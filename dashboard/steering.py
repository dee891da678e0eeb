"""How a reader takes a search by the hand, as an address writes it: how it begins, which words it never writes."""

from core.checks import check
from core.options import MAX_TARGET, Constraints

BETWEEN = "|"  # the banned words of an address
MOST = 12  # words that may be banned


def constraints(prefix: str, ban: str) -> Constraints:
    """What an address asks of a search; ValueError, in one sentence, if that can't be.

    >>> constraints("Ein Hund", "der|die")
    Constraints(prefix='Ein Hund', banned=('der', 'die'), no_repeat=0, min_length=0)
    """
    words = listed(ban)
    check(len(words) <= MOST, f"{len(words)} words are banned; at most {MOST} can be")
    check(len(ban) <= MOST * MAX_TARGET, f"the banned words have {len(ban)} characters; at most {MOST * MAX_TARGET}")
    return Constraints(prefix, words)


def listed(ban: str) -> tuple[str, ...]:
    """The banned words of an address."""
    return tuple(ban.split(BETWEEN)) if ban else ()


def fits(prefix: str, ban: str) -> bool:
    """Whether an address asks no more than can be."""
    try:
        constraints(prefix, ban)
    except ValueError:
        return False
    return True

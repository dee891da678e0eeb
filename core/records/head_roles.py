"""What heads do: each role that a head may have with its number, its interval and what the number is compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.changes import check_place
from core.checks import check, check_choice, check_range

# What makes a head's number a role (Voita et al. 2019, §5.1 and §5.2); the last two are this project's own lines.
POSITIONAL = 0.9  # of its maxima on one relative position
SYNTACTIC = 0.1  # more of its maxima right than of the best fixed position
RARE = 0.5  # of its maxima on the least frequent token
DELIMITER = 0.5  # of its weight on the ends of the sentence and its punctuation
LEANING = 1 / 3  # of the way from the baseline to a role
ROLES = ("positional", "syntactic", "rare", "delimiter")  # a head of several is named after the first
MEASURES = (*ROLES, "confidence")  # which is no role
RELATIONS = ("nsubj", "obj", "amod", "advmod")
DIRECTIONS = ("governor", "dependent")  # which of the two a head finds, from the other
FIELDS = ("layer", "head", "about", "value", "low", "high", "baseline")  # of a stored row


@dataclass(frozen=True, slots=True)
class Evidence:
    """A share between 0 and 1 measured of one head, counted from 0, its 95 % bootstrap interval, and a baseline.

    `about` is the relative position of a "positional" measure ("-1": the token before), the relation and what is found
    of a "syntactic" one ("nsubj governor": from the subject its verb), "" of the others.
    """

    kind: str
    layer: int
    head: int
    measure: str
    about: str
    value: float
    low: float
    high: float
    baseline: float

    def __post_init__(self):
        check_place(self.kind, self.layer, self.head)
        check_choice("measure of a head", self.measure, MEASURES)
        check_about(self.measure, self.about)
        for name in ("value", "low", "high", "baseline"):
            check_range(name, getattr(self, name), 0, 1, whole=False)

    @property
    def least(self) -> float:
        """What the value has to reach for a role; more than 1 for what is none."""
        lines = {"positional": POSITIONAL, "syntactic": self.baseline + SYNTACTIC, "rare": RARE, "delimiter": DELIMITER}
        return lines.get(self.measure, 2.0)

    @property
    def holds(self) -> bool:
        """Whether the head has this role."""
        return self.value >= self.least

    @property
    def sure(self) -> bool:
        """Whether all of the interval says so."""
        return self.low >= self.least

    @property
    def way(self) -> float:
        """How far from the baseline to a role the value is: 1 at the role; 0 where there is none or no way to it."""
        return (self.value - self.baseline) / (self.least - self.baseline) if self.baseline < self.least <= 1 else 0.0

    @property
    def leans(self) -> bool:
        """Whether the head comes near a role that it has not, by more than chance."""
        return self.way >= LEANING and not self.holds and self.low > self.baseline


def check_about(measure: str, about: object) -> None:
    """ValueError if `about` is not what a measure may be about."""
    if measure == "positional":
        check(isinstance(about, str) and about.lstrip("-").isdecimal(), f"{about!r:.40} is no relative position")
    elif measure == "syntactic":
        found = [f"{relation} {direction}" for relation in RELATIONS for direction in DIRECTIONS]
        check_choice("relation", about, found)
    else:
        check(about == "", f"{measure} is about nothing, not about {about!r:.40}")


def roles(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Of what is known of one head the roles that it has: by `ROLES`, of several relations the clearest first."""
    held = [part for part in evidence if part.holds]
    return sorted(held, key=lambda part: (ROLES.index(part.measure), part.least - part.value))


def nearest(evidence: Sequence[Evidence]) -> Evidence | None:
    """Of what one head leans to what comes nearest to a role; None if it leans to nothing."""
    leaning = [part for part in evidence if part.leans]
    return max(leaning, key=lambda part: part.way, default=None)


def to_rows(evidence: Sequence[Evidence]) -> dict[str, dict[str, list[list[Any]]]]:
    """As JSON values: by kind and measure a row of `FIELDS` for each, shares to the thousandth."""
    stored: dict[str, dict[str, list[list[Any]]]] = {}
    for part in evidence:
        row = [getattr(part, name) for name in FIELDS]
        row = [round(value, 3) if isinstance(value, float) else value for value in row]
        stored.setdefault(part.kind, {}).setdefault(part.measure, []).append(row)
    return stored


def from_rows(stored: Mapping[str, Any]) -> tuple[Evidence, ...]:
    """The same back; ValueError, in one sentence, if it is anything else."""
    try:
        return tuple(
            Evidence(kind, layer, head, measure, *rest)
            for kind, measures in stored.items()
            for measure, rows in measures.items()
            for layer, head, *rest in rows
        )
    except (AttributeError, TypeError) as error:
        raise ValueError("this is no evidence of what heads do") from error

"""What a reader changes in a run of a model, as a value: heads closed, rows of attention edited, heads set whole."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from core.checks import check, check_choice, check_range
from core.options import MAX_LENGTH, MAX_PIECES

MAX_HEADS = 999  # the last layer and the last head that a change may name
ATTENTION_KINDS = ("encoder", "decoder", "cross")


def check_place(kind: str, layer: int, head: int) -> None:
    """One attention head, counted from 0; `kind` says of which attention."""
    check_choice("kind of attention", kind, ATTENTION_KINDS)
    check_range("layer", layer, 0, MAX_HEADS)
    check_range("head", head, 0, MAX_HEADS)


@dataclass(frozen=True, order=True, slots=True)
class Head:
    """One attention head that is closed, counted from 0."""

    kind: str
    layer: int
    head: int

    def __post_init__(self):
        check_place(self.kind, self.layer, self.head)


@dataclass(frozen=True, order=True, slots=True)
class Row:
    """What one head is to give each key of one query, from 0; whatever stands before that position.

    An encoder's queries and keys are the source positions, `<eos>`'s last, as are cross-attention's keys. A decoder's
    query t is the step that writes token t, and may see the t + 1 tokens read until then, `<bos>` first.
    """

    kind: str
    layer: int
    head: int
    query: int
    weights: tuple[float, ...]

    def __post_init__(self):
        check_place(self.kind, self.layer, self.head)
        check_range("query", self.query, 0, MAX_LENGTH - 1)
        most = MAX_LENGTH if self.kind == "decoder" else MAX_PIECES + 1
        check_range("number of weights", len(self.weights), 1, most)
        read = f"a decoder's row {self.query} has {self.query + 1} tokens to see, not {len(self.weights)}"
        check(self.kind != "decoder" or len(self.weights) == self.query + 1, read)
        for weight in self.weights:
            check_range("weight", weight, 0.0, 1.0, whole=False)
        object.__setattr__(self, "weights", tuple(weight + 0.0 for weight in self.weights))  # floats, and no -0.0


def all_on(key: int, keys: int) -> list[float]:
    """The whole weight on one of so many keys."""
    return [float(place == key) for place in range(keys)]


# A row's weights by its query and the number of keys that it may see; past the last key the diagonal stays there.
PATTERNS: dict[str, Callable[[int, int], list[float]]] = {
    "uniform": lambda _query, keys: [1 / keys] * keys,
    "diagonal": lambda query, keys: all_on(min(query, keys - 1), keys),
    "first": lambda _query, keys: all_on(0, keys),
}


@dataclass(frozen=True, order=True, slots=True)
class Pattern:
    """One of `PATTERNS` for every row of a head."""

    kind: str
    layer: int
    head: int
    pattern: str

    def __post_init__(self):
        check_place(self.kind, self.layer, self.head)
        check_choice("pattern", self.pattern, PATTERNS)


@dataclass(frozen=True)
class Changes:
    """What a reader changes in a run: heads that are closed, rows that are edited, heads that follow a pattern.

    Those who change the same are equal, in whatever order they say it. A row can be edited only once, and a head follow
    one pattern; of a head that follows one, an edited row is as it was edited.
    """

    closed: tuple[Head, ...] = ()
    edited: tuple[Row, ...] = ()
    patterns: tuple[Pattern, ...] = ()

    def __post_init__(self):
        for name in ("closed", "edited", "patterns"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
        for row, after in itertools.pairwise(self.edited):
            place = row.kind, row.layer, row.head, row.query
            twice = f"{row.kind} layer {row.layer}, head {row.head} is edited twice in row {row.query}: give it one row"
            check(place != (after.kind, after.layer, after.head, after.query), twice)
        for head, after in itertools.pairwise(self.patterns):
            twice = f"{head.kind} layer {head.layer}, head {head.head} is set twice"
            same = (head.kind, head.layer, head.head) == (after.kind, after.layer, after.head)
            check(not same, f"{twice}: to {head.pattern} and to {after.pattern}")

    def address(self) -> str:
        """All of it in characters that an address holds as they are; "" where nothing is changed.

        Changes((Head("cross", 1, 2),), (Row("cross", 0, 1, 4, (0.25, 0.75)),), (Pattern("encoder", 0, 0, "first"),))
        .address() -> "cross~1~2_cross~0~1~4~0.25~0.75_encoder~0~0~first"
        """
        heads = [(head.kind, head.layer, head.head) for head in self.closed]
        rows = [(row.kind, row.layer, row.head, row.query, *row.weights) for row in self.edited]
        patterns = [(head.kind, head.layer, head.head, head.pattern) for head in self.patterns]
        return "_".join("~".join(map(written, parts)) for parts in (*heads, *rows, *patterns))

    @classmethod
    def from_address(cls, address: str) -> "Changes":
        """What `address` wrote; ValueError if it is something else."""
        changes = [change_of(part) for part in address.split("_") if part]
        return cls(*(tuple(change for change in changes if isinstance(change, kind)) for kind in (Head, Row, Pattern)))


def written(part: str | float) -> str:
    """A part of a change as an address has it: as short as it can be and the same number again."""
    return str(part).removesuffix(".0")


def change_of(text: str) -> Head | Row | Pattern:
    """One change from its part of an address."""
    kind, *parts = text.split("~")
    try:
        place = kind, *map(int, parts[:2])
        if len(parts) < 3:
            return Head(*place)
        if len(parts) == 3:
            return Pattern(*place, parts[2])
        return Row(*place, int(parts[2]), tuple(map(float, parts[3:])))
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{text!r:.60} is no change; valid: kind~layer~head to close a head, as cross~1~2, "
            "kind~layer~head~query~weights to edit a row, as cross~0~1~4~0.25~0.75, "
            f"or kind~layer~head~pattern to set all rows, with {', '.join(PATTERNS)}"
        ) from error


UNCHANGED = Changes()

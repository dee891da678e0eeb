"""What a person may ask for: frozen options that check themselves, and the checks; nothing but Python is needed."""

from dataclasses import dataclass

LENGTH_NORMS = ("none", "average", "gnmt")
MAX_BEAM_SIZE = 1_000
MAX_TARGET = 2_000  # characters


def check(condition: bool, message: str) -> None:
    """Raise ValueError with one sentence."""
    if not condition:
        raise ValueError(message)


def check_range(name: str, value: float, low: float, high: float, whole: bool = True) -> None:
    """A number within its range, or one sentence that names the range."""
    kind = "a whole number" if whole else "a number"
    fits = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool) and low <= value <= high
    check(fits, f"{name} must be {kind} from {low} to {high}, not {value!r}")


def check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    """One of the choices, or one sentence that names them."""
    check(value in choices, f"unknown {name} {value!r}; valid: {', '.join(choices)}")


def check_max_length(max_length: int | None) -> None:
    """A cut-off length, or None."""
    if max_length is not None:
        check_range("max length", max_length, 1, 2_000)


@dataclass(frozen=True)
class GreedyOptions:
    """The likeliest token at each step. `max_length` counts `<eos>`; None is twice the source's pieces plus 10."""

    max_length: int | None = None

    def __post_init__(self):
        check_max_length(self.max_length)


@dataclass(frozen=True)
class BeamOptions:
    """Beam search. Pruning compares plain sums; `length_norm` and `length_penalty` (α) only rank what has finished.

    The search ends when `finished` hypotheses (None: as many as the beam is wide) are complete, or at `max_length`.
    """

    beam_size: int = 5
    length_norm: str = "gnmt"
    length_penalty: float = 1.0
    finished: int | None = None
    max_length: int | None = None

    def __post_init__(self):
        check_range("beam size", self.beam_size, 1, MAX_BEAM_SIZE)
        check_choice("length norm", self.length_norm, LENGTH_NORMS)
        check_range("length penalty", self.length_penalty, 0.0, 5.0, whole=False)
        if self.finished is not None:
            check_range("number of finished hypotheses", self.finished, 1, 10_000)
        check_max_length(self.max_length)


@dataclass(frozen=True)
class ForcedOptions:
    """A given translation: the search writes the sub-words of `target` and `<eos>`, whatever the model prefers."""

    target: str

    def __post_init__(self):
        check(isinstance(self.target, str), f"the translation to force must be text, not {self.target!r}")
        check(bool(self.target.strip()), "there is no translation to force: give some text")
        length = len(self.target)
        check(length <= MAX_TARGET, f"the translation to force has {length} characters; at most {MAX_TARGET} are read")


Options = GreedyOptions | BeamOptions | ForcedOptions

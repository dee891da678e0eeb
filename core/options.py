"""What a person may ask for: frozen options that check themselves; nothing but Python is needed."""

from dataclasses import dataclass

from core.checks import check, check_choice, check_range, check_text

LENGTH_NORMS = ("none", "average", "gnmt")
STOP_RULES = ("finished", "first", "optimum")
CANDIDATES = ("samples", "beam", "both")
UTILITIES = ("chrf", "bleu", "exact")
MAX_BEAM_SIZE = 1_000
MAX_SAMPLES = 1_000
MAX_LENGTH = 2_000  # tokens
MAX_TARGET = 2_000  # characters
MAX_PIECES = 400  # sub-words of a sentence, and of a translation to force: what a search over them holds stays bounded
MAX_RECORDED = 10_000_000  # rows a search may grow times the positions each looks at


def check_pieces(count: int, name: str) -> None:
    """A text of no more sub-words than are read."""
    check(count <= MAX_PIECES, f"{name} has {count:,} sub-words; at most {MAX_PIECES} are read: split it")


def check_recorded(width: int, limit: int, pieces: int, looks_back: bool = False) -> None:
    """A search, all of it recorded, that is not too large to hold; does the model look at its own tokens, too?"""
    # A row's other numbers weigh as much as some 20 positions, and a token that it looked back at half as much as one.
    most = MAX_RECORDED // (limit * (pieces + 20 + looks_back * limit // 2))
    too_many = f"{width:,} branches of up to {limit:,} tokens over {pieces:,} sub-words are too much to record"
    check(width <= most, f"{too_many}: at most {most:,} branches, or a lower max_length")


def check_max_length(max_length: int | None) -> None:
    """A cut-off length, or None."""
    if max_length is not None:
        check_range("max length", max_length, 1, MAX_LENGTH)


def check_length_norm(length_norm: str, length_penalty: float) -> None:
    """How finished hypotheses of different lengths are compared."""
    check_choice("length norm", length_norm, LENGTH_NORMS)
    check_range("length penalty", length_penalty, 0.0, 5.0, whole=False)


def check_draws(temperature: float, top_k: int | None, top_p: float, typical: float, seed: int) -> None:
    """How a token is drawn."""
    check_range("temperature", temperature, 0.0, 100.0, whole=False)
    if top_k is not None:
        check_range("top-k", top_k, 1, 1_000_000)
    check_range("top-p", top_p, 0.0, 1.0, whole=False)
    check_range("typical mass", typical, 0.0, 1.0, whole=False)
    check_range("seed", seed, 0, 2**63 - 1)


@dataclass(frozen=True)
class Constraints:
    """What a translation must or must not contain.

    It begins with the characters of `prefix`, and where that ends in a space with its last word as a whole; none of the
    words, phrases or marks in `banned` stands in it (a longer word may hold one), however they are spelt; no run of
    `no_repeat` tokens comes twice (0: any may); at least `min_length` tokens precede `<eos>`.
    """

    prefix: str = ""
    banned: tuple[str, ...] = ()
    no_repeat: int = 0
    min_length: int = 0

    def __post_init__(self):
        check_text("the prefix", self.prefix)
        check(len(self.prefix) <= MAX_TARGET, f"the prefix has {len(self.prefix)} characters; at most {MAX_TARGET}")
        check(not isinstance(self.banned, str), "what is banned must be a list of texts, not one text")
        object.__setattr__(self, "banned", tuple(self.banned))  # JSON and the command line have lists
        for text in self.banned:
            check_text("what is banned", text)
            check(bool(text.strip()), f"what is banned must be text, not {text!r:.60}")
        check_range("n-gram size of no-repeat", self.no_repeat, 0, 100)
        check_range("minimum length", self.min_length, 0, MAX_LENGTH - 1)


FREE = Constraints()


@dataclass(frozen=True)
class GreedyOptions:
    """The likeliest token at each step. `max_length` counts `<eos>`; None is twice the source's pieces plus 10."""

    max_length: int | None = None
    constraints: Constraints = FREE

    def __post_init__(self):
        check_max_length(self.max_length)


@dataclass(frozen=True)
class SamplingOptions:
    """Translations drawn token by token from the model's distribution; the same seed draws the same ones.

    `temperature` divides the logits (0 takes the likeliest). Then tokens are left out: `top_k` keeps the k likeliest,
    `top_p` the likeliest that together reach p, `typical` those of the most ordinary information that reach that mass.
    """

    samples: int = 1
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float = 1.0
    typical: float = 1.0
    seed: int = 0
    max_length: int | None = None
    constraints: Constraints = FREE

    def __post_init__(self):
        check_range("number of samples", self.samples, 1, MAX_SAMPLES)
        check_draws(self.temperature, self.top_k, self.top_p, self.typical, self.seed)
        check_max_length(self.max_length)


@dataclass(frozen=True)
class BeamOptions:
    """Beam search. Pruning compares plain sums; norm, α and `coverage_penalty` (β) only rank what has finished.

    `stop` "finished" ends it when `finished` hypotheses (None: as many as the beam is wide) are complete, "first" when
    the likeliest candidate of a step is complete, "optimum" when nothing in the beam can still outrank the best
    complete one; at `max_length` it always ends.
    """

    beam_size: int = 5
    length_norm: str = "gnmt"
    length_penalty: float = 1.0
    finished: int | None = None
    max_length: int | None = None
    stop: str = "finished"
    coverage_penalty: float = 0.0
    constraints: Constraints = FREE

    def __post_init__(self):
        check_range("beam size", self.beam_size, 1, MAX_BEAM_SIZE)
        check_length_norm(self.length_norm, self.length_penalty)
        if self.finished is not None:
            check_range("number of finished hypotheses", self.finished, 1, 10_000)
        check_max_length(self.max_length)
        check_choice("stop rule", self.stop, STOP_RULES)
        check_range("coverage penalty", self.coverage_penalty, 0.0, 5.0, whole=False)
        if self.stop != "finished":
            check(self.finished is None, f"stop rule {self.stop!r} counts nothing: leave `finished` out or stop by it")
        if self.stop == "optimum":
            message = (
                "stop rule 'optimum' has no bound under a coverage penalty: set it to 0, or stop by finished or first"
            )
            check(self.coverage_penalty == 0, message)


@dataclass(frozen=True)
class DiverseOptions:
    """Diverse beam search: `groups` beams that share `beam_size`, one after the other within each step.

    A token costs a group `diversity` (λ) for each time that earlier groups chose it at this step.
    """

    beam_size: int = 6
    groups: int = 3
    diversity: float = 0.5
    length_norm: str = "gnmt"
    length_penalty: float = 1.0
    max_length: int | None = None
    constraints: Constraints = FREE

    def __post_init__(self):
        check_range("beam size", self.beam_size, 1, MAX_BEAM_SIZE)
        check_range("number of groups", self.groups, 1, self.beam_size)
        if self.beam_size % self.groups:
            fits = ", ".join(str(count) for count in range(1, self.beam_size + 1) if self.beam_size % count == 0)
            raise ValueError(f"a beam of {self.beam_size} can't be split into {self.groups} groups; valid: {fits}")
        check_range("diversity", self.diversity, 0.0, 100.0, whole=False)
        check_length_norm(self.length_norm, self.length_penalty)
        check_max_length(self.max_length)


@dataclass(frozen=True)
class ExactOptions:
    """The best finished translation of at most `max_length` tokens, proven, or the best after `budget` openings.

    An opening asks the model what follows one prefix.
    """

    budget: int = 2_000
    length_norm: str = "none"
    length_penalty: float = 1.0
    max_length: int | None = None
    constraints: Constraints = FREE

    def __post_init__(self):
        check_range("budget", self.budget, 1, 10_000_000)
        check_length_norm(self.length_norm, self.length_penalty)
        check_max_length(self.max_length)


@dataclass(frozen=True)
class MBROptions:
    """Minimum Bayes risk: of the candidates, the one most like all the samples.

    `candidates` are the samples, what a beam of `beam_size` finished, or both; `utility` says how like two texts are.
    The samples are drawn as `SamplingOptions` say.
    """

    candidates: str = "samples"
    samples: int = 50
    beam_size: int = 5
    utility: str = "chrf"
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float = 1.0
    typical: float = 1.0
    seed: int = 0
    max_length: int | None = None
    constraints: Constraints = FREE

    def __post_init__(self):
        check_choice("candidates", self.candidates, CANDIDATES)
        check_range("number of samples", self.samples, 1, MAX_SAMPLES)
        check_range("beam size", self.beam_size, 1, MAX_BEAM_SIZE)
        check_choice("utility", self.utility, UTILITIES)
        check_draws(self.temperature, self.top_k, self.top_p, self.typical, self.seed)
        check_max_length(self.max_length)

    @property
    def sampling(self) -> SamplingOptions:
        """How the samples are drawn."""
        draws = (self.temperature, self.top_k, self.top_p, self.typical, self.seed)
        return SamplingOptions(self.samples, *draws, self.max_length, self.constraints)

    @property
    def beam(self) -> BeamOptions:
        """How the beam searches."""
        return BeamOptions(self.beam_size, max_length=self.max_length, constraints=self.constraints)


@dataclass(frozen=True)
class ForcedOptions:
    """A given translation: the search writes `target` in its likeliest spelling, and `<eos>`."""

    target: str

    def __post_init__(self):
        check_text("the translation to force", self.target)
        check(bool(self.target.strip()), "there is no translation to force: give some text")
        length = len(self.target)
        check(length <= MAX_TARGET, f"the translation to force has {length} characters; at most {MAX_TARGET} are read")


HELP = {  # what each option means, in a line
    "beam_size": "branches of beam, diverse, and mbr's candidates",
    "length_norm": f"how lengths are compared: {', '.join(LENGTH_NORMS)}",
    "length_penalty": "alpha of gnmt",
    "coverage_penalty": "beta: what leaving source words out costs a beam",
    "stop": f"when a beam ends: {', '.join(STOP_RULES)}",
    "finished": "complete hypotheses that end a beam (default: its size)",
    "groups": "groups of a diverse beam",
    "diversity": "lambda: what a token costs that another group chose",
    "samples": "how many to draw (sample, mbr)",
    "temperature": "divides the logits; 0 takes the likeliest",
    "top_k": "draw among so many likeliest tokens",
    "top_p": "draw among the likeliest tokens that together reach this probability",
    "typical": "draw among the most ordinary tokens that together reach this probability",
    "seed": "the same seed draws the same",
    "budget": "prefixes that exact search may open",
    "candidates": f"what mbr chooses from: {', '.join(CANDIDATES)}",
    "utility": f"how mbr compares texts: {', '.join(UTILITIES)}",
    "max_length": "cut-off in tokens, <eos> too (default: 2 a piece + 10)",
    "prefix": "begin the translation with this; it may end within a word, unless a space follows",
    "banned": "never write this word, phrase or mark",
    "no_repeat": "no run of so many tokens twice",
    "min_length": "at least so many tokens before <eos>",
    "target": "force this translation",
}
Normalised = BeamOptions | DiverseOptions | ExactOptions  # rank by length norm and α
Options = GreedyOptions | SamplingOptions | BeamOptions | DiverseOptions | ExactOptions | MBROptions | ForcedOptions
STRATEGIES: dict[str, type[Options]] = {  # every way to decode, by its name
    "greedy": GreedyOptions,
    "sample": SamplingOptions,
    "beam": BeamOptions,
    "diverse": DiverseOptions,
    "exact": ExactOptions,
    "mbr": MBROptions,
    "forced": ForcedOptions,
}


def strategy_of(options: Options) -> str:
    """The name of the strategy that takes these options."""
    return next(name for name, kind in STRATEGIES.items() if isinstance(options, kind))

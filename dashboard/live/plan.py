"""What a person may train live: the choices as literal tables, and a plan as a frozen record. Without torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.checks import check_choice
from core.text.corpora import toy
from core.training.options import REGIME_OPTIONS

TASKS = ("copy", "reverse", "own")
DROPOUT = {"dropout_embedding": 0.0, "dropout_memory": 0.0, "dropout_readout": 0.2}
# Each kind of model: its family and the constructor's arguments that make it one.
KINDS: dict[str, tuple[str, Mapping[str, Any]]] = {
    "rnn-plain": ("rnn", {"attention": "none"} | DROPOUT),
    "rnn-additive": ("rnn", DROPOUT),
    "transformer": ("transformer", {"heads": 2, "dropout": 0.0}),
}
SCORES = (
    *("additive", "concat", "dot", "scaled-dot", "general", "cosine", "query-key-value"),
    *("mean", "location", "local-m", "local-p"),
)
# What else can be chosen, the simple choice first, and the constructor's arguments that each stands for.
DETAILS: dict[str, dict[str, Mapping[str, Any]]] = {
    "score": {name: {"attention": name} for name in SCORES},
    "context": {
        "step": {"context": "step"},
        "readout": {"context": "readout"},
        "layer": {"context": "layer", "layers": 2},
    },
    "feeding": {"off": {}, "on": {"input_feeding": True}},
    "cell": {"gru": {"cell": "gru"}, "lstm": {"cell": "lstm"}},
    "reads": {
        "both": {},
        "forward": {"bidirectional": False},
        "backward": {"bidirectional": False, "reverse_source": True},
    },
    "positions": {name: {"positions": name} for name in ("sinusoidal", "learned", "none", "rotary", "alibi")},
    "norm": {"post": {"norm": "post"}, "pre": {"norm": "pre"}},
}
# Which of them a kind of model has: what would contradict it can't be chosen.
HAS = {
    "rnn-plain": ("cell", "reads"),
    "rnn-additive": ("score", "context", "feeding", "cell", "reads"),
    "transformer": ("positions", "norm"),
}
# What is chosen by number, each value as an address writes it: the peak learning rate, the width of the model, how many
# layers encoder and decoder have, how many generated pairs it learns from.
NUMBERS = {
    "rate": ("0.0003", "0.001", "0.005", "0.02", "0.1"),
    "width": (
        "8",
        "16",
        "32",
        "64",
        "128",
    ),  # of more than 32 numbers a state knows its neighbours, too
    "layers": ("1", "2", "3"),
    "data": ("30", "100", "300", "1000", "3000"),
}
DEFAULTS = {"task": "copy", "kind": "rnn-additive", "regime": "teacher-forcing"}
DEFAULTS |= {"rate": "0.005", "width": "32", "layers": "1", "data": "3000"}

STEPS = 1500  # of a whole training at least: it ends with an epoch
HELD_BACK = 100  # generated pairs
BATCH = 512  # padded tokens
VOCABULARY = {"copy": 64, "reverse": 64, "own": 400}  # sub-words at most
FILMED = "s e q s c o p e"  # the letters whose attention is filmed


@dataclass(frozen=True)
class Plan:
    """One training: a task, a kind of model and a regime, each a name of its table; own pairs if they are.

    `numbers` names a choice of `NUMBERS`, `details` one of `DETAILS` for what the kind `HAS`; what is left out is the
    default, of a detail the first.
    """

    task: str
    kind: str
    regime: str = DEFAULTS["regime"]
    pairs: tuple[tuple[str, str], ...] = ()
    numbers: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self):
        check_choice("task", self.task, TASKS)
        check_choice("kind of model", self.kind, tuple(KINDS))
        check_choice("regime", self.regime, tuple(REGIME_OPTIONS))
        for name, value in self.numbers.items():
            check_choice("number", name, tuple(NUMBERS))
            check_choice(name, value, NUMBERS[name])
        for name, value in self.details.items():
            check_choice(f"detail of {self.kind}", name, HAS[self.kind])
            check_choice(name, value, tuple(DETAILS[name]))

    def number(self, name: str) -> str:
        """One of the numbers, as an address writes it."""
        return self.numbers.get(name, DEFAULTS[name])

    @property
    def family(self) -> str:
        """The family of the model."""
        return KINDS[self.kind][0]

    @property
    def attends(self) -> bool:
        """Whether the model looks at the source at all."""
        return KINDS[self.kind][1].get("attention") != "none"

    @property
    def config(self) -> dict[str, Any]:
        """The model's constructor's arguments, all but the size of its vocabulary."""
        chosen = {name: DETAILS[name][self.details.get(name, next(iter(DETAILS[name])))] for name in HAS[self.kind]}
        details = {argument: value for detail in chosen.values() for argument, value in detail.items()}
        width, layers = int(self.number("width")), max(int(self.number("layers")), details.get("layers", 1))
        sizes = {"width": width, "layers": layers}
        if self.family == "transformer":
            sizes = {"width": width, "encoder_layers": layers, "decoder_layers": layers, "feed_forward": 2 * width}
        return {**KINDS[self.kind][1], **details, **sizes}

    @property
    def options(self) -> dict[str, Any]:
        """How to train, but for the number of epochs, which the worker counts out."""
        return {
            "max_tokens": BATCH,
            "learning_rate": float(self.number("rate")),
            "warmup": 50,
            "regime": self.regime,
            "label_smoothing": 0.0,  # so that the loss is the plain cross-entropy, which can fall to 0
            "average_decay": 0.98,
            "patience": 10_000,
        }

    def train_and_held(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """The pairs to train on, and those held back: of one's own every tenth, so that of a few none is."""
        if self.task != "own":
            train, held = (toy(split, reverse=self.task == "reverse") for split in ("train", "val"))
            return train[: int(self.number("data"))], held[:HELD_BACK]
        held = list(self.pairs[9::10])
        return [pair for index, pair in enumerate(self.pairs) if index % 10 != 9], held

    def alike(self, other: "Plan") -> bool:
        """Whether another plan trains the same, own pairs aside: a file is gone with the page."""
        if (self.task, self.kind, self.config) != (other.task, other.kind, other.config):
            return False
        return self.options == other.options and (self.task == "own" or self.number("data") == other.number("data"))

    @property
    def looks(self) -> str | None:
        """Where the bright cells of the film will stand: "falling", "rising", "even"; None where nothing says so."""
        if self.task == "own" or not self.attends or self.config.get("positions") == "none":
            return None
        if self.config.get("attention") == "mean":
            return "even"
        return "rising" if self.task == "reverse" else "falling"

    def filmed(self) -> tuple[str, str]:
        """The pair whose attention is filmed: a word that is never trained on, or the first pair of one's own."""
        if self.task == "own":
            return self.pairs[0]
        letters = FILMED.split()
        return FILMED, " ".join(reversed(letters) if self.task == "reverse" else letters)

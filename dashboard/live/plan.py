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
# Each size of a family: further arguments, and the peak learning rate, which falls as the width grows.
SIZES: dict[str, dict[str, tuple[Mapping[str, Any], float]]] = {
    "small": {
        "rnn": ({"width": 32}, 5e-3),  # few numbers a state: more would know their neighbours' letters, too
        "transformer": ({"width": 64, "encoder_layers": 1, "decoder_layers": 1, "feed_forward": 128}, 3e-3),
    },
    "medium": {
        "rnn": ({"width": 96}, 3e-3),
        "transformer": ({"width": 128, "encoder_layers": 2, "decoder_layers": 2, "feed_forward": 256}, 1e-3),
    },
}
DEFAULTS = {"task": "copy", "kind": "rnn-additive", "size": "small", "regime": "teacher-forcing"}

STEPS = 1500  # of a whole training at least: it ends with an epoch
TRAINED, HELD_BACK = 3000, 100  # generated pairs
BATCH = 512  # padded tokens
VOCABULARY = {"copy": 64, "reverse": 64, "own": 400}  # sub-words at most
FILMED = "s e q s c o p e"  # the letters whose attention is filmed


@dataclass(frozen=True)
class Plan:
    """One training: a task, a kind of model, its size and regime, each a name of its table; own pairs if they are.

    `details` names a choice of `DETAILS` for what the kind `HAS`; what is left out is the first.
    """

    task: str
    kind: str
    size: str
    regime: str
    pairs: tuple[tuple[str, str], ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self):
        check_choice("task", self.task, TASKS)
        check_choice("kind of model", self.kind, tuple(KINDS))
        check_choice("size", self.size, tuple(SIZES))
        check_choice("regime", self.regime, tuple(REGIME_OPTIONS))
        for name, value in self.details.items():
            check_choice(f"detail of {self.kind}", name, HAS[self.kind])
            check_choice(name, value, tuple(DETAILS[name]))

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
        return {**KINDS[self.kind][1], **details, **SIZES[self.size][self.family][0]}

    @property
    def options(self) -> dict[str, Any]:
        """How to train, but for the number of epochs, which the worker counts out."""
        return {
            "max_tokens": BATCH,
            "learning_rate": SIZES[self.size][self.family][1],
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
            return train[:TRAINED], held[:HELD_BACK]
        held = list(self.pairs[9::10])
        return [pair for index, pair in enumerate(self.pairs) if index % 10 != 9], held

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

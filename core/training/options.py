"""How to train: frozen options that check themselves; nothing but Python is needed."""

from dataclasses import dataclass, fields

from core.checks import check, check_choice, check_range
from core.training.schedules import DECAYS, SCHEDULES

# Every regime, and the options that it alone understands.
SAMPLING = ("decay", "half_way", "gold_floor")
REGIME_OPTIONS: dict[str, tuple[str, ...]] = {
    "teacher-forcing": (),
    "scheduled-sampling": SAMPLING,
    "parallel-scheduled-sampling": SAMPLING,
    "professor-forcing": ("professor_weight",),
    "r-drop": ("r_drop_alpha",),
}
# name -> what a number must be: the lowest, the highest, and whether it is whole.
RANGES: dict[str, tuple[float, float, bool]] = {
    "epochs": (1, 10_000, True),
    "max_tokens": (1, 10**7, True),
    "accumulate": (1, 1_000, True),
    "learning_rate": (0.0, 1e30, False),
    "warmup": (0, 10**7, True),
    "half_way": (0.01, 10.0, False),
    "gold_floor": (0.0, 1.0, False),
    "professor_weight": (0.0, 100.0, False),
    "r_drop_alpha": (0.0, 100.0, False),
    "label_smoothing": (0.0, 0.99, False),
    "word_dropout": (0.0, 0.99, False),
    "bpe_dropout": (0.0, 0.99, False),
    "weight_decay": (0.0, 10.0, False),
    "clip": (1e-6, 1e6, False),
    "average_decay": (0.0, 0.999999, False),
    "average_last": (0, 20, True),
    "patience": (1, 10_000, True),
    "checkpoint_every": (1, 10**7, True),
    "seed": (0, 2**31 - 1, True),
}


@dataclass(frozen=True)
class TrainOptions:
    """How to train. A step is `accumulate` batches of at most `max_tokens` padded tokens; evaluation ends an epoch.

    `half_way` is the share of the planned steps after which a decay feeds back half of the tokens, `gold_floor` the
    share of gold tokens that it keeps. What is evaluated and kept is the moving average of the weights, by
    `average_decay` (Polyak & Juditsky 1992), or with `average_last` the mean of the last so many epochs (Vaswani et al.
    2017, §6.1). Training ends after `patience` epochs without a better validation loss.
    """

    epochs: int
    max_tokens: int = 1536
    accumulate: int = 1
    learning_rate: float = 1e-3
    warmup: int = 400
    schedule: str = "cosine"
    regime: str = "teacher-forcing"
    decay: str = "inverse-sigmoid"
    half_way: float = 0.5
    gold_floor: float = 0.0
    professor_weight: float = 1.0
    r_drop_alpha: float = 5.0
    label_smoothing: float = 0.1
    word_dropout: float = 0.0
    bpe_dropout: float = 0.0
    weight_decay: float = 0.01
    clip: float = 1.0
    average_decay: float = 0.998
    average_last: int = 0
    patience: int = 5
    checkpoint_every: int = 200
    seed: int = 1

    def __post_init__(self):
        for name, (low, high, whole) in RANGES.items():
            check_range(name.replace("_", " "), getattr(self, name), low, high, whole)
        check_choice("schedule", self.schedule, tuple(SCHEDULES))
        check_choice("decay", self.decay, tuple(DECAYS))
        check_choice("regime", self.regime, tuple(REGIME_OPTIONS))
        default = {field.name: field.default for field in fields(self)}
        for name in sorted({name for names in REGIME_OPTIONS.values() for name in names}):
            users = [regime for regime, names in REGIME_OPTIONS.items() if name in names]
            fits = self.regime in users or getattr(self, name) == default[name]
            plain, valid = name.replace("_", " "), " or ".join(users)
            check(fits, f"{plain} means nothing to the regime {self.regime!r}: leave it out or choose {valid}")
        averaged = self.average_last == 0 or self.average_decay == default["average_decay"]
        check(averaged, "weights are averaged one way: leave out average decay or average last")

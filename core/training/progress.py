"""All that changes while training, and its checkpoint: written whole, read back only by what can go on from it."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from core.checkpoints import is_point
from core.checks import check
from core.files import whole
from core.quoting import quoted
from core.training.options import TrainOptions
from core.training.regimes import REGIMES, Regime

FORMAT = 3
MAY_CHANGE = ("epochs", "patience", "checkpoint_every", "max_tokens", "accumulate")  # between a run and its resumption
BATCHES = ("max_tokens", "accumulate")  # what decides the steps of an epoch
COUNTS = ("best_epoch", "epoch", "done", "step", "tokens", "halvings")
NUMBERS = ("best_loss", "seconds", "epoch_loss")
PLAIN_FIELDS = ("average", "last", "best", "curve", *COUNTS, *NUMBERS)
RUN = {"options": dict, "config": dict, "pairs": int, "text": str}  # what tells one run from another


@dataclass
class Progress:
    """All that changes while training, and so all that a checkpoint holds.

    `regime` is what its model is asked. `epoch` whole epochs and `done` steps of the next are behind it. `last` are the
    weights after the last epochs, where these are averaged. `judge` is the module of the regime's own. Random numbers
    are no part of it: those of a step come from the seed and the step's number.
    """

    model: nn.Module
    optimizer: torch.optim.Optimizer
    average: dict[str, Tensor]
    best: dict[str, Tensor]
    regime: Regime
    judge: nn.Module | None = None
    judge_optimizer: torch.optim.Optimizer | None = None
    last: list[dict[str, Tensor]] = field(default_factory=list)
    best_loss: float = float("inf")
    best_epoch: int = 0
    epoch: int = 0
    done: int = 0
    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    epoch_loss: float = 0.0
    halvings: int = 0
    curve: list[dict[str, float]] = field(default_factory=list)

    def stateful(self) -> dict[str, Any]:
        """What has a state of its own, by its name in the checkpoint."""
        parts = {"model": self.model, "optimizer": self.optimizer}
        judging = {"judge": self.judge, "judge_optimizer": self.judge_optimizer}
        return parts | (judging if self.judge is not None else {})

    def save(self, path: Path, options: TrainOptions, data: Mapping[str, Any]) -> None:
        """Write atomically, with what the run is: its options, its model's shape and its `data`."""
        content = {name: getattr(self, name) for name in PLAIN_FIELDS}
        content |= {name: part.state_dict() for name, part in self.stateful().items()}
        content |= {"format": FORMAT, "options": asdict(options), "config": asdict(self.model.config), **data}
        with whole(path) as partial, partial.open("wb") as file:
            torch.save(content, file)

    def load(self, path: Path, options: TrainOptions, data: Mapping[str, Any]) -> None:
        """Go on from what `save` wrote; ValueError in one sentence, and the file stays, if that can't be."""
        content = read(path)
        check_same_run(content, path, options, data)
        check(content["config"] == asdict(self.model.config), broken(path))
        device = next(self.model.parameters()).device
        try:
            check(self.could_have_saved(content), broken(path))
            for name, part in self.stateful().items():
                part.load_state_dict(content[name])
            for name in PLAIN_FIELDS:
                setattr(self, name, on(device, content[name]))
        except (AttributeError, LookupError, TypeError, ValueError, OverflowError, RuntimeError) as error:
            raise ValueError(broken(path)) from error
        if any(content["options"].get(name) != getattr(options, name) for name in BATCHES):
            self.done, self.epoch_loss = 0, 0.0  # the epoch has other steps now: it begins anew

    def could_have_saved(self, content: Mapping[str, Any]) -> bool:
        """Whether every part of a checkpoint is there and of the kind and shape that it has in this training."""
        weights = self.model.state_dict()
        kept = [content["model"], content["average"], content["best"], *content["last"]]
        return (
            all(type(content[name]) is int and 0 <= content[name] < 2**63 for name in COUNTS)
            and all(type(content[name]) is float and not math.isnan(content[name]) for name in NUMBERS)
            and all(same_shapes(saved, weights) for saved in kept)
            and isinstance(content["last"], list)
            and isinstance(content["curve"], list)
            and all(map(is_point, content["curve"]))
            and (self.judge is None or same_shapes(content["judge"], self.judge.state_dict()))
            and fits(content["optimizer"], self.optimizer)
            and (self.judge is None or fits(content["judge_optimizer"], self.judge_optimizer))
        )


def same_shapes(weights: Any, wanted: Mapping[str, Tensor]) -> bool:
    """Whether these are weights of the same names, shapes and numbers' kind."""
    return (
        isinstance(weights, dict)
        and weights.keys() == wanted.keys()
        and all(isinstance(weight, Tensor) for weight in weights.values())
        and all(
            (weights[name].shape, weights[name].dtype) == (weight.shape, weight.dtype)
            for name, weight in wanted.items()
        )
    )


def fits(saved: Mapping[str, Any], optimizer: torch.optim.Optimizer) -> bool:
    """Whether this is the state of an optimiser of the same settings and weights, whatever its rate."""
    ours, theirs = ([part | {"lr": 0.0} for part in state["param_groups"]] for state in (optimizer.state_dict(), saved))
    weights = [weight for settings in optimizer.param_groups for weight in settings["params"]]
    moments = [
        same_shapes(state, {"step": torch.tensor(0.0), "exp_avg": weights[at], "exp_avg_sq": weights[at]})
        for at, state in saved["state"].items()
    ]
    return ours == theirs and all(moments) and all(type(part["lr"]) is float for part in saved["param_groups"])


def read(path: Path) -> Mapping[str, Any]:
    """What a checkpoint holds; ValueError in one sentence if it is damaged or of another format."""
    try:
        content = torch.load(path, weights_only=True, map_location="cpu")
        version = content.get("format", 1)
    except Exception as error:  # torch raises a dozen kinds on a file that is no checkpoint
        raise ValueError(broken(path)) from error
    check(
        version == FORMAT,
        f"{path} is a checkpoint of format {quoted(version)}, and this version goes on from format {FORMAT}: resume it "
        "with the version that wrote it, or train anew without --resume; the file stays",
    )
    check(all(isinstance(content.get(name), kind) for name, kind in RUN.items()), broken(path))
    settings = [*content["options"].values(), *content["config"].values()]
    check(all(map(is_plain, settings)), broken(path))
    check(0 < content["pairs"] < 2**63, broken(path))
    return content


def is_plain(value: Any) -> bool:
    """Whether this is a setting: a text, a number or nothing, or several of these."""
    if isinstance(value, dict | list | tuple):
        return all(map(is_plain, value.values() if isinstance(value, dict) else value))
    return isinstance(value, str | int | float | None)


def data_of(pairs: Sequence[object]) -> dict[str, Any]:
    """What tells one training text from another: the number of its pairs, and a digest of their ids."""
    return {"pairs": len(pairs), "text": hashlib.sha256(repr(pairs).encode()).hexdigest()}


def check_same_run(content: Mapping[str, Any], path: Path, options: TrainOptions, data: Mapping[str, Any]) -> None:
    """ValueError if the checkpoint is of a run with other options or other data."""
    wanted, stored = asdict(options), content["options"]
    for name in (name for name in wanted if name not in MAY_CHANGE):
        flag = "--" + name.replace("_", "-")
        same = stored.get(name) == wanted[name]
        before = quoted(stored.get(name)).strip("'")
        sentence = f"{path} was trained with {flag} {before}, not {wanted[name]}"
        check(same, f"{sentence}: repeat that, or train anew without --resume")
    count = content["pairs"]
    difference = (
        "other pairs than these" if count == data["pairs"] else f"{count:,} pairs, not on these {data['pairs']:,}"
    )
    same = all(content[name] == value for name, value in data.items())
    check(same, f"{path} was trained on {difference}: give the same data, or train anew without --resume")


def on(device: torch.device, value: Any) -> Any:
    """Weights on a device; everything else as it is."""
    if isinstance(value, list):
        return [on(device, part) for part in value]
    if isinstance(value, dict) and all(isinstance(part, Tensor) for part in value.values()):
        return {name: weight.to(device) for name, weight in value.items()}
    return value


def broken(path: Path) -> str:
    """The sentence about a file that is no checkpoint of this model."""
    return f"{path} is damaged or belongs to another model: remove it or train without --resume"


def begin(model: nn.Module, options: TrainOptions, regime: Regime | None = None) -> Progress:
    """A fresh start under the options' regime or another.

    Biases and norms are not decayed (Loshchilov & Hutter 2019 leave this open).
    """
    decayed = [weight for weight in model.parameters() if weight.dim() > 1]
    free = [weight for weight in model.parameters() if weight.dim() <= 1]
    groups = [{"params": decayed, "weight_decay": options.weight_decay}, {"params": free, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=options.learning_rate, betas=(0.9, 0.98), eps=1e-9, fused=True)
    progress = Progress(model, optimizer, copy_of(model), copy_of(model), regime or REGIMES[options.regime])
    judge = progress.regime.judge
    if judge is not None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(options.seed)
            progress.judge = judge(model.config.width).to(next(model.parameters()).device)
        progress.judge_optimizer = torch.optim.Adam(progress.judge.parameters(), lr=options.learning_rate)
    return progress


def copy_of(model: nn.Module) -> dict[str, Tensor]:
    """The model's weights, detached."""
    return {name: weight.detach().clone() for name, weight in model.state_dict().items()}

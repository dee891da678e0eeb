"""Head pruning: gates on every head, learnt with the weights under a price on open ones (Voita et al. 2019, §6).

arXiv 1905.09418. The loss is the model's own + λ · the expected number of open heads (L0); each gate is hard concrete,
multiplies the output of its head, and is handed to the model as any intervention is.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.changes import ATTENTION_KINDS
from core.checks import check, check_choice, check_range
from core.models.contract import NONE, Interventions, Output
from core.models.hard_concrete import open_probability, sample, value
from core.models.transformer import Transformer
from core.text.batches import Batch, Pairs, plan
from core.training.options import TrainOptions
from core.training.regimes import Losses, Moment, Regime, teacher_forcing

OPEN = 2.5  # log α of a gate at first: without chance it is 1, and 0 in one draw of sixty


@dataclass(frozen=True)
class PruneOptions:
    """How to prune: λ, nats a token that an open head costs, which kinds have gates, and for how many steps.

    `gate_rate` is how fast log α moves, `learning_rate` how fast the weights of the converged model do; both follow one
    schedule. A point of the film is taken every so many steps.
    """

    penalty: float
    kinds: tuple[str, ...] = ATTENTION_KINDS
    steps: int = 1200
    learning_rate: float = 3e-4
    gate_rate: float = 0.03
    warmup: int = 50
    max_tokens: int = 3072
    label_smoothing: float = 0.1
    film_every: int = 50
    checkpoint_every: int = 50
    seed: int = 1

    def __post_init__(self):
        check_range("lambda", self.penalty, 0.0, 100.0, whole=False)
        check_range("steps", self.steps, 1, 10**6)
        check_range("learning rate", self.learning_rate, 1e-9, 1.0, whole=False)
        check_range("gate rate", self.gate_rate, 0.0, 10.0, whole=False)
        check_range("film every", self.film_every, 1, 10**6)
        check(bool(self.kinds), f"there is nothing to prune: choose some of {', '.join(ATTENTION_KINDS)}")
        for kind in self.kinds:
            check_choice("kind of attention", kind, ATTENTION_KINDS)
        object.__setattr__(self, "kinds", tuple(kind for kind in ATTENTION_KINDS if kind in self.kinds))
        self.training(1)  # which checks the others

    def training(self, epochs: int) -> TrainOptions:
        """The same for the training loop; the weights at its end count, however many heads they have left."""
        return TrainOptions(
            epochs,
            max_tokens=self.max_tokens,
            learning_rate=self.learning_rate,
            warmup=self.warmup,
            label_smoothing=self.label_smoothing,
            average_decay=0.98,
            patience=epochs,
            checkpoint_every=self.checkpoint_every,
            seed=self.seed,
        )


class GatedTransformer(nn.Module):
    """A Transformer whose heads have learnt gates: drawn for each sentence while training, and without chance after.

    This is what the loop trains. The optimiser moves all parameters by one rate; those of the gates are log α over
    `reach`, so that log α moves by its own.
    """

    def __init__(self, model: Transformer, options: PruneOptions):
        super().__init__()
        self.model, self.config, self.heads, self.absent = model, options, model.heads, model.absent
        self.reach = options.gate_rate / options.learning_rate
        sizes = {kind: math.prod(model.heads[kind]) for kind in options.kinds}
        # One axis, and so no weight decay, which would pull log α to 0.
        self.gates = nn.ParameterDict(
            {kind: nn.Parameter(torch.full((size,), OPEN / self.reach)) for kind, size in sizes.items()}
        )

    def log_alpha(self, kind: str) -> Tensor:
        """Of every gate of a kind, (L, H)."""
        return self.gates[kind].unflatten(0, self.heads[kind]) * self.reach

    def values(self) -> dict[str, Tensor]:
        """Every head's gate without chance, (L, H) a kind; what has no gates is open."""
        known = {kind: torch.ones(shape) for kind, shape in self.heads.items()}
        return known | {kind: value(self.log_alpha(kind)).detach().cpu() for kind in self.config.kinds}

    def probabilities(self) -> dict[str, Tensor]:
        """How likely each gate is open, (L, H) for each kind that has them."""
        return {kind: open_probability(self.log_alpha(kind)) for kind in self.config.kinds}

    def forward(
        self, source: Tensor, mask: Tensor, target: Tensor, *, interventions: Interventions = NONE, detail: bool = False
    ) -> Output:
        """Teacher forcing under the gates: source, mask (n, S), target (n, T), `<bos>` first."""
        drawn = {}
        for kind in self.config.kinds:
            log_alpha = self.log_alpha(kind)
            drawn[kind] = sample(log_alpha.expand(len(source), -1, -1)) if self.training else value(log_alpha)
        return self.model(source, mask, target, interventions=interventions._replace(**drawn), detail=detail)


def losses(model: GatedTransformer, batch: Batch, moment: Moment) -> Losses:
    """The model's own, and what its open heads cost (§6.1)."""
    expected = torch.stack([chances.sum() for chances in model.probabilities().values()]).sum()
    return {**teacher_forcing(model, batch, moment), "penalty": model.config.penalty * expected}


PRUNING = Regime(losses)


def share_of(pairs: Pairs, options: PruneOptions) -> tuple[Pairs, int]:
    """The pairs of one epoch and the number of epochs that make about so many steps."""
    batches = plan(pairs, options.max_tokens, seed=options.seed)
    epochs = math.ceil(options.steps / len(batches))
    return [pairs[at] for part in batches[: math.ceil(options.steps / epochs)] for at in part], epochs


def film_point(model: GatedTransformer, step: int, validation: float) -> dict[str, object]:
    """What a film of the gates keeps of a step: how likely each head is open, and the loss, nats a token."""
    chances: Mapping[str, Tensor] = model.probabilities()
    rounded = {
        kind: [[round(chance, 3) for chance in layer] for layer in part.tolist()] for kind, part in chances.items()
    }
    return {"step": step, "validation": round(validation, 4), **rounded}

"""Several models with one vocabulary that translate as one (Hansen & Salamon 1990; Sutskever et al. 2014, §3.2)."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn

from core.changes import ATTENTION_KINDS, Head
from core.models.contract import NONE, OVERRIDE, Encoded, Interventions, Output, State, Step, fitted

HEADS = 2  # their axis in interventions with a sentence axis
AXES = {"encoder": HEADS, "decoder": HEADS, "cross": HEADS, "scores": HEADS, "hidden": -1}  # to stand side by side on


class Ensemble(nn.Module):
    """A `Seq2Seq` model whose next-token probabilities are the mean of its models'; its logits are their logarithms.

    Nothing of theirs is averaged away: their heads stand side by side, in attention and scores as in interventions, and
    so do their hidden vectors. A kind of attention that they have in different numbers of layers is left out and can't
    be changed; hidden vectors are left out where these numbers differ, and all other details.
    """

    def __init__(self, models: Sequence[nn.Module]):
        super().__init__()
        self.models = nn.ModuleList(models)
        self.heads: dict[str, tuple[int, int]] = {}
        for kind in ATTENTION_KINDS:
            shapes = [model.heads[kind] for model in models if kind in model.heads]
            if len({layers for layers, _ in shapes}) == 1:
                self.heads[kind] = shapes[0][0], sum(heads for _, heads in shapes)
        self.absent = tuple(head for head in absent_of(models) if head.kind in self.heads)

    def encode(
        self, source: Tensor, mask: Tensor, *, interventions: Interventions = NONE, detail: bool = False
    ) -> Encoded:
        """Read source (n, S) under mask (n, S); the memory is a tuple of what each model makes of it."""
        interventions = fitted(interventions, self.heads, source, next(self.parameters()))
        parts = tuple(
            model.encode(source, mask, interventions=own, detail=detail)
            for model, own in zip(self.models, self.divided(interventions), strict=True)
        )
        looks = [{} if part.attention is None else {"encoder": part.attention} for part in parts]
        details = side_by_side([part.detail for part in parts])
        return Encoded(parts, mask, side_by_side(looks).get("encoder"), None, interventions, details)

    def start(self, encoded: Encoded, *, width: int = 1) -> State:
        """The models' states side by side, `width` live rows a sentence."""
        parts = [part._replace(mask=encoded.mask) for part in encoded.memory]
        return joined([model.start(part, width=width) for model, part in zip(self.models, parts, strict=True)])

    def step(self, previous: Tensor, state: State, *, detail: bool = False) -> Step:
        """Read one token a row, previous (B,)."""
        states = map(State, state.source, state.rows)
        answers = [model.step(previous, own, detail=detail) for model, own in zip(self.models, states, strict=True)]
        return Step(mean(answers), joined([answer.state for answer in answers]), *looks_of(answers))

    def forward(
        self, source: Tensor, mask: Tensor, target: Tensor, *, interventions: Interventions = NONE, detail: bool = False
    ) -> Output:
        """Teacher forcing: source, mask (n, S), target (n, T), `<bos>` first."""
        interventions = fitted(interventions, self.heads, source, next(self.parameters()))
        answers = [
            model(source, mask, target, interventions=own, detail=detail)
            for model, own in zip(self.models, self.divided(interventions), strict=True)
        ]
        return Output(mean(answers), *looks_of(answers))

    def divided(self, interventions: Interventions) -> list[Interventions]:
        """To each model what is for its own heads."""
        parts: list[dict[str, Tensor]] = [{} for _ in self.models]
        for name, given in interventions._asdict().items():
            if given is not None:
                kind = name.removesuffix(OVERRIDE)
                sizes = [model.heads.get(kind, (0, 0))[1] for model in self.models]
                for part, size, own in zip(parts, sizes, given.split(sizes, dim=HEADS), strict=True):
                    part |= {name: own} if size else {}
        return [Interventions(**part) for part in parts]


def absent_of(models: Sequence[nn.Module]) -> Iterator[Head]:
    """The heads that each model lacks, as they stand side by side."""
    before: Counter[str] = Counter()
    for model in models:
        yield from (Head(gone.kind, gone.layer, before[gone.kind] + gone.head) for gone in model.absent)
        before.update({kind: heads for kind, (_, heads) in model.heads.items()})


def joined(states: Sequence[State]) -> State:
    """The models' states as one."""
    return State(*(tuple(parts) for parts in zip(*states, strict=True)))


def mean(answers: Sequence[Step | Output]) -> Tensor:
    """The logarithm of the models' mean probabilities (…, V)."""
    logprobs = torch.stack([answer.logits.float().log_softmax(-1) for answer in answers])
    return logprobs.logsumexp(0) - math.log(len(answers))


def looks_of(answers: Sequence[Step | Output]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Attention and details of all."""
    return side_by_side([answer.attention for answer in answers]), side_by_side([answer.detail for answer in answers])


def side_by_side(parts: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """What has a name in `AXES`, of those models that have it, where no other axis differs."""
    whole = {}
    for name, axis in AXES.items():
        tensors = [part[name] for part in parts if name in part]
        if len({tensor.movedim(axis, 0).shape[1:] for tensor in tensors}) == 1:
            whole[name] = torch.cat(tensors, dim=axis)
    return whole

"""The heads that an attention still has after pruning, and their places among all that it had."""

import warnings
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.models.attention import Attended


class Heads(NamedTuple):
    """The heads of one attention: so many places, a width each, and which places are filled (None: all)."""

    places: int
    size: int
    kept: tuple[int, ...] | None = None

    @property
    def filled(self) -> tuple[int, ...]:
        """The places of the heads that there are."""
        return tuple(range(self.places)) if self.kept is None else self.kept

    @property
    def count(self) -> int:
        """How many heads there are."""
        return self.places if self.kept is None else len(self.kept)

    @property
    def width(self) -> int:
        """Of all their outputs side by side."""
        return self.count * self.size

    def present(self, given: Tensor | None) -> Tensor | None:
        """Of something for every place (n, H, …) what is for the heads that there are, (n, K, …)."""
        return given if given is None or self.kept is None else given[:, list(self.kept)]

    def placed(self, part: Tensor) -> Tensor:
        """Something of the heads that there are (n, K, …) for every place (n, H, …): zeros where no head is left."""
        if self.kept is None:
            return part
        at = torch.tensor(self.kept, dtype=torch.long, device=part.device)
        return part.new_zeros(len(part), self.places, *part.shape[2:]).index_copy(1, at, part)

    def shown(self, attended: Attended) -> Attended:
        """What an attention computed, its weights and scores for every place."""
        return attended._replace(weights=self.placed(attended.weights), scores=self.placed(attended.scores))


def heads_at(
    places: int, size: int, kept: Mapping[str, Sequence[Sequence[int]]] | None, kind: str, layer: int
) -> Heads:
    """The heads of one layer, as the constructor's arguments tell them."""
    return Heads(places, size, None if kept is None else tuple(kept[kind][layer]))


def linear(width: int, outputs: int) -> nn.Linear:
    """A linear map, also of no heads at all, which torch finds worth a warning."""
    with warnings.catch_warnings(action="ignore"):
        return nn.Linear(width, outputs)

"""A sentence read beside a longer one, filled up with `<pad>`: what the mask hides, and what it is for."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.checks import check


@dataclass(frozen=True, eq=False)
class Padded:
    """A model's attention with `<pad>` hidden and not, of one sentence of a batch.

    `sources` and `targets` are the labels of its S and T positions, `<pad>` last, `words` and `written` how many of
    them are no `<pad>`. `masked` and `unmasked` are the weights by the kind of attention, (L, H, queries, keys);
    `moved` (S,) is how far each position's last encoder vector moves when the pad mask is left off, in parts of its
    length; `sure` and `unsure` (written,) the probability of each token of its translation with and without the mask.
    """

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    words: int
    written: int
    masked: Mapping[str, np.ndarray]
    unmasked: Mapping[str, np.ndarray]
    moved: np.ndarray
    sure: np.ndarray
    unsure: np.ndarray

    def __post_init__(self):
        lengths = {"encoder": (len(self.sources), len(self.sources)), "decoder": (len(self.targets), len(self.targets))}
        lengths["cross"] = (len(self.targets), len(self.sources))
        for part in (self.masked, self.unmasked):
            shapes = {kind: weights.shape[2:] for kind, weights in part.items()}
            check(shapes == lengths, f"attention of shapes {shapes} is not {lengths}")
        sizes = len(self.moved), len(self.sure), len(self.unsure)
        wanted = len(self.sources), self.written, self.written
        check(sizes == wanted, f"{sizes} numbers do not fit {wanted} positions")

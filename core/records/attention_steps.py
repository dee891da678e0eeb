"""One translation's attention with its numbers: what was asked, compared, scored, weighted and summed up."""

from dataclasses import dataclass

import numpy as np

from core.checks import check


@dataclass(frozen=True, eq=False)
class AttentionSteps:
    """The T steps of a translation over S source positions, in L layers of H heads of width d; an RNN has one of each.

    `query` and `context` (L, H, T, d), `keys` (L, H, S, d) or None where no source is looked at, `scores` (L, H, T, S)
    with -inf where nothing may be seen, `weights` (L, H, T, S), `values` (L, H, S, d). Of local attention also `centre`
    (T,), in source positions from 0, and `window`, the positions seen on either side. `kind` is a name of the table of
    scores, or "heads". ValueError if the shapes do not fit.
    """

    kind: str
    tokens: tuple[str, ...]
    sources: tuple[str, ...]
    query: np.ndarray
    keys: np.ndarray | None
    scores: np.ndarray
    weights: np.ndarray
    values: np.ndarray
    context: np.ndarray
    centre: np.ndarray | None = None
    window: int | None = None

    def __post_init__(self):
        layers, heads, steps, width = self.query.shape
        positions = len(self.sources)
        check(steps == len(self.tokens), f"{steps} queries do not fit {len(self.tokens)} tokens")
        by_place, by_source = (layers, heads, steps, positions), (layers, heads, positions, width)
        wanted = {"scores": by_place, "weights": by_place, "values": by_source, "context": self.query.shape}
        wanted |= {"keys": by_source} if self.keys is not None else {}
        wanted |= {"centre": (steps,)} if self.centre is not None else {}
        for name, shape in wanted.items():
            actual = getattr(self, name).shape
            check(actual == shape, f"{name} of shape {actual} are not {shape}")

    @property
    def shares(self) -> np.ndarray:
        """The softmax of the scores, (L, H, T, S), float64."""
        shifted = np.exp(self.scores.astype(np.float64) - self.scores.max(-1, keepdims=True))
        return shifted / shifted.sum(-1, keepdims=True)

    @property
    def gaussian(self) -> np.ndarray | None:
        """What local-p multiplies the shares by, (T, S), with σ = window / 2 (Luong et al. 2015, eq. 10); else None."""
        if self.kind != "local-p":
            return None
        distance = (np.arange(len(self.sources)) - self.centre[:, None]) / (self.window / 2)
        return np.exp(-0.5 * distance.astype(np.float64) ** 2)

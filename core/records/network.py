"""One sentence on its way through a Transformer: what stands at every point of every layer."""

from dataclasses import dataclass

import numpy as np

from core.checks import check, check_choice

BLOCKS = ("self", "cross", "feed")


@dataclass(frozen=True, eq=False)
class Block:
    """x + f(x) of n tokens, D numbers each: `before` is x, `entered` what f sees of it, `change` its answer f.

    `total` is their sum and `after` what goes on; the layer norm stands between x and f (pre) or after the sum (post).
    Attention has its `weights` (H, n, keys), the feed-forward block its `hidden` units (n, F), 0 where they are silent.
    """

    kind: str
    before: np.ndarray
    entered: np.ndarray
    change: np.ndarray
    total: np.ndarray
    after: np.ndarray
    weights: np.ndarray | None = None
    hidden: np.ndarray | None = None

    def __post_init__(self):
        check_choice("kind of block", self.kind, BLOCKS)
        for name in ("entered", "change", "total", "after"):
            shape = getattr(self, name).shape
            check(shape == self.before.shape, f"{name} of shape {shape} does not fit {self.before.shape}")


@dataclass(frozen=True, eq=False)
class Stack:
    """An encoder or decoder: its n tokens' scaled embeddings (n, D), what positions add, and its layers' blocks.

    `output` (n, D) is what leaves it, after one more layer norm where the blocks have theirs in front.
    """

    tokens: tuple[str, ...]
    embedded: np.ndarray
    positions: np.ndarray
    layers: tuple[tuple[Block, ...], ...]
    output: np.ndarray


@dataclass(frozen=True, eq=False)
class NetworkTrace:
    """Both stacks, and the logits (T, V) from which the T `written` tokens were taken; `norm` is "post" or "pre"."""

    norm: str
    encoder: Stack
    decoder: Stack
    written: tuple[str, ...]
    logits: np.ndarray
    vocabulary: tuple[str, ...]

    def __post_init__(self):
        wanted = (len(self.written), len(self.vocabulary))
        check(self.logits.shape == wanted, f"logits of shape {self.logits.shape} are not {wanted}")

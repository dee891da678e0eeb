"""One attention of one layer with every matrix on the way from its input to what the layer passes on."""

from dataclasses import dataclass

import numpy as np

from core.changes import ATTENTION_KINDS
from core.checks import check, check_choice


@dataclass(frozen=True, eq=False)
class Corners:
    """The first numbers of the weights behind an attention: enough to write out one number of each product.

    `columns` (3, H, 4) are the first column of each head's W^Q, W^K and W^V, `biases` (3, H) what is added there;
    `output` (4,) is the first column of W^O, `output_bias` what is added; `gain` and `shift` are the norm's first.
    """

    columns: np.ndarray
    biases: np.ndarray
    output: np.ndarray
    output_bias: float
    gain: float
    shift: float


@dataclass(frozen=True, eq=False)
class Projections:
    """The learned numbers of an attention with H heads of width d, D = H · d: q = x W^Q + b, o = c W^O + b.

    `inputs` (3, H, D, d) are each head's W^Q, W^K and W^V, `input_biases` (3, H, d) what is added there; `output`
    (D, D) is W^O, `output_bias` (D,) what is added; `gain` and `shift` (D,) are γ and β of the norm.
    """

    inputs: np.ndarray
    input_biases: np.ndarray
    output: np.ndarray
    output_bias: np.ndarray
    gain: np.ndarray
    shift: np.ndarray


@dataclass(frozen=True, eq=False)
class WorkedAttention:
    """Encoder, decoder or cross-attention of a `layer` (from 0): Q queries, K keys, H heads of width d, D = H · d.

    `stream` (Q, D) comes to the block, `entered` (Q, D) is that after a pre-norm, `source` (K, D) what keys and values
    are made of. `query` (H, Q, d), `key` and `value` (H, K, d); `placed_query` and `placed_key` the same turned by
    rotary positions, else None; `products` (H, Q, K) are q·k, `bias` (H, Q, K) what ALiBi adds after the scaling, else
    None; `visible` (Q, K) the mask; `weights` (H, Q, K) the softmax, `context` (H, Q, d) the values summed by them;
    `output` (Q, D) is W^O of the heads joined, `summed` (Q, D) with the stream added, `left` (Q, D) what goes on: after
    a post-norm. ValueError if the shapes do not fit.
    """

    kind: str
    layer: int
    norm: str  # "pre" or "post"
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    stream: np.ndarray
    entered: np.ndarray
    source: np.ndarray
    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    placed_query: np.ndarray | None
    placed_key: np.ndarray | None
    products: np.ndarray
    bias: np.ndarray | None
    visible: np.ndarray
    weights: np.ndarray
    context: np.ndarray
    output: np.ndarray
    summed: np.ndarray
    left: np.ndarray
    corners: Corners

    def __post_init__(self):
        check_choice("kind of attention", self.kind, ATTENTION_KINDS)
        heads, _, width = self.query.shape
        count, seen = len(self.queries), len(self.keys)
        rows = dict.fromkeys(("stream", "entered", "output", "summed", "left"), (count, heads * width))
        grids = dict.fromkeys(("products", "weights"), (heads, count, seen))
        asked = dict.fromkeys(("query", "context"), (heads, count, width))
        offered = dict.fromkeys(("key", "value"), (heads, seen, width))
        wanted = rows | grids | asked | offered | {"source": (seen, heads * width), "visible": (count, seen)}
        for name, shape in wanted.items():
            actual = getattr(self, name).shape
            check(actual == shape, f"{name} of shape {actual} are not {shape}")

    @property
    def scaled(self) -> np.ndarray:
        """The products divided by √d (H, Q, K)."""
        return self.products * self.query.shape[-1] ** -0.5

    @property
    def masked(self) -> np.ndarray:
        """What the softmax reads (H, Q, K): scaled, with a bias where there is one, -inf where nothing may be seen."""
        scores = self.scaled if self.bias is None else self.scaled + self.bias
        return np.where(self.visible, scores, -np.inf)

    @property
    def joined(self) -> np.ndarray:
        """The heads' contexts side by side (Q, D)."""
        return self.context.swapaxes(0, 1).reshape(self.stream.shape)

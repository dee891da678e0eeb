"""The layers of the Transformer (Vaswani et al. 2017, arXiv 1706.03762), and its constructor's arguments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.changes import Head
from core.checks import check_choice
from core.gates import check_kept
from core.models.attention import Attended, attend, merge_heads, scaled_dot_product, split_heads
from core.models.contract import Interventions, over_tensors
from core.models.kept_heads import Heads, heads_at, linear
from core.models.positional import POSITIONS, RELATIVE


@dataclass(frozen=True)
class TransformerConfig:
    """The constructor's arguments, as a card stores them.

    `dropout` is that of embeddings and of what each block adds (Vaswani et al. 2017, §5.4), `dropout_attention` that of
    the attention weights. `kept` are the heads that pruning left, from 0: {"encoder": [[0, 3], …] a layer, "decoder":
    …, "cross": …}.
    """

    vocabulary_size: int
    width: int = 256
    heads: int = 8
    encoder_layers: int = 3
    decoder_layers: int = 3
    feed_forward: int = 512
    norm: str = "post"
    positions: str = "sinusoidal"
    tied: bool = True
    dropout: float = 0.2
    dropout_attention: float = 0.0
    max_positions: int = 512
    kept: Mapping[str, Sequence[Sequence[int]]] | None = None

    def __post_init__(self):
        if self.width % self.heads:
            raise ValueError(f"width {self.width} is not a multiple of {self.heads} heads")
        check_choice("norm", self.norm, NORMS)
        check_choice("positions", self.positions, POSITIONS)
        if self.kept is not None:
            check_kept(self.kept, self.shapes)
        if self.positions == "rotary" and self.width // self.heads % 2:
            raise ValueError(
                f"heads of width {self.width // self.heads} are odd: rotary positions turn pairs of numbers"
            )

    @property
    def shapes(self) -> dict[str, tuple[int, int]]:
        """Layers and heads of each attention, those that are pruned among them."""
        decoder = self.decoder_layers, self.heads
        return {"encoder": (self.encoder_layers, self.heads), "decoder": decoder, "cross": decoder}

    @property
    def absent(self) -> tuple[Head, ...]:
        """The heads that are pruned."""
        every = (Head(kind, *at) for kind, shape in self.shapes.items() for at in product(*map(range, shape)))
        return tuple(head for head in every if head.head not in self.heads_of(head.kind, head.layer).filled)

    @property
    def head_width(self) -> int:
        """Of each head: D/H."""
        return self.width // self.heads

    def heads_of(self, kind: str, layer: int) -> Heads:
        """The heads of one attention."""
        return heads_at(self.heads, self.head_width, self.kept, kind, layer)


NORMS = ("post", "pre")


class LayerSource(NamedTuple):
    """What one decoder layer reads of the source: n rows."""

    key: Tensor  # (n, K, S, D/H), of the K heads that there are
    value: Tensor  # (n, K, S, D/H)
    mask: Tensor  # (n, S)
    changes: Interventions  # this layer's, of Q steps from position `first` on


class Residual(nn.Module):
    """x + f(x) with its layer norm before f (Xiong et al. 2020) or after the sum (Vaswani et al. 2017)."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.norm = nn.LayerNorm(config.width)
        self.dropout = nn.Dropout(config.dropout)
        self.pre = config.norm == "pre"

    def enter(self, x: Tensor) -> Tensor:
        """What f is to see of x."""
        return self.norm(x) if self.pre else x

    def leave(self, x: Tensor, change: Tensor) -> Tensor:
        """x and f's answer joined."""
        x = x + self.dropout(change)
        return x if self.pre else self.norm(x)


class FeedForward(nn.Sequential):
    """Two linear maps with a ReLU between them (§3.3)."""

    def __init__(self, config: TransformerConfig):
        super().__init__(
            nn.Linear(config.width, config.feed_forward),
            nn.ReLU(),
            nn.Linear(config.feed_forward, config.width),
        )


def relative_positions(config: TransformerConfig, heads: Heads) -> nn.Module | None:
    """What tells self-attention where queries and keys stand; None where the embeddings have said it."""
    if config.positions not in RELATIVE:
        return None
    return RELATIVE[config.positions](heads.places, heads.size, config.max_positions, heads.kept)


class EncoderLayer(nn.Module):
    """Self-attention and a feed-forward block."""

    def __init__(self, config: TransformerConfig, index: int):
        super().__init__()
        self.heads, self.rate = config.heads_of("encoder", index), config.dropout_attention
        self.relative = relative_positions(config, self.heads)
        self.query_key_value = linear(config.width, 3 * self.heads.width)
        self.output = linear(self.heads.width, config.width)
        self.feed_forward = FeedForward(config)
        self.residuals = nn.ModuleList(Residual(config) for _ in range(2))

    def forward(self, x: Tensor, mask: Tensor, changes: Interventions) -> tuple[Tensor, Tensor]:
        """x (n, S, D), mask (n, S), this layer's changes → x (n, S, D), weights (n, H, S, S)."""
        attending, feeding = self.residuals
        projected = self.query_key_value(attending.enter(x))
        query, key, value = split_heads(projected, self.heads.size).chunk(3, dim=1)
        if self.relative is None:
            scores = scaled_dot_product(query, key)
        else:
            query, key = self.relative.place(query, 0), self.relative.place(key, 0)
            scores = self.relative.weigh(scaled_dot_product(query, key), 0)
        attended = attend(
            scores,
            value,
            mask[:, None, None],
            gate=self.heads.present(changes.encoder),
            override=self.heads.present(changes.encoder_attention),
            dropout=self.rate * self.training,
        )
        x = attending.leave(x, self.output(merge_heads(attended.context)))
        return feeding.leave(x, self.feed_forward(feeding.enter(x))), self.heads.placed(attended.weights)


class LooksBack:
    """Masked self-attention of a layer with `heads`, `query_key_value`, `relative` positions and a dropout `rate`."""

    def look_back(self, x: Tensor, cache: Tensor | None, changes: Interventions) -> Attended:
        """Self-attention of x (n, Q, D): causal, or each row over its own cache (B, 2, K, t, D/H), filled in here."""
        projected = self.query_key_value(x)  # (n, Q, 3D)
        if cache is not None:
            projected = projected.flatten(0, 1)[:, None]  # (B, 1, 3D)
        query, key, value = split_heads(projected, self.heads.size).chunk(3, dim=1)
        first = 0 if cache is None else cache.shape[3] - 1
        if self.relative is not None:
            query, key = self.relative.place(query, first), self.relative.place(key, first)
        gate, override = map(self.heads.present, (changes.decoder, changes.decoder_attention))
        if cache is None:
            visible = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).tril()
            override = None if override is None else override.masked_fill(~visible, torch.nan)
        else:
            cache[:, 0, :, -1:], cache[:, 1, :, -1:] = key, value
            # Autograd keeps what it read here for its backward pass, and the next layer writes into the same cache.
            own = cache.clone() if torch.is_grad_enabled() else cache
            (key, value), visible = own.unbind(1), None
            gate, override = over_tensors(lambda given: given.repeat_interleave(x.shape[1], dim=0), (gate, override))
        scores = scaled_dot_product(query, key)
        if self.relative is not None:
            scores = self.relative.weigh(scores, first)
        return attend(scores, value, visible, gate=gate, override=override, dropout=self.rate * self.training)


class DecoderLayer(LooksBack, nn.Module):
    """Masked self-attention, attention to the source, and a feed-forward block.

    Works on x (n, Q, D), where Q is the T positions of a target (no cache) or the rows of a beam (with their cache).
    """

    def __init__(self, config: TransformerConfig, index: int):
        super().__init__()
        self.heads, self.cross_heads = (config.heads_of(kind, index) for kind in ("decoder", "cross"))
        self.rate = config.dropout_attention
        self.relative = relative_positions(config, self.heads)
        self.query_key_value = linear(config.width, 3 * self.heads.width)
        self.self_output = linear(self.heads.width, config.width)
        self.cross_query = linear(config.width, self.cross_heads.width)
        self.cross_key_value = linear(config.width, 2 * self.cross_heads.width)
        self.cross_output = linear(self.cross_heads.width, config.width)
        self.feed_forward = FeedForward(config)
        self.residuals = nn.ModuleList(Residual(config) for _ in range(3))

    def keys_values(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """memory (n, S, D) → cross keys and values (n, K, S, D/H), computed once a sentence."""
        return split_heads(self.cross_key_value(memory), self.cross_heads.size).chunk(2, dim=1)

    def ask(self, x: Tensor, changes: Interventions, cache: Tensor | None = None) -> tuple[Tensor, Attended, Tensor]:
        """x (n, Q, D) → x after self-attention, that attention, what each head asks the source (n, K, Q, D/H)."""
        looking, crossing, _ = self.residuals
        looked = self.look_back(looking.enter(x), cache, changes)
        x = looking.leave(x, self.self_output(merge_heads(looked.context)).view(x.shape))
        return x, looked, split_heads(self.cross_query(crossing.enter(x)), self.cross_heads.size)

    def forward(self, x: Tensor, source: LayerSource, cache: Tensor | None = None) -> tuple[Tensor, Attended, Attended]:
        """x (n, Q, D) → x, self-attention (n, H, T, T) or (B, H, 1, t), cross-attention (n, H, Q, S)."""
        _, crossing, feeding = self.residuals
        x, looked, query = self.ask(x, source.changes, cache)
        crossed = attend(
            scaled_dot_product(query, source.key),
            source.value,
            source.mask[:, None, None],
            gate=self.cross_heads.present(source.changes.cross),
            override=self.cross_heads.present(source.changes.cross_attention),
            dropout=self.rate * self.training,
        )
        x = crossing.leave(x, self.cross_output(merge_heads(crossed.context)))
        x = feeding.leave(x, self.feed_forward(feeding.enter(x)))
        return x, self.heads.shown(looked), self.cross_heads.shown(crossed)

"""The layers of the Transformer (Vaswani et al. 2017, arXiv 1706.03762), and its constructor's arguments."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.models.attention import Attended, attend, merge_heads, scaled_dot_product, split_heads
from core.models.positional import POSITIONS, RELATIVE
from core.options import check_choice


@dataclass(frozen=True)
class TransformerConfig:
    """The constructor's arguments, as a card stores them.

    `dropout` is that of embeddings and of what each block adds (Vaswani et al. 2017, §5.4), `dropout_attention` that of
    the attention weights.
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

    def __post_init__(self):
        if self.width % self.heads:
            raise ValueError(f"width {self.width} is not a multiple of {self.heads} heads")
        check_choice("norm", self.norm, NORMS)
        check_choice("positions", self.positions, POSITIONS)
        if self.positions == "rotary" and self.width // self.heads % 2:
            raise ValueError(
                f"heads of width {self.width // self.heads} are odd: rotary positions turn pairs of numbers"
            )


NORMS = ("post", "pre")


class LayerSource(NamedTuple):
    """What one decoder layer reads of the source: n rows."""

    key: Tensor  # (n, H, S, D/H)
    value: Tensor  # (n, H, S, D/H)
    mask: Tensor  # (n, S)
    decoder_gate: Tensor | None  # (n, H)
    cross_gate: Tensor | None  # (n, H)
    override: Tensor | None  # (n, H, Q, S)


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


def relative_positions(config: TransformerConfig) -> nn.Module | None:
    """What tells self-attention where queries and keys stand; None where the embeddings have said it."""
    if config.positions not in RELATIVE:
        return None
    return RELATIVE[config.positions](config.heads, config.width // config.heads, config.max_positions)


class EncoderLayer(nn.Module):
    """Self-attention and a feed-forward block."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.heads, self.rate = config.heads, config.dropout_attention
        self.relative = relative_positions(config)
        self.query_key_value = nn.Linear(config.width, 3 * config.width)
        self.output = nn.Linear(config.width, config.width)
        self.feed_forward = FeedForward(config)
        self.residuals = nn.ModuleList(Residual(config) for _ in range(2))

    def forward(self, x: Tensor, mask: Tensor, gate: Tensor | None) -> tuple[Tensor, Tensor]:
        """x (n, S, D), mask (n, S), gate (n, H) → x (n, S, D), weights (n, H, S, S)."""
        attending, feeding = self.residuals
        projected = self.query_key_value(attending.enter(x))
        query, key, value = split_heads(projected, 3 * self.heads).chunk(3, dim=1)
        if self.relative is None:
            scores = scaled_dot_product(query, key)
        else:
            query, key = self.relative.place(query, 0), self.relative.place(key, 0)
            scores = self.relative.weigh(scaled_dot_product(query, key), 0)
        attended = attend(scores, value, mask[:, None, None], gate=gate, dropout=self.rate * self.training)
        x = attending.leave(x, self.output(merge_heads(attended.context)))
        return feeding.leave(x, self.feed_forward(feeding.enter(x))), attended.weights


class DecoderLayer(nn.Module):
    """Masked self-attention, attention to the source, and a feed-forward block.

    Works on x (n, Q, D), where Q is the T positions of a target (no cache) or the rows of a beam (with their cache).
    """

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.heads, self.rate = config.heads, config.dropout_attention
        self.relative = relative_positions(config)
        self.query_key_value = nn.Linear(config.width, 3 * config.width)
        self.self_output = nn.Linear(config.width, config.width)
        self.cross_query = nn.Linear(config.width, config.width)
        self.cross_key_value = nn.Linear(config.width, 2 * config.width)
        self.cross_output = nn.Linear(config.width, config.width)
        self.feed_forward = FeedForward(config)
        self.residuals = nn.ModuleList(Residual(config) for _ in range(3))

    def keys_values(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """memory (n, S, D) → cross keys and values (n, H, S, D/H), computed once a sentence."""
        return split_heads(self.cross_key_value(memory), 2 * self.heads).chunk(2, dim=1)

    def look_back(self, x: Tensor, cache: Tensor | None, gate: Tensor | None) -> Attended:
        """Self-attention of x (n, Q, D): causal, or each row over its own cache (B, 2, H, t, D/H), filled in here."""
        projected = self.query_key_value(x)  # (n, Q, 3D)
        if cache is not None:
            projected = projected.flatten(0, 1)[:, None]  # (B, 1, 3D)
        query, key, value = split_heads(projected, 3 * self.heads).chunk(3, dim=1)
        first = 0 if cache is None else cache.shape[3] - 1
        if self.relative is not None:
            query, key = self.relative.place(query, first), self.relative.place(key, first)
        if cache is None:
            visible = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).tril()
        else:
            cache[:, 0, :, -1:], cache[:, 1, :, -1:] = key, value
            # Autograd keeps what it read here for its backward pass, and the next layer writes into the same cache.
            own = cache.clone() if torch.is_grad_enabled() else cache
            (key, value), visible = own.unbind(1), None
            gate = None if gate is None else gate.repeat_interleave(x.shape[1], dim=0)
        scores = scaled_dot_product(query, key)
        if self.relative is not None:
            scores = self.relative.weigh(scores, first)
        return attend(scores, value, visible, gate=gate, dropout=self.rate * self.training)

    def ask(self, x: Tensor, gate: Tensor | None, cache: Tensor | None = None) -> tuple[Tensor, Attended, Tensor]:
        """x (n, Q, D) → x after self-attention, that attention, what each head asks the source (n, H, Q, D/H)."""
        looking, crossing, _ = self.residuals
        looked = self.look_back(looking.enter(x), cache, gate)
        x = looking.leave(x, self.self_output(merge_heads(looked.context).view(x.shape)))
        return x, looked, split_heads(self.cross_query(crossing.enter(x)), self.heads)

    def forward(self, x: Tensor, source: LayerSource, cache: Tensor | None = None) -> tuple[Tensor, Attended, Attended]:
        """x (n, Q, D) → x, self-attention (n, H, T, T) or (B, H, 1, t), cross-attention (n, H, Q, S)."""
        _, crossing, feeding = self.residuals
        x, looked, query = self.ask(x, source.decoder_gate, cache)
        crossed = attend(
            scaled_dot_product(query, source.key),
            source.value,
            source.mask[:, None, None],
            gate=source.cross_gate,
            override=source.override,
            dropout=self.rate * self.training,
        )
        x = crossing.leave(x, self.cross_output(merge_heads(crossed.context)))
        return feeding.leave(x, self.feed_forward(feeding.enter(x))), looked, crossed

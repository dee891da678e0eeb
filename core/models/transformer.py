"""The Transformer encoder-decoder (Vaswani et al. 2017, arXiv 1706.03762)."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.models.attention import Attended
from core.models.contract import NONE, Encoded, Interventions, Output, State, Step, fitted
from core.models.positional import POSITIONS
from core.models.transformer_layers import DecoderLayer, EncoderLayer, LayerSource, TransformerConfig


class TransformerSource(NamedTuple):
    """What the decoder reads of the source: n rows."""

    layers: tuple[tuple[Tensor, Tensor], ...]  # keys and values of each layer's K heads, (n, K, S, D/H)
    mask: Tensor  # (n, S)
    interventions: Interventions

    def layer(self, index: int, first: int, queries: int) -> LayerSource:
        """One layer's share, for target positions first … first + queries - 1."""
        return LayerSource(*self.layers[index], self.mask, self.interventions.layer(index, first, queries))


class TransformerRows(NamedTuple):
    """The self-attention cache of B live rows, room for `capacity` steps of which `length` are filled.

    A layer of K heads has the first K places of H.
    """

    cache: Tensor  # (B, L, 2, H, capacity, D/H): keys and values
    length: int


class Transformer(nn.Module):
    """A `Seq2Seq` model: encoder and decoder stacks over one joint vocabulary."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.config = config
        self.heads, self.absent = config.shapes, config.absent
        self.embedding = nn.Embedding(config.vocabulary_size, config.width)
        self.positions = POSITIONS[config.positions](config.width, config.max_positions)
        self.dropout = nn.Dropout(config.dropout)
        self.encoder = nn.ModuleList(EncoderLayer(config, index) for index in range(config.encoder_layers))
        self.decoder = nn.ModuleList(DecoderLayer(config, index) for index in range(config.decoder_layers))
        # Pre-norm sums grow with depth: one more norm at the end of each stack (Xiong et al. 2020, §3).
        last = nn.LayerNorm if config.norm == "pre" else nn.Identity
        self.encoder_norm, self.decoder_norm = last(config.width), last(config.width)
        self.output = nn.Linear(config.width, config.vocabulary_size)
        self.reset()
        if config.tied:
            self.output.weight = self.embedding.weight

    def reset(self) -> None:
        """Draw the weights: Glorot for matrices, N(0, 1/D) for embeddings, so that their √D scaling gives unit size."""
        for name, weight in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(weight)
            elif weight.dim() > 1 and "query_key_value" not in name and "positions" not in name:
                nn.init.xavier_uniform_(weight)
        for layer in [*self.encoder, *self.decoder]:
            for part in layer.query_key_value.weight.chunk(3):
                nn.init.xavier_uniform_(part)
        nn.init.normal_(self.embedding.weight, std=self.config.width**-0.5)

    def embed(self, ids: Tensor, first: int) -> Tensor:
        """ids (n, Q) at positions first … → (n, Q, D), scaled by √D (§3.4)."""
        scaled = self.embedding(ids) * self.config.width**0.5
        return self.dropout(scaled + self.positions(first, ids.shape[1]))

    def encode(
        self, source: Tensor, mask: Tensor, *, interventions: Interventions = NONE, detail: bool = False
    ) -> Encoded:
        """Read source (n, S) under mask (n, S)."""
        interventions = fitted(interventions, self.heads, source, self.embedding.weight)
        own = Interventions(encoder=interventions.encoder, encoder_attention=interventions.encoder_attention)
        x = self.embed(source, 0)
        hidden, weights = [x], []
        for index, layer in enumerate(self.encoder):
            x, attended = layer(x, mask, own.layer(index, 0, 0))
            hidden.append(x)
            weights.append(attended)
        details = {"hidden": torch.stack(hidden, dim=1)} if detail else {}
        return Encoded(self.encoder_norm(x), mask, torch.stack(weights, dim=1), None, interventions, details)

    def start(self, encoded: Encoded, *, width: int = 1) -> State:
        """The state before the first token, `width` live rows a sentence."""
        layers = tuple(layer.keys_values(encoded.memory) for layer in self.decoder)
        shape = (len(layers), 2, self.config.heads, 0, self.config.width // self.config.heads)
        cache = encoded.memory.new_empty(len(encoded.memory) * width, *shape)
        own = encoded.interventions._replace(encoder=None, encoder_attention=None)  # the stacks may differ in depth
        source = TransformerSource(layers, encoded.mask, own)
        return State(source, TransformerRows(cache, 0))

    def step(self, previous: Tensor, state: State, *, detail: bool = False) -> Step:
        """Read one token a row, previous (B,), into the cache; consumes `state`."""
        source, (cache, length) = state
        # Autograd saved the old cache for its backward pass: with gradients on, never write into that one.
        if length == cache.shape[4] or torch.is_grad_enabled():
            cache = functional.pad(cache[..., :length, :], (0, 0, 0, max(16, length)))
        x = self.embed(previous[:, None], length).view(len(source.mask), -1, self.config.width)  # (n, W, D)
        logits, looked, crossed, hidden = self.decode(x, source, length, cache[..., : length + 1, :])
        attention = {
            "cross": torch.stack([cross.weights for cross in crossed], dim=1).movedim(3, 1).flatten(0, 1),
            "decoder": torch.stack([own.weights for own in looked], dim=1).squeeze(3),
        }
        details = {}
        if detail:
            details["hidden"] = torch.stack(hidden, dim=2).flatten(0, 1)
            details["scores"] = torch.stack([cross.scores for cross in crossed], dim=1).movedim(3, 1).flatten(0, 1)
        state = State(source, TransformerRows(cache, length + 1))
        return Step(logits.flatten(0, 1), state, attention, details)

    def forward(
        self,
        source: Tensor,
        mask: Tensor,
        target: Tensor,
        *,
        interventions: Interventions = NONE,
        detail: bool = False,
    ) -> Output:
        """Teacher forcing: source, mask (n, S), target (n, T), `<bos>` first."""
        encoded = self.encode(source, mask, interventions=interventions)
        read = self.start(encoded).source
        logits, looked, crossed, hidden = self.decode(self.embed(target, 0), read, 0, None)
        attention = {
            "encoder": encoded.attention,
            "cross": torch.stack([cross.weights for cross in crossed], dim=1),
            "decoder": torch.stack([own.weights for own in looked], dim=1),
        }
        details = {}
        if detail:
            details["hidden"] = torch.stack(hidden, dim=2)
            details["scores"] = torch.stack([cross.scores for cross in crossed], dim=1)
        return Output(logits, attention, details)

    def decode(
        self, x: Tensor, source: TransformerSource, first: int, cache: Tensor | None
    ) -> tuple[Tensor, list[Attended], list[Attended], list[Tensor]]:
        """The decoder stack on x (n, Q, D) from position `first` on: logits (n, Q, V), what each layer attended to."""
        queries = x.shape[1] if cache is None else 1
        hidden, looked, crossed = [x], [], []
        for index, layer in enumerate(self.decoder):
            own = None if cache is None else cache[:, index, :, : layer.heads.count]
            x, look, cross = layer(x, source.layer(index, first, queries), own)
            hidden.append(x)
            looked.append(look)
            crossed.append(cross)
        return self.output(self.decoder_norm(x)), looked, crossed, hidden

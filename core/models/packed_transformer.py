"""A loaded Transformer made ready to search with on a CPU: the same contract and numbers, in less than half the time.

A step over a beam's few rows is too little work to hide what each operation costs to call. Here a step is one flat run
of tensor operations: weights packed where that pays, the scaling of the scores folded into them, and layouts in which
heads and rows are one axis, so that nothing is copied but what is kept.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.models.attention import Attended, attend, rows_at
from core.models.contract import NONE, Encoded, Interventions, Output, State, Step
from core.models.products import product
from core.models.transformer import Transformer
from core.models.transformer_layers import DecoderLayer


class PackedSource(NamedTuple):
    """What the decoder reads of the source: n rows."""

    layers: tuple[tuple[Tensor, Tensor], ...]  # keys (n, H, D/H, S), transposed, and values (n, H, S, D/H)
    visible: Tensor | None  # (n, H, 1, S), None where nothing is padded
    interventions: Interventions


class PackedRows(NamedTuple):
    """The self-attention cache of B live rows, room for `capacity` steps of which `length` are filled."""

    cache: Tensor  # (B, H, L, 2, capacity, D/H): keys and values
    length: int


class PackedLayer:
    """One decoder layer's weights, as products."""

    def __init__(self, layer: DecoderLayer):
        own, self.heads, self.relative = layer.query_key_value, layer.heads, layer.relative

        def by_head(rows: Tensor) -> Tensor:  # (3D, …): query, key, value; then head by head with its three
            return rows.detach().unflatten(0, (3, self.heads, -1)).transpose(0, 1).reshape(rows.shape)

        self.query_key_value = product(by_head(own.weight), by_head(own.bias))
        parts = (layer.self_output, layer.cross_query, layer.cross_output, layer.feed_forward[0], layer.feed_forward[2])
        products = (product(part.weight, part.bias) for part in parts)
        self.self_output, self.cross_query, self.cross_output, self.widen, self.narrow = products
        self.norms = [(norm.normalized_shape, norm.weight, norm.bias) for norm in (r.norm for r in layer.residuals)]
        self.pre = layer.residuals[0].pre

    def __call__(
        self, x: Tensor, cache: Tensor, key: Tensor, value: Tensor, visible: Tensor | None, changes: list[Tensor | None]
    ) -> tuple[Tensor, Attended, Attended]:
        """x (B, D), the cache (B·H, 2, t, D/H) whose last place is filled in here, keys (n·H, D/H, S) → x (B, D),
        self-attention (B·H, 1, t), cross-attention (n·H, W, S)."""
        own_gate, cross_gate, override = changes
        looking, crossing, feeding = self.norms
        read = self.query_key_value(torch.layer_norm(x, *looking) if self.pre else x).view(cache.shape[0], 3, -1)
        position = cache.shape[2] - 1
        if self.relative is not None:
            placed = self.relative.place(read[:, :2, None], position).squeeze(2)
            read = torch.cat([placed, read[:, 2:]], dim=1)
        cache[:, :, -1] = read[:, 1:]
        own_key, own_value = cache.unbind(1)
        scores = scaled(read[:, :1], own_key.mT)
        if self.relative is not None:
            scores = self.relative.weigh(scores.unflatten(0, (-1, self.heads)), position).flatten(0, 1)
        looked = attend(scores, own_value, gate=own_gate)
        x = self.self_output(looked.context.view(x.shape)).add_(x)
        if not self.pre:
            x = torch.layer_norm(x, *looking)
        query = self.cross_query(torch.layer_norm(x, *crossing) if self.pre else x)
        sentences = key.shape[0] // self.heads
        query = query.view(sentences, -1, self.heads, key.shape[1]).transpose(1, 2).flatten(0, 1)  # (n·H, W, D/H)
        crossed = attend(scaled(query, key), value, visible, gate=cross_gate, override=override)
        context = crossed.context.view(sentences, self.heads, -1, key.shape[1]).transpose(1, 2).reshape(x.shape)
        x = self.cross_output(context).add_(x)
        if not self.pre:
            x = torch.layer_norm(x, *crossing)
        x = self.narrow(self.widen(torch.layer_norm(x, *feeding) if self.pre else x).relu_()).add_(x)
        return x if self.pre else torch.layer_norm(x, *feeding), looked, crossed


class PackedTransformer(nn.Module):
    """A `Seq2Seq` model that searches with a Transformer's weights; what needs gradients goes through that itself."""

    def __init__(self, plain: Transformer):
        super().__init__()
        self.plain, self.config = plain, plain.config
        self.layers = [PackedLayer(layer) for layer in plain.decoder]
        self.output = product(plain.output.weight, plain.output.bias)

    def encode(
        self, source: Tensor, mask: Tensor, *, interventions: Interventions = NONE, detail: bool = False
    ) -> Encoded:
        """Read source (n, S) under mask (n, S)."""
        return self.plain.encode(source, mask, interventions=interventions, detail=detail)

    def forward(
        self, source: Tensor, mask: Tensor, target: Tensor, *, interventions: Interventions = NONE, detail: bool = False
    ) -> Output:
        """Teacher forcing: source, mask (n, S), target (n, T), `<bos>` first."""
        return self.plain(source, mask, target, interventions=interventions, detail=detail)

    def start(self, encoded: Encoded, *, width: int = 1) -> State:
        """The state before the first token, `width` live rows a sentence."""
        state = self.plain.start(encoded, width=width)
        if torch.is_grad_enabled():
            return state
        heads, size = self.config.heads, self.config.width // self.config.heads
        layers = tuple((key.mT.contiguous(), value.contiguous()) for key, value in state.source.layers)
        visible = None if encoded.mask.all() else encoded.mask[:, None, None].expand(-1, heads, -1, -1)
        cache = encoded.memory.new_empty(len(encoded.memory) * width, heads, len(layers), 2, 0, size)
        return State(PackedSource(layers, visible, encoded.interventions), PackedRows(cache, 0))

    def step(self, previous: Tensor, state: State, *, detail: bool = False) -> Step:
        """Read one token a row, previous (B,), into the cache; consumes `state`."""
        source, (cache, length) = state
        if not isinstance(source, PackedSource):
            return self.plain.step(previous, state, detail=detail)
        if length == cache.shape[4]:
            cache = nn.functional.pad(cache, (0, 0, 0, 16))
        sentences = source.layers[0][0].shape[0]
        position = self.plain.positions(length, 1)
        x = torch.add(position, self.plain.embedding.weight[previous], alpha=self.config.width**0.5)
        own = cache.flatten(0, 1)[:, :, :, : length + 1].unbind(1)
        visible = None if source.visible is None else source.visible.flatten(0, 1)
        hidden, looked, crossed = [x], [], []
        for index, layer in enumerate(self.layers):
            key, value = source.layers[index]
            changes = changes_at(source.interventions, index, length, x.shape[0] // sentences)
            x, look, cross = layer(x, own[index], key.flatten(0, 1), value.flatten(0, 1), visible, changes)
            hidden.append(x)
            looked.append(look)
            crossed.append(cross)
        attention = {
            "cross": by_row([cross.weights for cross in crossed], sentences),
            "decoder": torch.stack([own.weights for own in looked])
            .view(len(looked), len(x), -1, length + 1)
            .movedim(0, 1),
        }
        details = {}
        if detail:
            details["hidden"] = torch.stack(hidden, dim=1)
            details["scores"] = by_row([cross.scores for cross in crossed], sentences)
        logits = self.output(self.plain.decoder_norm(x))
        return Step(logits, State(source, PackedRows(cache, length + 1)), attention, details)


def scaled(query: Tensor, key: Tensor) -> Tensor:
    """q kᵀ / √d in one operation: (m, Q, d) × (m, d, S), keys transposed, → (m, Q, S)."""
    return torch.baddbmm(query[..., :1], query, key, beta=0, alpha=query.shape[-1] ** -0.5)


def changes_at(interventions: Interventions, layer: int, position: int, width: int) -> list[Tensor | None]:
    """One layer's gates for self-attention (B·H,) and cross-attention (n·H,), and given weights (n·H, 1, S)."""
    _, own, cross, given = interventions
    return [
        None if own is None else own[:, layer].repeat_interleave(width, dim=0).flatten(),
        None if cross is None else cross[:, layer].flatten(),
        None if given is None else rows_at(given[:, layer], position, 1).flatten(0, 1),
    ]


def by_row(layers: list[Tensor], sentences: int) -> Tensor:
    """L of (n·H, W, S) → (B, L, H, S)."""
    return torch.stack(layers).unflatten(1, (sentences, -1)).permute(1, 3, 0, 2, 4).flatten(0, 1)

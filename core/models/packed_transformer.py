"""A loaded Transformer made ready to search with on a CPU: the same contract and numbers, in less than half the time.

A step over a beam's few rows is too little work to hide what each operation costs to call. Here a step is one flat run
of tensor operations: weights packed where that pays, the scaling of the scores folded into them, and layouts in which
heads and rows are one axis, so that nothing is copied but what is kept.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.models.attention import Attended, attend
from core.models.contract import NONE, Encoded, Interventions, Output, State, Step, over_tensors
from core.models.kept_heads import Heads
from core.models.products import product
from core.models.transformer import Transformer
from core.models.transformer_layers import DecoderLayer


class PackedSource(NamedTuple):
    """What the decoder reads of the source: n rows."""

    # Of each layer's K heads: keys (n, K, D/H, S), transposed, and values (n, K, S, D/H).
    layers: tuple[tuple[Tensor, Tensor], ...]
    visible: Tensor | None  # (n, H, 1, S), None where nothing is padded
    interventions: Interventions


class PackedRows(NamedTuple):
    """The self-attention cache of B live rows, room for `capacity` steps of which `length` are filled.

    One tensor for all layers, or where pruning left them unlike numbers of heads one a layer.
    """

    caches: tuple[Tensor, ...]  # (B, K, L, 2, capacity, D/H): keys and values
    length: int


class PackedLayer:
    """One decoder layer's weights, as products."""

    def __init__(self, layer: DecoderLayer):
        own, self.relative = layer.query_key_value, layer.relative
        self.heads, self.cross_heads = layer.heads, layer.cross_heads

        def by_head(rows: Tensor) -> Tensor:  # (3D, …): query, key, value; then head by head with its three
            parts = rows.detach().unflatten(0, (3, self.heads.count, self.heads.size))
            return parts.transpose(0, 1).reshape(rows.shape)

        self.query_key_value = product(by_head(own.weight), by_head(own.bias))
        parts = (layer.self_output, layer.cross_query, layer.cross_output, layer.feed_forward[0], layer.feed_forward[2])
        products = (product(part.weight, part.bias) for part in parts)
        self.self_output, self.cross_query, self.cross_output, self.widen, self.narrow = products
        self.norms = [(norm.normalized_shape, norm.weight, norm.bias) for norm in (r.norm for r in layer.residuals)]
        self.pre = layer.residuals[0].pre

    def __call__(
        self,
        x: Tensor,
        cache: Tensor,
        key: Tensor,
        value: Tensor,
        visible: Tensor | None,
        changes: tuple[Tensor | None, ...],
    ) -> tuple[Tensor, Attended, Attended]:
        """x (B, D), the cache (B·K, 2, t, D/H) whose last place is filled in here, keys (n, K, D/H, S), values
        (n, K, S, D/H) → x (B, D), self-attention (B·K, 1, t), cross-attention (n·K, W, S)."""
        own_gate, own_override, cross_gate, override = changes
        looking, crossing, feeding = self.norms
        read = self.query_key_value(torch.layer_norm(x, *looking) if self.pre else x).view(-1, 3, self.heads.size)
        position = cache.shape[2] - 1
        if self.relative is not None:
            placed = self.relative.place(read[:, :2, None], position).squeeze(2)
            read = torch.cat([placed, read[:, 2:]], dim=1)
        cache[:, :, -1] = read[:, 1:]
        own_key, own_value = cache.unbind(1)
        scores = scaled(read[:, :1], own_key.mT)
        if self.relative is not None:
            scores = self.relative.weigh(scores.unflatten(0, (len(x), -1)), position).flatten(0, 1)
        looked = attend(scores, own_value, gate=own_gate, override=own_override)
        x = self.self_output(looked.context.view(len(x), -1)).add_(x)
        if not self.pre:
            x = torch.layer_norm(x, *looking)
        query = self.cross_query(torch.layer_norm(x, *crossing) if self.pre else x)
        (sentences, heads, size, _), rows = key.shape, len(x)
        width = rows // sentences
        query = query.view(sentences, width, heads, size).transpose(1, 2).flatten(0, 1)  # (n·K, W, D/H)
        scores = scaled(query, key.flatten(0, 1))
        crossed = attend(scores, value.flatten(0, 1), visible, gate=cross_gate, override=override)
        context = crossed.context.view(sentences, heads, width, size).transpose(1, 2).reshape(rows, heads * size)
        x = self.cross_output(context).add_(x)
        if not self.pre:
            x = torch.layer_norm(x, *crossing)
        x = self.narrow(self.widen(torch.layer_norm(x, *feeding) if self.pre else x).relu_()).add_(x)
        return x if self.pre else torch.layer_norm(x, *feeding), looked, crossed


class PackedTransformer(nn.Module):
    """A `Seq2Seq` model that searches with a Transformer's weights; what needs gradients goes through that itself."""

    def __init__(self, plain: Transformer):
        super().__init__()
        self.plain, self.config, self.heads, self.absent = plain, plain.config, plain.heads, plain.absent
        self.layers = [PackedLayer(layer) for layer in plain.decoder]
        self.filled = [filled([getattr(layer, name) for layer in self.layers]) for name in ("heads", "cross_heads")]
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
        heads = [layer.heads for layer in self.layers]
        alike = len({own.count for own in heads}) == 1
        groups = [(heads[0], len(heads))] if alike else [(own, 1) for own in heads]
        caches = tuple(
            encoded.memory.new_empty(len(encoded.memory) * width, own.count, layers, 2, 0, own.size)
            for own, layers in groups
        )
        layers = tuple((key.mT.contiguous(), value.contiguous()) for key, value in state.source.layers)
        visible = None if encoded.mask.all() else encoded.mask[:, None, None].expand(-1, heads[0].places, -1, -1)
        return State(PackedSource(layers, visible, state.source.interventions), PackedRows(caches, 0))

    def step(self, previous: Tensor, state: State, *, detail: bool = False) -> Step:
        """Read one token a row, previous (B,), into the cache; consumes `state`."""
        source, (caches, length) = state
        if not isinstance(source, PackedSource):
            return self.plain.step(previous, state, detail=detail)
        if length == caches[0].shape[4]:
            caches = tuple(nn.functional.pad(cache, (0, 0, 0, 16)) for cache in caches)
        sentences = source.layers[0][0].shape[0]
        position = self.plain.positions(length, 1)
        x = torch.add(position, self.plain.embedding.weight[previous], alpha=self.config.width**0.5)
        own = [part for cache in caches for part in cache.flatten(0, 1)[:, :, :, : length + 1].unbind(1)]
        visible = (
            {}
            if source.visible is None
            else {
                count: source.visible[:, :count].flatten(0, 1)
                for count in {part.cross_heads.count for part in self.layers}
            }
        )
        hidden, looked, crossed, scores = [x], [], [], []
        for index, layer in enumerate(self.layers):
            key, value = source.layers[index]
            changes = changes_at(source.interventions, index, length, x.shape[0] // sentences, layer)
            x, look, cross = layer(x, own[index], key, value, visible.get(layer.cross_heads.count), changes)
            hidden.append(x)
            looked.append(look.weights)
            crossed.append(cross.weights)
            scores.append(cross.scores)
        own_heads, cross_heads = self.filled
        attention = {"cross": by_row(crossed, sentences, cross_heads), "decoder": by_row(looked, len(x), own_heads)}
        details = {}
        if detail:
            details["hidden"] = torch.stack(hidden, dim=1)
            details["scores"] = by_row(scores, sentences, cross_heads)
        logits = self.output(self.plain.decoder_norm(x))
        return Step(logits, State(source, PackedRows(caches, length + 1)), attention, details)


def scaled(query: Tensor, key: Tensor) -> Tensor:
    """q kᵀ / √d in one operation: (m, Q, d) × (m, d, S), keys transposed, → (m, Q, S)."""
    return torch.baddbmm(query[..., :1], query, key, beta=0, alpha=query.shape[-1] ** -0.5)


def changes_at(
    interventions: Interventions, index: int, position: int, width: int, layer: PackedLayer
) -> tuple[Tensor | None, ...]:
    """One layer's gates and weights: self-attention's (B·K,), (B·K, 1, t), cross-attention's (n·K,), (n·K, 1, S)."""
    changes = interventions.layer(index, position, 1)
    own = map(layer.heads.present, (changes.decoder, changes.decoder_attention))
    own = over_tensors(lambda given: given.repeat_interleave(width, dim=0), tuple(own))
    cross = map(layer.cross_heads.present, (changes.cross, changes.cross_attention))
    return over_tensors(lambda given: given.flatten(0, 1), (*own, *cross))


class Filled(NamedTuple):
    """Of each layer's H places those that have a head, all layers' one after the other; `at` None where all have."""

    layers: int
    places: int
    at: Tensor | None


def filled(layers: list[Heads]) -> Filled:
    """Where the heads of some layers stand."""
    count, places = len(layers), layers[0].places
    at = [index * places + place for index, heads in enumerate(layers) for place in heads.filled]
    return Filled(count, places, None if len(at) == count * places else torch.tensor(at, dtype=torch.long))


def by_row(parts: list[Tensor], rows: int, heads: Filled) -> Tensor:
    """L of (n·K, W, S) → (B, L, H, S): of the places that lost their head zeros."""
    if heads.at is None:
        return torch.stack(parts).unflatten(1, (rows, -1)).permute(1, 3, 0, 2, 4).flatten(0, 1)
    there = torch.cat([part.unflatten(0, (rows, -1)) for part in parts], dim=1)  # (n, ΣK, W, S)
    every = there.new_zeros(rows, heads.layers * heads.places, *there.shape[2:]).index_copy_(1, heads.at, there)
    return every.unflatten(1, (heads.layers, heads.places)).permute(0, 3, 1, 2, 4).flatten(0, 1)

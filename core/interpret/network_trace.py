"""A Transformer read from the inside: every block of every layer again, from the model's own modules."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from core.checks import check
from core.models.attention import merge_heads, split_heads
from core.models.transformer import Transformer
from core.models.transformer_layers import DecoderLayer, EncoderLayer
from core.records import Block, NetworkTrace, Stack
from core.text.batches import source_batch
from core.text.subwords import BOS, Subwords


@torch.inference_mode()
def network_trace(model: nn.Module, subwords: Subwords, text: str, ids: tuple[int, ...]) -> NetworkTrace:
    """What stands where while a Transformer reads a text and writes the tokens `ids` (teacher forcing).

    ValueError if the model is none.
    """
    plain = transformer_of(model)
    source, mask = (torch.from_numpy(part) for part in source_batch([subwords.encode_source(text)]))
    target = torch.tensor([[BOS, *ids[:-1]]])
    encoded = plain.encode(source, mask)
    weights = {"encoder": encoded.attention} | dict(plain(source, mask, target).attention)
    encoder, memory = stack(plain, subwords, source, plain.encoder, plain.encoder_norm, encoder_blocks(weights))
    decoder, last = stack(plain, subwords, target, plain.decoder, plain.decoder_norm, decoder_blocks(weights, memory))
    written = tuple(subwords.tokens[token] for token in ids)
    return NetworkTrace(plain.config.norm, encoder, decoder, written, plain.output(last)[0].numpy(), subwords.tokens)


def transformer_of(model: nn.Module) -> Transformer:
    """The Transformer itself, which a packed one keeps; ValueError if the model is none."""
    plain = getattr(model, "plain", model)
    check(isinstance(plain, Transformer), "only a Transformer has these layers: choose one of them")
    return plain


def stack(
    model: Transformer,
    subwords: Subwords,
    ids: Tensor,
    layers: Iterable[nn.Module],
    norm: nn.Module,
    blocks: Callable[[int, nn.Module, Tensor], tuple[tuple[Block, ...], Tensor]],
) -> tuple[Stack, Tensor]:
    """A stack over ids (1, n) as a record, and what leaves it (1, n, D)."""
    embedded = model.embedding(ids) * model.config.width**0.5
    x, rows = model.embed(ids, 0), []
    positions = x - embedded
    for index, layer in enumerate(layers):
        row, x = blocks(index, layer, x)
        rows.append(row)
    output = norm(x)
    tokens = tuple(subwords.tokens[token] for token in ids[0].tolist())
    return Stack(tokens, embedded[0].numpy(), positions[0].numpy(), tuple(rows), output[0].numpy()), output


def encoder_blocks(weights: dict[str, Tensor]):
    """How one encoder layer's blocks follow each other."""

    def blocks(index: int, layer: EncoderLayer, x: Tensor) -> tuple[tuple[Block, ...], Tensor]:
        own, x = looking(layer, layer.output, layer.residuals[0], x, weights["encoder"][:, index])
        feed, x = feeding(layer, x)
        return (own, feed), x

    return blocks


def decoder_blocks(weights: dict[str, Tensor], memory: Tensor):
    """The same of a decoder layer, which reads the encoder's memory (1, S, D) between them."""

    def blocks(index: int, layer: DecoderLayer, x: Tensor) -> tuple[tuple[Block, ...], Tensor]:
        own, x = looking(layer, layer.self_output, layer.residuals[0], x, weights["decoder"][:, index])
        shares = weights["cross"][:, index]
        given = layer.cross_heads.present(shares) @ layer.keys_values(memory)[1]
        change = layer.cross_output(merge_heads(given))
        cross, x = block("cross", layer.residuals[1], x, change, weights=shares)
        feed, x = feeding(layer, x)
        return (own, cross, feed), x

    return blocks


def looking(
    layer: EncoderLayer | DecoderLayer, output: nn.Module, residual: nn.Module, x: Tensor, shares: Tensor
) -> tuple[Block, Tensor]:
    """Self-attention of x (1, n, D) by its weights (1, H, n, n)."""
    value = split_heads(layer.query_key_value(residual.enter(x)), layer.heads.size).chunk(3, dim=1)[2]
    change = output(merge_heads(layer.heads.present(shares) @ value))
    return block("self", residual, x, change, weights=shares)


def feeding(layer: EncoderLayer | DecoderLayer, x: Tensor) -> tuple[Block, Tensor]:
    """The feed-forward block of x (1, n, D), with its hidden units."""
    residual, (widen, fire, narrow) = layer.residuals[-1], layer.feed_forward
    hidden = fire(widen(residual.enter(x)))
    return block("feed", residual, x, narrow(hidden), hidden=hidden)


def block(kind: str, residual: nn.Module, x: Tensor, change: Tensor, **more: Tensor) -> tuple[Block, Tensor]:
    """x (1, n, D) and a block's answer joined: as a record, and what goes on."""
    after = residual.leave(x, change)
    parts = {"before": x, "entered": residual.enter(x), "change": change, "total": x + change, "after": after}
    return Block(kind, **{name: part[0].numpy() for name, part in (parts | more).items()}), after

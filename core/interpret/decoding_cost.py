"""What writing a translation costs with a key-value cache and without: multiplications, counted."""

from typing import NamedTuple


class Costs(NamedTuple):
    """One number a step, T of them, with the cache and without; `start` is what is done once for the cache."""

    start: float
    cached: tuple[float, ...]
    fresh: tuple[float, ...]


class Decoder(NamedTuple):
    """The sizes of a Transformer's decoder that its costs depend on."""

    layers: int
    width: int
    hidden: int
    words: int


def multiplications(decoder: Decoder, sources: int, steps: int) -> Costs:
    """Of the matrix products of a decoder that writes `steps` tokens over `sources` positions.

    With a cache a step projects its own token alone, and the source's keys and values once; without, all tokens so far
    and the source again. Only the last token is read out.
    """
    once = decoder.layers * sources * 2 * decoder.width**2
    readout = decoder.width * decoder.words
    cached = tuple(readout + through_layers(decoder, sources, 1, step) for step in range(1, steps + 1))
    fresh = tuple(once + readout + through_layers(decoder, sources, step, step) for step in range(1, steps + 1))
    return Costs(once, cached, fresh)


def through_layers(decoder: Decoder, sources: int, queries: int, keys: int) -> int:
    """Of all layers on `queries` tokens that see `keys` tokens and the source's positions."""
    width = decoder.width
    projected = 6 * width**2  # query, key, value and output of its own; query and output of the cross-attention
    looked = 2 * width * (keys + sources)  # scores, and values summed
    return decoder.layers * queries * (projected + looked + 2 * width * decoder.hidden)

"""The seconds that each step of a translation takes with a key-value cache and without, measured here and now."""

import time
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn

from core.interpret.decoding_cost import Costs
from core.interpret.network_trace import transformer_of
from core.models.contract import Encoded
from core.models.transformer import Transformer
from core.text.batches import source_batch
from core.text.subwords import BOS, Subwords

Result = TypeVar("Result")


@torch.inference_mode()
def decoding_seconds(model: nn.Module, subwords: Subwords, text: str, ids: tuple[int, ...]) -> Costs:
    """What a Transformer's decoder takes to write `ids`, each step the quickest of three runs.

    Both ways go through the same modules; ValueError if the model is no Transformer.
    """
    plain = transformer_of(model)
    source, mask = (torch.from_numpy(part) for part in source_batch([subwords.encode_source(text)]))
    tokens = torch.tensor([[BOS, *ids[:-1]]])
    encoded = plain.encode(source, mask)

    def cached() -> list[float]:
        state, spent = timed(lambda: plain.start(encoded))
        times = [spent]
        for token in tokens[0]:
            (_, state, *_), spent = timed(lambda token=token, state=state: plain.step(token[None], state))
            times.append(spent)
        return times

    def fresh() -> list[float]:
        return [timed(lambda length=length: without_cache(plain, encoded, tokens[:, :length]))[1] for length in lengths]

    lengths = range(1, tokens.shape[1] + 1)
    start, *steps = quickest(cached)
    return Costs(start, tuple(steps), tuple(quickest(fresh)))


def without_cache(model: Transformer, encoded: Encoded, tokens: Tensor) -> Tensor:
    """The logits (1, V) after tokens (1, t), all of them read again, with the source's keys and values made anew."""
    x, source = model.embed(tokens, 0), model.start(encoded).source
    for index, layer in enumerate(model.decoder):
        x, *_ = layer(x, source.layer(index, 0, tokens.shape[1]))
    return model.output(model.decoder_norm(x[:, -1]))


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """What some work gives, and the seconds it took."""
    begin = time.perf_counter()
    result = work()
    return result, time.perf_counter() - begin


def quickest(run: Callable[[], list[float]], runs: int = 3) -> list[float]:
    """The least time of each step over some runs."""
    return [min(times) for times in zip(*(run() for _ in range(runs)), strict=True)]

"""The cost of a translation with a cache and without: the formula against torch's own counter of operations."""

import pytest
import torch
from model_zoo import TRANSFORMERS, vocabulary
from torch.utils.flop_counter import FlopCounterMode

from core.interpret.decoding_cost import Decoder, multiplications
from core.interpret.decoding_seconds import decoding_seconds, without_cache
from core.text.batches import source_batch
from core.text.subwords import BOS

SUBWORDS = vocabulary()
TEXT, IDS = "a b c b a", (6, 5, 4, 2)


def counted(work):
    """Multiplications in matrix products: torch counts each with its addition."""
    with FlopCounterMode(display=False) as counter:
        result = work()
    return result, counter.get_total_flops() / 2


@pytest.mark.parametrize("name", TRANSFORMERS)
@torch.inference_mode()
def test_the_formula_counts_what_the_model_multiplies(name):
    model = TRANSFORMERS[name]()
    source, mask = (torch.from_numpy(part) for part in source_batch([SUBWORDS.encode_source(TEXT)]))
    tokens, encoded, config = torch.tensor([[BOS, *IDS[:-1]]]), model.encode(source, mask), model.config
    sizes = Decoder(config.decoder_layers, config.width, config.feed_forward, config.vocabulary_size)
    costs = multiplications(sizes, source.shape[1], len(IDS))
    state, once = counted(lambda: model.start(encoded))
    assert once == costs.start
    for step in range(len(IDS)):
        (cached, state, *_), price = counted(lambda step=step, state=state: model.step(tokens[:, step], state))
        assert price == costs.cached[step]
        fresh, price = counted(lambda step=step: without_cache(model, encoded, tokens[:, : step + 1]))
        assert price == costs.fresh[step]
        torch.testing.assert_close(cached, fresh, atol=1e-5, rtol=0)


def test_every_step_is_measured_both_ways():
    seconds = decoding_seconds(next(iter(TRANSFORMERS.values()))(), SUBWORDS, TEXT, IDS)
    assert len(seconds.cached) == len(seconds.fresh) == len(IDS)
    assert min(seconds.start, *seconds.cached, *seconds.fresh) > 0

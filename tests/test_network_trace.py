"""Inside a Transformer: recomputed block by block it is the model's own forward pass; its sums and norms hold."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from model_zoo import TRANSFORMERS, vocabulary
from torch.nn import functional

from core.checkpoints import cards, example, load_packed
from core.interpret.network_trace import network_trace, transformer_of
from core.models.packed import pack
from core.text.batches import source_batch
from core.text.subwords import BOS

SUBWORDS = vocabulary()
TEXT, IDS = "a b c b a", (6, 5, 4, 2)
SHIPPED = [name for name, card in cards()[0].items() if card.family == "transformer"]


@torch.inference_mode()
def check_logits(model, subwords, text, ids):
    """The trace ends where the model's own forward pass does."""
    trace = network_trace(model, subwords, text, ids)
    source, mask = (torch.from_numpy(part) for part in source_batch([subwords.encode_source(text)]))
    own = model(source, mask, torch.tensor([[BOS, *ids[:-1]]])).logits[0]
    np.testing.assert_allclose(trace.logits, own, atol=1e-5)
    return trace


@pytest.mark.parametrize("name", SHIPPED)
def test_of_every_shipped_transformer_the_last_block_leads_to_its_own_logits(name):
    loaded, trace = load_packed(name), example(name)
    ids = tuple(trace.tree.nodes[node].id for node in trace.tree.path(trace.hypotheses[0].leaf))
    network = check_logits(loaded.model, loaded.subwords, trace.text, ids)
    assert network.written == trace.hypotheses[0].tokens
    best = trace.hypotheses[0].logprobs
    logits = torch.from_numpy(network.logits).log_softmax(-1)
    np.testing.assert_allclose(logits[torch.arange(len(ids)), list(ids)], best, atol=1e-3)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", TRANSFORMERS)
def test_blocks_follow_each_other_add_up_and_are_normalised_token_by_token(name, packed):
    model = TRANSFORMERS[name]()
    network = check_logits(pack(model.requires_grad_(False)) if packed else model, SUBWORDS, TEXT, IDS)
    for stack, modules in ((network.encoder, transformer_of(model).encoder), (network.decoder, model.decoder)):
        x = stack.embedded + stack.positions
        for layer, module in zip(stack.layers, modules, strict=True):
            for block, residual in zip(layer, module.residuals, strict=True):
                np.testing.assert_allclose(block.before, x, atol=1e-6)
                np.testing.assert_allclose(block.total, block.before + block.change, atol=1e-6)
                pre = network.norm == "pre"
                normed = torch.from_numpy(block.before if pre else block.total)
                norm = functional.layer_norm(normed, normed.shape[-1:], residual.norm.weight, residual.norm.bias)
                np.testing.assert_allclose(block.entered if pre else block.after, norm.detach(), atol=1e-5)
                np.testing.assert_allclose(block.after if pre else block.entered, block.total if pre else x, atol=1e-6)
                assert block.hidden is None or (block.hidden >= 0).all()
                x = block.after


def test_a_record_refuses_what_does_not_fit_and_a_model_without_layers_is_named():
    network = network_trace(next(iter(TRANSFORMERS.values()))(), SUBWORDS, TEXT, IDS)
    with pytest.raises(ValueError, match=r"change of shape \(1, 2\) does not fit"):
        replace(network.encoder.layers[0][0], change=np.zeros((1, 2)))
    with pytest.raises(ValueError, match="unknown kind of block 'none'"):
        replace(network.encoder.layers[0][0], kind="none")
    with pytest.raises(ValueError, match="logits of shape"):
        replace(network, written=())
    with pytest.raises(ValueError, match="only a Transformer has these layers"):
        network_trace(torch.nn.Linear(1, 1), SUBWORDS, TEXT, IDS)

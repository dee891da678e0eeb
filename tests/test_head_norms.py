"""What each head adds from each key: the parts that an attention block's own output is the sum of."""

import numpy as np
import pytest
import torch
from model_zoo import RNNS, TRANSFORMERS, vocabulary

from core.changes import UNCHANGED, Changes, Head
from core.decoding.translate import decode
from core.interpret.attention_numbers import teacher_forced
from core.interpret.head_norms import head_norms, head_vectors
from core.models.packed import pack
from core.options import ForcedOptions

SUBWORDS = vocabulary()
OUTPUTS = {
    "encoder": ("encoder", "output"),
    "decoder": ("decoder", "self_output"),
    "cross": ("decoder", "cross_output"),
}
CHANGES = (UNCHANGED, Changes((Head("encoder", 0, 1), Head("decoder", 1, 0), Head("cross", 1, 2))))


@pytest.mark.parametrize("changes", CHANGES, ids=["plain", "heads closed"])
@pytest.mark.parametrize("name", TRANSFORMERS)
@torch.inference_mode()
def test_what_heads_add_from_every_key_sums_up_to_the_blocks_own_output(name, changes):
    model, blocks = TRANSFORMERS[name](), {}
    trace = decode(model, SUBWORDS, "a b c b", ForcedOptions("c b a"), changes=changes)
    for kind, (stack, matrix) in OUTPUTS.items():
        for layer in getattr(model, stack):  # watched by a hook, in a model of this test's own
            getattr(layer, matrix).register_forward_hook(
                lambda _module, _read, written, kind=kind: blocks.setdefault(kind, []).append(written[0])
            )
    encoded, output = teacher_forced(model, SUBWORDS, trace)
    weights, vectors = {"encoder": encoded.attention, **output.attention}, head_vectors(model, encoded, output)
    norms = head_norms(model, SUBWORDS, trace)
    assert set(norms) == set(vectors) == set(model.heads)
    for kind, (stack, matrix) in OUTPUTS.items():
        added = weights[kind][0, ..., None] * vectors[kind][0, :, :, None]  # (L, H, queries, keys, D)
        bias = torch.stack([getattr(layer, matrix).bias for layer in getattr(model, stack)])
        whole = added.sum(dim=(1, 3)) + bias[:, None]
        torch.testing.assert_close(whole, torch.stack(blocks[kind][: len(bias)]), atol=1e-5, rtol=0)
        np.testing.assert_allclose(norms[kind], added.norm(dim=-1).numpy(), atol=1e-6)
    for closed in changes.closed:
        assert not norms[closed.kind][closed.layer, closed.head].any()


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_a_packed_model_gives_the_same_norms(name):
    plain, packed = (TRANSFORMERS[name]().requires_grad_(False) for _ in range(2))
    trace = decode(plain, SUBWORDS, "a b c b", ForcedOptions("c b a"))
    ours, theirs = (head_norms(model, SUBWORDS, trace) for model in (pack(packed), plain))
    for kind, norms in theirs.items():
        np.testing.assert_allclose(ours[kind], norms, atol=1e-5)


def test_a_model_without_such_heads_is_refused():
    model = next(iter(RNNS.values()))()
    trace = decode(model, SUBWORDS, "a b", ForcedOptions("c"))
    with pytest.raises(
        ValueError, match=r"^only a Transformer has heads whose outputs are summed: choose one of them$"
    ):
        head_norms(model, SUBWORDS, trace)

"""Our post-norm Transformer against Hugging Face Marian with the same weights: other code, the same numbers."""

import pytest
import torch
from model_zoo import MODELS, random_ids, sources

pytest.importorskip("transformers", reason="it comes with bertviz")

from benchmarks.marian import marian

POST_NORM = [name for name in MODELS if name.startswith("transformer-post-sinusoidal")]


@pytest.mark.parametrize("name", POST_NORM)
@torch.no_grad()
def test_marian_with_our_weights_gives_our_logits_and_attention(name):
    ours = MODELS[name]()
    ids, mask = sources([5, 3, 6])
    target = random_ids(3, 7)
    theirs = marian(ours)(input_ids=ids, attention_mask=mask.long(), decoder_input_ids=target, output_attentions=True)
    out = ours(ids, mask, target)
    assert torch.allclose(theirs.logits, out.logits, atol=1e-5)
    for kind, weights in (("cross", theirs.cross_attentions), ("decoder", theirs.decoder_attentions)):
        assert torch.allclose(torch.stack(weights, dim=1), out.attention[kind], atol=1e-5)


def test_a_model_that_marian_has_not_is_refused():
    with pytest.raises(ValueError, match="post-norm"):
        marian(MODELS["transformer-pre-sinusoidal-tied"]())

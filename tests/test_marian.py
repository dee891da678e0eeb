"""Our post-norm Transformer against Hugging Face Marian and CTranslate2 with the same weights: the same numbers."""

import pytest
import torch
from model_zoo import MODELS, random_ids, sources

pytest.importorskip("transformers", reason="it comes with bertviz")

from benchmarks.ctranslate import translator
from benchmarks.marian import marian
from core.checkpoints import load
from core.decoding.translate import decode
from core.options import GreedyOptions
from core.text.subwords import EOS, SPECIAL

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


def test_ctranslate2_with_our_weights_writes_what_we_write():
    ours = load("en-de-everyday")  # post-norm, as Marian is
    theirs = translator(ours.model, ours.subwords.tokens, "float32")
    text = "Two children in yellow raincoats are jumping over a puddle in the park."
    read = [ours.subwords.tokens[index] for index in ours.subwords.encode(text)] + [SPECIAL[EOS]]
    written = theirs.translate_batch([read], beam_size=1, return_end_token=True)[0].hypotheses[0]
    assert tuple(written) == decode(ours.model, ours.subwords, text, GreedyOptions()).hypotheses[0].tokens

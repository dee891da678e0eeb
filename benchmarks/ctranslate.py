"""Our Transformer's weights under CTranslate2: the same function by someone else's engine, in C++."""

import tempfile

import ctranslate2
from ctranslate2.converters.transformers import BartLoader

from benchmarks.marian import marian
from core.models.transformer import Transformer
from core.text.subwords import BOS, EOS, SPECIAL, UNK


def translator(model: Transformer, tokens: tuple[str, ...], compute_type: str, threads: int = 1):
    """A `ctranslate2.Translator` that computes what `model` does, in "float32" or "int8"."""
    theirs = marian(model)
    theirs.config.normalize_before = theirs.config.normalize_embedding = False  # post-norm, and none on embeddings
    spec = BartLoader().get_model_spec(theirs)
    spec.register_source_vocabulary(list(tokens))
    spec.register_target_vocabulary(list(tokens))
    spec.config.bos_token = spec.config.decoder_start_token = SPECIAL[BOS]
    spec.config.eos_token, spec.config.unk_token = SPECIAL[EOS], SPECIAL[UNK]
    spec.validate()
    with tempfile.TemporaryDirectory() as folder:
        spec.save(folder)
        return ctranslate2.Translator(folder, "cpu", compute_type=compute_type, inter_threads=1, intra_threads=threads)

"""Our Transformer's weights under Hugging Face's MarianMTModel: the same function by someone else's code."""

import torch
from transformers import MarianConfig, MarianMTModel

from core.models.transformer import Transformer
from core.text.subwords import BOS, EOS, PAD

# Our name → theirs, each a weight and a bias; where there are several, ours holds theirs stacked in this order.
FEED_FORWARD = {"feed_forward.0": "fc1", "feed_forward.2": "fc2"}
ENCODER_LAYER = FEED_FORWARD | {
    "query_key_value": "self_attn.q_proj self_attn.k_proj self_attn.v_proj",
    "output": "self_attn.out_proj",
    "residuals.0.norm": "self_attn_layer_norm",
    "residuals.1.norm": "final_layer_norm",
}
DECODER_LAYER = FEED_FORWARD | {
    "query_key_value": "self_attn.q_proj self_attn.k_proj self_attn.v_proj",
    "self_output": "self_attn.out_proj",
    "residuals.0.norm": "self_attn_layer_norm",
    "cross_query": "encoder_attn.q_proj",
    "cross_key_value": "encoder_attn.k_proj encoder_attn.v_proj",
    "cross_output": "encoder_attn.out_proj",
    "residuals.1.norm": "encoder_attn_layer_norm",
    "residuals.2.norm": "final_layer_norm",
}
EMBEDDINGS = ("model.shared.weight", "model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight")
POSITIONS = ("model.encoder.embed_positions.weight", "model.decoder.embed_positions.weight")

# `generate` as our decoders do it: <pad> and <bos> stand for no text, nothing else is forced or forbidden.
RULES = {"suppress_tokens": [PAD, BOS], "do_sample": False, "return_dict_in_generate": True}


def marian(model: Transformer, attention: str = "eager") -> MarianMTModel:
    """A MarianMTModel that computes what `model` does; ValueError for pre-norm, which Marian has not.

    `attention` is theirs: "eager" returns its weights, "sdpa" is fused and does not.
    """
    ours = model.config
    if ours.norm != "post":
        raise ValueError(f"Marian is post-norm, this model is {ours.norm}-norm")
    config = MarianConfig(
        vocab_size=ours.vocabulary_size,
        d_model=ours.width,
        encoder_layers=ours.encoder_layers,
        decoder_layers=ours.decoder_layers,
        encoder_attention_heads=ours.heads,
        decoder_attention_heads=ours.heads,
        encoder_ffn_dim=ours.feed_forward,
        decoder_ffn_dim=ours.feed_forward,
        activation_function="relu",
        scale_embedding=True,
        tie_word_embeddings=ours.tied,
        max_position_embeddings=ours.max_positions,
        pad_token_id=PAD,
        bos_token_id=BOS,
        eos_token_id=EOS,
        decoder_start_token_id=BOS,
        forced_eos_token_id=None,
        attn_implementation=attention,
    )
    theirs = MarianMTModel(config).eval().requires_grad_(False)
    theirs.load_state_dict(weights(model))
    return theirs


def weights(model: Transformer) -> dict[str, torch.Tensor]:
    """All weights under Marian's names."""
    found = dict.fromkeys(EMBEDDINGS, model.embedding.weight)
    found |= dict.fromkeys(POSITIONS, model.positions(0, model.config.max_positions))
    found |= {"lm_head.weight": model.output.weight, "final_logits_bias": model.output.bias[None]}
    for stack, names in (("encoder", ENCODER_LAYER), ("decoder", DECODER_LAYER)):
        for index, layer in enumerate(getattr(model, stack)):
            for ours, theirs in names.items():
                part, targets = layer.get_submodule(ours), theirs.split()
                for kind in ("weight", "bias"):
                    pieces = getattr(part, kind).chunk(len(targets))
                    for target, piece in zip(targets, pieces, strict=True):
                        found[f"model.{stack}.layers.{index}.{target}.{kind}"] = piece
    return {name: tensor.detach() for name, tensor in found.items()}


def until_end(ids: torch.Tensor) -> list[int]:
    """One row that `generate` returned, without its padding: up to and with its first `<eos>`."""
    row = ids.tolist()
    return row[: row.index(EOS) + 1] if EOS in row else row

"""How much each head really carries from one position to another: the norm of what it adds, not its weight alone."""

import numpy as np
import torch
from torch import Tensor, nn

from core.checks import check
from core.interpret.attention_numbers import teacher_forced
from core.models.attention import split_heads
from core.models.contract import Encoded, Output
from core.models.transformer import Transformer
from core.records import DecodeTrace
from core.text.subwords import Subwords


@torch.inference_mode()
def head_norms(model: nn.Module, subwords: Subwords, trace: DecodeTrace) -> dict[str, np.ndarray]:
    """‖α f(x)‖ of every weight behind the best hypothesis of a trace (Kobayashi et al. 2020, eq. 3): "encoder"
    (L, H, S, S), "decoder" (L, H, T, T), "cross" (L, H, T, S).

    The trace's changes apply here too. ValueError if the model is no Transformer.
    """
    plain = getattr(model, "plain", model)  # a packed Transformer keeps the one it was made of
    check(isinstance(plain, Transformer), "only a Transformer has heads whose outputs are summed: choose one of them")
    encoded, output = teacher_forced(model, subwords, trace)
    weights = {"encoder": encoded.attention, **output.attention}
    norms = {kind: vectors.norm(dim=-1) for kind, vectors in head_vectors(plain, encoded, output).items()}
    return {kind: (weights[kind][0].abs() * norm[0, :, :, None]).numpy() for kind, norm in norms.items()}


def head_vectors(model: Transformer, encoded: Encoded, output: Output) -> dict[str, Tensor]:
    """f(x) = gate · W^O_h v of every head and key, (n, L, H, S or T, D): what a weight of 1 on it would add.

    Summed by a layer's weights over keys and heads, with the bias of W^O, they are what its attention adds.
    """
    gates = encoded.interventions._asdict()
    before = {"encoder": encoded.detail["hidden"], "decoder": output.detail["hidden"].transpose(1, 2)}  # (n, L+1, …, D)
    vectors = {}
    for kind, layers in (("encoder", model.encoder), ("decoder", model.decoder), ("cross", model.decoder)):
        parts = []
        for index, layer in enumerate(layers):
            heads = layer.cross_heads if kind == "cross" else layer.heads
            if kind == "cross":
                value, matrix = layer.keys_values(encoded.memory)[1], layer.cross_output
            else:
                entered = layer.residuals[0].enter(before[kind][:, index])
                value = split_heads(layer.query_key_value(entered), heads.size).chunk(3, dim=1)[2]
                matrix = layer.output if kind == "encoder" else layer.self_output
            weight = getattr(matrix, "plain", matrix).weight  # a packed one keeps it too
            added = torch.einsum("nhsd,ohd->nhso", value, weight.unflatten(1, (-1, heads.size)))
            parts.append(heads.placed(added))
        vectors[kind] = torch.stack(parts, dim=1)
        if gates[kind] is not None:
            vectors[kind] = vectors[kind] * gates[kind][..., None, None]
    return vectors

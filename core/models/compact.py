"""A Transformer without the heads that are shut: fewer weights, the same numbers."""

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from core.models.transformer import Transformer

# The linear maps whose rows are heads, and how many times all heads stand there (query, key, value); those whose
# columns are heads: of each the kind of attention and the stack.
ROWS = {
    "query_key_value": (3, (("encoder", "encoder"), ("decoder", "decoder"))),
    "cross_query": (1, (("cross", "decoder"),)),
    "cross_key_value": (2, (("cross", "decoder"),)),
}
COLUMNS = {
    "output": ("encoder", "encoder"),
    "self_output": ("decoder", "decoder"),
    "cross_output": ("cross", "decoder"),
}


@torch.no_grad()
def without_heads(model: Transformer, gates: Mapping[str, Tensor]) -> Transformer:
    """A new model that computes what `model` does under these gates, (L, H) for each kind of attention.

    Heads whose gate is 0 are gone, the other gates are multiplied into W^O. Of a model that was pruned before, what was
    gone stays gone.
    """
    kept = {
        kind: [
            [head for head in model.config.heads_of(kind, layer).filled if gates[kind][layer, head] != 0]
            for layer in range(layers)
        ]
        for kind, (layers, _) in model.heads.items()
    }
    with torch.random.fork_rng(devices=[]):
        smaller = Transformer(replace(model.config, kept=kept))
    weights = model.state_dict()

    def places(kind: str, layer: int) -> list[int]:  # among the heads there were, of those that are kept
        return [model.config.heads_of(kind, layer).filled.index(head) for head in kept[kind][layer]]

    for name, (times, stacks) in ROWS.items():
        for kind, stack in stacks:
            for layer in range(model.heads[kind][0]):
                for full in (f"{stack}.{layer}.{name}.weight", f"{stack}.{layer}.{name}.bias"):
                    heads = weights[full].unflatten(0, (times, -1, model.config.head_width))
                    weights[full] = heads[:, places(kind, layer)].flatten(0, 2)
    for name, (kind, stack) in COLUMNS.items():
        for layer in range(model.heads[kind][0]):
            full = f"{stack}.{layer}.{name}.weight"
            heads = weights[full].unflatten(1, (-1, model.config.head_width))[:, places(kind, layer)]
            gate = torch.as_tensor(gates[kind][layer])[kept[kind][layer]].to(heads)
            weights[full] = (heads * gate[:, None]).flatten(1)
    smaller.load_state_dict(weights)
    return smaller.train(model.training)

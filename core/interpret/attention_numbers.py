"""What a model asked of its source while it wrote a translation: one run with every detail recorded."""

import torch
from torch import Tensor

from core.models.contract import Encoded, Output, Seq2Seq
from core.records import AttentionSteps, DecodeTrace, source_keys
from core.text.batches import source_batch
from core.text.subwords import BOS, Subwords


@torch.inference_mode()
def attention_steps(model: Seq2Seq, subwords: Subwords, trace: DecodeTrace) -> AttentionSteps | None:
    """The numbers behind the best hypothesis of a trace, teacher forced; None of a model that does not attend."""
    found = trace.hypotheses[0]
    ids = [trace.tree.nodes[node].id for node in trace.tree.path(found.leaf)]
    source, mask = (torch.from_numpy(part) for part in source_batch([subwords.encode_source(trace.text)]))
    encoded = model.encode(source, mask, detail=True)
    output = model(source, mask, torch.tensor([[BOS, *ids[:-1]]]), detail=True)
    if "cross" not in output.attention:
        return None
    recurrent = "query" in output.detail
    known = {**encoded.detail, **output.detail} if recurrent else by_heads(model, encoded, output)
    query, keys, values, context, centre = (
        None if part is None else (part if part.dim() == 4 else part[None]).numpy()
        for part in (known.get(name) for name in ("query", "keys", "values", "context", "centre"))
    )
    return AttentionSteps(
        kind=model.config.attention if recurrent else "heads",
        tokens=found.tokens,
        sources=source_keys(trace.pieces),
        query=query,
        keys=keys,
        scores=output.detail["scores"][0].numpy(),
        weights=output.attention["cross"][0].numpy(),
        values=values,
        context=context,
        centre=None if centre is None else centre[0, 0],
        window=None if centre is None else model.config.window,
    )


def by_heads(model: Seq2Seq, encoded: Encoded, output: Output) -> dict[str, Tensor]:
    """Every head's own: queries and contexts (L, H, T, D/H), keys and values (L, H, S, D/H)."""
    plain = getattr(model, "plain", model)  # a packed Transformer keeps the one it was made of
    hidden = output.detail["hidden"]  # (n, T, L+1, D)
    query = [layer.ask(hidden[:, :, index], None)[2][0] for index, layer in enumerate(plain.decoder)]
    keys, values = (torch.cat(part) for part in zip(*plain.start(encoded).source.layers, strict=True))
    context = output.attention["cross"][0] @ values
    return {"query": torch.stack(query), "keys": keys, "values": values, "context": context}

"""What a model asked of its source while it wrote a translation: one run with every detail recorded."""

import torch
from torch import Tensor

from core.checks import check
from core.models.contract import Encoded, Output, Seq2Seq, interventions_of
from core.models.ensemble import Ensemble
from core.records import AttentionSteps, DecodeTrace, source_keys
from core.text.batches import source_batch
from core.text.subwords import BOS, Subwords


@torch.inference_mode()
def attention_steps(model: Seq2Seq, subwords: Subwords, trace: DecodeTrace) -> AttentionSteps | None:
    """The numbers behind the best hypothesis of a trace, teacher forced; None of a model that does not attend.

    The trace's changes apply here too: the context of a closed head is 0, though its weights are not.
    """
    check(not isinstance(model, Ensemble), "the models of an ensemble ask each in its own way: take one of them")
    hypothesis = trace.hypotheses[0]
    encoded, output = teacher_forced(model, subwords, trace)
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
        tokens=hypothesis.tokens,
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


def teacher_forced(model: Seq2Seq, subwords: Subwords, trace: DecodeTrace) -> tuple[Encoded, Output]:
    """The best hypothesis of a trace read again, with its changes and every detail, as a batch of one sentence."""
    ids = [trace.tree.nodes[node].id for node in trace.tree.path(trace.hypotheses[0].leaf)]
    source, mask = (torch.from_numpy(part) for part in source_batch([subwords.encode_source(trace.text)]))
    interventions = interventions_of(trace.changes, model, source.shape[1], len(ids))
    encoded = model.encode(source, mask, interventions=interventions, detail=True)
    return encoded, model(source, mask, torch.tensor([[BOS, *ids[:-1]]]), interventions=interventions, detail=True)


def by_heads(model: Seq2Seq, encoded: Encoded, output: Output) -> dict[str, Tensor]:
    """Every head's own: queries and contexts (L, H, T, D/H), keys and values (L, H, S, D/H)."""
    plain = getattr(model, "plain", model)  # a packed Transformer keeps the one it was made of
    hidden, source = output.detail["hidden"], plain.start(encoded).source  # (n, T, L+1, D)
    cross, steps = encoded.interventions.cross, hidden.shape[1]
    query = [
        layer.cross_heads.placed(layer.ask(hidden[:, :, index], source.interventions.layer(index, 0, steps))[2])[0]
        for index, layer in enumerate(plain.decoder)
    ]
    layers = zip(plain.decoder, source.layers, strict=True)
    placed = [map(layer.cross_heads.placed, parts) for layer, parts in layers]
    keys, values = (torch.cat(part) for part in zip(*placed, strict=True))
    context = output.attention["cross"][0] @ values
    context = context if cross is None else context * cross[0, ..., None, None]
    return {"query": torch.stack(query), "keys": keys, "values": values, "context": context}

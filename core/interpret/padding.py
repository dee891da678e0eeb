"""Two sentences of unequal length in one batch: what `<pad>` would be to the shorter one without its mask."""

import torch
from torch import Tensor

from core.models.contract import Output, Seq2Seq
from core.records import DecodeTrace, Padded
from core.text.batches import batch
from core.text.subwords import PAD, Subwords


@torch.inference_mode()
def padded(model: Seq2Seq, subwords: Subwords, trace: DecodeTrace, other: DecodeTrace) -> Padded | None:
    """The sentence of `trace` as it is read in one batch with another's; None of a model without heads."""
    plain = getattr(model, "plain", model)  # a packed Transformer keeps the one it was made of
    if "encoder" not in getattr(plain, "heads", {}):
        return None
    pairs = [(subwords.encode_source(part.text), translation(part)) for part in (trace, other)]
    read = batch(pairs)
    source, mask, inputs, targets = (torch.from_numpy(part) for part in read)
    every = torch.ones_like(mask)
    hidden, open_hidden = (plain.encode(source, seen).memory[0] for seen in (mask, every))
    outputs = [plain(source, seen, inputs) for seen in (mask, every)]
    written = len(pairs[0][1]) + 1
    sure, unsure = (probabilities(output, targets)[:written] for output in outputs)
    masked, unmasked = ({kind: part[0].numpy() for kind, part in output.attention.items()} for output in outputs)
    moved = (open_hidden - hidden).norm(dim=-1) / hidden.norm(dim=-1)
    labels = [[subwords.tokens[token] for token in row] for row in (read.source[0], read.targets[0])]
    sources, written_labels = (tuple(row) for row in labels)
    words = int((read.source[0] != PAD).sum())
    numbers = (part.numpy() for part in (moved, sure, unsure))
    return Padded(sources, written_labels, words, written, masked, unmasked, *numbers)


def translation(trace: DecodeTrace) -> list[int]:
    """The ids of a trace's best hypothesis, without `<eos>`."""
    ids = [trace.tree.nodes[node].id for node in trace.tree.path(trace.hypotheses[0].leaf)]
    return ids[:-1] if trace.hypotheses[0].finished else ids


def probabilities(output: Output, targets: Tensor) -> Tensor:
    """What the first sentence's tokens were given, (T,)."""
    return output.logits[0].softmax(-1).gather(-1, targets[0, :, None])[:, 0]

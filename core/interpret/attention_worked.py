"""Every attention of a Transformer worked through: the matrices from a layer's input to what the block passes on."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.changes import UNCHANGED
from core.checks import check
from core.models.attention import attend, merge_heads, split_heads
from core.models.contract import NONE, Seq2Seq
from core.models.kept_heads import Heads
from core.models.transformer_layers import Residual
from core.records import Corners, DecodeTrace, Projections, WorkedAttention, source_keys
from core.text.batches import source_batch
from core.text.subwords import BOS, Subwords

CORNER = 4  # numbers of a column that are kept


class Block(NamedTuple):
    """The parts of a layer that make one attention: `joint` are W^K and W^V, in self-attention W^Q before them."""

    query: nn.Linear | None
    joint: nn.Linear
    output: nn.Linear
    residual: Residual
    relative: nn.Module | None
    heads: Heads


class Reading(NamedTuple):
    """What one attention is asked: its labels, what comes in (Q, D), what it looks at (K, D; None: itself), a mask."""

    kind: str
    layer: int
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    stream: Tensor
    source: Tensor | None
    visible: Tensor


@torch.inference_mode()
def attention_worked(model: Seq2Seq, subwords: Subwords, trace: DecodeTrace) -> tuple[WorkedAttention, ...]:
    """Encoder, decoder and cross-attention of every layer while the best hypothesis of a trace was written.

    () of a model without heads; ValueError where a reader changed the run.
    """
    plain = getattr(model, "plain", model)  # a packed Transformer keeps the one it was made of
    if "encoder" not in getattr(plain, "heads", {}):
        return ()
    check(trace.changes == UNCHANGED, "attention is worked through as the model computes it: take the changes back")
    return tuple(work(block, reading) for block, reading in blocks(plain, subwords, trace))


def blocks(model: nn.Module, subwords: Subwords, trace: DecodeTrace) -> Iterator[tuple[Block, Reading]]:
    """Each attention with what it reads, teacher forced; the decoder's rows are labelled by what they emit."""
    source, mask = (torch.from_numpy(part) for part in source_batch([subwords.encode_source(trace.text)]))
    path = [trace.tree.nodes[node] for node in trace.tree.path(trace.hypotheses[0].leaf)]
    target = torch.tensor([[BOS, *(node.id for node in path[:-1])]])
    words, written = source_keys(trace.pieces), tuple(node.token for node in path)
    read = (trace.tree.nodes[0].token, *written[:-1])
    encoded = model.encode(source, mask, detail=True)
    hidden = model(source, mask, target, detail=True).detail["hidden"][0]  # (T, L+1, D)
    everything = torch.ones(len(words), len(words), dtype=torch.bool)
    before = torch.ones(len(read), len(read), dtype=torch.bool).tril()
    for index, layer in enumerate(model.encoder):
        stream = encoded.detail["hidden"][0, index]
        yield block_of(layer, "encoder"), Reading("encoder", index, words, words, stream, None, everything)
    for index, layer in enumerate(model.decoder):
        stream = hidden[:, index]
        yield block_of(layer, "decoder"), Reading("decoder", index, written, read, stream, None, before)
        looked, memory = layer.ask(stream[None], NONE)[0][0], encoded.memory[0]
        seen = mask.expand(len(written), -1)
        yield block_of(layer, "cross"), Reading("cross", index, written, words, looked, memory, seen)


def block_of(layer: nn.Module, kind: str) -> Block:
    """The parts of an encoder or decoder layer that make its attention of a kind."""
    if kind == "cross":
        joint, output, residual = layer.cross_key_value, layer.cross_output, layer.residuals[1]
        return Block(layer.cross_query, joint, output, residual, None, layer.cross_heads)
    output = layer.output if kind == "encoder" else layer.self_output
    return Block(None, layer.query_key_value, output, layer.residuals[0], layer.relative, layer.heads)


def work(block: Block, reading: Reading) -> WorkedAttention:
    """The whole block, matrix by matrix."""
    kind, layer, queries, keys, stream, source, visible = reading
    entered = block.residual.enter(stream)
    source = entered if source is None else source
    asking = () if block.query is None else (block.query(entered),)
    parts = (*asking, *block.joint(source).chunk(3 - len(asking), dim=-1))
    query, key, value = (split_heads(part, block.heads.size) for part in parts)
    placed = None if block.relative is None else [block.relative.place(part, 0) for part in (query, key)]
    turned = placed is not None and not torch.equal(placed[0], query)
    asked, offered = placed if turned else (query, key)
    products = asked @ offered.mT  # (H, Q, K)
    scaled = products * query.shape[-1] ** -0.5
    scores = scaled if block.relative is None else block.relative.weigh(scaled, 0)
    attended = attend(scores, value, visible)
    output = block.output(merge_heads(attended.context))
    left = block.residual.leave(stream, output)
    known = {
        **{"query": query, "key": key, "value": value},
        **{"placed_query": asked if turned else None, "placed_key": offered if turned else None},
        **{"products": products, "bias": None if torch.equal(scores, scaled) else scores - scaled},
        **{"weights": attended.weights, "context": attended.context},
    }
    known = {name: part if part is None else on_grid(part, block.heads) for name, part in known.items()}
    known |= {"stream": stream, "entered": entered, "source": source, "visible": visible}
    known |= {"output": output, "summed": stream + output, "left": left}
    arrays = {name: None if part is None else part.numpy() for name, part in known.items()}
    norm = "pre" if block.residual.pre else "post"
    return WorkedAttention(kind, layer, norm, queries, keys, **arrays, corners=corners(block))


def on_grid(part: Tensor, heads: Heads) -> Tensor:
    """Something of the heads that there are (K, …) with a place for every one (H, …)."""
    return heads.placed(part[None])[0]


def corners(block: Block) -> Corners:
    """The first numbers of a block's weights."""
    whole = projections(block)
    kept = whole.inputs[..., :CORNER, 0], whole.input_biases[..., 0], whole.output[:CORNER, 0]
    firsts = (float(part[0]) for part in (whole.output_bias, whole.gain, whole.shift))
    return Corners(*(part.copy() for part in kept), *firsts)


def projections(block: Block) -> Projections:
    """A block's weights, of each head, 0 of one that is pruned."""
    read = [unpacked(part) for part in (block.query, block.joint) if part is not None]
    weight, bias = (torch.cat([getattr(part, name) for part in read]) for name in ("weight", "bias"))
    heads, output, norm = block.heads, unpacked(block.output), block.residual.norm
    shape = heads.count, heads.size
    inputs = heads.placed(weight.unflatten(0, (3, *shape))).mT  # (3, H, D, d)
    biases = heads.placed(bias.unflatten(0, (3, *shape)))  # (3, H, d)
    outputs = on_grid(output.weight.mT.unflatten(0, shape), heads).flatten(0, 1)  # (H · d, D)
    parts = (inputs, biases, outputs, output.bias, norm.weight, norm.bias)
    return Projections(*(part.numpy() for part in parts))


@torch.inference_mode()
def attention_projections(model: Seq2Seq, _subwords: Subwords, kind: str, layer: int) -> Projections | None:
    """The learned matrices of one attention of a Transformer, of a `layer` from 0; None of a model without heads."""
    plain = getattr(model, "plain", model)
    if "encoder" not in getattr(plain, "heads", {}):
        return None
    return projections(block_of((plain.encoder if kind == "encoder" else plain.decoder)[layer], kind))


def unpacked(part: nn.Module) -> nn.Linear:
    """A linear map as it was before it was packed."""
    return getattr(part, "plain", part)

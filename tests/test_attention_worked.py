"""Self-attention worked through: its matrices multiplied up are the model's own forward pass, of every Transformer."""

from itertools import product

import numpy as np
import pytest
import torch
from model_zoo import RNNS, TRANSFORMERS, vocabulary

from core.checkpoints import cards, load
from core.decoding.translate import decode
from core.interpret.attention_worked import attention_projections, attention_worked, block_of, unpacked
from core.interpret.padding import padded
from core.models.contract import take
from core.models.packed import pack
from core.options import ForcedOptions, GreedyOptions
from core.records import Projections, WorkedAttention
from core.text.batches import source_batch
from core.text.subwords import BOS

SHIPPED = [name for name, card in cards()[0].items() if card.family == "transformer"]
SENTENCES = {"en": "A cat sleeps on the cat.", "de": "Hunde.", "fr": "Un chien dort."}
CLOSE = {"atol": 1e-5, "rtol": 1e-5}


def by_hand(block, worked: WorkedAttention) -> dict[str, np.ndarray]:
    """Each matrix from the one before it, in numpy and float64."""
    read = [unpacked(part) for part in (block.query, block.joint) if part is not None]
    weights = np.concatenate([part.weight.numpy() for part in read]).reshape(3, -1, worked.stream.shape[1])
    biases = np.concatenate([part.bias.numpy() for part in read]).reshape(3, -1)
    heads, _, width = worked.query.shape
    kept = list(block.heads.filled)  # the others were pruned: 0 in their places
    stream = worked.stream.astype(np.float64)
    gain, shift = (part.numpy() for part in (block.residual.norm.weight, block.residual.norm.bias))

    def normed(x):
        return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5) * gain + shift

    entered = normed(stream) if worked.norm == "pre" else stream
    source = worked.source if worked.kind == "cross" else entered

    def split(x, part):
        placed = np.zeros((heads, len(x), width))
        placed[kept] = (x @ weights[part].T + biases[part]).reshape(len(x), len(kept), width).swapaxes(0, 1)
        return placed

    query, key, value = split(entered, 0), split(source, 1), split(source, 2)
    asked = query if worked.placed_query is None else worked.placed_query
    offered = key if worked.placed_key is None else worked.placed_key
    products = asked @ offered.swapaxes(1, 2)
    scores = products / np.sqrt(width) + (0 if worked.bias is None else worked.bias)
    shares = np.exp(np.where(worked.visible, scores, -np.inf) - scores.max(-1, keepdims=True))
    shares /= shares.sum(-1, keepdims=True)
    shares[[head for head in range(heads) if head not in kept]] = 0
    joined = (shares @ value).swapaxes(0, 1).reshape(len(stream), -1)
    last = unpacked(block.output)
    present = (shares @ value)[kept].swapaxes(0, 1).reshape(len(stream), -1)
    output = present @ last.weight.numpy().T + last.bias.numpy()
    summed = stream + output
    left = normed(summed) if worked.norm == "post" else summed
    parts = {"entered": entered, "query": query, "key": key, "value": value, "products": products, "weights": shares}
    return parts | {"joined": joined, "output": output, "summed": summed, "left": left}


def check_worked(model, subwords, text, options) -> tuple[WorkedAttention, ...]:
    """Every matrix follows from the one before; weights and what goes on are those of the model's own forward pass."""
    trace = decode(model, subwords, text, options)
    worked = attention_worked(model, subwords, trace)
    plain = getattr(model, "plain", model)
    source, mask = (torch.from_numpy(part) for part in source_batch([subwords.encode_source(text)]))
    ids = [trace.tree.nodes[node].id for node in trace.tree.path(trace.hypotheses[0].leaf)]
    output = plain(source, mask, torch.tensor([[BOS, *ids[:-1]]]), detail=True)
    encoded = plain.encode(source, mask, detail=True)
    states = {
        "encoder": encoded.detail["hidden"][0].numpy(),
        "decoder": output.detail["hidden"][0].swapaxes(0, 1).numpy(),
    }
    places = [(one.kind, one.layer) for one in worked]
    assert sorted(places) == sorted(
        (kind, layer) for kind, (layers, _) in plain.heads.items() for layer in range(layers)
    )
    for one in worked:
        stack = plain.encoder if one.kind == "encoder" else plain.decoder
        layer = stack[one.layer]
        for name, expected in by_hand(block_of(layer, one.kind), one).items():
            close = 1e-5 * max(1, np.abs(expected).max())  # float32 has seven digits
            np.testing.assert_allclose(
                getattr(one, name), expected, atol=close, err_msg=f"{one.kind} {one.layer} {name}"
            )
        np.testing.assert_allclose(one.weights, output.attention[one.kind][0, one.layer].numpy(), **CLOSE)
        assert not one.weights[:, ~one.visible].any(), "what is masked weighs exactly nothing"
        check_projections(attention_projections(model, subwords, one.kind, one.layer), one)
        if one.kind != "decoder":  # what is left, fed forward, is what the layer gave on
            feeding = layer.residuals[-1]
            x = torch.from_numpy(one.left)
            given = states["encoder" if one.kind == "encoder" else "decoder"][one.layer + 1]
            np.testing.assert_allclose(feeding.leave(x, layer.feed_forward(feeding.enter(x))), given, **CLOSE)
        if one.kind == "decoder":
            cross = worked[places.index(("cross", one.layer))]
            np.testing.assert_allclose(one.left, cross.stream, **CLOSE)
    return worked


def check_projections(learned: Projections, one: WorkedAttention) -> None:
    """The learned matrices as they are shown make queries, keys, values and the output of what they read."""
    source = one.source if one.kind == "cross" else one.entered
    for part, (read, name) in enumerate(((one.entered, "query"), (source, "key"), (source, "value"))):
        made = read @ learned.inputs[part] + learned.input_biases[part][:, None]
        np.testing.assert_allclose(made, getattr(one, name), atol=1e-5 * max(1, np.abs(made).max()))
    output = one.joined @ learned.output + learned.output_bias
    np.testing.assert_allclose(output, one.output, atol=1e-5 * max(1, np.abs(output).max()))


def stepped(model, subwords, text, tokens: int) -> dict[str, np.ndarray]:
    """The weights of the decoder step by step, as the search computes them: (L, H, T, ·) padded with 0."""
    source, mask = (torch.from_numpy(part) for part in source_batch([subwords.encode_source(text)]))
    state, previous = model.start(model.encode(source, mask)), torch.tensor([BOS])
    rows = {"cross": [], "decoder": []}
    for _ in range(tokens):
        answer = model.step(previous, take(state, torch.zeros(1, dtype=torch.long)))
        state, previous = answer.state, answer.logits.argmax(-1)
        for kind, kept in rows.items():
            kept.append(answer.attention[kind][0].numpy())
    rows["decoder"] = [np.pad(row, ((0, 0), (0, 0), (0, tokens - row.shape[-1]))) for row in rows["decoder"]]
    return {kind: np.stack(kept, axis=2) for kind, kept in rows.items()}


@pytest.mark.parametrize("name", SHIPPED)
@torch.inference_mode()
def test_multiplied_up_every_attention_of_a_shipped_model_is_its_forward_pass_packed_too(name):
    loaded = load(name)
    text = SENTENCES[loaded.card.source]
    packed = pack(loaded.model.requires_grad_(False))
    worked = check_worked(packed, loaded.subwords, text, GreedyOptions())
    steps = stepped(packed, loaded.subwords, text, len(worked[-1].queries))
    for one in worked:
        if one.kind != "encoder":
            np.testing.assert_allclose(one.weights, steps[one.kind][one.layer], **CLOSE)


@pytest.mark.parametrize("name", TRANSFORMERS)
@torch.inference_mode()
def test_so_it_is_with_any_norm_and_positions(name):
    worked = check_worked(
        TRANSFORMERS[name]().requires_grad_(False), vocabulary(), "a b c b a", ForcedOptions("c b a b")
    )
    for one in worked:
        assert (one.placed_query is None) == ("rotary" not in name or one.kind == "cross")
        assert (one.bias is None) == ("alibi" not in name or one.kind == "cross")


def test_the_corner_of_the_weights_gives_the_first_terms_of_a_number():
    model = TRANSFORMERS["transformer-post-sinusoidal-tied"]()
    model.requires_grad_(False)
    trace = decode(model, vocabulary(), "a b", ForcedOptions("c"))
    worked = attention_worked(model, vocabulary(), trace)[0]
    weight = model.encoder[0].query_key_value.weight.numpy().reshape(3, 3, 2, 6)
    for part, head in product(range(3), range(3)):
        np.testing.assert_array_equal(worked.corners.columns[part, head], weight[part, head, 0, :4])
    np.testing.assert_array_equal(worked.corners.output, model.encoder[0].output.weight.numpy()[0, :4])


def test_a_model_without_heads_has_nothing_to_work_through():
    model = RNNS["gru-1-bi-additive-step"]()
    assert attention_worked(model, vocabulary(), decode(model, vocabulary(), "a b", GreedyOptions())) == ()


@torch.inference_mode()
def test_a_sentence_filled_up_is_read_as_alone_and_otherwise_without_the_mask():
    model = TRANSFORMERS["transformer-pre-sinusoidal-tied"]()
    trace, other = (
        decode(model, vocabulary(), text, ForcedOptions(target))
        for text, target in (("a b", "c"), ("a b c b", "c a b"))
    )
    both, worked = padded(model, vocabulary(), trace, other), attention_worked(model, vocabulary(), trace)
    assert both.sources[both.words - 1 :] == ("<eos>", *["<pad>"] * (len(both.sources) - both.words))
    assert both.targets[both.written - 1 :] == ("<eos>", *["<pad>"] * (len(both.targets) - both.written))
    assert len(both.sources) > both.words
    for kind, words in (("encoder", both.words), ("cross", both.words), ("decoder", both.written)):
        alone = np.stack([one.weights for one in worked if one.kind == kind])
        rows = alone.shape[2]
        np.testing.assert_allclose(both.masked[kind][:, :, :rows, :words], alone, **CLOSE)
        assert not both.masked[kind][:, :, :rows, words:].any(), "a <pad> weighs exactly nothing"
    assert both.unmasked["encoder"][:, :, : both.words, both.words :].min() > 0
    assert not both.unmasked["decoder"][:, :, : both.written, both.written :].any(), "no <pad> stands before a word"
    np.testing.assert_allclose(both.sure, np.exp(trace.hypotheses[0].logprobs), **CLOSE)
    assert both.moved.min() > 0
    assert not np.allclose(both.sure, both.unsure)
    assert not np.abs(padded(model, vocabulary(), trace, trace).moved).any()

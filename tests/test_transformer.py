"""The Transformer against torch's own layers with the same weights, and positions against a published table."""

import math

import pytest
import torch
from model_zoo import (
    MAX_POSITIONS,
    MODELS,
    TRANSFORMERS,
    VOCABULARY_SIZE,
    random_ids,
    random_model,
    sources,
    transformer,
)
from torch import nn
from torch.testing import assert_close

from core.models.contract import NONE
from core.models.positional import POSITIONS, Learned, Sinusoidal, sinusoidal
from core.models.transformer import Transformer
from core.models.transformer_layers import NORMS, LayerSource, TransformerConfig

LENGTHS = (6, 3)
TARGET = 5


@pytest.fixture(params=NORMS)
def model(request):
    return MODELS[f"transformer-{request.param}-sinusoidal-tied"]()


def copy_linear(ours, weight, bias):
    """Our linear map's weights into torch's tensors."""
    weight.copy_(ours.weight)
    bias.copy_(ours.bias)


@torch.no_grad()
def torch_layer(ours, config, kind):
    """torch's nn.TransformerEncoderLayer or nn.TransformerDecoderLayer with our layer's weights."""
    theirs = kind(
        config.width,
        config.heads,
        config.feed_forward,
        dropout=0.0,
        batch_first=True,
        norm_first=config.norm == "pre",
    ).eval()
    own = theirs.self_attn
    copy_linear(ours.query_key_value, own.in_proj_weight, own.in_proj_bias)
    if kind is nn.TransformerDecoderLayer:
        cross, width = theirs.multihead_attn, config.width
        own.out_proj.load_state_dict(ours.self_output.state_dict())
        copy_linear(ours.cross_query, cross.in_proj_weight[:width], cross.in_proj_bias[:width])
        copy_linear(ours.cross_key_value, cross.in_proj_weight[width:], cross.in_proj_bias[width:])
        cross.out_proj.load_state_dict(ours.cross_output.state_dict())
    else:
        own.out_proj.load_state_dict(ours.output.state_dict())
    theirs.linear1.load_state_dict(ours.feed_forward[0].state_dict())
    theirs.linear2.load_state_dict(ours.feed_forward[2].state_dict())
    for index, residual in enumerate(ours.residuals, 1):
        getattr(theirs, f"norm{index}").load_state_dict(residual.norm.state_dict())
    return theirs


def causal(length):
    """True where a position may not look."""
    return torch.ones(length, length, dtype=torch.bool).triu(1)


def noise(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(5))


def test_an_encoder_layer_equals_torchs(model):
    x, (_, mask) = noise(len(LENGTHS), max(LENGTHS), model.config.width), sources(LENGTHS)
    ours, weights = model.encoder[0](x, mask, NONE)
    layer = torch_layer(model.encoder[0], model.config, nn.TransformerEncoderLayer)
    theirs = layer(x, src_key_padding_mask=~mask)
    assert_close(ours[mask], theirs[mask])
    seen = layer.norm1(x) if model.config.norm == "pre" else x
    _, expected = layer.self_attn(seen, seen, seen, key_padding_mask=~mask, average_attn_weights=False)
    assert_close(weights, expected)


def test_a_decoder_layer_equals_torchs(model):
    width, (_, mask) = model.config.width, sources(LENGTHS)
    x, memory = noise(len(LENGTHS), TARGET, width), noise(len(LENGTHS), max(LENGTHS), width)
    ours = model.decoder[0]
    source = LayerSource(*ours.keys_values(memory), mask, NONE)
    theirs = torch_layer(ours, model.config, nn.TransformerDecoderLayer)
    expected = theirs(x, memory, tgt_mask=causal(TARGET), memory_key_padding_mask=~mask)
    assert_close(ours(x, source)[0], expected)


@torch.no_grad()
def test_the_whole_model_equals_torchs_stacks_between_our_embeddings(model):
    """Embeddings scaled by √D plus positions go in, the tied embeddings read the answer (Vaswani et al. 2017, §3.4)."""
    config, (source, mask), target = model.config, sources(LENGTHS), random_ids(len(LENGTHS), TARGET)

    def embedded(ids):
        scaled = model.embedding.weight[ids] * math.sqrt(config.width)
        return scaled + sinusoidal(ids.shape[1], config.width)

    memory, x = embedded(source), embedded(target)
    for layer in model.encoder:
        memory = torch_layer(layer, config, nn.TransformerEncoderLayer)(memory, src_key_padding_mask=~mask)
    memory = model.encoder_norm(memory)
    for layer in model.decoder:
        theirs = torch_layer(layer, config, nn.TransformerDecoderLayer)
        x = theirs(x, memory, tgt_mask=causal(TARGET), memory_key_padding_mask=~mask)
    logits = model.decoder_norm(x) @ model.embedding.weight.T + model.output.bias
    assert_close(model(source, mask, target).logits, logits, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("norm", NORMS)
def test_only_pre_norm_stacks_end_in_a_norm(norm):
    model = MODELS[f"transformer-{norm}-sinusoidal-tied"]()
    ends = [type(end) for end in (model.encoder_norm, model.decoder_norm)]
    assert ends == [nn.LayerNorm if norm == "pre" else nn.Identity] * 2


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_input_and_output_embeddings_are_one_where_tied(name):
    model = MODELS[name]()
    assert (model.output.weight is model.embedding.weight) == name.endswith("-tied")


# --- positions -----------------------------------------------------------------------------------------------


def test_sinusoidal_positions_equal_the_published_table():
    """“I am a robot” with d=4 and n=100 (Saeed 2022, “A gentle introduction to positional encoding”)."""
    published = [
        [0, 1, 0, 1],
        [0.84147098, 0.54030231, 0.09983342, 0.99500417],
        [0.90929743, -0.41614684, 0.19866933, 0.98006658],
        [0.14112001, -0.9899925, 0.29552021, 0.95533649],
    ]
    assert_close(sinusoidal(4, 4, base=100.0), torch.tensor(published), atol=1e-7, rtol=0.0)


def test_sinusoidal_positions_turn_by_the_same_angle_from_any_start():
    """§3.5: the table at position + k is a rotation of the table at position, for each pair of columns."""
    width, shift = 6, 4
    table = sinusoidal(30, width).double()
    for pair in range(width // 2):
        angle = shift * 10_000 ** (-2 * pair / width)
        rotation = torch.tensor(
            [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]], dtype=torch.float64
        )
        columns = table[:, 2 * pair : 2 * pair + 2]
        assert_close(columns[shift:], columns[:-shift] @ rotation.T, atol=1e-6, rtol=0.0)


def test_an_odd_width_only_lacks_the_last_cosine():
    assert sinusoidal(3, 5).shape == (3, 5)
    assert_close(sinusoidal(3, 1), torch.sin(torch.arange(3.0))[:, None])


@torch.no_grad()
def test_sinusoidal_positions_have_no_end():
    short, long = Sinusoidal(6, MAX_POSITIONS), Sinusoidal(6, 100)
    for first, length in ((0, 5), (5, 3), (5, 4), (0, 30), (60, 1)):
        assert_close(short(first, length), long(first, length))


@torch.no_grad()
def test_learned_positions_past_the_last_share_its_vector():
    positions = Learned(6, MAX_POSITIONS)
    assert torch.equal(positions(2, 3), positions.table[2:5])
    assert torch.equal(positions(MAX_POSITIONS - 1, 3), positions.table[-1:].expand(3, -1))


@torch.no_grad()
def test_a_sinusoidal_model_reads_past_its_table_as_with_a_longer_one():
    model = MODELS["transformer-post-sinusoidal-tied"]()
    config = {**vars(model.config), "max_positions": 4 * MAX_POSITIONS}
    longer = Transformer(TransformerConfig(**config)).eval()
    longer.load_state_dict(model.state_dict())
    inputs = *sources((3 * MAX_POSITIONS, 5)), random_ids(2, 2 * MAX_POSITIONS)
    assert_close(model(*inputs).logits, longer(*inputs).logits)


@pytest.mark.parametrize("norm", NORMS)
@torch.no_grad()
def test_without_positions_the_encoder_sees_a_set(norm):
    model, (source, mask) = transformer(norm, "none", True), sources((6,))
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    memory, turned = (model.encode(ids, mask).memory for ids in (source, source[:, order]))
    assert_close(turned, memory[:, order])
    placed = MODELS[f"transformer-{norm}-sinusoidal-tied"]()
    memory, turned = (placed.encode(ids, mask).memory for ids in (source, source[:, order]))
    assert not torch.allclose(turned, memory[:, order], atol=1e-3)


# --- refusals and training -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"norm": "middle"}, f"unknown norm 'middle'; valid: {', '.join(NORMS)}"),
        ({"positions": "seats"}, f"unknown positions 'seats'; valid: {', '.join(POSITIONS)}"),
        ({"width": 6, "heads": 2, "positions": "rotary"}, "heads of width 3 are odd"),
        ({"width": 10, "heads": 4}, "width 10 is not a multiple of 4 heads"),
    ],
)
def test_a_wrong_config_names_the_valid_choices(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        TransformerConfig(VOCABULARY_SIZE, **wrong)


@pytest.mark.parametrize("rates", [(0.5, 0.0), (0.0, 0.5)])
@torch.no_grad()
def test_dropout_acts_in_training_alone(rates):
    dropout, dropout_attention = rates
    config = TransformerConfig(VOCABULARY_SIZE, 6, 3, 1, 1, 10, dropout=dropout, dropout_attention=dropout_attention)
    model, inputs = random_model(Transformer, config), (*sources(LENGTHS), random_ids(len(LENGTHS), TARGET))
    assert torch.equal(model(*inputs).logits, model(*inputs).logits)
    model.train()
    assert not torch.allclose(model(*inputs).logits, model(*inputs).logits)

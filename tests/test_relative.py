"""Rotary and linear-bias positions against loops written from the papers."""

import cmath
import math

import pytest
import torch
from model_zoo import MAX_POSITIONS, VOCABULARY_SIZE, random_model, sources
from torch.testing import assert_close

from core.models.contract import NONE
from core.models.positional import POSITIONS, LinearBiases, Rotary
from core.models.transformer import Transformer
from core.models.transformer_layers import LayerSource, TransformerConfig

HEADS, SIZE = 2, 4
LENGTHS = (MAX_POSITIONS + 3, 5)  # the first is longer than the table of angles


def noise(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(5))


def model_with(positions):
    config = TransformerConfig(
        VOCABULARY_SIZE, HEADS * SIZE, HEADS, 2, 2, 10, positions=positions, max_positions=MAX_POSITIONS
    )
    return random_model(Transformer, config)


def rotary_by_hand(q, k, head, i, j):
    """Su et al. 2021, §3.2: pairs of numbers as complex ones, turned by mθ, θ = 10000^(-2i/d)."""
    total = 0.0
    for pair in range(SIZE // 2):
        angle = 10_000 ** (-2 * pair / SIZE)
        a = complex(q[2 * pair], q[2 * pair + 1]) * cmath.exp(1j * i * angle)
        b = complex(k[2 * pair], k[2 * pair + 1]) * cmath.exp(1j * j * angle)
        total += (a * b.conjugate()).real
    return total / math.sqrt(SIZE)


def alibi_by_hand(q, k, head, i, j):
    """Press et al. 2022, §3: a head's slope starts the geometric sequence at 2^(-8/n), which is its ratio, too."""
    slope = 1.0
    for _ in range(head + 1):
        slope *= 2 ** (-8 / HEADS)
    return sum(a * b for a, b in zip(q, k, strict=True)) / math.sqrt(SIZE) - slope * abs(i - j)


BY_HAND = {"rotary": rotary_by_hand, "alibi": alibi_by_hand}


def weights_by_hand(layer, by_hand, x, seen):
    """Weights (H, Q, S) of self-attention on one sentence's x (S, D), of which query i sees the first seen(i) keys."""
    projected = (x @ layer.query_key_value.weight.T + layer.query_key_value.bias).tolist()
    width, weights = HEADS * SIZE, torch.zeros(HEADS, len(x), len(x))
    for head in range(HEADS):
        part = slice(head * SIZE, (head + 1) * SIZE)
        for i, row in enumerate(projected):
            query = row[:width][part]
            scores = [by_hand(query, projected[j][width:][part], head, i, j) for j in range(seen(i))]
            shares = [math.exp(score) for score in scores]
            weights[head, i, : seen(i)] = torch.tensor(shares) / sum(shares)
    return weights


@pytest.mark.parametrize("positions", BY_HAND)
@torch.no_grad()
def test_the_encoders_self_attention_equals_a_loop_from_the_paper(positions):
    layer, (_, mask) = model_with(positions).encoder[0], sources(LENGTHS)
    x = noise(len(LENGTHS), max(LENGTHS), HEADS * SIZE)
    _, weights = layer(x, mask, NONE)
    for index, length in enumerate(LENGTHS):
        expected = weights_by_hand(layer, BY_HAND[positions], x[index, :length], lambda _, length=length: length)
        assert_close(weights[index, :, :length, :length], expected, atol=1e-5, rtol=0.0)


@pytest.mark.parametrize("positions", BY_HAND)
@torch.no_grad()
def test_the_decoders_self_attention_equals_a_causal_loop_from_the_paper(positions):
    layer, x = model_with(positions).decoder[0], noise(1, MAX_POSITIONS + 3, HEADS * SIZE)
    weights = layer.look_back(x, None, NONE).weights
    expected = weights_by_hand(layer, BY_HAND[positions], x[0], lambda i: i + 1)
    assert_close(weights[0], expected, atol=1e-5, rtol=0.0)


def test_the_slopes_of_eight_heads_are_those_of_the_paper():
    assert LinearBiases(8, SIZE, 1).slopes.flatten().tolist() == [2.0**-power for power in range(1, 9)]


def test_rotary_products_depend_on_the_distance_alone():
    rotary, (query, key) = Rotary(1, SIZE, MAX_POSITIONS), noise(2, 1, SIZE)
    near, far = (rotary.place(query, first + 3) @ rotary.place(key, first).T for first in (2, 40))
    assert_close(near, far, atol=1e-5, rtol=1e-4)
    assert not torch.allclose(near, query @ key.T, atol=1e-3)


@pytest.mark.parametrize("positions", POSITIONS)
@torch.no_grad()
def test_cross_attention_knows_no_positions(positions):
    """The memory in another order gives the same answer."""
    layer, order = model_with(positions).decoder[0], torch.tensor([3, 0, 4, 1, 2])
    memory, x = noise(1, 5, HEADS * SIZE), noise(1, 3, HEADS * SIZE)
    mask = torch.ones(1, 5, dtype=torch.bool)
    (one, _, weights), (other, _, turned) = (
        layer(x, LayerSource(*layer.keys_values(rows), mask, NONE)) for rows in (memory, memory[:, order])
    )
    assert_close(other, one)
    assert_close(turned.weights, weights.weights[..., order])

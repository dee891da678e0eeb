"""Attention against torch's own, and the score functions against loops written from their equations."""

import math

import pytest
import torch
from model_zoo import MAX_POSITIONS, WINDOW
from score_equations import EQUATIONS, centre_of, look
from torch import nn
from torch.nn import functional
from torch.testing import assert_close

from core.models.attention import attend, given_rows, merge_heads, scaled_dot_product, split_heads
from core.models.attention_scores import SCORES, Question, Sizes

SENTENCES, HEADS, QUERIES, KEYS, SIZE = 2, 3, 4, 5, 6


@pytest.fixture
def drawn():
    return torch.Generator().manual_seed(3)


@pytest.fixture
def projected(drawn):
    """Query, key and value (n, H, Q or S, d), and what may be seen (n, 1, Q, S): at least one key a query."""
    lengths = (QUERIES, KEYS, KEYS)
    tensors = [torch.randn(SENTENCES, HEADS, length, SIZE, generator=drawn) for length in lengths]
    visible = torch.rand(SENTENCES, 1, QUERIES, KEYS, generator=drawn) < 0.6
    visible[..., 2] = True
    return *tensors, visible


def test_attend_equals_torchs_scaled_dot_product_attention(projected):
    query, key, value, visible = projected
    for seen in (visible, None):
        ours = attend(scaled_dot_product(query, key), value, seen)
        theirs = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        assert_close(ours.context, theirs)
        assert_close(ours.context, ours.weights @ value)


def test_heads_together_equal_torchs_multi_head_attention(drawn):
    width = HEADS * SIZE
    theirs = nn.MultiheadAttention(width, HEADS, batch_first=True)
    nn.init.normal_(theirs.in_proj_bias, generator=drawn)
    query = torch.randn(SENTENCES, QUERIES, width, generator=drawn)
    memory = torch.randn(SENTENCES, KEYS, width, generator=drawn)
    mask = torch.tensor([[True] * KEYS, [True] * 3 + [False] * (KEYS - 3)])

    weights, biases = theirs.in_proj_weight.chunk(3), theirs.in_proj_bias.chunk(3)
    parts = [
        split_heads(functional.linear(x, weight, bias), width // HEADS)
        for x, weight, bias in zip((query, memory, memory), weights, biases, strict=True)
    ]
    ours = attend(scaled_dot_product(*parts[:2]), parts[2], mask[:, None, None])
    context, shares = theirs(query, memory, memory, key_padding_mask=~mask, average_attn_weights=False)
    assert_close(theirs.out_proj(merge_heads(ours.context)), context)
    assert_close(ours.weights, shares)


def test_heads_split_and_merged_are_what_they_were(drawn):
    x = torch.randn(SENTENCES, QUERIES, HEADS * SIZE, generator=drawn)
    split = split_heads(x, SIZE)
    assert torch.equal(split[:, 1], x[..., SIZE : 2 * SIZE])
    assert torch.equal(merge_heads(split), x)


def test_scores_are_kept_as_they_were_before_the_softmax(projected):
    query, key, value, visible = projected
    scores = attend(scaled_dot_product(query, key), value, visible).scores
    assert_close(scores[1, 2, 3, 2].item(), (query[1, 2, 3] @ key[1, 2, 2] / math.sqrt(SIZE)).item())
    assert torch.equal(scores.isneginf(), ~visible.expand_as(scores))


def test_a_gate_scales_the_context_and_leaves_the_weights(projected):
    query, key, value, visible = projected
    gate = torch.tensor([[1.0, 0.0, 0.5], [0.25, 1.0, 0.0]])  # (n, H)
    plain, gated = (attend(scaled_dot_product(query, key), value, visible, gate=some) for some in (None, gate))
    assert torch.equal(gated.weights, plain.weights)
    for sentence, head in torch.cartesian_prod(torch.arange(SENTENCES), torch.arange(HEADS)).tolist():
        assert_close(gated.context[sentence, head], gate[sentence, head] * plain.context[sentence, head])


def test_an_override_is_summed_by_where_it_is_given(projected):
    query, key, value, visible = projected
    override = torch.full((SENTENCES, HEADS, QUERIES, KEYS), torch.nan)
    override[:, :, 1] = torch.tensor([0.0, 0.0, 0.0, 0.0, 1.0])
    plain, changed = (
        attend(scaled_dot_product(query, key), value, visible, override=some) for some in (None, override)
    )
    assert_close(changed.context[:, :, 1], value[:, :, 4])
    others = [0, 2, 3]
    assert torch.equal(changed.weights[:, :, others], plain.weights[:, :, others])
    assert torch.equal(changed.context[:, :, others], plain.context[:, :, others])


def test_dropout_spares_the_weights_that_are_shown(projected, drawn):
    query, key, value, _ = projected
    torch.manual_seed(1)
    plain, dropped = (attend(scaled_dot_product(query, key), value, dropout=rate) for rate in (0.0, 0.5))
    assert torch.equal(dropped.weights, plain.weights)
    assert not torch.allclose(dropped.context, plain.context)


def test_rows_past_the_end_of_given_weights_are_left_to_the_model():
    override = torch.arange(6.0).view(1, 3, 2)
    nan = torch.nan
    for first, count, keys, expected in (
        (0, 2, 2, [[0, 1], [2, 3]]),
        (2, 2, 2, [[4, 5], [nan, nan]]),
        (7, 1, 2, [[nan, nan]]),
        (0, 1, 1, [[0]]),
        (1, 1, 3, [[2, 3, nan]]),
    ):
        rows = given_rows(override, first, count, keys)
        assert_close(rows, torch.tensor([expected], dtype=torch.float32), equal_nan=True)


# --- scores --------------------------------------------------------------------------------------------------


def built(kind, drawn):
    """The score with random weights, and those by name as float64."""
    score = SCORES[kind](Sizes(SIZE, WINDOW, MAX_POSITIONS))
    for weight in score.parameters():
        nn.init.normal_(weight, generator=drawn)
    return score, {name: weight.detach().double().numpy() for name, weight in score.named_parameters()}


def test_every_kind_has_its_equation():
    assert set(EQUATIONS) == set(SCORES) - {"none"}


@pytest.mark.parametrize("steps", [range(3, 3 + QUERIES), range(4, 5), range(30, 31)], ids=str)
@pytest.mark.parametrize("kind", EQUATIONS)
@torch.no_grad()
def test_a_score_equals_a_loop_written_from_its_equation(kind, steps, drawn):
    """At each step of a target or, as in a beam, all at one; the sentences have lengths of their own."""
    score, weights = built(kind, drawn)
    lengths = (MAX_POSITIONS + 3, 1, 6)  # the first longer than the location table
    query = torch.randn(len(lengths), QUERIES, SIZE, generator=drawn)
    memory = torch.randn(len(lengths), max(lengths), SIZE, generator=drawn)
    mask = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    scored = score(Question(query, score.keys(memory), mask, steps))
    assert (scored.centre is None) == (not kind.startswith("local-"))
    ours = attend(scored.scores, score.values(memory), mask[:, None], factor=scored.factor)
    for sentence, length in enumerate(lengths):
        states = memory[sentence, :length].double().numpy()
        for place in range(QUERIES):
            step = steps[place] if len(steps) > 1 else steps[0]
            asked = query[sentence, place].double().numpy()
            scores, shares, context = look(kind, weights, asked, states, step)
            one = sentence, place
            assert ours.scores[one][:length].numpy() == pytest.approx(scores, abs=1e-4)
            assert ours.weights[one][:length].numpy() == pytest.approx(shares, abs=1e-5)
            assert ours.context[one].numpy() == pytest.approx(context, abs=1e-4)
            assert not ours.weights[one][length:].any()
            if scored.centre is not None:
                centre = centre_of(kind, weights, asked, states, step)
                assert scored.centre[one].item() == pytest.approx(centre, abs=1e-4)


def test_a_factor_takes_from_the_weights_and_a_given_weight_stays_as_given(projected):
    query, key, value, _ = projected
    scores, factor = scaled_dot_product(query, key), torch.tensor([0.0, 0.25, 0.5, 1.0, 1.0])
    override = torch.full_like(scores, torch.nan)
    override[..., 2, 3] = 0.75
    ours = attend(scores, value, factor=factor, override=override)
    expected = scores.softmax(dim=-1) * factor
    expected[..., 2, 3] = 0.75
    assert_close(ours.weights, expected)
    assert_close(ours.context, expected @ value)

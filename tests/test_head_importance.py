"""The importance of heads: against finite differences, brute force and what must add up."""

from itertools import permutations
from math import factorial

import numpy as np
import pytest
import torch
from model_zoo import MODELS, random_model, vocabulary

from core.changes import Changes, Head
from core.decoding.translate import decode
from core.interpret import head_importance as importance
from core.interpret.gated_losses import gates_for, heads_of, losses_under, sentence_losses
from core.metrics import length_and_chrf
from core.models.contract import Interventions
from core.models.packed import pack
from core.models.transformer import Transformer
from core.models.transformer_layers import TransformerConfig
from core.options import GreedyOptions
from core.text.batches import batch

PAIRS = [([4, 5, 6], [6, 5]), ([7, 4], [4, 7, 4, 5]), ([5], [5]), ([6, 7, 7, 4], [4, 6])]
NAME = "transformer-pre-learned-untied"


@pytest.fixture(scope="module")
def model():
    return MODELS[NAME]().requires_grad_(False)


@pytest.fixture(scope="module")
def small():
    """One layer on each side, two heads in each attention."""
    config = TransformerConfig(8, width=8, heads=2, encoder_layers=1, decoder_layers=1, feed_forward=8)
    return random_model(Transformer, config).requires_grad_(False)


def nats(model, pair, gates):
    """Of one sentence, under gates (L, H) a kind."""
    return sentence_losses(model, batch([pair]), Interventions(**gates)).item()


def test_the_heads_of_a_model_are_those_that_are_there():
    assert [str(head.kind) for head in heads_of(MODELS[NAME]())] == ["encoder"] * 6 + ["decoder"] * 6 + ["cross"] * 6
    pruned = MODELS["pruned-post-alibi"]()
    assert heads_of(pruned, ("encoder",)) == (Head("encoder", 0, 1), *(Head("encoder", 1, head) for head in range(3)))
    assert heads_of(MODELS["lstm-2-uni-none-step"]()) == ()


def test_many_settings_at_once_are_each_alone(model, monkeypatch):
    heads = heads_of(model, ("encoder", "cross"))
    settings = torch.rand(7, len(heads), generator=torch.Generator().manual_seed(2))
    tokens = sum(len(target) + 1 for _, target in PAIRS)
    expected = []
    for row in settings:
        gates = {
            name: part[0] for name, part in gates_for(model, heads, row[None])._asdict().items() if part is not None
        }
        expected.append(sum(nats(model, pair, gates) for pair in PAIRS) / tokens)
    for most in (4000, 40, 1):  # all in one batch, some, one by one
        monkeypatch.setattr("core.interpret.gated_losses.MOST", most)
        np.testing.assert_allclose(losses_under(model, PAIRS, heads, settings), expected, rtol=1e-5)


@pytest.mark.parametrize("packed", [False, True])
def test_gradients_are_those_of_finite_differences_sentence_by_sentence(packed):
    double = MODELS[NAME]().requires_grad_(False)
    heads, step = heads_of(double), 1e-5
    found = importance.gradients(pack(MODELS[NAME]().requires_grad_(False)) if packed else double, PAIRS, heads)
    double = double.double()
    for at, head in enumerate(heads):
        slopes = []
        for pair in PAIRS:
            sides = []
            for change in (step, -step):
                gate = torch.ones(double.heads[head.kind], dtype=torch.float64)
                gate[head.layer, head.head] += change
                sides.append(nats(double, pair, {head.kind: gate}))
            slopes.append(abs(sides[0] - sides[1]) / (2 * step))
        assert found[at] == pytest.approx(np.mean(slopes), rel=2e-3, abs=1e-5)


def test_a_layers_scores_have_the_length_1():
    heads = (Head("encoder", 0, 0), Head("encoder", 0, 1), Head("cross", 0, 0), Head("encoder", 1, 0))
    assert importance.by_layer(np.array([3.0, 4.0, 2.0, 0.0]), heads).tolist() == [0.6, 0.8, 1.0, 0.0]


def test_confidence_is_the_mean_of_the_largest_weights_by_hand(model):
    heads = heads_of(model)
    sums, counts = np.zeros(len(heads)), {"encoder": 0, "decoder": 0, "cross": 0}
    for source, target in PAIRS:
        whole = batch([(source, target)])
        output = model(*(torch.from_numpy(part) for part in whole[:3])).attention
        for kind, weights in output.items():
            queries = len(source) if kind == "encoder" else len(target)
            keys = len(target) + 1 if kind == "decoder" else len(source)
            counts[kind] += queries
            for at, head in enumerate(heads):
                if head.kind == kind:
                    sums[at] += weights[0, head.layer, head.head, :queries, :keys].amax(-1).sum().item()
    expected = [total / counts[head.kind] for total, head in zip(sums, heads, strict=True)]
    np.testing.assert_allclose(importance.confidences(model, PAIRS, heads), expected, rtol=1e-5)


def test_what_a_head_adds_to_the_loss_is_the_loss_without_it(model):
    heads = heads_of(model, ("decoder",))
    found = importance.losses_without(model, PAIRS, heads)
    for at, head in enumerate(heads):
        gate = torch.ones(model.heads["decoder"])
        whole = losses_under(model, PAIRS, heads, torch.ones(1, len(heads))).item()
        gate[head.layer, head.head] = 0
        tokens = sum(len(target) + 1 for _, target in PAIRS)
        without = sum(nats(model, pair, {"decoder": gate}) for pair in PAIRS) / tokens
        assert found[at] == pytest.approx(without - whole, abs=1e-5)


def test_what_a_head_takes_from_chrf_is_what_its_translations_lack():
    model = MODELS["transformer-post-sinusoidal-tied"]()
    subwords, sources, references = vocabulary(), ["a b c", "c a"], ["b b a", "c c"]
    heads = heads_of(model, ("cross",))
    options = GreedyOptions(6)
    found = importance.chrf_without(model, subwords, sources, references, heads, options)

    def chrf(changes):
        texts = [decode(model, subwords, line, options, changes=changes).hypotheses[0].text for line in sources]
        return length_and_chrf(texts, references)[1]

    expected = [chrf(Changes()) - chrf(Changes((head,))) for head in heads]
    assert found.tolist() == pytest.approx(expected)
    assert any(expected)


# --- Shapley -----------------------------------------------------------------------------------------------------


def brute_force(model, heads):
    """Shapley values by all orders."""
    count, losses = len(heads), {}
    for number in range(2**count):
        setting = [number >> at & 1 for at in range(count)]
        losses[tuple(setting)] = losses_under(model, PAIRS, heads, torch.tensor([setting]).float()).item()
    values = np.zeros(count)
    for order in permutations(range(count)):
        setting = [0] * count
        for at in order:
            before = losses[tuple(setting)]
            setting[at] = 1
            values[at] += before - losses[tuple(setting)]
    return values / factorial(count)


def test_sampled_shapley_values_are_near_the_exact_ones_and_add_up(small):
    heads = heads_of(small)[:5]
    expected = brute_force(small, heads)
    found = importance.shapley(small, PAIRS, heads, permutations=60)
    assert (np.abs(found.values - expected) < 4 * found.errors + 1e-6).all()
    assert (found.errors > 0).any()
    assert found.values.sum() == pytest.approx(found.empty - found.full, abs=1e-9)
    ends = losses_under(small, PAIRS, heads, torch.tensor([[1.0] * 5, [0.0] * 5]))
    assert [found.full, found.empty] == pytest.approx(ends.tolist())
    more = importance.shapley(small, PAIRS, heads, permutations=240)
    assert more.errors.sum() < found.errors.sum()


def test_the_same_seed_draws_the_same_orders(small):
    heads = heads_of(small, ("cross",))
    one, same, other = (importance.shapley(small, PAIRS, heads, 3, seed).values for seed in (1, 1, 2))
    assert one.tolist() == same.tolist() != other.tolist()


# --- orders ------------------------------------------------------------------------------------------------------


def test_orders_hold_every_head_once(model):
    heads = heads_of(model)
    assert importance.least_first(np.arange(18)[::-1], heads) == heads[::-1]
    one, same, other = (importance.in_random_order(heads, seed) for seed in (1, 1, 2))
    assert one == same != other
    assert set(one) == set(heads)


def test_the_greedy_order_takes_the_cheapest_head_at_each_step(small):
    heads = heads_of(small)
    order = importance.greedily(small, PAIRS, heads)
    assert set(order) == set(heads)
    losses = importance.curve(small, PAIRS, order)
    for number in range(len(heads)):
        for other in order[number:]:
            closed = [*order[:number], other]
            setting = torch.tensor([[float(head not in closed) for head in heads]])
            assert losses[number + 1] <= losses_under(small, PAIRS, heads, setting).item() + 1e-6
    assert importance.greedily(small, PAIRS, heads, most=2) == order[:2]
    full, empty = losses_under(small, PAIRS, heads, torch.tensor([[1.0] * 6, [0.0] * 6])).tolist()
    assert [losses[0], losses[-1]] == pytest.approx([full, empty])

"""The hard concrete distribution: what it says of itself, against what is drawn from it."""

import math

import torch
from torch.testing import assert_close

from core.models.hard_concrete import open_probability, sample, value

LOG_ALPHA = torch.tensor([-4.0, -1.6, 0.0, 1.0, 4.0])
DRAWS = 40_000


def drawn(log_alpha, seed=1):
    return sample(log_alpha.expand(DRAWS, -1), torch.Generator().manual_seed(seed))


def test_the_share_of_open_gates_is_their_probability():
    gates = drawn(LOG_ALPHA)
    share, wanted = (gates > 0).float().mean(dim=0), open_probability(LOG_ALPHA)
    error = (wanted * (1 - wanted) / DRAWS).sqrt()
    assert ((share - wanted).abs() < 4 * error).all(), (share, wanted)
    closed = (1 - gates > 0).float().mean(dim=0)  # by symmetry: 1 - z has the parameter -log α
    assert ((closed - open_probability(-LOG_ALPHA)).abs() < 4 * error.flip(0)).all()


def test_gates_lie_between_0_and_1_and_reach_both():
    gates = drawn(LOG_ALPHA)
    assert gates.min() == 0
    assert gates.max() == 1
    assert ((gates > 0) & (gates < 1)).any(dim=0).all()


def test_the_same_generator_gives_the_same_gates():
    assert torch.equal(drawn(LOG_ALPHA), drawn(LOG_ALPHA))
    assert not torch.equal(drawn(LOG_ALPHA), drawn(LOG_ALPHA, seed=2))


def test_the_value_without_chance_by_hand():
    assert_close(value(torch.tensor([0.0, math.log(3)])), torch.tensor([0.5, 0.75 * 1.2 - 0.1]))
    assert value(torch.tensor([-2.4, 2.4])).tolist() == [0.0, 1.0]  # sigmoid(2.4) is above 11/12


def test_the_gradient_of_the_expectation_is_that_of_the_draws():
    """d/d log α of E[z], by the path through each draw, against a difference of means of the same draws."""
    log_alpha = LOG_ALPHA.clone().requires_grad_()
    drawn(log_alpha).mean(dim=0).sum().backward()
    higher, lower = (drawn(LOG_ALPHA.double() + step).mean(dim=0) for step in (0.01, -0.01))
    assert_close(log_alpha.grad, ((higher - lower) / 0.02).float(), atol=2e-2, rtol=0.05)
    assert (log_alpha.grad > 0).all()


def test_the_penalty_has_a_gradient_where_every_draw_is_open():
    log_alpha = torch.tensor([9.0], requires_grad=True)
    open_probability(log_alpha).sum().backward()
    assert log_alpha.grad.item() > 0

"""Packed models give the numbers of plain ones, on every kind of model, and let gradients through."""

import pytest
import torch
from model_zoo import MODELS, random_ids, sources
from torch import nn

from core.models.packed import PackedLinear, pack


@pytest.mark.parametrize("name", MODELS)
def test_packing_changes_no_number(name):
    source, mask = sources([4, 6])
    target = random_ids(2, 5, seed=3)
    with torch.inference_mode():
        plain = MODELS[name]()(source, mask, target)
        model = pack(MODELS[name]().requires_grad_(False))
        found = model(source, mask, target)
    assert any(isinstance(part, PackedLinear) for part in model.modules())
    torch.testing.assert_close(found.logits, plain.logits, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("bias", [True, False])
def test_a_gradient_passes_as_through_the_plain_map(bias):
    linear = nn.Linear(4, 3, bias=bias).requires_grad_(False)
    x = torch.randn(2, 4, generator=torch.Generator().manual_seed(1)).requires_grad_()
    PackedLinear(linear)(x).sum().backward()
    torch.testing.assert_close(x.grad, linear.weight.sum(0).expand(2, 4))


def test_without_the_operators_a_model_stays_as_it_is(monkeypatch):
    monkeypatch.setattr(torch.ops, "mkldnn", object())
    model = nn.Sequential(nn.Linear(2, 2)).requires_grad_(False)
    assert isinstance(pack(model)[0], nn.Linear)


def test_packing_twice_is_packing_once():
    once = pack(nn.Sequential(nn.Linear(2, 2)).requires_grad_(False))
    assert isinstance(pack(once)[0].linear, nn.Linear)


def test_a_model_in_training_is_not_packed():
    assert isinstance(pack(nn.Sequential(nn.Linear(2, 2)))[0], nn.Linear)

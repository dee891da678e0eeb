"""Packed models give the numbers of plain ones, on every kind of model and step by step, and let gradients through."""

import pytest
import torch
from model_zoo import MODELS, random_ids, sources
from torch import nn
from torch.testing import assert_close

from core.models.contract import Interventions, keep, take
from core.models.packed import PackedLinear, pack
from core.models.packed_transformer import PackedSource
from core.models.products import packable, product

CLOSE = {"atol": 1e-5, "rtol": 1e-5}
LENGTHS = (10, 3, 5)  # of the source sentences; the first is longer than the models' tables of positions
WIDTH = 2


def pair(name):
    """A model whose weights are float16 numbers, as stored ones are, and the same packed."""
    plain, packed = (MODELS[name]().half().float().requires_grad_(False) for _ in range(2))
    return plain, pack(packed)


def changed(model):
    """Every gate and some weights set, as far as the model has them, each sentence its own."""
    drawn = torch.Generator().manual_seed(7)
    shapes = {kind: weights.shape[1:3] for kind, weights in model(*sources([2]), random_ids(1, 1)).attention.items()}
    gates = {kind: torch.rand(len(LENGTHS), *shape, generator=drawn) for kind, shape in shapes.items()}
    sizes = {"encoder": (max(LENGTHS),) * 2, "decoder": (3, 3), "cross": (3, max(LENGTHS))}
    for kind, shape in shapes.items():
        given = torch.rand(len(LENGTHS), *shape, *sizes[kind], generator=drawn).softmax(dim=-1)
        given[..., 1, :] = torch.nan
        gates[f"{kind}_attention"] = given
    return Interventions(**gates)


def steps(model, interventions, lengths=LENGTHS):
    """Twenty steps of live rows that are reordered at each; half-way one sentence of several is dropped."""
    drawn = torch.Generator().manual_seed(3)
    state = model.start(model.encode(*sources(lengths), interventions=interventions), width=WIDTH)
    count = len(lengths)
    for number in range(20):
        if number == 10 and count > 1:
            state, count = keep(state, torch.tensor([0, 2])), 2
        answer = model.step(torch.randint(4, 8, (count * WIDTH,), generator=drawn), state, detail=True)
        yield answer
        rows = torch.randint(0, WIDTH, (count, WIDTH), generator=drawn) + torch.arange(count)[:, None] * WIDTH
        state = take(answer.state, rows.flatten())


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("meddled", [False, True], ids=["as it is", "with interventions"])
@torch.inference_mode()
def test_a_packed_model_steps_as_the_plain_one(name, meddled):
    plain, packed = pair(name)
    interventions = changed(plain) if meddled else Interventions()
    both = zip(steps(plain, interventions), steps(packed, interventions), strict=True)
    for number, (wanted, found) in enumerate(both):
        assert_close(found.logits, wanted.logits, **CLOSE, msg=lambda text, at=number: f"step {at}: {text}")
        for ours, theirs in ((found.attention, wanted.attention), (found.detail, wanted.detail)):
            assert ours.keys() == theirs.keys()
            for kind in theirs:
                assert_close(ours[kind], theirs[kind], **CLOSE, msg=lambda text, kind=kind: f"{kind}: {text}")


@pytest.mark.parametrize("name", MODELS)
@torch.inference_mode()
def test_one_sentence_without_padding_and_teacher_forcing(name):
    plain, packed = pair(name)
    none = Interventions()
    for wanted, found in zip(steps(plain, none, [4]), steps(packed, none, [4]), strict=True):
        assert_close(found.logits, wanted.logits, **CLOSE)
    source, mask = sources([4, 6])
    target = random_ids(2, 5, seed=3)
    assert_close(packed(source, mask, target).logits, plain(source, mask, target).logits, **CLOSE)


@pytest.mark.parametrize("name", MODELS)
@torch.inference_mode()
def test_a_packed_model_takes_and_refuses_the_changes_that_the_plain_one_does(name):
    plain, packed = pair(name)
    assert packed.heads == plain.heads
    double = Interventions(*(None if field is None else field.double() for field in changed(plain)))
    for wanted, found in zip(steps(plain, double), steps(packed, double), strict=True):
        assert_close(found.logits, wanted.logits, **CLOSE)
    for kind, (layers, heads) in plain.heads.items():
        with pytest.raises(ValueError, match=rf"^{kind} of shape .* valid: \({layers}, {heads}\), or"):
            packed.encode(*sources(LENGTHS), interventions=Interventions(**{kind: torch.ones(layers + 1, heads)}))


@pytest.mark.parametrize("name", [name for name in MODELS if name.startswith("transformer")])
def test_gradients_reach_what_a_reader_changed(name):
    _, packed = pair(name)
    encoded = packed.encode(*sources([4]), interventions=Interventions(cross=torch.ones(2, 3).requires_grad_()))
    state = packed.start(encoded)
    assert not isinstance(state.source, PackedSource)
    packed.step(torch.tensor([5]), state).logits.sum().backward()


@pytest.mark.parametrize("bias", [True, False])
def test_a_gradient_passes_as_through_the_plain_map(bias):
    linear = nn.Linear(4, 3, bias=bias).requires_grad_(False)
    x = torch.randn(2, 4, generator=torch.Generator().manual_seed(1)).requires_grad_()
    PackedLinear(linear)(x).sum().backward()
    assert_close(x.grad, linear.weight.sum(0).expand(2, 4))


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("exact", [True, False], ids=["float16 weights", "others"])
def test_a_product_rounds_nothing(bias, exact):
    drawn = torch.Generator().manual_seed(1)
    weight, x = torch.randn(70, 50, generator=drawn), torch.randn(2, 3, 50, generator=drawn)
    weight = weight.half().float() if exact else weight
    added = torch.randn(70, generator=drawn) if bias else None
    wanted = nn.functional.linear(x.double(), weight.double(), None if added is None else added.double())
    assert_close(product(weight, added)(x).double(), wanted, atol=1e-5, rtol=1e-6)


def test_without_the_operators_a_product_is_the_plain_one(monkeypatch):
    monkeypatch.delattr(torch, "fbgemm_pack_gemm_matrix_fp16")
    packable.cache_clear()
    weight, x = torch.ones(3, 2), torch.ones(1, 2)
    assert product(weight, None)(x).tolist() == [[2.0] * 3]
    assert not packable()
    packable.cache_clear()


def test_packing_twice_is_packing_once():
    once = pack(nn.Sequential(nn.Linear(2, 2)).requires_grad_(False))
    assert isinstance(pack(once)[0].plain, nn.Linear)


def test_a_model_in_training_is_not_packed():
    assert isinstance(pack(nn.Sequential(nn.Linear(2, 2)))[0], nn.Linear)

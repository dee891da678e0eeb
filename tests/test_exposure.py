"""Exposure bias on made-up models whose answer is known."""

import math

import pytest
import torch
from model_zoo import MODELS, VOCABULARY_SIZE
from test_regimes import Chain

from core.text.batches import batch
from core.text.subwords import BOS, EOS
from core.training.exposure import ExposureBias, exposure_bias
from core.training.options import TrainOptions
from core.training.regimes import Moment, teacher_forcing


def chain(transitions):
    """A model whose next token depends on the one before alone, with these probabilities (the rest is impossible)."""
    table = torch.full((VOCABULARY_SIZE, VOCABULARY_SIZE), -1e9)
    for before, after in transitions.items():
        for token, probability in after.items():
            table[before, token] = math.log(probability)
    return Chain(table)


def test_a_model_that_is_lost_after_one_step_of_its_own():
    """It draws 4 or 5 first, by 3 to 1, and stays there; the gold target is always 4 4.

    After gold 4 its loss is that of 4 in row 4. After its own prefix it is in row 5 one time in four.
    """
    sure, stuck = {4: 0.9, EOS: 0.1}, {4: 0.1, 5: 0.8, EOS: 0.1}
    model = chain({BOS: {4: 0.75, 5: 0.25}, 4: sure, 5: stuck})
    found = exposure_bias(model, [([6], [4, 4])] * 4_000, max_tokens=4_000)
    assert found.counts == (4_000, 4_000, 4_000)
    assert found.gold == pytest.approx([-math.log(0.75), -math.log(0.9), -math.log(0.1)], abs=1e-5)
    second = 0.75 * -math.log(0.9) + 0.25 * -math.log(0.1)
    assert found.own == pytest.approx([-math.log(0.75), second, -math.log(0.1)], abs=0.06)
    assert found.excess == pytest.approx((second + math.log(0.9)) / 2, abs=0.03)


def test_a_model_that_looks_at_no_prefix_has_none():
    row = {4: 0.5, 5: 0.3, EOS: 0.2}
    model = chain(dict.fromkeys((BOS, 4, 5), row))
    found = exposure_bias(model, [([6], [4, 5, 4]), ([6], [5])])
    assert found.counts == (2, 2, 1, 1)
    assert found.own == pytest.approx(found.gold)
    assert found.excess == pytest.approx(0)


def test_after_gold_prefixes_it_is_the_loss_of_teacher_forcing():
    model, pairs = MODELS["gru-1-bi-additive-step"](), [([4, 5], [6, 7, 4]), ([5], [4])]
    found = exposure_bias(model, pairs)
    mean = sum(loss * count for loss, count in zip(found.gold, found.counts, strict=True)) / sum(found.counts)
    plain = Moment(TrainOptions(epochs=1, label_smoothing=0.0))
    assert mean == pytest.approx(teacher_forcing(model, batch(pairs), plain)["train"].item(), abs=1e-5)
    assert found == exposure_bias(model, pairs)
    assert found != exposure_bias(model, pairs, seed=1)


def test_nothing_to_compare_is_one_sentence():
    model = MODELS["gru-1-bi-additive-step"]()
    with pytest.raises(ValueError, match="give sentence pairs"):
        exposure_bias(model, [])
    with pytest.raises(ValueError, match="all sentences are empty"):
        _ = exposure_bias(model, [([4], [])]).excess
    with pytest.raises(ValueError, match="do not fit"):
        ExposureBias((0.0,), (), (1,))

"""Several models as one: their mean, and nothing else."""

import pytest
import torch
from model_zoo import random_ids, random_model, recurrent, sources, transformer, vocabulary
from torch.testing import assert_close

from core.decoding.translate import translate_batches
from core.models.contract import keep, take
from core.models.ensemble import Ensemble
from core.models.rnn import RNN
from core.options import BeamOptions

LENGTHS = (5, 3)
TARGET = random_ids(len(LENGTHS), 4)
LINES = ["a dog runs", "two dogs", "a"]


@pytest.fixture(scope="module")
def models():
    return [random_model(RNN, recurrent("additive")), transformer("pre", "sinusoidal", True)]


@torch.inference_mode()
def test_the_probabilities_are_the_mean_of_the_models(models):
    both = Ensemble(models)
    state = both.start(both.encode(*sources(LENGTHS)))
    expected = torch.stack([model(*sources(LENGTHS), TARGET).logits.softmax(-1) for model in models]).mean(0)
    for position, previous in enumerate(TARGET.unbind(1)):
        answer = both.step(previous, state)
        state = answer.state
        assert_close(answer.logits.exp(), expected[:, position], rtol=1e-4, atol=1e-6)


@torch.inference_mode()
def test_a_state_is_forked_and_pruned_as_that_of_one_model(models):
    both = Ensemble(models)
    state = both.step(TARGET[:, 0], both.start(both.encode(*sources(LENGTHS)))).state
    whole = both.step(TARGET[:, 1], take(state, torch.tensor([0, 1]))).logits
    second = both.step(TARGET[1:, 1], keep(take(state, torch.tensor([0, 1])), torch.tensor([1]))).logits
    assert_close(second, whole[1:], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("count", [1, 2])
def test_a_model_with_itself_translates_as_alone(models, count):
    for model in models:
        alone, together = (
            dict(translate_batches(one, vocabulary(), LINES, BeamOptions(3)))
            for one in (model, Ensemble([model] * count))
        )
        for number in range(len(LINES)):
            assert [one.text for one in together[number]] == [one.text for one in alone[number]]
            assert [one.total for one in together[number]] == pytest.approx(
                [one.total for one in alone[number]], abs=1e-3
            )

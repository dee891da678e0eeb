"""What was asked, scored, weighted and summed: the laws of every kind of attention, on models and by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from model_zoo import LOOKING, TRANSFORMERS, WINDOW, random_model, recurrent, rnn_name, vocabulary

from core.decoding.translate import decode
from core.interpret.attention_numbers import attention_steps
from core.models.attention import merge_heads
from core.models.contract import NONE
from core.models.packed import pack
from core.models.rnn import RNN
from core.options import BeamOptions, ForcedOptions
from core.records import AttentionSteps
from core.text.batches import source_batch
from core.text.subwords import BOS

SUBWORDS = vocabulary()
TEXT = "a b c b a"
TARGET = ForcedOptions("c b a b")
KINDS = {rnn_name(config): config for (_, _, fed), config in LOOKING.items() if not fed}
LOCAL = ("local-m", "local-p")


def told(model) -> AttentionSteps:
    return attention_steps(model, SUBWORDS, decode(model, SUBWORDS, TEXT, TARGET))


def check_laws(steps: AttentionSteps) -> None:
    """The softmax of the scores (times the Gaussian) gives the weights, and these sum the values up to the context."""
    shares = steps.shares if steps.gaussian is None else steps.shares * steps.gaussian
    np.testing.assert_allclose(steps.weights, shares, atol=1e-5)
    summed = np.einsum("lhts,lhsd->lhtd", steps.weights.astype(np.float64), steps.values.astype(np.float64))
    np.testing.assert_allclose(steps.context, summed, atol=1e-5)


@pytest.mark.parametrize("name", KINDS)
def test_the_numbers_of_a_recurrent_model_explain_each_other(name):
    config = KINDS[name]
    model = random_model(RNN, config)
    steps = told(model)
    check_laws(steps)
    assert steps.kind == config.attention
    assert (steps.keys is None) == (config.attention in ("mean", "location"))
    assert (steps.centre is None) == (config.attention not in LOCAL)
    assert steps.window == (WINDOW if config.attention in LOCAL else None)
    outside = np.isneginf(steps.scores[0, 0])
    if steps.centre is not None:  # nothing outside the window is seen
        far = np.abs(np.arange(len(steps.sources)) - steps.centre[:, None]) > WINDOW
        assert np.array_equal(outside, far)
    scores = steps.scores[0, 0]
    if config.attention == "dot":
        np.testing.assert_allclose(scores, steps.query[0, 0] @ steps.keys[0, 0].T, atol=1e-5)
    if config.attention == "additive":
        query = torch.from_numpy(steps.query[0, 0][:, None]) @ model.score.query.weight.T + model.score.query.bias
        energy = torch.tanh(query + torch.from_numpy(steps.keys[0, 0])) @ model.score.energy.weight[0]
        np.testing.assert_allclose(scores, energy.detach().numpy(), atol=1e-5)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", TRANSFORMERS)
@torch.inference_mode()
def test_every_head_asks_what_its_scores_say_and_its_context_goes_on(name, packed):
    model = TRANSFORMERS[name]()
    steps = told(pack(model.requires_grad_(False)) if packed else model)
    check_laws(steps)
    assert steps.kind == "heads"
    scores = np.einsum("lhtd,lhsd->lhts", steps.query, steps.keys) / np.sqrt(steps.query.shape[-1])
    np.testing.assert_allclose(steps.scores, scores, atol=1e-5)
    source, mask = (torch.from_numpy(part) for part in source_batch([SUBWORDS.encode(TEXT)]))
    ids = [SUBWORDS.tokens.index(token) for token in steps.tokens[:-1]]
    hidden = model(source, mask, torch.tensor([[BOS, *ids]]), detail=True).detail["hidden"][0]  # (T, L+1, D)
    for index, layer in enumerate(model.decoder):  # the contexts, put through the rest of a layer, are what it gave on
        _, crossing, feeding = layer.residuals
        x, _, _ = layer.ask(hidden[None, :, index], NONE)
        x = crossing.leave(x, layer.cross_output(merge_heads(torch.from_numpy(steps.context[index])[None])))
        x = feeding.leave(x, layer.feed_forward(feeding.enter(x)))
        np.testing.assert_allclose(x[0], hidden[:, index + 1], atol=1e-4)


def test_a_search_is_retold_as_it_was():
    model = random_model(RNN, recurrent("general", "readout", input_feeding=True))
    trace = decode(model, SUBWORDS, TEXT, BeamOptions(3, max_length=6))
    steps, best = attention_steps(model, SUBWORDS, trace), trace.hypotheses[0]
    assert steps.tokens == best.tokens
    assert steps.sources == trace.attention().keys
    np.testing.assert_allclose(steps.weights, trace.attention().weights, atol=1e-5)


def test_a_model_without_attention_asks_nothing():
    assert told(random_model(RNN, recurrent("none", bidirectional=False))) is None


def by_hand(**changes) -> AttentionSteps:
    """Two steps over three positions, width 2; local-p with its windows at 0.5 and 2."""
    scores = np.array([[[[0.0, np.log(3), -np.inf], [0.0, 0.0, np.log(2)]]]], np.float32)
    values, weights = np.arange(6, dtype=np.float32).reshape(1, 1, 3, 2), np.zeros((1, 1, 2, 3), np.float32)
    query = np.zeros((1, 1, 2, 2), np.float32)
    steps = AttentionSteps("local-p", ("a", "b"), ("x", "y", "z"), query, values, scores, weights, values, query)
    return replace(steps, centre=np.array([0.5, 2.0]), window=2, **changes)


def test_shares_and_gaussian_by_hand():
    steps = by_hand()
    assert steps.shares[0, 0] == pytest.approx(np.array([[0.25, 0.75, 0], [0.25, 0.25, 0.5]]))
    expected = np.exp([[-0.125, -0.125, -1.125], [-2, -0.5, 0]])
    assert steps.gaussian == pytest.approx(expected)
    assert replace(steps, kind="local-m").gaussian is None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"tokens": ("a",)}, "2 queries do not fit 1 tokens"),
        ({"sources": ("x",)}, "scores of shape"),
        ({"keys": np.zeros((1, 1, 2, 2))}, "keys of shape"),
        ({"values": np.zeros((1, 1, 3, 3))}, "values of shape"),
        ({"context": np.zeros((1, 1, 3, 2))}, "context of shape"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(change, named):
    with pytest.raises(ValueError, match=named):
        replace(by_hand(), **change)

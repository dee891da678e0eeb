"""Several models as one: their mean, and their heads side by side (test_contract has the laws of every model)."""

import pytest
import torch
from model_zoo import ENSEMBLES, random_ids, random_model, recurrent, sources, transformer, vocabulary
from torch.testing import assert_close

from core.changes import Changes, Head
from core.decoding.translate import decode, decode_steps, translate_batches
from core.interpret.attention_numbers import attention_steps
from core.models.contract import keep, take
from core.models.ensemble import Ensemble
from core.models.packed import pack
from core.models.rnn import RNN
from core.options import (
    BeamOptions,
    DiverseOptions,
    ExactOptions,
    ForcedOptions,
    GreedyOptions,
    MBROptions,
    SamplingOptions,
)
from core.records.trace_json import from_json, summary_json, to_json
from core.text.batches import source_batch
from core.text.subwords import BOS

LENGTHS = (5, 3)
TARGET = random_ids(len(LENGTHS), 4)
STRATEGIES = (
    GreedyOptions(7),
    BeamOptions(3, max_length=7),
    DiverseOptions(4, 2, max_length=6),
    SamplingOptions(3, max_length=7),
    ExactOptions(60, max_length=6),
    MBROptions("both", 4, 2, max_length=6),
    ForcedOptions("c b a"),
)
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


@pytest.mark.parametrize("name", ENSEMBLES)
@torch.inference_mode()
def test_heads_and_hidden_vectors_stand_side_by_side_where_the_layers_agree(name):
    both, target = ENSEMBLES[name](), random_ids(2, 4)
    whole = both(*sources(LENGTHS), target, detail=True)
    parts = [model(*sources(LENGTHS), target, detail=True) for model in both.models]
    for kind in ("encoder", "decoder", "cross"):
        own = [part.attention[kind] for part in parts if kind in part.attention]
        agree = len({weights.shape[1] for weights in own}) == 1
        assert (kind in whole.attention) == (kind in both.heads) == agree
        if agree:
            assert_close(whole.attention[kind], torch.cat(own, dim=2))
    hidden = [part.detail["hidden"] for part in parts]
    agree = hidden[0].shape == hidden[1].shape
    assert ("hidden" in whole.detail) == agree
    if agree:
        assert_close(whole.detail["hidden"], torch.cat(hidden, dim=-1))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ENSEMBLES)
@pytest.mark.parametrize("options", STRATEGIES, ids=lambda options: type(options).__name__)
def test_every_search_records_everything(name, options, packed):
    both = ENSEMBLES[name]().requires_grad_(False)
    both = pack(both) if packed else both
    *_, trace = decode_steps(both, vocabulary(), "a b c", options, name=name)
    source, mask = (torch.from_numpy(part) for part in source_batch([vocabulary().encode_source("a b c")]))
    for place, hypothesis in enumerate(trace.hypotheses):
        ids = [trace.tree.nodes[node].id for node in trace.tree.path(hypothesis.leaf)]
        output = both(source, mask, torch.tensor([[BOS, *ids[:-1]]]))
        logprobs = output.logits[0].log_softmax(-1).gather(1, torch.tensor(ids)[:, None])[:, 0]
        assert hypothesis.logprobs == pytest.approx(logprobs.tolist(), abs=1e-4)
        for kind in ("encoder", "decoder", "cross"):
            attention = trace.attention(place, kind)
            assert (attention is not None) == (kind in both.heads)
            if attention is not None:
                assert attention.weights == pytest.approx(output.attention[kind][0].numpy(), abs=1e-3)
    assert (trace.states is None) == (name != "ensemble-of-transformers")
    assert summary_json(from_json(to_json(trace))) == summary_json(trace)


def test_a_closed_head_of_one_model_leaves_the_other_as_it_is(models):
    """Of two recurrent models the second's head closed: the mean of one that attends and one that can't."""
    recurrent_model = models[0]
    changes = Changes((Head("cross", 0, 1),))
    trace = decode(Ensemble([recurrent_model] * 2), vocabulary(), "a b", ForcedOptions("c a"), changes=changes)
    parts = [
        decode(recurrent_model, vocabulary(), "a b", ForcedOptions("c a"), changes=made)
        for made in (Changes(), Changes((Head("cross", 0, 0),)))
    ]
    shares = [torch.from_numpy(part.logits).float().softmax(-1) for part in (trace, *parts)]
    assert_close(shares[0], (shares[1] + shares[2]) / 2, atol=1e-3, rtol=0)


def test_what_an_ensemble_can_not_say_is_refused(models):
    both = Ensemble(models)
    trace = decode(both, vocabulary(), "a b", ForcedOptions("c a"))
    with pytest.raises(ValueError, match="the models of an ensemble ask each in its own way: take one of them"):
        attention_steps(both, vocabulary(), trace)
    with pytest.raises(ValueError, match="unknown kind of attention in this model 'cross'; valid: encoder, decoder"):
        decode(both, vocabulary(), "a b", ForcedOptions("c a"), changes=Changes((Head("cross", 0, 0),)))

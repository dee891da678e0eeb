"""Hidden states in the record: the network's own, checked at birth, and small in JSON."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from model_zoo import MODELS, SINGLE, vocabulary

from core.decoding.translate import decode, grown, translate_batches
from core.options import BeamOptions, ExactOptions, ForcedOptions, GreedyOptions, MBROptions
from core.records import States
from core.records.trace_json import from_json, packed, to_json, unpacked
from core.text.subwords import BOS, EOS
from dashboard.resources.shelf import size_of

every_model = pytest.mark.parametrize("name", [*SINGLE, "ensemble-of-transformers"])  # other ensembles have no states
every_strategy = pytest.mark.parametrize(
    "options", [BeamOptions(3, max_length=6), GreedyOptions(6), ForcedOptions("c a")]
)
SUBWORDS = vocabulary()


@every_model
@torch.no_grad()
def test_the_states_are_the_last_layers_of_encoder_and_teacher_forcing(name):
    model = MODELS[name]()
    trace = decode(model, SUBWORDS, "a b", BeamOptions(3, max_length=6))
    source = torch.tensor([[*SUBWORDS.encode("a b"), EOS]])
    mask = torch.ones_like(source, dtype=torch.bool)
    states = trace.states
    assert {part.dtype for part in (states.encoder, states.decoder)} == {np.dtype(np.float16)}
    last = model.encode(source, mask, detail=True).detail["hidden"][0, -1].numpy()
    assert states.encoder == pytest.approx(last, abs=1e-2)
    for index, node in enumerate(trace.tree.expanded):
        prefix = [BOS, *(trace.tree.nodes[step].id for step in trace.tree.path(node))]
        detail = model(source, mask, torch.tensor([prefix]), detail=True).detail
        assert states.decoder[index] == pytest.approx(detail["hidden"][0, -1, -1].numpy(), abs=1e-2)
        assert (states.context is None) == ("context" not in detail)
        if states.context is not None:
            assert states.context[index] == pytest.approx(detail["context"][0, -1].numpy(), abs=1e-2)


@every_model
@pytest.mark.parametrize(
    "options",
    [
        BeamOptions(3, max_length=6),
        ExactOptions(50, max_length=5),
        MBROptions("both", 3, 2, max_length=5),
        ForcedOptions("c a"),
    ],
    ids=lambda options: type(options).__name__,
)
@torch.no_grad()
def test_the_states_of_every_layer_are_those_of_teacher_forcing(name, options):
    model = MODELS[name]()
    plain, trace = (decode(model, SUBWORDS, "a b", options, hidden=asked) for asked in (False, True))
    source = torch.tensor([[*SUBWORDS.encode("a b"), EOS]])
    mask = torch.ones_like(source, dtype=torch.bool)
    states = trace.states
    assert {part.dtype for part in (states.encoder_layers, states.decoder_layers)} == {np.dtype(np.float16)}
    layers = model.encode(source, mask, detail=True).detail["hidden"][0].numpy()
    assert states.encoder_layers == pytest.approx(layers, abs=1e-2)
    for index, node in enumerate(trace.tree.expanded):
        prefix = [BOS, *(trace.tree.nodes[step].id for step in trace.tree.path(node))]
        layers = model(source, mask, torch.tensor([prefix]), detail=True).detail["hidden"][0, -1].numpy()
        assert states.decoder_layers[index] == pytest.approx(layers, abs=1e-2)
    assert plain.states.encoder_layers is plain.states.decoder_layers is None
    for part in ("encoder", "decoder", "context"):
        assert np.array_equal(getattr(states, part), getattr(plain.states, part))
    assert to_json(trace)["states"] == to_json(plain)["states"]
    assert size_of(trace) > size_of(plain) + states.decoder_layers.nbytes


@pytest.mark.parametrize("name", ["gru-1-bi-additive-step", "transformer-post-sinusoidal-tied"])
@every_strategy
def test_a_search_asks_for_details_only_when_told_to(name, options):
    model = MODELS[name]()
    source = torch.tensor([[4, 5, EOS]])
    encoded = model.encode(source, source > 0)
    for detail in (False, True):
        frontiers, _ = grown(model, SUBWORDS, encoded, options, [2], detail=detail)
        assert {"hidden" in frontier.answer.detail for frontier in frontiers} == {detail}


def test_many_lines_are_translated_without_details():
    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.real, self.asked = MODELS["gru-1-bi-additive-step"](), set()

        def encode(self, source, mask, *, interventions, detail=False):
            self.asked.add(detail)
            return self.real.encode(source, mask, interventions=interventions, detail=detail)

        def start(self, encoded, *, width=1):
            return self.real.start(encoded, width=width)

        def step(self, previous, state, *, detail=False):
            self.asked.add(detail)
            return self.real.step(previous, state, detail=detail)

    model = Model()
    assert dict(translate_batches(model, SUBWORDS, ["a b"], GreedyOptions(5)))[0]
    assert model.asked == {False}


@pytest.fixture(scope="module")
def trace():
    return decode(MODELS["gru-1-bi-additive-step"](), SUBWORDS, "a b", BeamOptions(3, max_length=6))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda own: States(own.encoder[1:], own.decoder), r"encoder states do not fit 4 pieces and <eos>"),
        (lambda own: States(own.encoder, own.decoder[1:]), "decoder states need one entry an expanded node"),
        (lambda own: States(own.encoder, own.decoder[0]), r"are not \(S, D\) and \(E, D\)"),
        (lambda own: States(own.encoder[:, 1:], own.decoder), r"are not \(S, D\) and \(E, D\)"),
        (lambda own: States(own.encoder, own.decoder, own.context[1:]), "do not fit decoder states of"),
        (
            lambda own: replace(own, encoder_layers=own.encoder[None, 1:]),
            r"encoder_layers of shape \(1, 4, 6\) do not fit the last layer's \(5, 6\)",
        ),
        (
            lambda own: replace(own, decoder_layers=own.decoder[None]),
            r"decoder_layers of shape \(1, \d+, 6\) do not fit the last layer's \(\d+, 6\)",
        ),
        (lambda own: replace(own, decoder_layers=own.decoder), r"decoder_layers of shape \(\d+, 6\) do not fit"),
    ],
)
def test_states_that_do_not_fit_are_refused(trace, change, sentence):
    with pytest.raises(ValueError, match=sentence):
        replace(trace, states=change(trace.states))


@every_strategy
@pytest.mark.parametrize("name", ["gru-1-bi-additive-step", "gru-1-uni-none-step", "transformer-pre-sinusoidal-tied"])
def test_states_survive_json_but_for_rounding(name, options):
    made = decode(MODELS[name](), SUBWORDS, "a b", options)
    again = from_json(json.loads(json.dumps(to_json(made))))
    for part in ("encoder", "decoder", "context"):
        before, after = getattr(made.states, part), getattr(again.states, part)
        assert (before is None) == (after is None)
        if before is not None:
            assert after.dtype == np.float16
            assert after == pytest.approx(before, abs=float(np.abs(before).max()) / 200)  # half a step, and float16
    assert to_json(again)["states"]["encoder"]["shape"] == list(made.states.encoder.shape)


def test_a_trace_without_states_is_whole(trace):
    content = to_json(replace(trace, states=None))
    assert content["states"] is None
    assert from_json(content).states is None
    del content["states"]  # as it was stored before there were any
    assert from_json(content).states is None


def damaged(part, **changes):
    """A change to one stored array."""
    return lambda states: states[part].update(changes)


@pytest.mark.parametrize(
    "damage",
    [
        damaged("encoder", levels="AAA"),
        damaged("encoder", levels="AAAA"),
        damaged("encoder", levels="ä"),
        damaged("decoder", levels=7),
        damaged("decoder", shape=[1, 6]),
        damaged("decoder", shape="all"),
        damaged("decoder", shape=[2.5]),
        damaged("context", shape=[-1]),
        damaged("encoder", scale=float("nan")),
        damaged("encoder", scale=1e300),
        damaged("encoder", scale=10**400),
        damaged("encoder", scale=-1.0),
        damaged("encoder", scale="wide"),
        damaged("encoder", scale=None),
        lambda states: states.pop("decoder"),
        lambda states: states["context"].pop("levels"),
        lambda states: states.update(encoder=None),
        lambda states: states.update(encoder=[[0.5]]),
        lambda states: states.update(memory=None),
    ],
)
def test_damaged_states_are_refused_in_one_sentence(trace, damage):
    content = to_json(trace)
    damage(content["states"])
    with pytest.raises(ValueError, match=r"^this is not a stored trace: [^\n]+$"):
        from_json(content)


@pytest.mark.parametrize("states", [[], "x", 3, {}])
def test_states_that_are_something_else_are_refused(trace, states):
    with pytest.raises(ValueError, match=r"^this is not a stored trace: [^\n]+$"):
        from_json(to_json(trace) | {"states": states})


@given(arrays(np.float16, (3, 4), elements=st.floats(-1000, 1000, width=16)))
def test_packing_errs_by_half_a_step_at_most(values):
    again = unpacked(json.loads(json.dumps(packed(values))))
    step = np.abs(values.astype(np.float64)).max() / 127
    assert np.abs(again.astype(np.float64) - values).max() <= 0.5 * step + 1e-3 * np.abs(values).max() + 1e-7

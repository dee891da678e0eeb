"""The recurrent model against torch's own networks, and its steps against loops written from the equations."""

import re
from itertools import product

import numpy as np
import pytest
import torch
from model_zoo import (
    EVERY,
    MODELS,
    MORE_RNNS,
    RNNS,
    VOCABULARY_SIZE,
    WINDOW,
    random_ids,
    random_model,
    recurrent,
    sources,
)
from score_equations import look, sigmoid
from torch import nn
from torch.testing import assert_close

from core.models.attention_scores import SCORES, Question
from core.models.rnn import RNN
from core.models.rnn_layers import CELLS, CONTEXTS, RNNConfig, reading_order

LENGTHS = (5, 2, 4)
TARGET = 4
DROPOUTS = ("dropout_embedding", "dropout_memory", "dropout_readout", "dropout_layers")


@pytest.mark.parametrize(("cell", "layers", "ways"), [*product(CELLS, (1, 2), ("uni", "bi"))])
@torch.no_grad()
def test_the_encoder_equals_torchs_on_each_sentence_alone(cell, layers, ways):
    """`summary` has the last state of each layer, both directions side by side, by part of the state."""
    model = random_model(RNN, recurrent(cell=cell, layers=layers, bidirectional=ways == "bi"))
    source, mask = sources(LENGTHS)
    encoded = model.encode(source, mask)
    alone = {"gru": nn.GRU, "lstm": nn.LSTM}[cell](
        6, 3 if ways == "bi" else 6, layers, bidirectional=ways == "bi", batch_first=True
    )
    alone.load_state_dict(model.encoder.state_dict())
    for index, length in enumerate(LENGTHS):
        output, last = alone(model.embedding.weight[source[index : index + 1, :length]] * 6**0.5)
        assert_close(encoded.memory[index, :length], output[0])
        for part, state in enumerate(last if cell == "lstm" else (last,)):
            expected = state[:, 0].reshape(layers, 6)  # (layers · directions, D/directions)
            assert_close(encoded.summary[index, :, part], expected)


# --- the equations, one sentence at a time, in numpy ---------------------------------------------------------


def weights_of(model):
    """Every weight as float64, by its name."""
    return {name: weight.detach().numpy().astype(np.float64) for name, weight in model.state_dict().items()}


def gates(weights, layer, x, h):
    """What input and state say to each gate of a decoder cell."""
    part = f"cells.{layer}."
    return (
        weights[part + "weight_ih"] @ x + weights[part + "bias_ih"],
        weights[part + "weight_hh"] @ h + weights[part + "bias_hh"],
    )


def gru(weights, layer, x, state):
    """Cho et al. 2014, with torch's reset gate after the matrix."""
    (h,) = state
    given, kept = (np.split(one, 3) for one in gates(weights, layer, x, h))
    reset, update = sigmoid(given[0] + kept[0]), sigmoid(given[1] + kept[1])
    new = np.tanh(given[2] + reset * kept[2])
    return ((1 - update) * new + update * h,)


def lstm(weights, layer, x, state):
    """Hochreiter & Schmidhuber 1997, with forget gates (Gers et al. 2000)."""
    h, c = state
    into, forget, new, out = np.split(sum(gates(weights, layer, x, h)), 4)
    c = sigmoid(forget) * c + sigmoid(into) * np.tanh(new)
    return sigmoid(out) * np.tanh(c), c


def read_out(weights, *parts):
    """Logits from what the read-out sees, through the tied embeddings."""
    seen = np.tanh(weights["readout.weight"] @ np.concatenate(parts) + weights["readout.bias"])
    return weights["embedding.weight"] @ seen + weights["output.bias"]


def by_hand(model, memory, summary, target):
    """Logits and attention weights for one sentence; memory (S, D), summary (layers, parts, D), target (T,)."""
    config, weights = model.config, weights_of(model)
    cell = {"gru": gru, "lstm": lstm}[config.cell]
    own = {name.removeprefix("score."): weight for name, weight in weights.items() if name.startswith("score.")}
    states, fed = [], np.zeros(config.width)
    for layer, last in enumerate(summary):
        bridged = weights[f"bridge.{layer}.weight"] @ last.flatten() + weights[f"bridge.{layer}.bias"]
        states.append(tuple(np.split(np.tanh(bridged), len(last))))
    logits, attention = [], []
    for step, token in enumerate(target):
        word = weights["embedding.weight"][token] * np.sqrt(config.width)
        place = None if config.attention == "none" else config.context
        parts = [word]
        if place == "step":  # Bahdanau: scored from the state before, then read by it
            _, shares, context = look(config.attention, own, states[-1][0], memory, step)
            parts.append(context)
        if config.input_feeding:  # Luong, §3.3
            parts.append(fed)
        for layer, state in enumerate(states):
            states[layer] = cell(weights, layer, np.concatenate(parts), state)
            x = states[layer][0]
            if config.residual and layer:  # Wu et al. 2016, eq. 6
                x = x + parts[0]
            if place == "layer" and not layer:  # Wu et al. 2016: into all layers above
                _, shares, context = look(config.attention, own, x, memory, step)
            parts = [x, context] if place == "layer" else [x]
        seen = [x]
        if place == "readout":  # Luong: scored from the state after
            _, shares, context = look(config.attention, own, x, memory, step)
            seen = [x, context]
        elif place == "step":
            seen = [x, context, word]
        fed = np.tanh(weights["readout.weight"] @ np.concatenate(seen) + weights["readout.bias"])
        logits.append(weights["embedding.weight"] @ fed + weights["output.bias"])  # through the tied embeddings
        if place:
            attention.append(shares)
    return np.array(logits), np.array(attention)


@pytest.mark.parametrize("name", [name for name in EVERY if name in RNNS or name in MORE_RNNS])
@torch.no_grad()
def test_a_decoder_equals_a_loop_written_from_the_equations(name):
    model = EVERY[name]()
    (source, mask), target = sources(LENGTHS), random_ids(len(LENGTHS), TARGET)
    encoded, whole = model.encode(source, mask), model(source, mask, target)
    for index, length in enumerate(LENGTHS):
        memory, summary = (part[index].double().numpy() for part in (encoded.memory, encoded.summary))
        logits, attention = by_hand(model, memory[:length], summary, target[index].tolist())
        assert_close(whole.logits[index].double(), torch.from_numpy(logits), atol=1e-5, rtol=0.0)
        if len(attention):
            weights = whole.attention["cross"][index, 0, 0, :, :length]
            assert_close(weights.double(), torch.from_numpy(attention), atol=1e-5, rtol=0.0)
    assert ("cross" in whole.attention) == (model.config.attention != "none")


# --- the encoder's other ways --------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
@torch.no_grad()
def test_a_reversed_source_is_read_backwards_and_remembered_in_place(cell):
    model = random_model(RNN, recurrent(cell=cell, layers=2, bidirectional=False, reverse_source=True))
    forwards = random_model(RNN, recurrent(cell=cell, layers=2, bidirectional=False))  # the same weights
    source, mask = sources(LENGTHS)
    encoded = model.encode(source, mask, detail=True)
    for index, length in enumerate(LENGTHS):
        one = source[index : index + 1, :length]
        turned = forwards.encode(one.flip(1), one > 0, detail=True)
        assert_close(encoded.memory[index, :length], turned.memory[0].flip(0))
        assert_close(encoded.detail["hidden"][index, :, :length], turned.detail["hidden"][0].flip(1))
        assert_close(encoded.summary[index], turned.summary[0])


def test_a_reading_order_is_its_own_inverse():
    order = reading_order(torch.tensor([[True, True, True, False], [True, False, False, False]]))
    assert order.tolist() == [[2, 1, 0, 3], [0, 1, 2, 3]]
    assert torch.equal(order.gather(1, order), torch.arange(4).expand(2, -1))


@pytest.mark.parametrize(("cell", "ways"), [*product(CELLS, ("uni", "bi"))])
@torch.no_grad()
def test_a_residual_encoder_adds_what_each_layer_read(cell, ways):
    """Sentence by sentence, through torch's one-layer networks."""
    model = random_model(RNN, recurrent(cell=cell, layers=3, bidirectional=ways == "bi", residual=True))
    source, mask = sources(LENGTHS)
    encoded = model.encode(source, mask)
    for index, length in enumerate(LENGTHS):
        x = model.embedding.weight[source[index : index + 1, :length]] * 6**0.5
        for layer, network in enumerate(model.encoder.layers):
            output, last = network(x)
            x = output + x if layer else output
            for part, state in enumerate(last if cell == "lstm" else (last,)):
                assert_close(encoded.summary[index, layer, part], state.flatten())
        assert_close(encoded.memory[index, :length], x[0])


# --- details -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in RNNS if "-none-" not in name])
@torch.inference_mode()
def test_the_details_of_a_step_retell_its_attention(name):
    """Query and keys give the scores again, scores the weights, weights and values the context."""
    model, (source, mask) = MODELS[name](), sources(LENGTHS)
    encoded = model.encode(source, mask, detail=True)
    assert ("keys" in encoded.detail) == (model.config.attention not in ("mean", "location"))
    state = model.start(encoded)
    for position in range(3):
        step = model.step(torch.full((len(LENGTHS),), 4), state, detail=True)
        query, scores = step.detail["query"], step.detail["scores"]
        asked = Question(query[:, None], encoded.detail.get("keys"), mask, range(position, position + 1))
        scored = model.score(asked)
        assert_close(scored.scores.masked_fill(~mask[:, None], float("-inf")), scores[:, :, 0])
        shares = scores.softmax(dim=-1)
        if "centre" in step.detail:
            assert_close(step.detail["centre"], scored.centre[:, 0])
        if model.config.attention == "local-p":
            distance = torch.arange(mask.shape[1]) - step.detail["centre"][:, None, None, None]
            shares = shares * torch.exp(-2 * (distance / WINDOW) ** 2)
        assert_close(step.attention["cross"], shares)
        assert_close(step.detail["context"], (shares[:, 0] @ encoded.detail["values"])[:, 0])
        before, state = state, step.state
        hidden = before.rows.hidden[:, -1, 0] if model.context == "step" else step.detail["hidden"][:, -1]
        if model.context == "layer":
            hidden = step.detail["hidden"][:, 1]
        assert torch.equal(query, hidden)


# --- refusals and training -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"cell": "elman"}, f"unknown cell 'elman'; valid: {', '.join(CELLS)}"),
        ({"attention": "cosmic"}, f"unknown attention 'cosmic', did you mean 'cosine'?; valid: {', '.join(SCORES)}"),
        ({"context": "both"}, f"unknown context 'both'; valid: {', '.join(CONTEXTS)}"),
        ({"width": 7}, "width 7 is odd"),
        ({"layers": 0}, "layers 0 is too small; valid: 1 or more"),
        ({"window": 0}, "window 0 is too small; valid: 1 or more"),
        ({"max_positions": -3}, "max_positions -3 is too small; valid: 1 or more"),
        ({"context": "layer"}, 'context "layer" goes into the layers above the first; valid: layers 2 or more'),
        ({"residual": True}, "residual acts between layers and there is one; valid: layers 2 or more"),
        ({"dropout_layers": 0.1}, "dropout_layers acts between layers and there is one; valid: layers 2 or more"),
        ({"reverse_source": True}, "reverse_source needs bidirectional=False"),
        ({"attention": "none", "input_feeding": True}, "there is none; valid attention: mean, dot, "),
    ],
)
def test_a_wrong_config_names_the_valid_choices(wrong, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        RNNConfig(VOCABULARY_SIZE, **wrong)


def test_an_odd_width_does_for_one_direction():
    assert RNNConfig(VOCABULARY_SIZE, width=7, bidirectional=False).width == 7


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("place", DROPOUTS)
@torch.no_grad()
def test_dropout_acts_in_training_alone(place, residual):
    off = dict.fromkeys(DROPOUTS, 0.0)
    model = random_model(RNN, recurrent(layers=2, residual=residual, **(off | {place: 0.5})))
    inputs = *sources(LENGTHS), random_ids(len(LENGTHS), TARGET)
    assert torch.equal(model(*inputs).logits, model(*inputs).logits)
    model.train()
    assert not torch.allclose(model(*inputs).logits, model(*inputs).logits)


@pytest.mark.parametrize("residual", [False, True])
@torch.no_grad()
def test_dropout_between_layers_acts_in_both_stacks(residual):
    off = dict.fromkeys(DROPOUTS, 0.0) | {"dropout_layers": 0.5}
    model = random_model(RNN, recurrent(layers=2, residual=residual, **off))
    state = model.start(model.encode(*sources(LENGTHS)))
    model.train()
    memories = [model.encode(*sources(LENGTHS)).memory for _ in range(2)]
    assert not torch.allclose(*memories)
    steps = [model.step(torch.full((len(LENGTHS),), 4), state, detail=True).detail["hidden"] for _ in range(2)]
    assert torch.equal(steps[0][:, 1], steps[1][:, 1])
    assert not torch.allclose(steps[0][:, 2], steps[1][:, 2])

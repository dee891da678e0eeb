"""The recurrent model against torch's own networks, and its steps against loops written from the equations."""

from itertools import product

import numpy as np
import pytest
import torch
from model_zoo import MODELS, RNNS, VOCABULARY_SIZE, random_ids, random_model, sources
from torch import nn
from torch.testing import assert_close

from core.models.attention import SCORES
from core.models.contract import Interventions
from core.models.rnn import CELLS, CONTEXTS, RNN, RNNConfig

LENGTHS = (5, 2, 4)
TARGET = 4


@pytest.mark.parametrize(("cell", "layers", "ways"), [*product(CELLS, (1, 2), ("uni", "bi"))])
@torch.no_grad()
def test_the_encoder_equals_torchs_on_each_sentence_alone(cell, layers, ways):
    """`summary` has the last state of each layer, both directions side by side, by part of the state."""
    model = MODELS[f"{cell}-{layers}-{ways}-additive-step"]()
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


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    shares = np.exp(x - x.max())
    return shares / shares.sum()


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


def additive(weights, s, h):
    """Bahdanau et al. 2015, A.1.2."""
    inside = weights["score.query.weight"] @ s + weights["score.query.bias"] + weights["score.key.weight"] @ h
    return weights["score.energy.weight"][0] @ np.tanh(inside)


def general(weights, s, h):
    """Luong et al. 2015, eq. 8."""
    return s @ weights["score.key.weight"] @ h


def look(score, weights, s, memory):
    """Attention weights and context, position by position."""
    shares = softmax(np.array([score(weights, s, h) for h in memory]))
    return shares, sum(share * h for share, h in zip(shares, memory, strict=True))


def read_out(weights, *parts):
    """Logits from what the read-out sees, through the tied embeddings."""
    seen = np.tanh(weights["readout.weight"] @ np.concatenate(parts) + weights["readout.bias"])
    return weights["embedding.weight"] @ seen + weights["output.bias"]


def by_hand(model, memory, summary, target):
    """Logits and attention weights for one sentence; memory (S, D), summary (layers, parts, D), target (T,)."""
    config, weights = model.config, weights_of(model)
    cell = {"gru": gru, "lstm": lstm}[config.cell]
    score = {"additive": additive, "general": general, "none": None}[config.attention]
    states = []
    for layer, last in enumerate(summary):
        bridged = weights[f"bridge.{layer}.weight"] @ last.flatten() + weights[f"bridge.{layer}.bias"]
        states.append(tuple(np.split(np.tanh(bridged), len(last))))
    logits, attention = [], []
    for token in target:
        word = weights["embedding.weight"][token] * np.sqrt(config.width)
        x = word
        if score and config.context == "step":  # Bahdanau: scored from the state before, then read by it
            shares, context = look(score, weights, states[-1][0], memory)
            x = np.concatenate([word, context])
        for layer, state in enumerate(states):
            states[layer] = cell(weights, layer, x, state)
            x = states[layer][0]
        if score is None:
            logits.append(read_out(weights, x))
            continue
        if config.context == "readout":  # Luong: scored from the state after
            shares, context = look(score, weights, x, memory)
            logits.append(read_out(weights, x, context))
        else:
            logits.append(read_out(weights, x, context, word))
        attention.append(shares)
    return np.array(logits), np.array(attention)


@pytest.mark.parametrize(
    "name", [name for name in RNNS if name.split("-")[3] in ("additive", "general", "none") and "-bi-" in name]
)
@torch.no_grad()
def test_a_decoder_equals_a_loop_written_from_the_equations(name):
    model = MODELS[name]()
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


# --- refusals and training -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"cell": "elman"}, f"unknown cell 'elman'; valid: {', '.join(CELLS)}"),
        ({"attention": "cosine"}, f"unknown attention 'cosine'; valid: {', '.join(SCORES)}"),
        ({"context": "both"}, f"unknown context 'both'; valid: {', '.join(CONTEXTS)}"),
        ({"width": 7}, "width 7 is odd"),
    ],
)
def test_a_wrong_config_names_the_valid_choices(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        RNNConfig(VOCABULARY_SIZE, **wrong)


def test_an_odd_width_does_for_one_direction():
    assert RNNConfig(VOCABULARY_SIZE, width=7, bidirectional=False).width == 7


@pytest.mark.parametrize("kind", ["encoder", "decoder"])
def test_gates_for_heads_that_a_recurrent_model_lacks_are_refused(kind):
    model = MODELS["gru-1-bi-additive-step"]()
    with pytest.raises(ValueError, match="valid: cross, attention"):
        model.encode(*sources(LENGTHS), interventions=Interventions(**{kind: torch.ones(1, 1)}))


@pytest.mark.parametrize("place", ["dropout_embedding", "dropout_memory", "dropout_readout"])
@torch.no_grad()
def test_dropout_acts_in_training_alone(place):
    off = dict.fromkeys(("dropout_embedding", "dropout_memory", "dropout_readout"), 0.0)
    model = random_model(RNN, RNNConfig(VOCABULARY_SIZE, 6, **(off | {place: 0.5})))
    inputs = *sources(LENGTHS), random_ids(len(LENGTHS), TARGET)
    assert torch.equal(model(*inputs).logits, model(*inputs).logits)
    model.train()
    assert not torch.allclose(model(*inputs).logits, model(*inputs).logits)

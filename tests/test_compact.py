"""A Transformer without its shut heads is the one whose gates shut them: the same numbers from fewer weights."""

import copy
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from model_zoo import MODELS, PRUNED, TRANSFORMERS, random_ids, sources, vocabulary
from torch.testing import assert_close

from core.changes import Head
from core.decoding.ranking import ranking_score
from core.decoding.translate import decode
from core.gates import check_kept
from core.interpret.attention_numbers import attention_steps
from core.interpret.attention_worked import attention_worked
from core.interpret.head_measures import joint_rollout, rollout
from core.interpret.head_norms import head_norms
from core.interpret.network_trace import network_trace
from core.models.compact import without_heads
from core.models.contract import Interventions
from core.models.packed import pack
from core.models.transformer_layers import TransformerConfig
from core.options import BeamOptions, ForcedOptions
from core.records import Attention
from core.records.trace_json import from_json, to_json

CLOSE = {"atol": 1e-5, "rtol": 0.0}
LENGTHS, TARGET = (10, 3, 5), 18
SUBWORDS, TEXT = vocabulary(), "a b c"
GATES = {
    "encoder": torch.tensor([[0.0, 0.5, 0.0], [1.0, 1.0, 1.0]]),
    "decoder": torch.tensor([[0.0, 0.0, 0.0], [1.0, 0.0, 0.3]]),
    "cross": torch.tensor([[0.2, 1.0, 1.0], [0.0, 0.0, 0.9]]),
}
every_transformer = pytest.mark.parametrize("name", TRANSFORMERS)


def both(name):
    """A model, and the same without the heads that `GATES` shut."""
    model = TRANSFORMERS[name]().requires_grad_(False)
    return model, without_heads(model, GATES).requires_grad_(False)


def scaled(model):
    """A copy of a whole model with the gates in its W^O, by hand."""
    other = copy.deepcopy(model)
    for kind, stack, name in (
        ("encoder", other.encoder, "output"),
        ("decoder", other.decoder, "self_output"),
        ("cross", other.decoder, "cross_output"),
    ):
        for layer, gates in zip(stack, GATES[kind], strict=True):
            getattr(layer, name).weight.mul_(gates.repeat_interleave(model.config.head_width))
    return other


@every_transformer
@torch.inference_mode()
def test_it_computes_what_the_gated_one_does_and_shows_nothing_where_a_head_was(name):
    model, compact = both(name)
    source, target = sources(LENGTHS), random_ids(len(LENGTHS), TARGET)
    gated = model(*source, target, interventions=Interventions(**GATES), detail=True)
    found = compact(*source, target, detail=True)
    assert_close(found.logits, gated.logits, **CLOSE)
    for kind, weights in found.attention.items():
        there = (GATES[kind] > 0)[None, :, :, None, None]
        assert_close(weights, gated.attention[kind] * there, **CLOSE)
    assert_close(found.detail["hidden"], gated.detail["hidden"], **CLOSE)


@every_transformer
@torch.inference_mode()
def test_packed_it_steps_alike(name):
    model, compact = both(name)
    source, target = sources(LENGTHS), random_ids(len(LENGTHS), TARGET)
    gated = model(*source, target, interventions=Interventions(**GATES)).logits
    packed = pack(compact)
    state = packed.start(packed.encode(*source))
    for position, previous in enumerate(target.unbind(1)):
        step = packed.step(previous, state)
        state = step.state
        assert_close(step.logits, gated[:, position], **CLOSE)


def test_its_weights_are_those_of_the_heads_that_are_left():
    model, compact = both("transformer-post-sinusoidal-tied")
    width, size = model.config.width, model.config.head_width
    gone = sum(int((gates == 0).sum()) for gates in GATES.values())
    # Of each head the rows of W^Q, W^K and W^V with their biases, and the columns of W^O.
    assert sum(map(torch.numel, model.parameters())) - sum(map(torch.numel, compact.parameters())) == gone * (
        3 * size * (width + 1) + size * width
    )
    assert sorted((head.kind, head.layer, head.head) for head in compact.absent) == sorted(
        (kind, *place) for kind, gates in GATES.items() for place in (gates == 0).nonzero().tolist()
    )


def test_all_open_takes_nothing_away_and_a_pruned_model_is_pruned_again():
    model = TRANSFORMERS["transformer-pre-alibi-untied"]()
    source, target = sources(LENGTHS), random_ids(len(LENGTHS), 4)
    whole = without_heads(model, {kind: torch.ones(shape) for kind, shape in model.heads.items()})
    assert not whole.absent
    assert_close(whole(*source, target).logits, model(*source, target).logits, **CLOSE)
    more = {kind: torch.ones(shape) for kind, shape in model.heads.items()}
    more["encoder"][1, 0] = 0
    twice, at_once = without_heads(without_heads(model, GATES), more), GATES | {"encoder": GATES["encoder"].clone()}
    at_once["encoder"][1, 0] = 0
    assert twice.absent == without_heads(model, at_once).absent
    assert_close(
        twice(*source, target).logits, model(*source, target, interventions=Interventions(**at_once)).logits, **CLOSE
    )


def test_the_model_it_was_made_of_stays_as_it_was():
    model, untouched = (TRANSFORMERS["transformer-post-alibi-tied"]() for _ in range(2))
    state = torch.get_rng_state()
    without_heads(model, GATES)
    assert torch.equal(torch.get_rng_state(), state)
    for name, weight in model.state_dict().items():
        assert torch.equal(weight, untouched.state_dict()[name])


# --- what is recorded -------------------------------------------------------------------------------------------


def at_places(array, axis, kind, layer=None):
    """An array with zeros at the places of the heads that are shut."""
    there = (GATES[kind] > 0).numpy()
    there = there if layer is None else there[layer]
    return array * there.reshape(*there.shape, *(1,) * (array.ndim - axis - there.ndim))


@every_transformer
def test_the_numbers_behind_it_are_those_of_the_whole_one_with_zeros_for_a_lost_head(name):
    model, compact = both(name)
    whole = scaled(model)
    traces = [decode(one, SUBWORDS, TEXT, ForcedOptions("c b")) for one in (whole, compact)]
    for kind in GATES:
        wanted, found = (trace.attention(kind=kind) for trace in traces)
        np.testing.assert_allclose(found.weights, at_places(wanted.weights, 0, kind), atol=1e-3)  # some in float16
        assert {(head.layer, head.head) for head in found.absent} == {
            *map(tuple, (GATES[kind] == 0).nonzero().tolist())
        }
    pairs = [attention_steps(one, SUBWORDS, trace) for one, trace in zip((whole, compact), traces, strict=True)]
    for part in ("query", "keys", "values", "weights", "context", "scores"):
        wanted, found = (getattr(steps, part) for steps in pairs)
        np.testing.assert_allclose(found, at_places(wanted, 0, "cross"), atol=1e-5)
    pairs = [head_norms(one, SUBWORDS, trace) for one, trace in zip((whole, compact), traces, strict=True)]
    for kind in GATES:
        np.testing.assert_allclose(pairs[1][kind], at_places(pairs[0][kind], 0, kind), atol=1e-5)
    pairs = [attention_worked(one, SUBWORDS, trace) for one, trace in zip((whole, compact), traces, strict=True)]
    for wanted, found in zip(*pairs, strict=True):
        for part in ("query", "key", "value", "products", "weights", "context", "placed_query", "bias"):
            theirs, ours = (getattr(one, part) for one in (wanted, found))
            if ours is None:  # nothing is turned or added where no head is left
                assert theirs is None or not GATES[wanted.kind][wanted.layer].any()
            else:
                np.testing.assert_allclose(ours, at_places(theirs, 0, wanted.kind, wanted.layer), atol=1e-5)
        for part in ("stream", "output", "left"):
            np.testing.assert_allclose(getattr(found, part), getattr(wanted, part), atol=1e-5)
        columns, biases = wanted.corners.columns, wanted.corners.biases
        np.testing.assert_allclose(found.corners.columns[0], at_places(columns[0], 0, wanted.kind, wanted.layer))
        np.testing.assert_allclose(found.corners.biases[2], at_places(biases[2], 0, wanted.kind, wanted.layer))
        np.testing.assert_allclose(found.corners.output, wanted.corners.output, atol=1e-7)
    pairs = [network_trace(one, SUBWORDS, TEXT, (5, 6, 3)) for one in (whole, compact)]
    np.testing.assert_allclose(pairs[1].logits, pairs[0].logits, atol=1e-5)


@pytest.mark.parametrize("name", PRUNED)
def test_a_trace_says_which_heads_are_gone_in_json_too(name):
    model = MODELS[name]()
    trace = decode(model, SUBWORDS, TEXT, BeamOptions(3, max_length=6))
    again = from_json(json.loads(json.dumps(to_json(trace))))
    assert again.absent == trace.absent == model.absent != ()
    for kind in model.heads:
        weights, absent = again.attention(kind=kind).weights, again.attention(kind=kind).absent
        rows, gone = weights.sum(-1), {(head.layer, head.head) for head in absent}
        for place in np.ndindex(rows.shape[:2]):
            assert rows[place] == pytest.approx(0.0 if place in gone else 1.0, abs=2e-3)
    assert "absent" not in to_json(decode(MODELS["transformer-post-none-tied"](), SUBWORDS, TEXT, BeamOptions(1)))


@pytest.mark.parametrize("name", PRUNED)
def test_a_mean_over_heads_is_one_over_those_that_are_there(name):
    """Rollout still shares 1 among the positions, and the source is covered as by the heads that look."""
    model, options = MODELS[name](), BeamOptions(3, max_length=6, coverage_penalty=0.4)
    trace = decode(model, SUBWORDS, TEXT, options)
    kinds = [trace.attention(kind=kind) for kind in ("encoder", "decoder", "cross")]
    np.testing.assert_allclose(rollout(kinds[0]).sum(1), 1, atol=1e-6)
    own, source = joint_rollout(*kinds)
    np.testing.assert_allclose(own.sum(1) + source.sum(1), 1, atol=2e-3)  # stored as float16
    last = kinds[2].weights[-1][model.config.kept["cross"][-1]].mean(0)[:, :-1]
    plain = replace(options, coverage_penalty=0.0)
    scores = [ranking_score(trace.tree, trace.hypotheses[0].leaf, some) for some in (options, plain)]
    covered = np.log(np.minimum(last.sum(0), 1)).sum()
    assert scores[0] - scores[1] == pytest.approx(0.4 * covered, abs=1e-4)


def test_a_layer_without_heads_is_rolled_through_and_covers_nothing():
    weights = np.zeros((2, 1, 2, 2))
    weights[0, 0] = [[0.5, 0.5], [0.0, 1.0]]
    lost = (Head("encoder", 1, 0), Head("cross", 1, 0), Head("decoder", 1, 0))
    looked = {kind: Attention(weights, ("a", "b"), ("a", "b"), kind, lost) for kind in ("encoder", "decoder", "cross")}
    first = (np.eye(2) + weights[0, 0]) / 2
    assert rollout(looked["encoder"]).tolist() == first.tolist()
    own, source = joint_rollout(*looked.values())
    assert own.tolist() == (first / 2).tolist()
    assert source.tolist() == (weights[0, 0] @ first / 2).tolist()


def test_an_absent_head_with_weights_is_refused():
    trace = decode(MODELS["pruned-post-alibi"](), SUBWORDS, TEXT, ForcedOptions("c b"))
    attention = trace.attention(kind="encoder")
    with pytest.raises(ValueError, match=r"^encoder layer 0, head 0 is absent, but has weights$"):
        Attention(np.ones_like(attention.weights), attention.queries, attention.keys, "encoder", trace.absent)


# --- what may be kept -------------------------------------------------------------------------------------------

SHAPES = {"encoder": (1, 3), "decoder": (1, 3), "cross": (1, 3)}
KEPT = {"encoder": [[0, 2]], "decoder": [[]], "cross": [[1]]}


@pytest.mark.parametrize(
    ("kept", "sentence"),
    [
        ([[0]], r"kept is \[\[0\]\], not an object with encoder, decoder, cross"),
        (KEPT | {"crss": [[0]]}, "unknown kind of kept heads 'crss', did you mean 'cross'.*"),
        ({"encoder": [[0]], "decoder": [[0]]}, "kept has no list of heads for each of the 1 cross layers"),
        (KEPT | {"cross": [[0], [1]]}, "kept has no list of heads for each of the 1 cross layers"),
        (KEPT | {"cross": [[3]]}, r"the heads kept in cross layer 0 are \[3\], not rising numbers from 0 to 2"),
        (KEPT | {"cross": [[1, 0]]}, r"the heads kept in cross layer 0 are \[1, 0\], not rising numbers from 0 to 2"),
        (KEPT | {"cross": [[1, 1]]}, r"the heads kept in cross layer 0 are \[1, 1\], not rising numbers from 0 to 2"),
        (KEPT | {"cross": [[True]]}, r"the heads kept in cross layer 0 are \[True\], not rising numbers from 0 to 2"),
        (KEPT | {"cross": [1]}, "the heads kept in cross layer 0 are 1, not rising numbers from 0 to 2"),
    ],
)
def test_heads_that_can_not_be_kept_are_refused(kept, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        check_kept(kept, SHAPES)
    config = TransformerConfig(8, width=6, heads=3, encoder_layers=1, decoder_layers=1, kept=KEPT)
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        replace(config, kept=kept)

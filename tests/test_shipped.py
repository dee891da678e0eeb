"""The models in pretrained/: whole, small, measured, and with an example that they reproduce."""

from itertools import combinations
from operator import eq

import numpy as np
import pytest
import torch

from core.checkpoints import CURVE, EXAMPLE, GOLD, GREEDY, PRETRAINED, WEIGHTS, cards, example, load
from core.decoding.translate import decode
from core.files import read_json
from core.models.contract import Interventions
from core.models.packed import pack
from core.options import ForcedOptions
from core.recipes.probe import PROBE, probe
from core.records.trace_json import summary_json
from core.text.batches import source_batch
from core.text.subwords import BOS

FOUND, BROKEN = cards()
FLOORS = {
    "de-en-transformer": 38.0,
    "en-de-everyday": 40.2,
    "en-de-everyday-pruned-0.03": 39.5,
    "en-de-everyday-pruned-0.05": 37.7,
    "en-de-everyday-pruned-0.08": 33.4,
    "en-de-rnn-additive": 38.9,
    "en-de-rnn-additive-after": 36.5,
    "en-de-rnn-additive-before": 34.5,
    "en-de-rnn-concat": 36.0,
    "en-de-rnn-cosine": 36.5,
    "en-de-rnn-dot": 34.0,
    "en-de-rnn-forward": 16.5,
    "en-de-rnn-general": 31.0,
    "en-de-rnn-general-before": 27.5,
    "en-de-rnn-local-p": 23.5,
    "en-de-rnn-location": 32.5,
    "en-de-rnn-mean": 25.0,
    "en-de-rnn-plain": 19.5,
    "en-de-rnn-query-key-value": 37.5,
    "en-de-rnn-reversed": 18.5,
    "en-de-transformer": 40.9,
    "en-de-transformer-learned-positions": 37.5,
    "en-de-transformer-no-positions": 30.0,
    "en-de-transformer-no-smoothing": 37.4,
    "en-de-transformer-rotary": 39.0,
    "en-de-transformer-small": 38.0,
    "en-fr-everyday": 58.0,
    "en-fr-rnn-additive": 58.9,
    "en-fr-transformer": 60.2,
    "fr-en-transformer": 51.9,
}
CLOSE = {"atol": 1e-5, "rtol": 1e-5}
ALIKE = 28  # of thirty sentences
every_card = pytest.mark.parametrize("name", sorted(FOUND))


@pytest.fixture(scope="module", params=sorted(FOUND))
def loaded(request):
    """Each model once, for all tests that only read it."""
    torch.set_num_threads(1)
    return load(request.param)


def test_the_models_are_there_and_as_good_as_promised():
    assert not BROKEN
    for name, floor in FLOORS.items():
        assert FOUND[name].metrics["test_2016"]["bleu_lowercased"] >= floor
    everyday, captions = (FOUND[f"en-de-{name}"].metrics for name in ("everyday", "transformer"))
    assert everyday["test"]["bleu"] >= 39.0
    assert captions["test_2016"]["bleu"] - everyday["test_2016"]["bleu"] <= 1.5


@every_card
def test_a_model_is_small_and_says_what_it_is(name):
    card = FOUND[name]
    assert (PRETRAINED / name / WEIGHTS).stat().st_size <= 16 * 2**20
    assert card.licence
    assert card.recipe["seed"] is not None
    assert {"val", "test_2016"} <= set(card.metrics)
    assert "signature_bleu" in card.metrics["test_2016"]
    curve = read_json(PRETRAINED / name / CURVE)
    assert curve[-1]["validation"] < curve[0]["validation"]


def test_the_stored_example_is_what_the_model_does(loaded):
    name = loaded.card.name
    kept = example(name)
    again = decode(loaded.model, loaded.subwords, kept.text, kept.options, name=name)
    assert [found.tokens for found in again.hypotheses] == [found.tokens for found in kept.hypotheses]
    for mine, theirs in zip(summary_json(again)["hypotheses"], summary_json(kept)["hypotheses"], strict=True):
        assert mine["score"] == pytest.approx(theirs["score"], abs=1e-3)
    assert np.abs(again.states.decoder - kept.states.decoder).max() <= np.abs(again.states.decoder).max() / 100
    assert kept.heat(0).log_sums == pytest.approx(again.heat(0).log_sums, abs=1e-3)
    assert (PRETRAINED / name / EXAMPLE).stat().st_size <= 700_000


@pytest.mark.parametrize("file", [EXAMPLE, GREEDY, GOLD])
def test_a_stored_trace_holds_where_the_decoder_looked_at_its_own_tokens(loaded, file):
    kept = example(loaded.card.name, file=file)
    assert (kept.tree.self_attention is not None) == ("decoder" in loaded.model.heads)
    source, mask = (torch.from_numpy(part) for part in source_batch([loaded.subwords.encode_source(kept.text)]))
    for place, hypothesis in enumerate(kept.hypotheses if "decoder" in loaded.model.heads else ()):
        ids = [kept.tree.nodes[node].id for node in kept.tree.path(hypothesis.leaf)]
        with torch.inference_mode():
            weights = loaded.model(source, mask, torch.tensor([[BOS, *ids[:-1]]])).attention["decoder"][0]
        assert kept.attention(place, "decoder").weights == pytest.approx(weights.numpy(), abs=1e-3)


def test_forcing_the_best_translation_gives_its_log_probability_and_attention(loaded):
    kept = example(loaded.card.name)
    best = kept.hypotheses[0]
    trace = decode(loaded.model, loaded.subwords, kept.text, ForcedOptions(best.text))
    (found,) = trace.hypotheses
    assert (found.text, found.tokens) == (best.text, best.tokens)
    assert found.total == pytest.approx(best.total, abs=1e-3)
    if kept.attention() is not None:
        assert trace.attention().weights == pytest.approx(kept.attention().weights, abs=1e-3)


@every_card
def test_a_model_writes_what_it_wrote_when_it_was_measured(name):
    """Thirty sentences: the card, the weights and the code belong together; `core evaluate` measures it anew."""
    torch.set_num_threads(1)
    kept, again = read_json(PRETRAINED / name / PROBE), probe(name, PRETRAINED)
    assert [one["source"] for one in again] == [one["source"] for one in kept]
    same = [pair for pair in zip(again, kept, strict=True) if pair[0]["target"] == pair[1]["target"]]
    assert len(same) >= ALIKE  # where two words are as likely, another processor may take the other
    for mine, theirs in same:
        assert mine["score"] == pytest.approx(theirs["score"], abs=0.02)


def test_no_two_models_write_alike():
    """So that one in another's place is seen."""
    written = {name: [one["target"] for one in read_json(PRETRAINED / name / PROBE)] for name in FOUND}
    for one, other in combinations(written, 2):
        assert sum(map(eq, written[one], written[other])) < ALIKE, (one, other)


@every_card
@torch.inference_mode()
def test_its_own_attention_given_back_changes_nothing_and_a_step_at_a_time_is_the_whole(name):
    """Two sentences of unequal length in one batch, packed and plain, on every kind of attention that it has."""
    loaded, texts = load(name), ("A dog runs.", "Two men are playing a game.")
    source, mask = map(torch.from_numpy, source_batch([loaded.subwords.encode_source(text) for text in texts]))
    target = torch.tensor([[BOS, *range(10, 15)], [BOS, *range(20, 25)]])
    model = loaded.model.requires_grad_(False)
    plain, blank = model(source, mask, target), model(source, mask, target, interventions=Interventions())
    assert torch.equal(blank.logits, plain.logits)
    given = Interventions(**{f"{kind}_attention": weights for kind, weights in plain.attention.items()})
    torch.testing.assert_close(model(source, mask, target, interventions=given).logits, plain.logits, **CLOSE)
    flat = {f"{kind}_attention": weights.new_full(weights.shape, 0.25) for kind, weights in plain.attention.items()}
    wholes = [(some, model(source, mask, target, interventions=some).logits) for some in (given, Interventions(**flat))]
    for make in (lambda: model, lambda: pack(model)):  # which uses the plain one up
        ready = make()
        for changes, whole in wholes:
            state, steps = ready.start(ready.encode(source, mask, interventions=changes)), []
            for previous in target.unbind(1):
                steps.append(ready.step(previous, state))
                state = steps[-1].state
            torch.testing.assert_close(torch.stack([step.logits for step in steps], dim=1), whole, **CLOSE)


HEADED = sorted(name for name in FOUND if "heads" in FOUND[name].config)
OUTPUTS = {
    "encoder": ("encoder", "output"),
    "decoder": ("decoder", "self_output"),
    "cross": ("decoder", "cross_output"),
}


@pytest.mark.parametrize("name", HEADED)
@torch.inference_mode()
def test_open_heads_change_nothing_and_a_closed_one_adds_exactly_nothing(name):
    """Against weights in which the slices of W^O that read the closed heads are 0; packed and step by step too."""
    loaded, texts = load(name), ("A dog runs.", "Two men are playing a game.")
    source, mask = map(torch.from_numpy, source_batch([loaded.subwords.encode_source(text) for text in texts]))
    target = torch.tensor([[BOS, *range(10, 15)], [BOS, *range(20, 25)]])
    model = loaded.model
    opened = {kind: torch.ones(shape) for kind, shape in model.heads.items()}
    plain = model(source, mask, target).logits
    assert torch.equal(model(source, mask, target, interventions=Interventions(**opened)).logits, plain)
    closed, weights = {kind: gates.clone() for kind, gates in opened.items()}, {}
    for kind, gates in closed.items():
        for layer in range(len(gates)):
            heads = model.config.heads_of(kind, layer)
            head = heads.filled[layer % heads.count] if heads.count else 0
            gates[layer, head] = 0
            stack, output = OUTPUTS[kind]
            matrix = f"{stack}.{layer}.{output}.weight"
            weights[matrix] = model.get_parameter(matrix) * heads.present(gates[layer : layer + 1])[
                0
            ].repeat_interleave(heads.size)
    gated = model(source, mask, target, interventions=Interventions(**closed)).logits
    torch.testing.assert_close(
        gated, torch.func.functional_call(model, weights, (source, mask, target)).logits, **CLOSE
    )
    assert not torch.allclose(gated, plain, atol=1e-3)
    packed = pack(model)
    for gates, whole in ((opened, plain), (closed, gated)):
        state, steps = packed.start(packed.encode(source, mask, interventions=Interventions(**gates))), []
        for previous in target.unbind(1):
            steps.append(packed.step(previous, state))
            state = steps[-1].state
        torch.testing.assert_close(torch.stack([step.logits for step in steps], dim=1), whole, **CLOSE)

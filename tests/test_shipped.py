"""The models in pretrained/: whole, small, measured, and with an example that they reproduce."""

from itertools import combinations
from operator import eq

import numpy as np
import pytest
import torch

from core.checkpoints import CURVE, EXAMPLE, PRETRAINED, WEIGHTS, cards, example, load
from core.decoding.translate import decode
from core.files import read_json
from core.options import ForcedOptions
from core.recipes.probe import PROBE, probe
from core.records.trace_json import summary_json

FOUND, BROKEN = cards()
FLOORS = {
    "de-en-transformer": 38.0,
    "en-de-everyday": 40.2,
    "en-de-rnn-additive": 38.9,
    "en-de-rnn-additive-after": 36.5,
    "en-de-rnn-additive-before": 34.5,
    "en-de-rnn-concat": 36.0,
    "en-de-rnn-dot": 34.0,
    "en-de-rnn-general": 31.0,
    "en-de-rnn-general-before": 27.5,
    "en-de-rnn-local-p": 23.5,
    "en-de-rnn-mean": 25.0,
    "en-de-rnn-plain": 19.5,
    "en-de-rnn-reversed": 18.5,
    "en-de-transformer": 40.9,
    "en-de-transformer-learned-positions": 37.5,
    "en-de-transformer-no-positions": 30.0,
    "en-de-transformer-no-smoothing": 37.4,
    "en-de-transformer-small": 38.0,
    "en-fr-everyday": 58.0,
    "en-fr-rnn-additive": 58.9,
    "en-fr-transformer": 60.2,
    "fr-en-transformer": 51.9,
}
ALIKE = 28  # of thirty sentences
every_card = pytest.mark.parametrize("name", sorted(FOUND))


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


@every_card
def test_the_stored_example_is_what_the_model_does(name):
    torch.set_num_threads(1)
    kept, loaded = example(name), load(name)
    again = decode(loaded.model, loaded.subwords, kept.text, kept.options, name=name)
    assert [found.tokens for found in again.hypotheses] == [found.tokens for found in kept.hypotheses]
    for mine, theirs in zip(summary_json(again)["hypotheses"], summary_json(kept)["hypotheses"], strict=True):
        assert mine["score"] == pytest.approx(theirs["score"], abs=1e-3)
    assert np.abs(again.states.decoder - kept.states.decoder).max() <= np.abs(again.states.decoder).max() / 100
    assert (PRETRAINED / name / EXAMPLE).stat().st_size <= 600_000


@every_card
def test_forcing_the_best_translation_gives_its_log_probability_and_attention(name):
    torch.set_num_threads(1)
    kept, loaded = example(name), load(name)
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

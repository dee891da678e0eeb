"""The models in pretrained/: whole, small, measured, and with an example that they reproduce."""

import numpy as np
import pytest
import torch

from core.checkpoints import CURVE, EXAMPLE, PRETRAINED, WEIGHTS, cards, example, load, read_json
from core.decoding.translate import decode, translate_batches
from core.metrics import translation_metrics
from core.options import BeamOptions, ForcedOptions
from core.text.corpora import data_folders, read_lines
from core.trace_json import summary_json

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
def test_the_first_hundred_test_sentences_score_as_a_hundred_of_the_card_may(name):
    """A fast check that the card belongs to the weights; `python -m core evaluate` reproduces it exactly."""
    folder = next((path for path in data_folders() if (path / "multi30k/test_2016_flickr.en.gz").is_file()), None)
    if folder is None:
        pytest.skip("Multi30k is not on this machine: python -m core data fetch multi30k")
    loaded = load(name)
    sides = loaded.card.source, loaded.card.target
    sources, references = (read_lines(folder / f"multi30k/test_2016_flickr.{side}.gz")[:100] for side in sides)
    options = BeamOptions(length_penalty=loaded.card.length_penalty)
    found = dict(translate_batches(loaded.model, loaded.subwords, sources, options))
    metrics = translation_metrics([found[index][0].text for index in range(100)], references, loaded.card.target)
    assert metrics["bleu_lowercased"] == pytest.approx(loaded.card.metrics["test_2016"]["bleu_lowercased"], abs=8)

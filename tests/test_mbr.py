"""Minimum Bayes risk: the mode law, sacreBLEU as its oracle, and the record of its searches."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from model_zoo import DECODED, MODELS, vocabulary
from sacrebleu import sentence_bleu, sentence_chrf

from core.decoding.mbr import joined, minimum_bayes_risk, utility_matrix
from core.decoding.translate import decode
from core.options import BeamOptions, MBROptions, SamplingOptions
from core.records import Vote

every_model = pytest.mark.parametrize("name", DECODED)
texts = some.lists(some.text("ab c,.", max_size=9), min_size=1, max_size=8)


@every_model
def test_by_exact_match_it_returns_the_mode_of_the_sample(name):
    options = MBROptions(samples=60, utility="exact", max_length=3, seed=4)
    trace = decode(MODELS[name](), vocabulary(), "a b", options)
    counts = Counter(trace.vote.references)
    assert sum(counts.values()) == 60
    assert trace.hypotheses[0].text == counts.most_common(1)[0][0]  # of equals the first drawn, as Counter has it
    assert {found.text: round(found.score * 0.6) for found in trace.hypotheses} == counts


def test_the_matrix_is_sacrebleus():
    candidates = ["ein Hund läuft durch den Schnee", "Hunde", ""]
    references = ["ein Hund rennt durch den Schnee .", "Hunde", "ein Hund läuft durch den Schnee"]
    for utility, metric in (("chrf", sentence_chrf), ("bleu", sentence_bleu)):
        by_hand = [[metric(text, [reference]).score for reference in references] for text in candidates]
        assert utility_matrix(candidates, references, utility) == pytest.approx(np.array(by_hand))
    assert utility_matrix(candidates, references, "exact").tolist() == [[0, 0, 100], [0, 100, 0], [0, 0, 0]]


@given(texts, texts)
def test_of_any_texts_it_is_sacrebleus_with_a_row_a_candidate_and_a_column_a_reference(candidates, references):
    for utility, metric in (("chrf", sentence_chrf), ("bleu", sentence_bleu)):
        by_hand = [[metric(text, [reference]).score for reference in references] for text in candidates]
        assert utility_matrix(candidates, references, utility) == pytest.approx(np.array(by_hand))
    assert utility_matrix(candidates, [], "bleu").shape == (len(candidates), 0)


@pytest.fixture(
    scope="module", params=["gru-1-bi-additive-step", "lstm-2-uni-none-step", "transformer-pre-learned-untied"]
)
def translator(request):
    return MODELS[request.param](), vocabulary()


@pytest.mark.parametrize("candidates", ["samples", "beam", "both"])
@pytest.mark.parametrize("utility", ["chrf", "bleu"])
def test_the_best_expected_utility_wins_among_the_candidates_asked_for(translator, candidates, utility):
    options = MBROptions(candidates, 15, 4, utility, max_length=7, seed=2)
    trace = decode(*translator, "a b c", options)
    drawn = decode(*translator, "a b c", SamplingOptions(15, max_length=7, seed=2))
    searched = decode(*translator, "a b c", BeamOptions(4, max_length=7))
    sources = {"samples": [drawn], "beam": [searched], "both": [searched, drawn]}[candidates]
    wanted = {found.text for source in sources for found in source.hypotheses}
    assert trace.vote.references == tuple(found.text for found in drawn.hypotheses)
    assert {found.text for found in trace.hypotheses} == wanted
    assert len(trace.hypotheses) == len(wanted)
    scores = [found.score for found in trace.hypotheses]
    assert scores == sorted(scores, reverse=True)
    assert trace.vote.utility.mean(axis=1) == pytest.approx(scores)
    for found, row in zip(trace.hypotheses, trace.vote.utility, strict=True):
        again = utility_matrix([found.text], trace.vote.references, utility)[0]
        assert row == pytest.approx(again)


def test_the_tree_holds_every_search_with_its_answers(translator):
    trace = decode(*translator, "a b c", MBROptions("both", 5, 3, max_length=6))
    parts = [
        decode(*translator, "a b c", BeamOptions(3, max_length=6)),
        decode(*translator, "a b c", SamplingOptions(5, max_length=6)),
    ]
    assert len(trace.tree.nodes) == sum(len(part.tree.nodes) for part in parts) - 1
    assert len(set(trace.tree.expanded)) == len(trace.tree.expanded)
    for place, found in enumerate(trace.hypotheses):
        nodes = [trace.tree.nodes[node] for node in trace.tree.path(found.leaf)]
        assert tuple(node.token for node in nodes) == found.tokens
        own = next(one for part in parts for one in part.hypotheses if one.tokens == found.tokens)
        assert found.logprobs == pytest.approx(own.logprobs, abs=1e-5)
        attention = trace.attention(place)
        assert (attention is None) == (parts[0].attention() is None)
        if attention is not None:
            where = next((part, part.hypotheses.index(own)) for part in parts if own in part.hypotheses)
            assert attention.weights == pytest.approx(where[0].attention(where[1]).weights, abs=1e-5)
        for node, logprob in zip(trace.tree.path(found.leaf), found.logprobs, strict=True):
            told = trace.next_tokens(trace.tree.nodes[node].parent, 8)
            share = dict(zip(told.tokens, told.probabilities, strict=True))[trace.tree.nodes[node].token]
            assert share == pytest.approx(np.exp(logprob), abs=3e-3)  # logits are kept in float16
    assert len(trace.states.decoder) == len(trace.tree.expanded)


def test_another_utility_needs_no_network(translator):
    searches = [decode(*translator, "a b", SamplingOptions(9, max_length=5))]
    options = MBROptions(samples=9, utility="bleu", max_length=5)
    again, fresh = minimum_bayes_risk(searches, options), decode(*translator, "a b", options)
    assert [found.text for found in again.hypotheses] == [found.text for found in fresh.hypotheses]
    assert (again.vote.utility == fresh.vote.utility).all()
    assert joined(searches) is searches[0]


def test_a_matrix_that_does_not_fit_is_refused(translator):
    trace = decode(*translator, "a b", SamplingOptions(3, max_length=5))
    with pytest.raises(ValueError, match=r"utility of shape \(2, 1\) does not fit 3 candidates, 1 samples"):
        replace(trace, vote=Vote(("a",), np.zeros((2, 1))))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"candidates": "all"}, "unknown candidates 'all'; valid: samples, beam, both"),
        ({"utility": "comet"}, "unknown utility 'comet'; valid: chrf, bleu, exact"),
        ({"samples": 0}, "number of samples must be"),
        ({"beam_size": 0}, "beam size must be"),
        ({"temperature": -1}, "temperature must be"),
        ({"max_length": 0}, "max length must be"),
    ],
)
def test_options_out_of_range_are_refused(fields, sentence):
    with pytest.raises(ValueError, match=sentence):
        MBROptions(**fields)

"""Stop rules and the coverage penalty of beam search."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from model_zoo import DECODED, MODELS, vocabulary
from scored import Scored, tree_of

from core.decoding.beam import beam_search
from core.decoding.ranking import best_leaves, coverage, rerank
from core.decoding.stops import STOPS
from core.decoding.translate import decode, translate_batches
from core.options import STOP_RULES, BeamOptions
from core.records.trace_json import summary_json
from core.text.subwords import EOS, PAD

SOURCE = torch.tensor([[4, 5, 6, 4, EOS]])


def best(tree, options):
    """The best hypothesis: its ids and score."""
    leaf, score = best_leaves(tree, options)[0]
    return [tree.nodes[node].id for node in tree.path(leaf)], score


def last_step(tree):
    return max(node.step for node in tree.nodes)


def test_every_rule_that_options_name_is_there():
    assert tuple(STOPS) == STOP_RULES


@given(
    seed=some.integers(0, 100_000),
    width=some.integers(1, 4),
    norm=some.sampled_from(["none", "average", "gnmt"]),
    alpha=some.floats(0, 3),
)
def test_the_optimum_rule_loses_nothing_and_never_searches_longer_than_to_the_end(seed, width, norm, alpha):
    model, limits = Scored(seed), [9, 5]
    early = BeamOptions(width, norm, alpha, stop="optimum")
    whole = BeamOptions(width, norm, alpha, finished=10_000)
    ours, full = ([*beam_search(model, model.start(2, width=width), options, limits)] for options in (early, whole))
    for sentence in range(2):
        stopped, ended = tree_of(ours, sentence), tree_of(full, sentence)
        same = zip(stopped.nodes, ended.nodes, strict=False)  # as far as the shorter search went
        assert all(
            (mine.parent, mine.id, mine.score) == (theirs.parent, theirs.id, theirs.score) for mine, theirs in same
        )
        if any(node.fate == "finished" for node in ended.nodes):
            assert best(stopped, early)[1] == pytest.approx(best(ended, whole)[1], abs=1e-6)
        assert last_step(stopped) <= last_step(ended)


@pytest.mark.parametrize("name", DECODED)
@pytest.mark.parametrize("alpha", [0.0, 1.0])
@torch.no_grad()
def test_the_optimum_rule_on_every_family(name, alpha):
    model = MODELS[name]()
    encoded = model.encode(SOURCE, SOURCE != PAD)
    found = [
        best(tree_of(beam_search(model, model.start(encoded, width=3), options, [12])), options)
        for options in (BeamOptions(3, "gnmt", alpha, stop="optimum"), BeamOptions(3, "gnmt", alpha, finished=1_000))
    ]
    assert found[0] == found[1]


@given(seed=some.integers(0, 100_000), width=some.integers(1, 4))
def test_the_first_rule_ends_when_the_likeliest_candidate_is_complete(seed, width):
    model = Scored(seed)
    frontiers = [*beam_search(model, model.start(width=width), BeamOptions(width, stop="first"), [9])]
    complete = [frontier.choice.finished[0, 0].item() for frontier in frontiers]
    assert not any(complete[:-1])
    assert complete[-1] or len(frontiers) == 9


def test_the_default_rule_is_blind_to_the_length_penalty():
    model = Scored(5)
    trees = [
        tree_of(beam_search(model, model.start(width=4), BeamOptions(4, "gnmt", alpha), [20])) for alpha in (0.0, 3.0)
    ]
    assert trees[0].nodes == trees[1].nodes


def test_coverage_by_hand():
    weights = np.array([[0.5, 0.5, 0.0], [0.6, 0.1, 0.3]])  # sums 1.1, 0.6, 0.3
    assert coverage(weights) == pytest.approx(math.log(0.6) + math.log(0.3))
    assert coverage(np.eye(3)) == 0
    assert -50 < coverage(np.array([[1.0, 0.0, 0.0]])) < -20  # never minus infinity


@pytest.fixture(
    scope="module", params=["gru-1-bi-additive-step", "lstm-2-uni-general-readout", "transformer-pre-learned-untied"]
)
def translator(request):
    return MODELS[request.param](), vocabulary()


def test_the_coverage_penalty_ranks_by_the_last_layers_mean_head_over_the_pieces(translator):
    options = BeamOptions(4, "average", max_length=9, coverage_penalty=0.7)
    trace = decode(*translator, "a b c", options)
    for place, found in enumerate(trace.hypotheses):
        seen = trace.attention(place).weights[-1].mean(axis=0)[:, : len(trace.pieces)].sum(axis=0)
        penalty = 0.7 * np.log(np.minimum(seen, 1)).sum()
        assert found.score == pytest.approx(found.total / len(found.tokens) + penalty, abs=1e-5)
    scores = [found.score for found in trace.hypotheses]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("other", [(0.0, 0.0), (1.5, 0.0), (0.3, 0.4), (1.0, 5.0)])
def test_another_alpha_and_beta_are_a_ranking_of_the_same_record(translator, other):
    alpha, beta = other
    trace = decode(*translator, "a b c", BeamOptions(4, max_length=9, coverage_penalty=0.2))
    wanted = BeamOptions(4, "gnmt", alpha, max_length=9, coverage_penalty=beta)
    assert summary_json(rerank(trace, wanted)) == summary_json(decode(*translator, "a b c", wanted))


def test_a_batch_ranks_by_coverage_as_each_alone(translator):
    options = BeamOptions(3, max_length=7, coverage_penalty=1.0)
    lines = ["a b", "c", "c c b a"]
    for index, found in translate_batches(*translator, lines, options):
        alone = decode(*translator, lines[index], options).hypotheses
        assert [one.tokens for one in found] == [one.tokens for one in alone]
        assert [one.score for one in found] == pytest.approx([one.score for one in alone], abs=1e-4)


def test_a_model_that_attends_to_nothing_has_no_coverage():
    model = MODELS["gru-1-uni-none-step"]()
    options = BeamOptions(3, coverage_penalty=0.1)
    with pytest.raises(ValueError, match="attends to nothing, so there is no coverage"):
        decode(model, vocabulary(), "a b", options)
    with pytest.raises(ValueError, match="attends to nothing"):
        list(translate_batches(model, vocabulary(), ["a"], options))


def test_a_beam_wider_than_the_vocabulary_is_a_beam():
    model = MODELS["gru-1-uni-none-step"]()
    wide = decode(model, vocabulary(), "a b", BeamOptions(40, "none", max_length=3))
    assert len(wide.tree.nodes) > 40
    assert [found.score for found in wide.hypotheses] == sorted(
        (found.score for found in wide.hypotheses), reverse=True
    )


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"stop": "never"}, "unknown stop rule 'never'; valid: finished, first, optimum"),
        ({"stop": "first", "finished": 3}, "stop rule 'first' counts nothing"),
        ({"stop": "optimum", "coverage_penalty": 0.1}, "has no bound under a coverage penalty: set it to 0"),
        ({"coverage_penalty": -0.1}, "coverage penalty must be a number from 0.0 to 5.0"),
    ],
)
def test_options_that_do_not_fit_are_refused(fields, sentence):
    with pytest.raises(ValueError, match=sentence):
        BeamOptions(**fields)

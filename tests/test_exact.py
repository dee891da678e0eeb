"""Exact search against brute force over all sequences, and its honesty where the budget ends it."""

import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from model_zoo import DECODED, MODELS, VOCABULARY_SIZE, vocabulary
from scored import Scored

from core.decoding.beam import beam_search
from core.decoding.exact import exact
from core.decoding.filters import minimum_length
from core.decoding.ranking import best_leaves, normalised
from core.decoding.recording import Recorder, record
from core.decoding.translate import decode, decode_steps
from core.options import BeamOptions, Constraints, ExactOptions, ForcedOptions, GreedyOptions
from core.text.subwords import BOS, EOS, PAD, SPECIAL

TOKENS = (*SPECIAL, "a", "b", "c", "d")
SOURCE = torch.tensor([[4, 5, 6, 4, EOS]])
NORMS = [ExactOptions(), ExactOptions(length_norm="average"), ExactOptions(length_norm="gnmt", length_penalty=1.4)]
every_model = pytest.mark.parametrize("name", DECODED)


def sequences(longest, size=VOCABULARY_SIZE):
    """All that a model could write in at most so many tokens, `<eos>` included."""
    words = [token for token in range(size) if token not in (PAD, BOS, EOS)]
    for length in range(longest):
        yield from ([*some_words, EOS] for some_words in itertools.product(words, repeat=length))


def found_by(model, state, options, limit, **more):
    """(ids, score) of the best, the proof and the tree of an exact search run to its end."""
    *_, explored = exact(model, state, options, limit, TOKENS, **more)
    tree = explored.tree()
    leaf, score = best_leaves(tree, options)[0]
    return tuple(tree.nodes[node].id for node in tree.path(leaf)), score, explored.proof, tree


@every_model
@torch.no_grad()
def test_it_finds_what_brute_force_finds_under_every_length_norm(name):
    model, longest = MODELS[name](), 4
    totals = {}
    for length, group in itertools.groupby(sequences(longest), len):
        rows = torch.tensor(list(group))
        source, read = SOURCE.expand(len(rows), -1), torch.cat([torch.full((len(rows), 1), BOS), rows[:, :-1]], dim=1)
        logprobs = model(source, source != PAD, read).logits.double().log_softmax(-1)
        sums = logprobs.gather(2, rows[:, :, None])[:, :, 0].sum(1).tolist()
        totals |= {tuple(row): (total, length) for row, total in zip(rows.tolist(), sums, strict=True)}
    for options in NORMS:
        state = model.start(model.encode(SOURCE, SOURCE != PAD))
        ids, score, proof, _ = found_by(model, state, options, longest)
        by_hand = {row: normalised(*total, options) for row, total in totals.items()}
        assert score == pytest.approx(max(by_hand.values()), abs=1e-4)
        assert by_hand[ids] == pytest.approx(score, abs=1e-4)
        assert proof.proven
        assert proof.empty == pytest.approx(totals[(EOS,)][0], abs=1e-4)
        assert 1 <= proof.opened <= 1 + 5 + 25 + 125


@given(
    seed=some.integers(0, 100_000),
    longest=some.integers(1, 5),
    norm=some.sampled_from(["none", "average", "gnmt"]),
    alpha=some.floats(0, 3),
    least=some.integers(0, 3),
)
def test_on_random_scores_it_finds_the_best_of_all(seed, longest, norm, alpha, least):
    model, options, least = Scored(seed, 7), ExactOptions(100_000, norm, alpha), min(least, longest - 1)
    ids, score, proof, _ = found_by(model, model.start(), options, longest, filters=[minimum_length(least)])
    best = max(
        normalised(sum(model.logprobs(row)), len(row), options) for row in sequences(longest, 7) if len(row) > least
    )
    assert proof.proven
    assert score == pytest.approx(best, abs=1e-4)
    assert normalised(sum(model.logprobs(ids)), len(ids), options) == pytest.approx(score, abs=1e-4)


@given(seed=some.integers(0, 100_000), norm=some.sampled_from(["none", "gnmt"]))
def test_a_beam_as_wide_as_the_space_finds_the_same(seed, norm):
    model, recorder = Scored(seed, 7), Recorder(TOKENS)
    options = BeamOptions(300, norm, finished=10_000)
    for frontier in beam_search(model, model.start(width=300), options, [4]):
        record(frontier, [recorder])
    tree = recorder.tree()
    leaf, score = best_leaves(tree, options)[0]
    ids, proven, _, _ = found_by(model, model.start(), ExactOptions(100_000, norm), 4)
    assert proven == pytest.approx(score, abs=1e-4)
    assert ids == tuple(tree.nodes[node].id for node in tree.path(leaf))


@given(seed=some.integers(0, 1_000), budget=some.integers(1, 60), norm=some.sampled_from(["none", "gnmt"]))
def test_the_budget_is_kept_and_the_record_is_valid_at_every_step(seed, budget, norm):
    model, best = Scored(seed, 8, 0.5), -float("inf")
    for explored in exact(model, model.start(), ExactOptions(budget, norm), 9, TOKENS):
        tree, proof = explored.tree(), explored.proof
        assert proof.opened <= budget
        score = best_leaves(tree, explored.options)[0][1]
        assert score >= best
        best = score
        for node in tree.nodes[1:]:
            assert node.score == pytest.approx(tree.nodes[node.parent].score + node.logprob, abs=1e-9)
            assert tree.nodes[node.parent].fate == "kept"
        assert explored.answers.array("logits").shape[0] == len(tree.expanded)
    assert not (proof.proven and any(node.fate == "unfinished" for node in tree.nodes))
    assert proof.proven or proof.opened == budget


@pytest.fixture(scope="module", params=["gru-1-bi-additive-step", "transformer-pre-learned-untied"])
def translator(request):
    return MODELS[request.param](), vocabulary()


def test_the_trace_shows_each_better_one_it_came_upon(translator):
    trace = decode(*translator, "a b", ExactOptions(max_length=5, length_norm="gnmt"))
    scores = [found.score for found in trace.hypotheses]
    assert scores == sorted(scores, reverse=True)
    assert trace.proof.proven
    assert trace.proof.empty == pytest.approx(trace.hypotheses[-1].total)  # <eos> at once is the first that ends
    for found in trace.hypotheses:
        (again,) = decode(*translator, "a b", ForcedOptions(found.text)).hypotheses if found.text else (found,)
        if again.tokens == found.tokens:
            assert again.logprobs == pytest.approx(found.logprobs, abs=1e-4)
    for node in trace.tree.expanded:
        assert trace.next_tokens(node).tokens
    assert (
        trace.hypotheses[0].score
        >= max(
            normalised(found.total, len(found.tokens), trace.options)
            for options in (GreedyOptions(5), BeamOptions(5, max_length=5))
            for found in decode(*translator, "a b", options).hypotheses
            if found.finished
        )
        - 1e-5
    )


def test_a_long_sentence_comes_back_at_its_budget_without_a_proof(translator):
    trace = decode(*translator, "a b c " * 20, ExactOptions(40, "average"))
    assert len(trace.pieces) >= 60
    assert trace.proof.opened == 40
    assert not trace.proof.proven
    assert trace.hypotheses


def test_a_budget_of_one_under_constraints_still_says_what_would_have_come(translator):
    trace = decode(*translator, "a b", ExactOptions(1, constraints=Constraints(min_length=2)))
    (found,) = trace.hypotheses
    assert not found.finished
    assert trace.proof.opened == 1
    for trace in decode_steps(*translator, "a b", ExactOptions(9, constraints=Constraints(min_length=4))):
        assert trace.hypotheses


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"budget": 0}, "budget must be a whole number from 1 to"),
        ({"max_length": 0}, "max length must be a whole number from 1 to"),
        ({"length_norm": "x"}, "valid: none, average, gnmt"),
        ({"length_penalty": 9.0}, "length penalty must be a number from 0.0 to 5.0"),
    ],
)
def test_options_out_of_range_are_refused(fields, sentence):
    with pytest.raises(ValueError, match=sentence):
        ExactOptions(**fields)

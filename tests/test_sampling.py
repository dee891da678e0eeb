"""Sampling: frequencies against the model's distribution, the cuts by hand, and the same cuts read from a record."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays
from model_zoo import DECODED, MODELS, vocabulary

from core.decoding import truncation
from core.decoding.greedy import greedy
from core.decoding.recording import Recorder, record
from core.decoding.sampling import sample
from core.decoding.translate import decode
from core.options import BeamOptions, Constraints, GreedyOptions, SamplingOptions
from core.records import TEMPERATURES
from core.records.trace_json import SHOWN, from_json, to_json
from core.text.subwords import BOS, EOS, PAD, SPECIAL

TOKENS = (*SPECIAL, "a", "b", "c", "d")
SOURCE = torch.tensor([[4, 5, 6, 4, EOS]])
every_model = pytest.mark.parametrize("name", DECODED)
logits_of_8 = arrays(np.float64, 8, elements=some.floats(-20, 20), unique=True)
CHI_SQUARE = {1: 10.83, 2: 13.82, 3: 16.27, 4: 18.47, 5: 20.52}  # exceeded once in a thousand


def drawn(model, options, limit):
    """The tree of sampling from one source."""
    recorder, state = Recorder(TOKENS), model.start(model.encode(SOURCE, SOURCE != PAD), width=options.samples)
    for frontier in sample(model, state, options, [limit]):
        record(frontier, [recorder])
    return recorder.tree()


def too_far(counts, shares, total):
    """Whether frequencies differ from a distribution by more than chance (Pearson's chi-square)."""
    pairs = [(counts.get(token, 0), share * total) for token, share in shares.items() if share * total >= 5]
    statistic = sum((seen - wanted) ** 2 / wanted for seen, wanted in pairs)
    return statistic > CHI_SQUARE[max(1, len(pairs) - 1)]


@every_model
@pytest.mark.parametrize("options", [SamplingOptions(1000, seed=1), SamplingOptions(1000, 2.0, top_k=4, seed=1)])
@torch.no_grad()
def test_tokens_come_as_often_as_the_model_says(name, options):
    model = MODELS[name]()
    tree = drawn(model, options, 2)
    first = [node for node in tree.nodes if node.step == 1]
    assert len(first) == 1000
    popular = max({node.id for node in first} - {EOS}, key=[node.id for node in first].count)
    for prefix in ([], [popular]):
        level = [
            node
            for node in tree.nodes
            if node.step == len(prefix) + 1 and (not prefix or tree.nodes[node.parent].id == popular)
        ]
        logits = model(SOURCE, SOURCE != PAD, torch.tensor([[BOS, *prefix]])).logits[0, -1].double()
        own = logits.clone()
        logits[[PAD, BOS]] = -math.inf
        hot = logits / options.temperature
        if options.top_k:
            hot[hot < hot.topk(options.top_k).values[-1]] = -math.inf
        shares = {token: share for token, share in enumerate(hot.softmax(-1).tolist()) if share}
        counts = {token: sum(node.id == token for node in level) for token in {node.id for node in level}}
        assert set(counts) <= set(shares)
        assert not too_far(counts, shares, len(level))
        for node in level:  # the record keeps the model's own log-probability, whatever was drawn by
            assert node.logprob == pytest.approx(own.log_softmax(-1)[node.id].item(), abs=1e-4)


@every_model
@torch.no_grad()
def test_at_temperature_zero_it_is_greedy_and_cuts_that_cut_nothing_change_nothing(name):
    model = MODELS[name]()
    recorder = Recorder(TOKENS)
    for frontier in greedy(model, model.start(model.encode(SOURCE, SOURCE != PAD)), GreedyOptions(), [7]):
        record(frontier, [recorder])
    wanted = [node.id for node in recorder.tree().nodes]
    for cold in (
        SamplingOptions(1, 0.0),
        SamplingOptions(1, 1e-6),
        SamplingOptions(1, top_k=1),
        SamplingOptions(1, top_p=0.0),
    ):
        assert [node.id for node in drawn(model, cold, 7).nodes] == wanted
    free = drawn(model, SamplingOptions(20, seed=5), 7)
    same = drawn(model, SamplingOptions(20, top_k=8, top_p=1.0, typical=1.0, seed=5), 7)
    assert same.nodes == free.nodes
    assert drawn(model, SamplingOptions(20, seed=6), 7).nodes != free.nodes


def kept(logprobs):
    """The tokens with a chance."""
    return set(np.flatnonzero(np.isfinite(logprobs)).tolist())


def test_the_cuts_by_hand():
    logits = np.log([0.5, 0.25, 0.15, 0.1])
    assert kept(truncation.top_k(logits, 2)) == {0, 1}
    assert kept(truncation.top_k(np.zeros(4), 2)) == {0, 1}  # of equal ones the earlier
    assert kept(truncation.top_p(logits, 0.7)) == {0, 1}
    assert kept(truncation.top_p(logits, 0.76)) == {0, 1, 2}
    assert kept(truncation.top_p(logits, 0.0)) == {0}
    assert np.exp(truncation.top_p(logits, 0.7)) == pytest.approx([2 / 3, 1 / 3, 0, 0])
    # Entropy 1.21 nats; information 0.69, 1.39, 1.90, 2.30: distances 0.51, 0.18, 0.69, 1.10.
    assert kept(truncation.typical(logits, 0.2)) == {1}
    assert kept(truncation.typical(logits, 0.3)) == {0, 1}
    assert kept(truncation.typical(logits, 0.8)) == {0, 1, 2}
    assert np.exp(truncation.heated(logits, 0.5)) == pytest.approx(np.array([0.25, 0.0625, 0.0225, 0.01]) / 0.345)
    # One after the other: of the two that top-k leaves, 2/3 and 1/3, top-p keeps the first.
    assert kept(truncation.truncated(logits, SamplingOptions(top_k=2, top_p=0.6))) == {0}


@given(logits_of_8, some.floats(0.01, 1), some.floats(0.01, 1), some.integers(1, 9), some.floats(0.05, 5))
def test_what_is_cut_is_a_distribution_over_the_likeliest(logits, mass, ordinary, count, temperature):
    options = SamplingOptions(temperature=temperature, top_k=count, top_p=mass, typical=ordinary)
    shares = np.exp(truncation.truncated(logits, options))
    assert shares.sum() == pytest.approx(1)
    assert 1 <= (shares > 0).sum() <= count
    plain = truncation.heated(logits, 1.0)
    nucleus = kept(truncation.top_p(plain, mass))
    assert np.exp(plain)[list(nucleus)].sum() >= mass - 1e-9
    worst = min(nucleus, key=lambda token: plain[token])
    assert np.exp(plain)[list(nucleus - {worst})].sum() < mass + 1e-9
    assert np.exp(truncation.heated(logits, temperature)) == pytest.approx(
        torch.tensor(logits / temperature).softmax(-1).numpy(), abs=1e-9
    )


@pytest.fixture(scope="module", params=["gru-1-bi-additive-step", "transformer-post-sinusoidal-tied"])
def translator(request):
    return MODELS[request.param](), vocabulary()


@pytest.mark.parametrize("cut", [{"top_k": 3}, {"top_p": 0.6}, {"typical": 0.5}, {"temperature": 0.3, "top_p": 0.9}])
def test_the_record_says_what_could_not_be_drawn(translator, cut):
    options = SamplingOptions(40, max_length=5, seed=2, **cut)
    trace = decode(*translator, "a b", options)
    for node in trace.tree.expanded:
        told = truncation.next_tokens(trace, node, options, count=8)
        plain = trace.next_tokens(node, count=8)
        assert told.tokens == plain.tokens
        assert sum(told.probabilities) + told.rest == pytest.approx(1)
        assert told.removed == tuple(share == 0 for share in told.probabilities)
        assert told.entropy <= math.log2(8)
        gone = {token for token, removed in zip(told.tokens, told.removed, strict=True) if removed}
        assert not gone & {child.token for child in trace.tree.nodes if child.parent == node}
        free = truncation.next_tokens(trace, node, SamplingOptions(), count=8)
        shares = {
            token: share
            for token, share in zip(plain.tokens, plain.probabilities, strict=True)
            if token not in SPECIAL[:2]
        }
        for token, share in zip(free.tokens, free.probabilities, strict=True):
            assert share == pytest.approx(shares.get(token, 0) / sum(shares.values()))


def test_a_stored_trace_is_cut_as_the_fresh_one_or_says_that_it_can_not_be(translator, monkeypatch):
    trace = decode(*translator, "a b", SamplingOptions(3, max_length=4))
    logits = trace.logits.copy()
    logits[:, [PAD, BOS]] = -40  # as a trained model has them
    trace = replace(trace, logits=logits)
    for shown, options in (
        (SHOWN, SamplingOptions(temperature=2.0, typical=0.6)),
        (5, SamplingOptions(temperature=2.0, top_k=4)),
        (6, SamplingOptions(top_p=0.4, typical=0.9)),
        (3, SamplingOptions(temperature=0.0)),
    ):
        monkeypatch.setattr("core.records.trace_json.SHOWN", shown)
        stored = from_json(json.loads(json.dumps(to_json(trace))))
        for node in trace.tree.expanded:
            fresh, again = (truncation.next_tokens(one, node, options, 3) for one in (trace, stored))
            assert again.tokens == fresh.tokens
            assert again.probabilities == pytest.approx(fresh.probabilities, abs=1e-6)
            assert again.removed == fresh.removed
    with pytest.raises(ValueError, match="too few for these options: decode it again"):
        truncation.next_tokens(stored, 0, SamplingOptions(temperature=2.0))


def test_a_record_tells_the_share_of_each_token_at_every_temperature(translator):
    trace = decode(*translator, "a b", BeamOptions(2, max_length=4))
    content = json.loads(json.dumps(to_json(trace)))
    stored = from_json(content)
    for node, logits in zip(trace.tree.expanded, trace.logits.astype(float), strict=True):
        plain, told, again = np.exp(truncation.log_softmax(logits))[2:], trace.heat(node), stored.heat(node)
        for place, temperature in enumerate(TEMPERATURES):
            wanted = np.exp(truncation.heated(logits[2:], temperature))  # but for what no search writes
            assert plain ** (1 / temperature) / math.exp(told.log_sums[place]) == pytest.approx(wanted, abs=1e-5)
            assert told.entropies[place] == pytest.approx(-(wanted * np.log2(wanted)).sum(), abs=1e-4)
            assert again.log_sums[place] == pytest.approx(told.log_sums[place], abs=1e-4)
            assert again.entropies[place] == pytest.approx(told.entropies[place], abs=1e-4)
    for one in content["next"]:
        del one["heat"]
    assert from_json(content).heat(0) is None  # as it was stored before
    content["next"][0]["heat"] = [[0.0], [1.0]]
    with pytest.raises(ValueError, match="1 log sums are not one a temperature"):
        from_json(content)


def test_samples_come_as_drawn_each_a_branch_of_its_own(translator):
    trace = decode(*translator, "a b", SamplingOptions(12, max_length=5, seed=3))
    assert len(trace.hypotheses) == 12
    firsts = [trace.tree.path(found.leaf)[0] for found in trace.hypotheses]
    assert firsts == list(range(1, 13))
    assert all(found.finished == (len(found.tokens) < 5) or len(found.tokens) == 5 for found in trace.hypotheses)
    assert [found.score for found in trace.hypotheses] == [pytest.approx(found.total) for found in trace.hypotheses]


def test_a_sample_whose_way_is_barred_ends_alone(translator):
    """Four tokens are left, once each: who wrote "ab" and a space finds only c, which is banned as a word."""
    only = Constraints(banned=("a", "b", "c", "<unk>"), no_repeat=1, min_length=3)
    trace = decode(*translator, "a b", SamplingOptions(40, max_length=6, constraints=only))
    assert 0 < len(trace.hypotheses) < 40
    for found in trace.hypotheses:
        assert found.finished
        assert not {"a", "b", "c"} & set(found.text.split())


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"samples": 0}, "number of samples must be a whole number from 1 to 1000, not 0"),
        ({"temperature": -0.1}, "temperature must be a number from 0.0 to"),
        ({"temperature": math.nan}, "temperature must be a number"),
        ({"top_k": 0}, "top-k must be a whole number from 1"),
        ({"top_p": 1.1}, "top-p must be a number from 0.0 to 1.0"),
        ({"typical": -1}, "typical mass must be a number from 0.0 to 1.0"),
        ({"seed": -1}, "seed must be a whole number from 0"),
        ({"max_length": 0}, "max length must be"),
    ],
)
def test_options_out_of_range_are_refused(fields, sentence):
    with pytest.raises(ValueError, match=sentence):
        SamplingOptions(**fields)

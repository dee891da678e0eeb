"""Constraints: each filter by hand, and all of them together in every strategy."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from model_zoo import MODELS, vocabulary
from scored import Scored

from core.decoding.beam import beam_search
from core.decoding.filters import ban, banned_ids, minimum_length, no_repeat, prefix
from core.decoding.recording import Recorder, record
from core.decoding.translate import decode, translate_batches
from core.options import (
    BeamOptions,
    Constraints,
    DiverseOptions,
    ExactOptions,
    GreedyOptions,
    MBROptions,
    SamplingOptions,
)
from core.text.subwords import EOS, SPECIAL, UNK

SUBWORDS = vocabulary()
WITH = [
    lambda bounds: GreedyOptions(9, bounds),
    lambda bounds: SamplingOptions(6, max_length=9, constraints=bounds),
    lambda bounds: BeamOptions(4, max_length=9, constraints=bounds),
    lambda bounds: DiverseOptions(4, 2, max_length=9, constraints=bounds),
    lambda bounds: ExactOptions(300, max_length=9, constraints=bounds),
    lambda bounds: MBROptions("both", 5, 3, max_length=9, constraints=bounds),
]
every_strategy = pytest.mark.parametrize("options", WITH, ids=["greedy", "sample", "beam", "diverse", "exact", "mbr"])


def ruled_out(filtered, history, size=8):
    """The tokens that a filter leaves without a chance after one history."""
    logprobs = torch.full((1, 1, size), -1.0)
    answer = filtered(logprobs, torch.tensor([[history]], dtype=torch.long))
    assert (logprobs == -1).all()  # it may not write into what it gets
    assert set(answer.flatten().tolist()) <= {-1.0, -math.inf}
    return {token for token in range(size) if answer[0, 0, token] == -math.inf}


def test_filters_by_hand():
    assert ruled_out(ban([5]), []) == {5}
    assert ruled_out(ban([4, 5]), []) == set()
    assert ruled_out(ban([4, 5]), [6, 4]) == {5}
    assert ruled_out(ban([4, 5]), [4, 6]) == set()
    assert ruled_out(no_repeat(1), [4, 6]) == {4, 6}
    assert ruled_out(no_repeat(2), [4, 6, 4]) == {6}
    assert ruled_out(no_repeat(2), [4, 4]) == {4}
    assert ruled_out(no_repeat(3), [4, 5, 6, 4, 5]) == {6}
    assert ruled_out(no_repeat(3), [4, 5]) == set()
    assert ruled_out(minimum_length(2), [4]) == {EOS}
    assert ruled_out(minimum_length(2), [4, 4]) == set()
    assert ruled_out(prefix([4, 5]), [4]) == set(range(8)) - {5}
    assert ruled_out(prefix([4, 5]), [4, 5]) == set()


def runs(ids, size):
    """All runs of so many tokens."""
    return [tuple(ids[first : first + size]) for first in range(len(ids) - size + 1)]


@given(seed=some.integers(0, 10_000), size=some.integers(1, 3), width=some.integers(1, 5))
def test_no_run_is_repeated_whatever_the_model_prefers(seed, size, width):
    state = Scored(seed).start(2, width=width)
    recorders = [Recorder((*SPECIAL, "a", "b", "c")) for _ in range(2)]
    for frontier in beam_search(Scored(seed), state, BeamOptions(width), [9, 6], filters=[no_repeat(size)]):
        record(frontier, recorders)
    for sentence, recorder in enumerate(recorders):
        tree = recorder.tree()
        for leaf, node in enumerate(tree.nodes):
            ids = [tree.nodes[step].id for step in tree.path(leaf)]
            if node.fate in ("finished", "unfinished"):
                assert len(set(runs(ids, size))) == len(runs(ids, size))
                own = [tree.nodes[step].logprob for step in tree.path(leaf)]
                assert own == pytest.approx(Scored(seed).logprobs(ids, sentence), abs=1e-4)  # never renormalised


@pytest.fixture(scope="module", params=["gru-1-bi-additive-step", "transformer-pre-learned-untied"])
def translator(request):
    return MODELS[request.param](), SUBWORDS


@every_strategy
def test_every_strategy_keeps_to_all_constraints(translator, options):
    bounds = Constraints("b a", ("c", "<unk>"), 3, 5)
    trace = decode(*translator, "a b", options(bounds))
    banned = {SUBWORDS.tokens[index] for ids in banned_ids(SUBWORDS, "c") for index in ids} | {SPECIAL[UNK]}
    beginning = tuple(SUBWORDS.tokens[index] for index in SUBWORDS.encode("b a"))
    assert trace.hypotheses
    for found in trace.hypotheses:
        assert found.tokens[: len(beginning)] == beginning
        assert not banned & set(found.tokens)
        assert len(set(runs(found.tokens, 3))) == len(runs(found.tokens, 3))
        assert not found.finished or len(found.tokens) > 5


def test_a_batch_keeps_to_the_constraints_too(translator):
    options = BeamOptions(3, max_length=9, constraints=Constraints("b", min_length=3))
    lines = ["a b", "c c c b a", "b"]
    for index, found in translate_batches(*translator, lines, options):
        alone = decode(*translator, lines[index], options).hypotheses
        assert [one.tokens for one in found] == [one.tokens for one in alone]
        assert [one.score for one in found] == pytest.approx([one.score for one in alone], abs=1e-4)


@every_strategy
def test_a_ban_that_leaves_nothing_is_one_sentence(translator, options):
    everything = Constraints(banned=tuple(SUBWORDS.tokens))
    with pytest.raises(ValueError, match="the constraints leave nothing to write"):
        decode(*translator, "a b", options(everything))


@every_strategy
@pytest.mark.parametrize(
    ("bounds", "sentence"),
    [
        (Constraints("語 a"), "can't begin with '語 a': this vocabulary does not have 語"),
        (Constraints(banned=("語",)), "'語' can't be banned"),
        (Constraints("a a a a a a a a a a a"), "don't fit below the cut-off length 9: raise max_length"),
        (Constraints(min_length=9), "the minimum length of 9 tokens and <eos> don't fit"),
    ],
)
def test_constraints_that_can_not_be_met_are_one_sentence(translator, options, bounds, sentence):
    with pytest.raises(ValueError, match=sentence):
        decode(*translator, "a b", options(bounds))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"prefix": None}, "the prefix must be text, not None"),
        ({"prefix": "x" * 2001}, "has 2001 characters; at most 2000"),
        ({"banned": "abc"}, "must be a list of texts"),
        ({"banned": ("a", " ")}, "what is banned must be text"),
        ({"banned": (3,)}, "what is banned must be text"),
        ({"no_repeat": -1}, "n-gram size of no-repeat must be a whole number from 0 to 100"),
        ({"min_length": 1.5}, "minimum length must be a whole number from 0"),
    ],
)
def test_constraints_out_of_range_are_refused(fields, sentence):
    with pytest.raises(ValueError, match=sentence):
        Constraints(**fields)


def test_a_word_is_banned_as_it_stands_or_as_a_run_of_pieces():
    a = [[SUBWORDS.tokens.index(token)] for token in SUBWORDS.tokens if token in ("a", "▁a")]
    assert banned_ids(SUBWORDS, "a") == a
    assert banned_ids(SUBWORDS, "b a") == [SUBWORDS.encode("b a")]
    assert banned_ids(SUBWORDS, "<eos>") == [[EOS]]

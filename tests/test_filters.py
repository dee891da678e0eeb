"""Constraints: each filter by hand, and all of them together in every strategy."""

import itertools
import math
import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from model_zoo import MODELS, vocabulary
from scored import Scored

from core.decoding.beam import beam_search
from core.decoding.filters import banned, minimum_length, never, no_repeat
from core.decoding.recording import Recorder, record
from core.decoding.text_constraints import ban, beginning
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
from core.text.subwords import EOS, PAD, SPECIAL, UNK, Subwords, keyed

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
    assert ruled_out(never(5), []) == ruled_out(never(5), [5]) == {5}
    assert ruled_out(no_repeat(1), [4, 6]) == {4, 6}
    assert ruled_out(no_repeat(2), [4, 6, 4]) == {6}
    assert ruled_out(no_repeat(2), [4, 4]) == {4}
    assert ruled_out(no_repeat(3), [4, 5, 6, 4, 5]) == {6}
    assert ruled_out(no_repeat(3), [4, 5]) == set()
    assert ruled_out(minimum_length(2), [4]) == {EOS}
    assert ruled_out(minimum_length(2), [4, 4]) == set()


LETTERS = Subwords.train(["ab abc bc. a b-c it's “ab” a"] * 3, 26)
TOKENS = [token for token in range(UNK, len(LETTERS)) if LETTERS.texts[token]]


def may_be_written(filtered, ids):
    """Whether a filter lets a search write these tokens and end."""
    for step, token in enumerate([*ids, EOS]):
        logprobs = filtered(torch.zeros(1, 1, len(LETTERS)), torch.tensor([[ids[:step]]], dtype=torch.long))
        if logprobs[0, 0, token] == -math.inf:
            return False
    return True


@pytest.mark.parametrize("text", ["a", "ab", "abc", "b-c", ".", "ab a", "a b", "’s", "'", '"ab"', "c.", "bc a"])
def test_whatever_the_spelling_text_constraints_are_about_characters(text):
    """The oracle: all strings of up to three tokens, and what their characters say."""
    plain = "".join(map(keyed, text))
    left, right = (
        side if re.match(r"\w", char) else "" for side, char in ((r"(?<!\w)", plain[0]), (r"(?!\w)", plain[-1]))
    )
    word = left + re.escape(plain) + right
    filters = beginning(LETTERS, text), beginning(LETTERS, text, whole=True), ban(LETTERS, text)
    filters += (beginning(LETTERS, text + " "),)  # its last word whole
    seen = [0, 0, 0, 0]
    for ids in itertools.chain.from_iterable(itertools.product(TOKENS, repeat=count) for count in range(1, 4)):
        written = "".join(map(keyed, LETTERS.spelt(ids)))
        expected = written.startswith(plain), written == plain, not re.search(word, written)
        expected += (bool(re.match(re.escape(plain) + r"(?!\w)", written)),)
        if expected[1] or hash(ids) % (4 if expected[0] or not expected[2] else 40) == 0:  # not every common one
            found = [may_be_written(filtered, list(ids)) for filtered in filters]
            assert found == list(expected), (LETTERS.spelt(ids), ids)
            seen = [count + value for count, value in zip(seen, expected, strict=True)]
    assert all(seen), "each was met"


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
    assert trace.hypotheses
    for found in trace.hypotheses:
        assert found.text.startswith("b a")
        assert SPECIAL[UNK] not in found.tokens
        assert not found.finished or "c" not in found.text.split()
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
    everything = Constraints(banned=("<eos>", "<unk>"), no_repeat=1)  # four tokens are left, once each
    with pytest.raises(ValueError, match="the constraints leave nothing to write"):
        decode(*translator, "a b", options(everything))


@every_strategy
@pytest.mark.parametrize(
    ("bounds", "sentence"),
    [
        (Constraints("語 a"), "can't begin with '語 a': this vocabulary does not have 語"),
        (Constraints(banned=("語",)), "'語' can't be banned: this vocabulary does not have 語"),
        (Constraints(banned=("\u200b",)), "can't be banned: nothing of it can be seen"),
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
        ({"prefix": "x\ud800"}, r"the prefix must be text, not 'x\\ud800'"),
        ({"banned": ("\udcff",)}, "what is banned must be text"),
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


def test_special_tokens_are_banned_by_their_names():
    for token in SPECIAL:
        assert ruled_out(banned(SUBWORDS, token), [4]) == {SPECIAL.index(token)}
    assert ruled_out(banned(SUBWORDS, "a"), []).isdisjoint({PAD, UNK, EOS})

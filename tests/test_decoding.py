"""Laws of the decoders, over every model family, against brute force and teacher forcing."""

import itertools
import json
import math
from collections import defaultdict

import pytest
import torch
from model_zoo import DECODED, MODELS, VOCABULARY_SIZE, vocabulary

from core.decoding.beam import beam_search, best_continuations
from core.decoding.greedy import greedy
from core.decoding.ranking import best_leaves, normalised, rerank
from core.decoding.recording import Recorder, record
from core.decoding.strategies import SEARCHES
from core.decoding.translate import decode, decode_steps, translate_batches
from core.options import (
    STRATEGIES,
    BeamOptions,
    Constraints,
    DiverseOptions,
    ExactOptions,
    ForcedOptions,
    GreedyOptions,
    MBROptions,
    SamplingOptions,
    strategy_of,
)
from core.records.trace_json import from_json, summary_json, to_json
from core.text.subwords import BOS, EOS, PAD, SPECIAL, UNK

TOKENS = (*SPECIAL, "a", "b", "c", "d")
SOURCE = torch.tensor([[4, 5, 6, 4, EOS]])
every_model = pytest.mark.parametrize("name", DECODED)


def start(model, source, width):
    return model.start(model.encode(source, source != PAD), width=width)


def tree_of(frontiers, sentence=0):
    recorders = defaultdict(lambda: Recorder(TOKENS))
    for frontier in frontiers:
        record(frontier, recorders)
    return recorders[sentence].tree()


def ids(tree, leaf):
    return [tree.nodes[node].id for node in tree.path(leaf)]


def forced(model, source, sequences):
    """Log-probabilities of each token of the sequences by teacher forcing: an independent way to the same numbers."""
    rows = [[BOS, *sequence[:-1]] for sequence in sequences]
    many = source.expand(len(rows), -1)
    logits = model(many, many != PAD, torch.tensor(rows)).logits.double().log_softmax(-1)
    return logits.gather(2, torch.tensor(sequences)[:, :, None])[:, :, 0]


@every_model
@torch.no_grad()
def test_a_beam_as_wide_as_the_space_finds_what_brute_force_finds(name):
    model, longest = MODELS[name](), 4
    words = [token for token in range(VOCABULARY_SIZE) if token not in (PAD, BOS, EOS)]
    by_hand = {}
    for length in range(1, longest + 1):
        sequences = [[*words_, EOS] for words_ in itertools.product(words, repeat=length - 1)]
        totals = forced(model, SOURCE, sequences).sum(1).tolist()
        by_hand |= {tuple(sequence): total for sequence, total in zip(sequences, totals, strict=True)}
    tree = tree_of(beam_search(model, start(model, SOURCE, 800), BeamOptions(800), [longest]))
    found = {tuple(ids(tree, leaf)): score for leaf, score in best_leaves(tree, BeamOptions(length_norm="none"))}
    assert found == pytest.approx(by_hand, abs=1e-4)
    assert next(iter(found)) == max(by_hand, key=by_hand.get)


@every_model
@torch.no_grad()
def test_greedy_takes_the_argmax_of_teacher_forcing_and_equals_a_beam_of_one(name):
    model = MODELS[name]()
    tree = tree_of(greedy(model, start(model, SOURCE, 1), GreedyOptions(), [12]))
    narrow = tree_of(beam_search(model, start(model, SOURCE, 1), BeamOptions(1), [12]))
    (leaf, score), *others = best_leaves(tree, GreedyOptions())
    tokens = ids(tree, leaf)
    prefix = []
    while len(prefix) < 12 and prefix[-1:] != [EOS]:
        logits = model(SOURCE, SOURCE != PAD, torch.tensor([[BOS, *prefix]])).logits[0, -1].clone()
        logits[[PAD, BOS]] = -math.inf
        prefix.append(int(logits.argmax()))
    assert tokens == prefix
    assert not others
    (same, same_score), *_ = best_leaves(narrow, BeamOptions(1, "none"))
    assert ids(narrow, same) == tokens
    assert same_score == pytest.approx(score, abs=1e-5)


@every_model
@torch.no_grad()
def test_the_tree_keeps_its_laws(name):
    model, width, limit = MODELS[name](), 3, 7
    tree = tree_of(beam_search(model, start(model, SOURCE, width), BeamOptions(width), [limit]))
    assert tree.nodes[0].parent is None
    assert tree.nodes[0].score == 0
    for index, node in enumerate(tree.nodes[1:], 1):
        parent = tree.nodes[node.parent]
        assert node.parent < index
        assert parent.fate == "kept"
        assert node.step == parent.step + 1
        assert node.score == pytest.approx(parent.score + node.logprob, abs=1e-9)
        assert (node.fate == "finished") <= (node.id == EOS)
        assert (node.missed is not None) == (node.fate == "pruned")
        assert (node.fate == "unfinished") <= (node.step == max(n.step for n in tree.nodes))
        assert node.id not in (PAD, BOS)
    for step in range(1, max(node.step for node in tree.nodes) + 1):
        level = [node for node in tree.nodes[1:] if node.step == step]
        going_on = [node for node in level if node.fate in ("kept", "unfinished")]
        assert len(level) <= 2 * width
        assert len(going_on) <= width
        for node in level:
            if node.fate == "pruned":
                assert node.missed >= 0
                if node.id != EOS:
                    assert node.missed == pytest.approx(min(n.score for n in going_on) - node.score, abs=1e-4)
    assert set(tree.expanded) == {index for index, node in enumerate(tree.nodes) if node.fate == "kept"}
    leaves = [leaf for leaf, _ in best_leaves(tree, BeamOptions())]
    for leaf in leaves:
        expected = forced(model, SOURCE, [ids(tree, leaf)])[0].tolist()
        assert [tree.nodes[node].logprob for node in tree.path(leaf)] == pytest.approx(expected, abs=1e-4)


@every_model
@pytest.mark.parametrize("width", [1, 3])
@torch.no_grad()
def test_batch_and_padding_change_nothing(name, width):
    model, limits = MODELS[name](), [6, 3, 9]
    sources = [[4, 5, 6, 7, 4, EOS], [6, EOS], [7, 7, 5, EOS]]
    padded = torch.tensor([ids_ + [PAD] * (6 - len(ids_)) for ids_ in sources])
    together = list(beam_search(model, start(model, padded, width), BeamOptions(width), limits))
    for sentence, source in enumerate(sources):
        alone = tree_of(
            beam_search(model, start(model, torch.tensor([source]), width), BeamOptions(width), [limits[sentence]])
        )
        among = tree_of(together, sentence)
        assert [(node.parent, node.id, node.fate) for node in among.nodes] == [
            (node.parent, node.id, node.fate) for node in alone.nodes
        ]
        assert [node.logprob for node in among.nodes] == pytest.approx([n.logprob for n in alone.nodes], abs=1e-4)


def test_an_end_finishes_among_the_best_k_alone_and_k_others_go_on():
    logprobs = torch.full((1, 2, VOCABULARY_SIZE), -9.0)
    logprobs[0, 0, [4, 5, EOS]] = torch.tensor([-1.0, -2.0, -3.0])
    logprobs[0, 1, EOS] = -0.5
    choice = best_continuations(logprobs, torch.tensor([[0.0, -1.0]]))  # 4: -1, <eos> of the second row: -1.5, 5: -2
    assert choice.tokens[0].tolist() == [4, EOS, 5, EOS]
    assert choice.rows[0].tolist() == [0, 1, 0, 0]
    assert choice.finished[0].tolist() == [False, True, False, False]
    assert choice.live[0].tolist() == [0, 2]
    assert choice.sums[0].tolist() == [-1.0, -2.0]


def test_the_search_ends_when_enough_have_finished_or_at_the_limit():
    model = MODELS["gru-1-bi-additive-step"]()
    full = tree_of(beam_search(model, start(model, SOURCE, 4), BeamOptions(4, finished=2), [50]))
    finished = [node.step for node in full.nodes if node.fate == "finished"]
    assert len(finished) >= 2
    assert sum(step < max(node.step for node in full.nodes) for step in finished) < 2
    short = tree_of(beam_search(model, start(model, SOURCE, 4), BeamOptions(4, finished=1_000), [5]))
    assert max(node.step for node in short.nodes) == 5


def test_a_search_that_is_stopped_midway_leaves_a_valid_tree():
    model = MODELS["transformer-post-sinusoidal-tied"]()
    frontiers = beam_search(model, start(model, SOURCE, 3), BeamOptions(3, finished=1_000), [9])
    tree = tree_of(itertools.islice(frontiers, 2))
    assert max(node.step for node in tree.nodes) == 2
    assert {node.fate for node in tree.nodes if node.step == 2} >= {"unfinished"}
    assert best_leaves(tree, BeamOptions())


def test_length_norms_by_hand():
    assert normalised(-6.0, 4, BeamOptions(length_norm="none")) == -6.0
    assert normalised(-6.0, 4, BeamOptions(length_norm="average")) == -1.5
    assert normalised(-6.0, 7, BeamOptions(length_norm="gnmt", length_penalty=2.0)) == pytest.approx(-1.5)
    assert normalised(-6.0, 9, BeamOptions(length_norm="gnmt", length_penalty=0.0)) == -6.0
    assert normalised(-6.0, 9, GreedyOptions()) == -6.0


@pytest.fixture(scope="module")
def subwords():
    return vocabulary()


@pytest.fixture(
    scope="module", params=["gru-1-bi-additive-step", "lstm-2-uni-none-step", "transformer-pre-learned-untied"]
)
def translator(request, subwords):
    """A random model and a vocabulary of its size."""
    assert len(subwords) == VOCABULARY_SIZE
    return MODELS[request.param](), subwords


BOUNDS = Constraints("a", ("c", "b b"), 3, 2)
OPTIONS = [
    GreedyOptions(9, BOUNDS),
    SamplingOptions(4, 0.8, 5, 0.9, 0.9, 3, 9),
    BeamOptions(4, max_length=9, stop="first", constraints=BOUNDS),
    DiverseOptions(4, 2, max_length=9),
    ExactOptions(200, "average", max_length=7),
    MBROptions("both", 6, 3, max_length=7),
    ForcedOptions("c b"),
]
every_strategy = pytest.mark.parametrize("options", OPTIONS, ids=lambda options: strategy_of(options))


def test_every_strategy_has_options_that_json_knows():
    assert list(STRATEGIES) == [strategy_of(options) for options in OPTIONS]
    assert set(SEARCHES) < set(STRATEGIES)


@every_strategy
def test_a_search_watched_step_by_step_is_valid_at_each_and_ends_as_the_whole(translator, options):
    whole, traces = decode(*translator, "a b", options), list(decode_steps(*translator, "a b", options))
    assert summary_json(traces[-1]) == summary_json(whole)
    assert [len(trace.tree.nodes) for trace in traces] == sorted(len(trace.tree.nodes) for trace in traces)
    for trace in (traces[0], traces[len(traces) // 2]):
        assert trace.hypotheses
        assert summary_json(from_json(json.loads(json.dumps(to_json(trace))))) == summary_json(trace)
        for found in trace.hypotheses:
            path = [trace.tree.nodes[node] for node in trace.tree.path(found.leaf)]
            assert [node.token for node in path] == list(found.tokens)
    stopped = decode_steps(*translator, "a b", options)
    assert next(stopped).tree.nodes == traces[0].tree.nodes
    stopped.close()


@every_strategy
def test_a_trace_survives_json(translator, options):
    trace = decode(*translator, "a b", options, name="x")
    again = from_json(json.loads(json.dumps(to_json(trace))))
    assert summary_json(again) == summary_json(trace)
    assert again.options == options
    assert again.tree.nodes == trace.tree.nodes
    assert again.tree.expanded == trace.tree.expanded
    assert again.proof == trace.proof
    assert (again.vote is None) == (trace.vote is None)
    for place, found in enumerate(trace.hypotheses):
        own, kept = trace.attention(place), again.attention(place)
        assert (own is None) == (kept is None)
        if own is not None:
            assert kept.weights == pytest.approx(own.weights, abs=1e-4)
            assert kept.queries == found.tokens
            assert kept.keys == own.keys
    for node in trace.tree.expanded:
        mine, theirs = trace.next_tokens(node), again.next_tokens(node)
        assert theirs.tokens == mine.tokens
        assert theirs.rest == pytest.approx(mine.rest, abs=1e-6)


def test_the_next_tokens_are_the_softmax_of_the_model(translator):
    model, subwords = translator
    trace = decode(model, subwords, "a b", BeamOptions(3, max_length=6))
    source = torch.tensor([[*subwords.encode("a b"), EOS]])
    node = trace.tree.expanded[-1]
    prefix = [BOS, *ids(trace.tree, node)]
    logits = model(source, source != PAD, torch.tensor([prefix])).logits[0, -1].double()
    expected = logits.softmax(-1).sort(descending=True)
    told = trace.next_tokens(node, count=3)
    assert told.probabilities == pytest.approx(expected.values[:3].tolist(), abs=2e-3)  # kept in float16
    assert told.rest == pytest.approx(1 - sum(told.probabilities), abs=1e-9)
    entropy = -(expected.values * expected.values.log2()).sum().item()
    assert told.entropy == pytest.approx(entropy, abs=1e-2)


@pytest.mark.parametrize("other", [BeamOptions(4, "none", max_length=9), BeamOptions(4, "gnmt", 1.7, max_length=9)])
def test_another_length_penalty_is_another_ranking_of_the_same_record(translator, other):
    trace = decode(*translator, "a b c", BeamOptions(4, "average", max_length=9))
    again = decode(*translator, "a b c", other)
    assert summary_json(rerank(trace, other)) == summary_json(again)


@pytest.mark.parametrize("max_tokens", [1, 12, 25, 2000])
@pytest.mark.parametrize(
    "options", [GreedyOptions(7), BeamOptions(3, max_length=7), DiverseOptions(4, 2, max_length=7)]
)
def test_many_lines_are_translated_as_each_alone_and_in_their_places(translator, options, max_tokens):
    lines = ["a b", "", "c", "c c b a", "  "]
    found = dict(translate_batches(*translator, lines, options, max_tokens=max_tokens))
    assert sorted(found) == list(range(len(lines)))
    assert found[1] == found[4] == ()
    for index in (0, 2, 3):
        alone = decode(*translator, lines[index], options).hypotheses
        assert [one.tokens for one in found[index]] == [one.tokens for one in alone]
        assert [one.score for one in found[index]] == pytest.approx([one.score for one in alone], abs=1e-4)
        for one, other in zip(found[index], alone, strict=True):
            assert one.logprobs == pytest.approx(other.logprobs, abs=1e-4)


def test_each_batch_of_samples_is_drawn_anew_and_the_same_seed_draws_the_same(translator):
    """The same sentence, a batch each time."""
    lines, options = ["a b c"] * 12, SamplingOptions(1, 3.0, seed=2**63 - 1, max_length=7)
    draws = [
        [found[0].tokens for _, found in sorted(translate_batches(*translator, lines, options, max_tokens=1))]
        for _ in range(2)
    ]
    assert len(set(draws[0])) > 4
    assert draws[0] == draws[1]


@pytest.mark.parametrize("options", [ExactOptions(), MBROptions()])
def test_what_takes_one_sentence_at_a_time_says_so(translator, options):
    with pytest.raises(ValueError, match="decodes one sentence at a time; step by step go greedy, sample, beam"):
        list(translate_batches(*translator, ["a"], options))


def test_nothing_to_translate_is_one_sentence(translator):
    with pytest.raises(ValueError, match="nothing to translate"):
        decode(*translator, " \n\t ", BeamOptions())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"beam_size": 0}, "beam size must be a whole number from 1 to"),
        ({"beam_size": 2.5}, "beam size must be a whole number"),
        ({"length_norm": "x"}, "valid: none, average, gnmt"),
        ({"length_penalty": float("nan")}, "length penalty must be a number from 0.0 to 5.0"),
        ({"max_length": 0}, "max length must be a whole number from 1 to"),
        ({"finished": -1}, "number of finished hypotheses must be"),
    ],
)
def test_options_refuse_what_makes_no_sense(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        BeamOptions(**options)


def test_an_unknown_piece_may_be_emitted_but_padding_never():
    assert SPECIAL.index("<unk>") == UNK
    model = MODELS["lstm-2-uni-general-readout"]()
    tree = tree_of(beam_search(model, start(model, SOURCE, 6), BeamOptions(6, finished=1_000), [4]))
    emitted = {node.id for node in tree.nodes[1:]}
    assert UNK in emitted
    assert not emitted & {PAD, BOS}

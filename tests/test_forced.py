"""Forced decoding: a given target, stepped through the search, gives what the model's own teacher forcing gives."""

import pytest
import torch
from model_zoo import DECODED, MODELS, VOCABULARY_SIZE, sources, vocabulary

from core.decoding.forced import forced
from core.decoding.greedy import greedy
from core.decoding.recording import Answers, Recorder, record
from core.decoding.translate import decode, translate_batches
from core.options import MAX_TARGET, BeamOptions, ForcedOptions, GreedyOptions
from core.text.subwords import BOS, EOS, PAD, SPECIAL, UNK, UNKNOWN

OPTIONS = ForcedOptions("given as ids")
TOKENS = (*SPECIAL, "a", "b", "c", "d")
SOURCE = torch.tensor([[4, 5, 6, 4, EOS]])
every_model = pytest.mark.parametrize("name", DECODED)


@every_model
@torch.no_grad()
def test_stepping_gives_the_logits_and_attention_of_teacher_forcing_for_targets_of_any_lengths(name):
    model, targets = MODELS[name](), [[4, UNK, 7], [], [7, 7, 5, 4, 4, 6, 5, 4, 7, 6], [6]]
    source, mask = sources([3, 6, 4, 1])
    state = model.start(model.encode(source, mask))
    read = torch.tensor([[BOS, *ids] + [PAD] * (10 - len(ids)) for ids in targets])
    expected = model(source, mask, read)
    seen = [0] * len(targets)
    for step, frontier in enumerate(forced(model, state, OPTIONS, targets)):
        assert frontier.sentences == [i for i, ids in enumerate(targets) if len(ids) >= step]
        for row, sentence in enumerate(frontier.sentences):
            seen[sentence] += 1
            wanted = [*targets[sentence], EOS][step]
            assert frontier.choice.tokens[row].tolist() == [wanted]
            assert frontier.choice.finished[row].item() == (wanted == EOS)
            answer = frontier.answer
            torch.testing.assert_close(answer.logits[row], expected.logits[sentence, step], atol=1e-4, rtol=0)
            if "cross" in answer.attention:
                cross = expected.attention["cross"][sentence, :, :, step]
                torch.testing.assert_close(answer.attention["cross"][row], cross, atol=1e-4, rtol=0)
    assert seen == [len(ids) + 1 for ids in targets]


def recorded(frontiers):
    """The tree of a search over one sentence."""
    recorder, answers = Recorder(TOKENS), Answers()
    for frontier in frontiers:
        record(frontier, [recorder])
        answers.add(frontier)
    return recorder.tree(answers.array("cross"))


@every_model
@torch.no_grad()
def test_forcing_what_greedy_found_gives_what_greedy_recorded(name):
    model = MODELS[name]()
    encoded = model.encode(SOURCE, SOURCE != PAD)
    own = recorded(greedy(model, model.start(encoded), GreedyOptions(), [9]))
    ids = [node.id for node in own.nodes[1:]]
    words = ids[:-1] if ids[-1] == EOS else ids  # cut off, it goes on with an <eos> here
    again = recorded(forced(model, model.start(encoded), OPTIONS, [words]))
    assert [node.id for node in again.nodes[1:]] == [*words, EOS]
    count = len(own.nodes)
    assert [node.logprob for node in again.nodes[:count]] == pytest.approx([node.logprob for node in own.nodes])
    if own.attention is not None:
        assert again.attention[: len(own.attention)] == pytest.approx(own.attention, abs=1e-6)


@pytest.fixture(
    scope="module", params=["gru-1-bi-additive-step", "lstm-2-uni-none-step", "transformer-post-learned-tied"]
)
def translator(request):
    """A random model and a vocabulary of its size."""
    return MODELS[request.param](), vocabulary()


def test_the_record_is_one_finished_branch_with_the_models_own_wishes_at_every_node(translator):
    trace = decode(*translator, "a b", ForcedOptions(" c  b\n"))
    (found,) = trace.hypotheses
    assert (trace.strategy, trace.options.target) == ("forced", " c  b\n")
    assert found.text == "c b"
    assert found.finished
    assert [node.parent for node in trace.tree.nodes] == [None, *range(len(trace.tree.nodes) - 1)]
    assert [node.fate for node in trace.tree.nodes] == ["kept"] * len(found.tokens) + ["finished"]
    assert trace.tree.expanded == tuple(range(len(found.tokens)))
    assert found.score == found.total == pytest.approx(trace.tree.nodes[-1].score)
    for node, (token, logprob) in enumerate(zip(found.tokens, found.logprobs, strict=True)):
        wished = trace.next_tokens(node, VOCABULARY_SIZE)
        share = dict(zip(wished.tokens, wished.probabilities, strict=True))[token]
        assert share == pytest.approx(torch.tensor(logprob).exp().item(), abs=2e-3)  # logits are kept in float16


def test_an_unknown_piece_is_forced_as_one(translator):
    (found,) = decode(*translator, "a b", ForcedOptions("語 b")).hypotheses
    assert SPECIAL[UNK] in found.tokens
    assert found.text == f"{UNKNOWN} b"
    assert found.total < 0


def test_no_cut_off_length_applies(translator):
    target = "a b c " * 50
    (found,) = decode(*translator, "a", ForcedOptions(target)).hypotheses
    assert found.text == target.strip()
    assert found.finished


def test_many_sources_are_forced_to_the_same_translation(translator):
    lines = ["a b", "", "c c b a", "b"]
    found = dict(translate_batches(*translator, lines, ForcedOptions("b a"), max_tokens=12))
    assert found[1] == ()
    for index in (0, 2, 3):
        (alone,) = decode(*translator, lines[index], ForcedOptions("b a")).hypotheses
        (one,) = found[index]
        assert one.tokens == alone.tokens
        assert one.logprobs == pytest.approx(alone.logprobs, abs=1e-4)


def test_no_translation_is_likelier_than_the_best_that_a_wide_beam_found(translator):
    best = decode(*translator, "a b", BeamOptions(300, "none", max_length=4)).hypotheses[0]
    for target in ("a", "b", "a b", "c", "ab", "c a"):
        trace = decode(*translator, "a b", ForcedOptions(target))
        if len(trace.hypotheses[0].tokens) <= 4:
            assert trace.hypotheses[0].total <= best.total + 1e-5


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("", "no translation to force"),
        (" \n\t", "no translation to force"),
        ("x" * (MAX_TARGET + 1), "has 2001 characters; at most 2000"),
        (None, "must be text, not None"),
        (["a"], "must be text"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused(target, sentence):
    with pytest.raises(ValueError, match=sentence):
        ForcedOptions(target)


def test_a_target_of_nothing_visible_is_refused(translator):
    with pytest.raises(ValueError, match="no translation to force"):
        decode(*translator, "a", ForcedOptions("\u200b"))

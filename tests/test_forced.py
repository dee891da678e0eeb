"""Forced decoding: a given target, stepped through the search, gives what the model's own teacher forcing gives."""

import pytest
import torch
from model_zoo import DECODED, MODELS, VOCABULARY_SIZE, sources, vocabulary

from core.checkpoints import build, load_packed
from core.decoding.forced import forced
from core.decoding.greedy import greedy
from core.decoding.recording import Answers, Recorder, record
from core.decoding.strategies import limit
from core.decoding.translate import decode, translate_batches
from core.options import MAX_PIECES, MAX_TARGET, BeamOptions, ForcedOptions, GreedyOptions, check_recorded
from core.records.trace_json import from_json, to_json
from core.text.subwords import BOS, EOS, PAD, SPACE, SPECIAL, UNK, UNKNOWN, Subwords

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
    for step, frontier in enumerate(forced(model, state, targets)):
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
    again = recorded(forced(model, model.start(encoded), [words]))
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


LETTERS = Subwords.train(["ab abc bc ca. abc"] * 3, 16)


def spellings(text, longest):
    """Every way to write a text in so many tokens."""
    parts = {text: index for index, text in enumerate(LETTERS.tokens) if index > UNK}

    def cut(rest):
        if not rest:
            yield ()
        for end in range(1, len(rest) + 1):
            if rest[:end] in parts:
                yield from ((parts[rest[:end]], *others) for others in cut(rest[end:]))

    marked = text.replace(" ", SPACE)
    return [ids for ids in (*cut(marked), *cut(SPACE + marked)) if len(ids) <= longest]


@pytest.mark.parametrize("text", ["abc", "ab abc.", "ca bc a"])
@pytest.mark.parametrize("name", ["rnn", "transformer"])
@torch.no_grad()
def test_of_all_spellings_the_likeliest_is_taken_and_the_tokenizers_told(name, text):
    """The oracle: every spelling, teacher forced."""
    config = {"vocabulary_size": len(LETTERS), "width": 6}
    model = build(name, config | ({"heads": 3, "feed_forward": 10} if name == "transformer" else {}))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        for weight in model.eval().parameters():
            torch.nn.init.normal_(weight, std=0.7)
    source = torch.tensor([[*LETTERS.encode_source("a bc"), EOS]])
    totals = {}
    for ids in spellings(text, len(text) + 1):
        logprobs = model(source, source > 0, torch.tensor([[BOS, *ids]])).logits[0].log_softmax(dim=-1)
        # neither <pad> nor <bos> is ever written, but their share is not given to the others
        totals[ids] = sum(logprobs[step, token].item() for step, token in enumerate([*ids, EOS]))
    best, own = max(totals, key=totals.get), tuple(LETTERS.encode(text))
    assert len(totals) > 3
    trace = decode(model, LETTERS, "a bc", ForcedOptions(text))
    (found,) = trace.hypotheses
    assert (found.text, found.total) == (text, pytest.approx(totals[best], abs=1e-4))
    assert found.tokens == tuple(LETTERS.tokens[token] for token in [*best, EOS])
    if best == own:
        assert trace.spelling is None
    else:
        assert trace.spelling.tokens == tuple(LETTERS.tokens[token] for token in [*own, EOS])
        assert trace.spelling.logprob == pytest.approx(totals[own], abs=1e-4)
    assert from_json(to_json(trace)).spelling == trace.spelling


def test_a_translation_is_as_likely_forced_as_found_however_the_tokenizer_cuts_it():
    loaded = load_packed("en-de-transformer")
    for source in ("A little kid is walking next to red banners.", "Two dogs."):
        found = decode(loaded.model, loaded.subwords, source, BeamOptions()).hypotheses
        texts = {one.text: one.total for one in reversed(found)}
        for text, total in texts.items():
            trace = decode(loaded.model, loaded.subwords, source, ForcedOptions(text))
            assert trace.hypotheses[0].total >= total - 1e-3
    banners = decode(loaded.model, loaded.subwords, "A little kid is walking next to red banners.", BeamOptions())
    own = banners.hypotheses[0]
    trace = decode(loaded.model, loaded.subwords, banners.text, ForcedOptions(own.text))
    assert (own.total, trace.hypotheses[0].total) == pytest.approx((-6.384, -6.384), abs=0.02)
    assert trace.spelling.logprob == pytest.approx(-13.682, abs=0.02)
    assert trace.hypotheses[0].tokens != trace.spelling.tokens


def test_typographic_quotation_marks_are_forced_as_the_model_would_write_them():
    loaded = load_packed("en-fr-transformer")
    curly, plain = (
        decode(loaded.model, loaded.subwords, "Two cats.", ForcedOptions(text)).hypotheses[0]
        for text in ("L’homme ﬁnit.", "L'homme finit.")
    )
    assert curly.total == pytest.approx(plain.total, abs=1e-4)
    assert curly.text == "L'homme finit."


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
        ("a\ud800", "must be text"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused(target, sentence):
    with pytest.raises(ValueError, match=sentence):
        ForcedOptions(target)


def test_a_text_of_too_many_subwords_is_one_sentence(translator):
    most = "a " * (MAX_PIECES // len(translator[1].encode("a")))
    for text, options in ((most + "a", GreedyOptions()), ("a", ForcedOptions(most + "a"))):
        with pytest.raises(ValueError, match=r"has 4\d\d sub-words; at most 400 are read: split it"):
            decode(*translator, text, options)
    with pytest.raises(ValueError, match=r"line 2 has 4\d\d sub-words"):
        next(translate_batches(*translator, ["a", most + "a"], GreedyOptions()))
    assert decode(*translator, "a", ForcedOptions(most)).hypotheses[0].text == most.strip()


def test_a_search_too_wide_to_be_recorded_is_one_sentence(translator):
    """2 sub-words and 20 positions for the rest, and of a model that looks at its own 2,000 tokens a half of those."""
    most = 10_000_000 // (2_000 * (1_022 if "decoder" in translator[0].heads else 22))
    sentence = rf"1,000 branches of up to 2,000 tokens .* at most {most} branches, or a lower"
    with pytest.raises(ValueError, match=sentence):
        decode(*translator, "a", BeamOptions(1000, max_length=2000))


@pytest.mark.parametrize("looks_back", [False, True])
def test_the_widest_beam_of_a_page_can_be_recorded_over_the_longest_sentence(looks_back):
    options = BeamOptions(12)
    check_recorded(options.beam_size, limit(MAX_PIECES, options), MAX_PIECES, looks_back)


def test_a_target_of_nothing_visible_is_refused(translator):
    with pytest.raises(ValueError, match="no translation to force"):
        decode(*translator, "a", ForcedOptions("\u200b"))

"""Attention between words: by hand, against the vocabulary's own words, and the law that rows keep their sum."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.checkpoints import PRETRAINED, TOKENIZER, cards
from core.checkpoints import example as stored
from core.interpret.alignments import by_words, source_words, word_numbers
from core.records import Attention, Piece, source_keys
from core.text.subwords import BLANK, SPACE, UNK, Subwords

PIECES = (Piece("Rain", 0, 4, 0), Piece("coats", 4, 9, 0), Piece("!", 9, 10, 1))
TOKENS = ("▁Regen", "mantel", "!", "<eos>")
NAMES = sorted(cards()[0])


def test_a_cross_attention_by_hand():
    weights = [[[[0.5, 0.3, 0.1, 0.1], [0.1, 0.1, 0.6, 0.2], [0.0, 0.2, 0.8, 0.0], [0.0, 0.0, 0.0, 1.0]]]]
    attention = Attention(np.array(weights, np.float32), TOKENS, source_keys(PIECES), "cross")
    found = by_words(attention, source_words(PIECES), word_numbers(TOKENS))
    assert found.kind == "cross"
    assert found.queries == ("▁Regenmantel", "!", "<eos>")
    assert found.keys == ("Raincoats", "!", "<eos>")
    assert found.weights[0, 0] == pytest.approx(np.array([[0.5, 0.35, 0.15], [0.2, 0.8, 0.0], [0.0, 0.0, 1.0]]))
    assert found.weights.dtype == np.float32


def test_a_self_attention_by_hand():
    keys = source_keys(PIECES)
    attention = Attention(np.eye(4, dtype=np.float32)[None, None], keys, keys, "encoder")
    found = by_words(attention, source_words(PIECES), ())
    assert found.queries == found.keys == ("Raincoats", "!", "<eos>")
    assert found.weights[0, 0] == pytest.approx(np.eye(3))
    read = ("<bos>", *TOKENS[:-1])
    weights = np.tril(np.ones((4, 4), np.float32)) / np.arange(1, 5, dtype=np.float32)[:, None]
    found = by_words(Attention(weights[None, None], TOKENS, read, "decoder"), (), word_numbers(TOKENS))
    assert (found.queries, found.keys) == (("▁Regenmantel", "!", "<eos>"), ("<bos>", "▁Regenmantel", "!"))
    assert found.weights[0, 0] == pytest.approx(np.array([[0.75, 0.25, 0.0], [1 / 3, 2 / 3, 0.0], [0.25, 0.5, 0.25]]))


@pytest.mark.parametrize(
    ("tokens", "numbers"),
    [
        ((), ()),
        (TOKENS, (0, 0, 1, 2)),
        (("mantel", "▁a"), (0, 1)),
        (("▁E", "-", "Mail", "s"), (0, 1, 2, 2)),
        (("▁", "x", "▁", "(", "y", ")", ")"), (0, 0, 1, 1, 2, 3, 4)),
        (("▁(", "▁€", "5"), (0, 1, 2)),
        (("▁", "<unk>", "n", "<eos>"), (0, 0, 0, 1)),
        (("<bos>", "▁a", "<eos>"), (0, 1, 2)),
        (("<bos>", "a"), (0, 1)),
    ],
)
def test_word_numbers_by_hand(tokens, numbers):
    assert word_numbers(tokens) == numbers


SUBWORDS = Subwords.load(PRETRAINED / NAMES[0] / TOKENIZER)


@given(st.text(st.sampled_from("abß Ä,.-_('\"€+1▁é ") | st.characters(codec="utf-8"), max_size=30))
@example("Two e-mails (for $5), it's done.")
@example("▁ x▁y _")
def test_tokens_fall_into_the_words_of_the_vocabulary(text):
    """The vocabulary knows the words of a text that it cuts; the tokens alone must tell the same."""
    ids = SUBWORDS.encode(text)
    if UNK in ids:  # a mark that is unknown can't be told from a letter
        return
    numbers = word_numbers([SUBWORDS.tokens[index] for index in ids])
    assert numbers == tuple(piece.word for piece in SUBWORDS.pieces(text))


@st.composite
def attentions(draw):
    """Any attention with words to join: neighbouring positions, at least one a word."""
    sizes = draw(st.tuples(st.integers(1, 7), st.integers(1, 7)))
    words = [np.cumsum([0, *draw(st.lists(st.integers(0, 1), min_size=n - 1, max_size=n - 1))]) for n in sizes]
    drawn = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    weights = drawn.random((2, 3, *sizes)) ** 4
    weights /= weights.sum(-1, keepdims=True) / draw(st.sampled_from([1.0, 0.7]))  # a row may sum to less
    labels = [tuple(f"{i}" for i in range(n)) for n in sizes]
    kind = draw(st.sampled_from(["cross", "encoder"])) if sizes[0] == sizes[1] else "cross"
    return Attention(weights.astype(np.float32), *labels, kind), *words


@given(attentions())
def test_rows_keep_their_sum_and_words_their_order(drawn):
    attention, target, source = drawn
    found = by_words(attention, source, target)
    rows = source if attention.kind == "encoder" else target
    sums = attention.weights.sum(-1)
    for word, joined in enumerate(np.moveaxis(found.weights.sum(-1), 2, 0)):
        assert joined == pytest.approx(sums[:, :, rows == word].mean(-1), abs=1e-5)
    assert "".join(found.queries) == "".join(attention.queries)
    assert "".join(found.keys) == "".join(attention.keys)


def test_one_piece_a_word_changes_nothing():
    weights = np.random.default_rng(1).random((2, 2, 2, 3)).astype(np.float32)
    attention = Attention(weights, ("▁a", "▁b"), ("x", BLANK, "<eos>"), "cross")
    found = by_words(attention, (0, 1, 2), (0, 1))
    assert (found.queries, found.keys) == (attention.queries, attention.keys)
    assert found.weights == pytest.approx(weights)


def test_a_lone_mark_of_a_space_is_not_shown_before_its_word():
    pieces = (Piece(BLANK, 0, 0, 0), Piece("語", 0, 1, 0, True))
    attention = Attention(np.ones((1, 1, 2, 3), np.float32), (SPACE, "<unk>"), source_keys(pieces), "cross")
    found = by_words(attention, source_words(pieces), word_numbers(attention.queries))
    assert (found.queries, found.keys) == (("▁<unk>",), ("語", "<eos>"))


@pytest.mark.parametrize(("source", "target"), [((0, 1), (0, 0, 1, 2)), ((0, 0, 1, 2), (0, 1))])
def test_numbers_that_do_not_fit_are_refused(source, target):
    attention = Attention(np.ones((1, 1, 4, 4), np.float32), TOKENS, source_keys(PIECES), "cross")
    with pytest.raises(ValueError, match="2 word numbers do not fit 4 pieces"):
        by_words(attention, source, target)


@pytest.mark.parametrize("name", [name for name in NAMES if cards()[0][name].attends])
def test_the_stored_examples_join_to_words(name):
    trace = stored(name)
    best = trace.hypotheses[0]
    found = by_words(trace.attention(), source_words(trace.pieces), word_numbers(best.tokens))
    assert found.keys[:2] == tuple(trace.text.split()[:2])
    assert found.keys[-2:] == found.queries[-2:] == (".", "<eos>")
    assert "".join(found.queries[:-1]).replace(SPACE, " ").strip() == best.text
    sums = found.weights.sum(-1)
    assert (sums <= 1.005).all()  # stored to 4 decimals
    there = np.ones(sums.shape[:2])
    for head in found.absent:  # which pruning took away
        there[head.layer, head.head] = 0
    if "local-p" not in name:  # whose Gaussian takes some away (Luong et al. 2015, eq. 10)
        assert sums == pytest.approx(np.broadcast_to(there[..., None], sums.shape), abs=5e-3)

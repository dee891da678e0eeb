"""Word vectors, merges and contextual vectors: against gradients by torch, counts by hand, a published example."""

import itertools

import numpy as np
import pytest
import torch
from torch.nn.functional import logsigmoid

from core.checkpoints import PRETRAINED
from core.language_models.contextual import contextual, mixed, separation
from core.language_models.recurrent import RecurrentConfig, RecurrentLanguageModel
from core.language_models.word2vec import (
    KINDS,
    Word2VecOptions,
    cooccurrences,
    counted_vectors,
    examples,
    operations,
    update,
    windows,
    word2vec,
)
from core.language_models.word_vectors import WordVectors, rank_correlation, ranks, spearman
from core.text.merges import cuts, joined, learn, word_counts
from core.text.subwords import Subwords

# Words 0 to 3 stand together, and 4 to 7 do; 8 stands with all.
DRAWN = np.random.default_rng(5)
LINES = [[*DRAWN.integers(0, 4, 6) + 4 * (number % 2), 8] for number in range(120)]


@pytest.mark.parametrize("inputs", [[[2], [0]], [[2, 1, -1], [0, 3, 1]]])
def test_a_step_goes_down_the_gradient_that_torch_finds(inputs):
    torch.manual_seed(1)
    centre, outer = (torch.randn(5, 3, requires_grad=True) for _ in range(2))
    inputs, targets, negatives = torch.tensor(inputs), torch.tensor([4, 1]), torch.tensor([[0, 2], [3, 3]])
    loss = torch.zeros(())
    for read, target, wrong in zip(inputs, targets, negatives, strict=True):
        mean = centre[read[read >= 0]].mean(dim=0)
        loss = loss - logsigmoid(outer[target] @ mean) - logsigmoid(-(outer[wrong] @ mean)).sum()
    loss.backward()
    moved = centre.detach().clone(), outer.detach().clone()
    update(*moved, inputs, targets, negatives, 0.1)
    for after, before in zip(moved, (centre, outer), strict=True):
        torch.testing.assert_close(after, before.detach() - 0.1 * before.grad)


def test_with_a_window_of_one_all_neighbours_are_read_and_none_across_lines():
    lines = [[7, 8, 9], [5], [6, 7]]
    flat, line_of = np.array([word for line in lines for word in line]), np.array([0, 0, 0, 1, 2, 2])
    wanted = [(word, around) for word, around in windows(lines, 1) if around]
    pairs, predicted = examples(flat, line_of, Word2VecOptions("skip-gram", window=1), np.random.default_rng(0))
    found = list(zip(pairs[:, 0].tolist(), predicted.tolist(), strict=True))
    assert sorted(found) == sorted((word, other) for word, around in wanted for other in around)
    context, predicted = examples(flat, line_of, Word2VecOptions("cbow", window=1), np.random.default_rng(0))
    bags = [tuple(sorted(word for word in row if word >= 0)) for row in context.tolist()]
    assert list(zip(predicted.tolist(), bags, strict=True)) == [(word, tuple(sorted(bag))) for word, bag in wanted]


@pytest.mark.parametrize("way", [*KINDS, "counted"])
def test_words_that_stand_together_come_near_and_the_seed_decides_all(way):
    def learned() -> np.ndarray:
        if way == "counted":
            return counted_vectors(LINES, 9, 6, window=3)
        options = Word2VecOptions(way, width=8, window=3, sample=1.0, epochs=6, rate=0.1)
        return list(word2vec(LINES, 9, options))[-1]

    vectors = learned()
    assert separation(vectors[:8], "aaaabbbb") > 0.5
    np.testing.assert_array_equal(learned(), vectors)


def test_counts_and_costs_are_those_by_hand():
    assert cooccurrences([[0, 1, 0], [1, 2]], 3, 1) == {(0, 1): 2, (1, 0): 2, (1, 2): 1, (2, 1): 1}
    assert operations("cbow", 100, 10, 1024, "tree") == 10 * 100 + 100 * 10  # m·n + n·log₂ V
    assert operations("skip-gram", 100, 10, 1024, "tree") == 10 * (100 + 100 * 10)  # m·(n + n·log₂ V)
    assert operations("cbow", 100, 10, 1024, "softmax") == 10 * 100 + 100 * 1024
    with pytest.raises(ValueError, match="unknown kind of word2vec 'skipgram', did you mean 'skip-gram'"):
        Word2VecOptions("skipgram")
    with pytest.raises(ValueError, match="there are no neighbours to learn from"):
        next(word2vec([[1], [2]], 3, Word2VecOptions()))


def test_ranks_neighbours_and_analogies():
    assert ranks(np.array([2, 1, 2])).tolist() == [1.5, 0, 1.5]
    assert rank_correlation(np.array([1, 2, 3, 4]), np.array([1, 4, 9, 16])) == pytest.approx(1)
    assert rank_correlation(np.array([1, 2, 3]), np.array([2, 3, 1])) == pytest.approx(-0.5)  # 1 - 6·6/(3·8)
    at = np.array([[1, 0, 3], [0, 1, 3], [1, 0, 9], [0, 1, 9], [9, 9, 1]])
    royal = WordVectors(("man", "woman", "king", "queen", "cat"), at)
    assert royal.analogy("man", "woman", "king", 1)[0][0] == "queen"
    assert royal.cosine("man", "man") == pytest.approx(1)
    rho, covered = spearman(royal, [("man", "woman", 3), ("king", "queen", 2), ("man", "cat", 1), ("dog", "cat", 5)])
    assert covered == 3
    assert -1 <= rho <= 1
    with pytest.raises(ValueError, match="no vector for 'quen', did you mean 'queen'"):
        royal.neighbours("quen")


def test_the_merges_of_the_paper_and_a_vocabularys_own():
    """Sennrich et al. 2016, §3.2: low, lower, newest, widest."""
    text = " ".join(["low"] * 5 + ["lower"] * 2 + ["newest"] * 6 + ["widest"] * 3)
    merges = list(learn(word_counts(text, "</w>"), 10))
    assert [merge.pair for merge in merges[:5]] == [("e", "s"), ("es", "t"), ("est", "</w>"), ("l", "o"), ("lo", "w")]
    assert [merge.count for merge in merges[:5]] == [9, 9, 9, 7, 7]
    assert merges[4].words["lower</w>"] == ("low", "e", "r", "</w>")
    assert joined(("a", "a", "a", "b"), ("a", "a")) == ("aa", "a", "b")
    subwords = Subwords.load(PRETRAINED / "en-de-everyday" / "tokenizer.json")
    for word in ("unbelievable", "Hundehütte", "two words", "x"):
        steps = cuts(subwords, word)
        assert steps[-1][0] == tuple(subwords.tokens[index] for index in subwords.encode(word))
        assert all("".join(one) == "".join(other) for (one, _), (other, _) in itertools.pairwise(steps))
    with pytest.raises(ValueError, match="no word to learn merges from"):
        next(learn(word_counts(" "), 3))
    with pytest.raises(ValueError, match="nothing to cut"):
        cuts(subwords, " ")


def test_a_contextual_vector_knows_the_words_on_its_side_and_its_first_layer_none():
    torch.manual_seed(2)
    config = {"vocabulary_size": 12, "width": 8, "layers": 2, "dropout": 0.0}
    forward, backward = (
        RecurrentLanguageModel(RecurrentConfig(**config, backward=back)).eval() for back in (False, True)
    )
    one, other = (contextual(forward, backward, [first, 5, 6, last]) for first, last in ((4, 7), (8, 9)))
    assert one.shape == (3, 4, 16)
    np.testing.assert_array_equal(one[0, 1], other[0, 1])  # the embedding of 5, wherever
    shared = contextual(forward, backward, [4, 5, 6, 9])  # another end: what comes before it is read alike
    np.testing.assert_allclose(shared[:, :3, :8], one[:, :3, :8], atol=1e-6)
    assert not np.allclose(shared[1:, 1, 8:], one[1:, 1, 8:])
    np.testing.assert_allclose(mixed(one, [0, 0, 0]), one.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(mixed(one, [0, 900, 0], 2.0), 2 * one[1], atol=1e-6)
    assert separation(np.array([[1, 0], [1, 0], [0, 1], [0, 1]]), "aabb") == pytest.approx(1)
    assert separation(np.ones((4, 2)), "aabb") == pytest.approx(0)

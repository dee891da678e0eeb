"""Language models: counts against a count by hand, probabilities that sum to 1, and the laws of every `StepModel`."""

import itertools
import math
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.checkpoints.language_folders import LanguageCard, build_language, load_language, save_language
from core.commands.command_line import main
from core.decoding.completions import completed, invented
from core.language_models.ngrams import (
    BOS,
    EOS,
    SMOOTHINGS,
    NGram,
    NGramConfig,
    counted,
    frequent,
    from_arrays,
    to_arrays,
)
from core.models.contract import take
from core.options import BeamOptions, ExactOptions, ForcedOptions, GreedyOptions, SamplingOptions
from core.recipes.language_models import RECIPES, Sourceless, perplexity_of
from core.text.subwords import UNK, Subwords
from core.training.loop import train
from core.training.options import TrainOptions

LINES = ["the dog runs", "the dog sleeps", "the cat sleeps", "a dog runs fast", "a cat runs", "the dog runs"]
WORDS = Subwords.words(LINES, 30)
IDS = WORDS.encode_batch(LINES)
SIZE = len(WORDS)
NETWORKS = {
    "recurrent": {"vocabulary_size": SIZE, "width": 16, "layers": 2, "dropout": 0.0},
    "transformer": {
        **{"vocabulary_size": SIZE, "width": 16, "heads": 4, "encoder_layers": 0, "decoder_layers": 2, "norm": "pre"},
        **{"feed_forward": 32, "dropout": 0.0},
    },
}


def network(family: str):
    torch.manual_seed(3)
    return build_language(family, NETWORKS[family]).eval()


def ngram(order: int = 3, smoothing: str = "kneser-ney", k: float = 0.1) -> NGram:
    return NGram(NGramConfig(SIZE, order, smoothing, k), counted(IDS, SIZE, order))


MODELS = {
    **{family: lambda family=family: network(family) for family in NETWORKS},
    **{f"{order}-gram": lambda order=order: ngram(order) for order in (1, 2, 5)},
}


def by_hand(order: int) -> dict[tuple[int, ...], Counter]:
    """c(history, word) of one order, sentence by sentence."""
    counts: dict[tuple[int, ...], Counter] = defaultdict(Counter)
    for line in IDS:
        tokens = [*[BOS] * (order - 1), *line, EOS]
        for end in range(order - 1, len(tokens)):
            counts[tuple(tokens[end - order + 1 : end])][tokens[end]] += 1
    return counts


def kneser_ney_by_hand(history: tuple[int, ...], word: int, top: bool = True) -> float:
    """The recursion of Chen & Goodman 1999 (eq. 4.32) as it stands there, over dictionaries."""
    counts = by_hand(len(history) + 1)
    if not top:
        longer = by_hand(len(history) + 2)
        counts = {
            before: Counter(
                {
                    after: times
                    if before[:1] == (BOS,)
                    else sum(after in row for key, row in longer.items() if key[1:] == before)
                    for after, times in row.items()
                }
            )
            for before, row in counts.items()
        }
    below = kneser_ney_by_hand(history[1:], word, top=False) if history else 1 / (SIZE - 2)
    row = counts.get(history)
    if not row:
        return below
    every = [times for own in counts.values() for times in own.values()]
    once, twice = every.count(1), every.count(2)
    discount = once / (once + 2 * twice) if once and twice else 0.5
    return (max(row[word] - discount, 0) + discount_left(row, discount) * below) / row.total()


def discount_left(row: Counter, discount: float) -> float:
    return sum(min(times, discount) for times in row.values())


@pytest.mark.parametrize("order", [1, 2, 3])
def test_counts_give_what_a_count_by_hand_gives(order):
    histories = list(itertools.product([BOS, *range(3, 7)], repeat=order - 1))
    for history in histories:
        row = by_hand(order).get(history)
        shares = {smoothing: ngram(order, smoothing, 0.5).distribution(history) for smoothing in SMOOTHINGS}
        for word in range(2, SIZE):
            own = row[word] if row else 0
            added = (own + 0.5) / ((row.total() if row else 0) + 0.5 * (SIZE - 2))
            assert shares["add-k"][word] == pytest.approx(added)
            assert shares["kneser-ney"][word] == pytest.approx(kneser_ney_by_hand(history, word))
            if row:
                assert shares["maximum-likelihood"][word] == pytest.approx(own / row.total())


@pytest.mark.parametrize("least", [1, 2])
@pytest.mark.parametrize("smoothing", SMOOTHINGS)
def test_whatever_came_before_the_shares_sum_to_one_and_no_text_follows_as_pad_or_bos(smoothing, least):
    model = NGram(NGramConfig(SIZE, 3, smoothing), [frequent(table, least) for table in counted(IDS, SIZE, 3)])
    for history in itertools.product(range(1, SIZE), repeat=2):
        shares = model.distribution(history)
        assert shares.sum() == pytest.approx(1)
        assert (shares >= 0).all()
        assert not shares[:2].any()


def test_a_history_never_seen_asks_a_shorter_one_and_add_k_knows_nothing():
    unseen = (UNK, UNK)
    assert ngram(3, "maximum-likelihood").distribution(unseen) == pytest.approx(ngram(1).likeliest(()))
    assert len(set(ngram(3, "add-k").distribution(unseen)[2:])) == 1


def test_counts_come_back_from_a_file_as_they_were():
    tables = counted(IDS, SIZE, 3)
    for before, after in zip(tables, from_arrays(to_arrays(tables)), strict=True):
        for one, other in zip(before, after, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", MODELS)
@torch.no_grad()
def test_stepping_gives_what_reading_at_once_gives_and_forks_are_fresh_prefixes(name):
    model = MODELS[name]()
    target = torch.tensor([[BOS, 3, 5, 4, 6], [BOS, 4, 4, 7, 5]])
    whole, state = model.forward(target, detail=True), model.start(2)
    for position in range(target.shape[1]):
        answer = model.step(target[:, position], state, detail=True)
        torch.testing.assert_close(answer.logits, whole.logits[:, position], atol=1e-5, rtol=1e-5)
        for kind, weights in answer.attention.items():
            torch.testing.assert_close(weights, whole.attention[kind][:, :, :, position, : position + 1])
        for kind, values in answer.detail.items():
            torch.testing.assert_close(values, whole.detail[kind][:, position], atol=1e-5, rtol=1e-5)
        state = answer.state
    state = take(model.step(torch.tensor([BOS]), model.start(1)).state, torch.tensor([0, 0]))
    forks = model.step(torch.tensor([3, 5]), state)
    fresh = model.forward(torch.tensor([[BOS, 3], [BOS, 5]])).logits[:, -1]
    torch.testing.assert_close(forks.logits, fresh, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_every_search_completes_and_a_path_sums_to_its_score(name):
    model = MODELS[name]()
    greedy = completed(model, WORDS, "the dog", GreedyOptions()).hypotheses[0]
    narrow = completed(model, WORDS, "the dog", BeamOptions(1, "none")).hypotheses[0]
    assert greedy.tokens == narrow.tokens
    assert greedy.text.startswith("the dog")
    for options in (BeamOptions(4), SamplingOptions(5, seed=2)):
        trace = completed(model, WORDS, "the", options)
        for hypothesis in trace.hypotheses:
            assert hypothesis.text.split()[0] == "the"
            assert hypothesis.total == pytest.approx(trace.tree.nodes[hypothesis.leaf].score, abs=1e-4)
    whole = completed(model, WORDS, "", ForcedOptions(greedy.text)).hypotheses[0]
    assert whole.logprobs[: len(greedy.logprobs)] == pytest.approx(greedy.logprobs, abs=1e-5)


def test_a_word_that_is_unknown_is_read_as_such_and_nothing_invented_holds_one():
    model = network("recurrent")
    assert completed(model, WORDS, "the zebra", GreedyOptions()).hypotheses[0].tokens[1] == "<unk>"
    drawn = invented(model, WORDS, SamplingOptions(40, seed=1)).hypotheses
    assert not any("<unk>" in hypothesis.tokens for hypothesis in drawn)
    assert len({hypothesis.text for hypothesis in drawn}) > 20


def test_what_completes_no_text_is_refused_by_one_sentence():
    with pytest.raises(ValueError, match="'exact' completes no text; valid: greedy, sample, beam, diverse, forced"):
        completed(ngram(), WORDS, "the", ExactOptions())
    with pytest.raises(ValueError, match="unknown smoothing 'laplace'"):
        NGramConfig(SIZE, 3, "laplace")
    with pytest.raises(ValueError, match="4-grams were not counted, only up to 3"):
        NGram(NGramConfig(SIZE, 4), counted(IDS, SIZE, 3))
    with pytest.raises(ValueError, match="there is nothing to count"):
        counted([], SIZE, 2)


@pytest.mark.parametrize("family", NETWORKS)
def test_the_training_loop_teaches_a_language_model_and_its_perplexity_is_counted(family):
    whole = Sourceless(network(family).train())
    pairs = [([], line) for line in IDS]
    before = perplexity_of(whole.model.eval(), WORDS, LINES)["perplexity"]
    options = TrainOptions(epochs=30, max_tokens=64, learning_rate=1e-2, warmup=5, label_smoothing=0.0, patience=99)
    for _ in train(whole, pairs, pairs, options):
        pass
    after = perplexity_of(whole.model, WORDS, LINES)
    assert after["perplexity"] < before / 2
    assert after["unknown"] == 0
    assert after["tokens"] == sum(map(len, IDS)) + 6
    total = sum(completed(whole.model, WORDS, "", ForcedOptions(line)).hypotheses[0].total for line in LINES)
    assert math.exp(-total / after["tokens"]) == pytest.approx(after["perplexity"], rel=5e-3)


def test_a_folder_comes_back_and_one_that_is_damaged_says_so(tmp_path):
    card = LanguageCard(
        name="own", family="ngram", config={"vocabulary_size": SIZE, "order": 3, "smoothing": "kneser-ney"},
        language="en", licence="ours", recipe={"least": 1}, parameters=9, training={}, sha256={},
    )  # fmt: skip
    save_language(tmp_path / "own", card, ngram(), WORDS, [])
    loaded = load_language("own", tmp_path)
    assert loaded.words.tokens == WORDS.tokens
    np.testing.assert_allclose(loaded.model.distribution((BOS, 4)), ngram().distribution((BOS, 4)))
    for family, config in NETWORKS.items():
        own = replace(card, name=family, family=family, config=config)
        save_language(tmp_path / family, own, network(family), WORDS, [])
        logits = load_language(family, tmp_path).model.forward(torch.tensor([[BOS, 3]])).logits
        torch.testing.assert_close(logits, network(family).forward(torch.tensor([[BOS, 3]])).logits, atol=2e-3, rtol=0)
    with pytest.raises(ValueError, match="unknown language model 'owm', did you mean 'own'"):
        load_language("owm", tmp_path)
    (tmp_path / "own" / "model.safetensors").write_bytes(b"{}")
    with pytest.raises(ValueError, match=r"own/model\.safetensors is damaged"):
        load_language("own", tmp_path)
    (tmp_path / "own" / "card.json").write_text('{"name": 3}')
    with pytest.raises(ValueError, match=r"own/card\.json is damaged"):
        load_language("own", tmp_path)


def test_the_command_completes_invents_and_weighs(tmp_path, capsys):
    card = LanguageCard(
        name="own", family="ngram", config={"vocabulary_size": SIZE, "order": 3, "smoothing": "kneser-ney"},
        language="en", licence="ours", recipe={"least": 1}, parameters=9, training={}, sha256={},
    )  # fmt: skip
    save_language(tmp_path / "own", card, ngram(), WORDS, [])

    def told(*arguments):
        code = main(["complete", "--model", "own", "--models-dir", str(tmp_path), *arguments])
        return code, *capsys.readouterr()

    assert told("--strategy", "greedy", "the dog")[:2] == (0, "the dog runs\n")
    code, out, _ = told("--strategy", "sample", "--samples", "4", "--seed", "2")
    assert (code, len(out.splitlines())) == (0, 4)
    code, out, _ = told("--target", "the dog runs")
    lines = [float(line.split("\t")[0]) for line in out.splitlines()]
    assert lines[-1] == pytest.approx(sum(lines[:-1]), abs=1e-3)
    assert told("--order", "4", "the")[::2] == (2, "seqscope: 4-grams were not counted, only up to 3\n")


def test_every_recipe_makes_a_model():
    target = torch.tensor([[BOS, 3, 4]])
    for recipe in RECIPES.values():
        config = {**recipe.config, "vocabulary_size": SIZE}
        if recipe.family == "ngram":
            model = NGram(NGramConfig(**config), counted(IDS, SIZE, config["order"]))
        else:
            model = build_language(recipe.family, config)
        assert model.forward(target).logits.shape == (1, 3, SIZE)

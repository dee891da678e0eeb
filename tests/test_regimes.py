"""Regimes and what surrounds them, each against its definition."""

import math
import random
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
import torch
from model_zoo import MODELS, VOCABULARY_SIZE, random_model
from torch import nn
from torch.nn import functional
from torch.testing import assert_close

from core.models.contract import Encoded, Output, State, Step
from core.models.rnn import RNN, RNNConfig
from core.models.transformer import Transformer
from core.models.transformer_layers import TransformerConfig
from core.text.batches import batch, without_words
from core.text.bpe_dropout import Merges, cut, cut_all, merges_of, words_of
from core.text.subwords import BOS, EOS, PAD, UNK, Subwords, clean
from core.training.loop import autocast, train
from core.training.options import REGIME_OPTIONS, TrainOptions
from core.training.professor import Judge, verdicts
from core.training.progress import begin
from core.training.regimes import REGIMES, Moment, symmetric_divergence, teacher_forcing, tensors
from core.training.schedules import DECAYS
from core.training.unroll import draw, unroll

SOME_MODELS = ("gru-1-bi-additive-step", "lstm-2-uni-general-readout", "transformer-post-sinusoidal-tied")
PAIRS = [([4, 5, 6], [7, 4]), ([5], [4, 6, 7, 5]), ([6, 6], [5])]


def options(regime="teacher-forcing", **changed):
    return TrainOptions(**({"epochs": 1, "regime": regime, "label_smoothing": 0.0} | changed))


def moment(regime, model=None, **changed):
    """The first of ten steps."""
    judge = REGIMES[regime].judge
    return Moment(options(regime, **changed), 0, 10, judge(model.config.width) if judge else None)


# --- every regime --------------------------------------------------------------------------------------------


def test_the_options_know_every_regime():
    assert list(REGIME_OPTIONS) == list(REGIMES)


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("name", SOME_MODELS)
def test_a_regimes_loss_can_be_back_propagated(name, regime):
    model = MODELS[name]().train()
    now = moment(regime, model)
    found = REGIMES[regime].losses(model, batch(PAIRS), now)
    assert all(math.isfinite(loss.item()) for loss in found.values())
    sum(found[name] for name in found if name in ("train", "judge")).backward()
    assert [name for name, weight in model.named_parameters() if not weight.grad.any()] == []


@pytest.fixture
def half(monkeypatch):
    """Matrix products in bfloat16 on any machine: without instructions for it they are slow, and the same."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})


@pytest.mark.parametrize("name", MODELS)
def test_bfloat16_gives_the_loss_and_the_gradient_of_float32_nearly(half, name):
    model, found = MODELS[name](), []
    for context in (torch.autocast("cpu", enabled=False), autocast(model)):
        model.zero_grad()
        with context:
            loss = teacher_forcing(model, batch(PAIRS), moment("teacher-forcing"))["train"]
        loss.backward()
        found.append((loss.item(), torch.cat([weight.grad.flatten() for weight in model.parameters()])))
    (exact, straight), (rough, bent) = found
    assert rough != exact
    assert rough == pytest.approx(exact, rel=0.01)
    assert bent.dtype == torch.float32
    assert torch.cosine_similarity(straight, bent, dim=0) > 0.98


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("name", SOME_MODELS)
def test_every_regime_trains_in_bfloat16_and_keeps_its_weights_in_float32(half, name, regime):
    model = MODELS[name]()
    *_, last = train(model, PAIRS, PAIRS, options(regime, epochs=2))
    assert all(math.isfinite(loss) for loss in last.losses.values())
    assert {weight.dtype for weight in model.state_dict().values()} == {torch.float32}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            {"regime": "r-drop", "decay": "linear"},
            "decay means nothing to the regime 'r-drop': leave it out or choose ",
        ),
        ({"r_drop_alpha": 1.0}, "r drop alpha means nothing to the regime 'teacher-forcing': .* choose r-drop"),
        ({"regime": "scheduled-sampling", "professor_weight": 2.0}, "choose professor-forcing"),
        ({"regime": "scheduled-sampling", "decay": "cubic"}, "unknown decay 'cubic'; valid: linear, exponential"),
        ({"regime": "scheduled-sampling", "half_way": 0.0}, "half way must be a number from 0.01 to 10.0"),
        ({"bpe_dropout": 1.0}, "bpe dropout must be a number from 0.0 to 0.99, not 1.0"),
        ({"word_dropout": math.nan}, "word dropout must be a number"),
        ({"accumulate": 0}, "accumulate must be a whole number from 1"),
        ({"average_last": 3, "average_decay": 0.9}, "averaged one way: leave out average decay or average last"),
    ],
)
def test_options_that_do_not_go_together_are_refused(wrong, sentence):
    with pytest.raises(ValueError, match=sentence) as raised:
        TrainOptions(**({"epochs": 1} | wrong))
    assert "\n" not in str(raised.value)


def test_what_may_be_combined_is_accepted():
    joined = {"r_drop_alpha": 1.0, "word_dropout": 0.1, "bpe_dropout": 0.1, "label_smoothing": 0.1, "average_last": 3}
    sampled = {"decay": "linear", "half_way": 0.3, "gold_floor": 0.2, "word_dropout": 0.1}
    for regime, wanted in (("r-drop", joined), ("parallel-scheduled-sampling", sampled)):
        found = options(regime, **wanted)
        assert {name: getattr(found, name) for name in wanted} == wanted


# --- decays --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DECAYS)
@pytest.mark.parametrize("half", [1, 5, 100, 4321.5])
def test_a_decay_falls_from_one_through_one_half(name, half):
    shares = [DECAYS[name](step, half) for step in range(0, int(3 * half) + 2)]
    assert all(later <= earlier for earlier, later in pairwise(shares))
    assert DECAYS[name](half, half) == pytest.approx(0.5)
    assert 0 <= shares[-1] < 0.5


def test_the_decays_are_the_published_ones():
    """Bengio et al. 2015, §2.4: k - c i, k^i, k / (k + exp(i / k)), here with the k, c that give 1/2 at the half."""
    assert [DECAYS["linear"](step, 50) for step in (0, 10, 99, 150)] == pytest.approx([1, 0.9, 0.01, 0])
    k = 0.5 ** (1 / 50)
    assert [DECAYS["exponential"](step, 50) for step in (0, 7, 200)] == pytest.approx([1, k**7, k**200])
    k, half = 30.0, 30 * math.log(30)
    for step in (0, 10, 60, 500):
        assert DECAYS["inverse-sigmoid"](step, half) == pytest.approx(k / (k + math.exp(step / k)))


def test_the_share_of_gold_tokens_keeps_its_floor():
    scheduled = options("scheduled-sampling", decay="linear", half_way=0.5, gold_floor=0.3)
    assert [Moment(scheduled, step, 100).gold for step in (0, 50, 100)] == pytest.approx([1, 0.5, 0.3])


# --- unrolled decoders ---------------------------------------------------------------------------------------


def test_draws_follow_the_distribution_and_leave_out_what_is_never_read():
    logits = torch.randn(1, VOCABULARY_SIZE, generator=torch.Generator().manual_seed(1))
    drawn = draw(logits.expand(40_000, -1), torch.Generator().manual_seed(2))
    shares = torch.bincount(drawn, minlength=VOCABULARY_SIZE) / len(drawn)
    expected = logits[0].softmax(dim=-1)
    expected[[PAD, BOS, EOS]] = 0
    assert not shares[[PAD, BOS, EOS]].any()
    assert_close(shares, expected / expected.sum(), atol=0.01, rtol=0)


def test_what_was_drawn_can_be_drawn_again_and_a_certain_token_always_comes():
    logits = torch.randn(5, 7, VOCABULARY_SIZE)
    one, other = (draw(logits, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(one, other)
    logits[..., 6] = 1e4
    assert draw(logits).eq(6).all()
    logits[..., VOCABULARY_SIZE - 1] = 2e4
    assert draw(logits).eq(VOCABULARY_SIZE - 1).all()


@pytest.mark.parametrize("name", MODELS)
def test_unrolled_over_gold_tokens_alone_a_model_is_teacher_forced(name):
    """And its gradient is that of `forward`: the steps are back-propagated through."""
    model = MODELS[name]()
    source, mask, inputs, targets = tensors(model, batch(PAIRS))
    logits, read = unroll(model, source, mask, inputs, torch.ones_like(inputs, dtype=torch.bool))
    assert torch.equal(read, inputs)
    real = targets != PAD
    forced = model(source, mask, inputs).logits
    assert_close(logits[real], forced[real], atol=1e-5, rtol=1e-4)
    gradients = [
        torch.autograd.grad(answers[real].pow(2).sum(), list(model.parameters())) for answers in (logits, forced)
    ]
    for stepped, whole in zip(*gradients, strict=True):
        assert_close(stepped, whole, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("name", SOME_MODELS)
def test_where_nothing_is_gold_a_decoder_reads_what_it_drew(name):
    """By hand: each answer from a fresh prefix, drawn with the same random numbers."""
    model = MODELS[name]()
    source, mask, inputs, _ = tensors(model, batch(PAIRS))
    with torch.no_grad():
        _, read = unroll(model, source, mask, inputs, torch.zeros_like(inputs, dtype=torch.bool), seeded(5))
        generator, prefix = seeded(5), inputs[:, :1]
        for _ in range(inputs.shape[1] - 1):
            own = draw(model(source, mask, prefix).logits[:, -1], generator)
            prefix = torch.cat([prefix, own[:, None]], dim=1)
    assert torch.equal(read, prefix)


def seeded(number):
    return torch.Generator().manual_seed(number)


# --- scheduled sampling --------------------------------------------------------------------------------------


@pytest.mark.parametrize("regime", ["scheduled-sampling", "parallel-scheduled-sampling"])
@pytest.mark.parametrize("name", SOME_MODELS)
@torch.no_grad()
def test_scheduled_sampling_with_gold_tokens_alone_is_teacher_forcing(name, regime):
    model = MODELS[name]()
    gold = REGIMES[regime].losses(model, batch(PAIRS), moment(regime, gold_floor=1.0))["train"]
    assert_close(gold, teacher_forcing(model, batch(PAIRS), moment("teacher-forcing"))["train"])


class Chain(nn.Module):
    """A made-up decoder that knows nothing but the token before: its answers are the rows of a table, as logits."""

    def __init__(self, table):
        super().__init__()
        self.table = nn.Parameter(table)
        self.read = []

    def encode(self, source, mask, **_):
        return Encoded(source, mask, None, None, None, {})

    def start(self, encoded, *, width=1):
        return State(encoded.mask, None)

    def step(self, previous, state, **_):
        self.read.append(previous)
        return Step(self.table[previous], state, {}, {})

    def forward(self, source, mask, target, **_):
        self.read.append(target)
        return Output(self.table[target], {}, {})


def circle():
    """4 → 5 → 6 → 7 → 4, and `<bos>` → 4: each all but certain."""
    table = torch.zeros(VOCABULARY_SIZE, VOCABULARY_SIZE)
    for before, after in {BOS: 4, 4: 5, 5: 6, 6: 7, 7: 4}.items():
        table[before, after] = 50.0
    return Chain(table)


def test_without_gold_tokens_scheduled_sampling_reads_its_own_after_its_own():
    model = circle()
    moments = Moment(options("scheduled-sampling", decay="linear", half_way=0.1), 9, 10)
    assert moments.gold == 0
    REGIMES["scheduled-sampling"].losses(model, batch([([4], [7, 7, 7, 7])]), moments)
    assert torch.stack(model.read, dim=1).tolist() == [[BOS, 4, 5, 6, 7]]


def test_without_gold_tokens_the_parallel_one_reads_its_own_after_the_gold_ones():
    """What follows the gold 7 is 4; `<bos>` and the padding stay."""
    model = circle()
    moments = Moment(options("parallel-scheduled-sampling", decay="linear", half_way=0.1), 9, 10)
    REGIMES["parallel-scheduled-sampling"].losses(model, batch([([4], [7, 7, 7, 7]), ([4], [6])]), moments)
    assert model.read[-1].tolist() == [[BOS, 4, 4, 4, 4], [BOS, 4, PAD, PAD, PAD]]


def test_half_of_the_tokens_are_gold_half_way():
    torch.manual_seed(1)
    model, long = circle(), [7] * 60
    moments = Moment(options("scheduled-sampling"), 5, 10)
    REGIMES["scheduled-sampling"].losses(model, batch([([4], long)] * 50), moments)
    read = torch.stack(model.read, dim=1)[:, 1:]
    own = torch.cat([torch.full((50, 1), 4), torch.where(read == 7, 4, read + 1)[:, :-1]], dim=1)
    assert bool(((read == 7) | (read == own)).all()), "a token is gold or what follows the one before"
    certain = own != 7  # there one can tell which it was
    assert (read == 7)[certain].float().mean().item() == pytest.approx(0.5, abs=0.05)


# --- professor forcing ---------------------------------------------------------------------------------------


def test_the_judge_reads_no_padding():
    torch.manual_seed(1)
    judge, behaviour = Judge(6), torch.randn(1, 5, 6)
    alone = judge(behaviour[:, :3], torch.tensor([3]))
    behaviour[:, 3:] = torch.nan
    assert_close(judge(behaviour.nan_to_num(99.0), torch.tensor([3])), alone)


def constant_judge(logit):
    """One that gives every decoder the same verdict plus the mean of its states."""

    class Constant(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight, self.logit = nn.Parameter(torch.ones(())), nn.Parameter(torch.tensor(logit))

        def forward(self, behaviour, lengths):
            return self.weight * behaviour.mean(dim=(1, 2)) + self.logit

    return Constant()


def test_the_losses_of_judge_and_model_are_the_published_ones_and_teach_one_each():
    """Lamb et al. 2016, eq. 2 and 3, written out; a judge that is right on 9 of 10 learns and teaches."""
    taught = torch.tensor([3.0, 3, 3, 3, -1])[:, None, None].requires_grad_()
    free = torch.tensor([-2.0, -2, -2, -2, -2])[:, None, None].requires_grad_()
    judge = constant_judge(0.5)
    judging, fooling = verdicts(judge, taught, free, torch.ones(5, dtype=torch.long))
    right, wrong = torch.sigmoid(taught.flatten() + 0.5), torch.sigmoid(free.flatten() + 0.5)
    assert_close(judging, (-right.log() - (1 - wrong).log()).mean())
    assert_close(fooling, -wrong.log().mean())
    judging.backward()
    assert taught.grad is None
    assert free.grad is None
    gradient = judge.logit.grad.clone()
    assert gradient != 0
    fooling.backward()
    assert torch.equal(judge.logit.grad, gradient), "fooling the judge does not teach it"
    assert taught.grad is None
    assert (free.grad < 0).all(), "a free decoder is pulled to where the judge takes it for a taught one"


@pytest.mark.parametrize(("taught", "free", "learns", "teaches"), [(1.0, -1.0, False, True), (-1.0, 1.0, True, False)])
def test_a_judge_that_is_always_right_is_not_trained_and_one_that_is_wrong_teaches_nothing(
    taught, free, learns, teaches
):
    behaviours = torch.full((4, 1, 1), taught), torch.full((4, 1, 1), free)
    judging, fooling = verdicts(constant_judge(0.0), *behaviours, torch.ones(4, dtype=torch.long))
    assert (bool(judging > 0), bool(fooling > 0)) == (learns, teaches)


def test_the_judge_learns_beside_the_model(tmp_path):
    model = MODELS["gru-1-bi-additive-step"]()
    chosen = options("professor-forcing", max_tokens=20, warmup=0, average_decay=0.0)
    progress = begin(model, chosen)
    fresh = [weight.clone() for weight in progress.judge.parameters()]
    again = begin(model, chosen).judge
    assert all(torch.equal(*pair) for pair in zip(fresh, again.parameters(), strict=True)), "the seed decides it"
    events = list(train(model, PAIRS * 10, PAIRS, chosen, tmp_path / "checkpoint.pt"))
    learnt = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert not any(torch.equal(*pair) for pair in zip(fresh, learnt["judge"].values(), strict=True))
    assert set(learnt["judge_optimizer"]["state"]) == set(range(len(fresh)))
    assert {"train", "judge", "fooling"} <= set(events[0].losses)
    assert all(math.isfinite(loss) for event in events for loss in event.losses.values())


# --- R-Drop --------------------------------------------------------------------------------------------------


def test_the_divergence_is_torchs():
    drawn = seeded(1)
    one, other = (torch.randn(3, 70, 9, generator=drawn) for _ in range(2))  # more rows than are taken at a time
    targets = torch.randint(0, 9, (3, 70), generator=drawn)
    real = targets != PAD
    logs = [logits[real].log_softmax(dim=-1) for logits in (one, other)]
    each = [functional.kl_div(a, b, log_target=True, reduction="sum") for a, b in (logs, logs[::-1])]
    assert_close(symmetric_divergence(one, other, targets), sum(each) / 2 / real.sum())


def test_r_drop_is_teacher_forcing_where_nothing_is_dropped():
    model = MODELS["gru-1-bi-additive-step"]()
    found = REGIMES["r-drop"].losses(model, batch(PAIRS), moment("r-drop"))
    assert_close(found["train"], teacher_forcing(model, batch(PAIRS), moment("teacher-forcing"))["train"])
    assert found["divergence"].item() == pytest.approx(0, abs=1e-6)


@torch.no_grad()
def test_r_drop_adds_the_weighted_divergence_of_two_passes():
    """Liang et al. 2021, eq. 4, halved: at α = 0 what is left is the mean of both passes' losses."""
    losses = {}
    for alpha in (0.0, 1.0, 5.0):
        torch.manual_seed(1)
        model = MODELS["transformer-post-sinusoidal-tied"]().train()
        losses[alpha] = REGIMES["r-drop"].losses(model, batch(PAIRS), moment("r-drop", r_drop_alpha=alpha))
    divergence = losses[0.0]["divergence"]
    assert divergence > 0.001
    for alpha, found in losses.items():
        assert_close(found["train"] - losses[0.0]["train"], alpha / 2 * divergence, atol=1e-5, rtol=1e-4)


# --- word dropout --------------------------------------------------------------------------------------------


def test_word_dropout_makes_that_share_of_what_is_read_unknown_and_nothing_else():
    whole = batch([(list(range(4, 8)) * 100, list(range(4, 8)) * 90), ([5], [6])])
    dropped = without_words(whole, 0.3, seed=1)
    for name in ("source", "inputs"):
        before, after = getattr(whole, name), getattr(dropped, name)
        changed = before != after
        assert (after[changed] == UNK).all()
        assert not changed[before <= EOS].any()
        assert changed[before > EOS].mean() == pytest.approx(0.3, abs=0.07)
    assert np.array_equal(dropped.targets, whole.targets)
    assert np.array_equal(dropped.mask, whole.mask)
    assert np.array_equal(without_words(whole, 0.3, seed=1).source, dropped.source)
    assert not np.array_equal(without_words(whole, 0.3, seed=2).source, dropped.source)


def test_word_dropout_reaches_the_model_in_training():
    class Watched(Chain):
        def forward(self, source, mask, target, **_):
            seen.append((source.tolist(), target.tolist()))
            return super().forward(source, mask, target)

    seen = []
    chain = Watched(circle().table.detach() / 50)
    list(train(chain, [([4] * 50, [5] * 50)], PAIRS, options(word_dropout=0.5)))
    (source,), (target,) = seen[0]
    assert 10 < source.count(UNK) < 40
    assert 10 < target.count(UNK) < 40
    assert all(UNK not in row for rows in seen[1] for row in rows), "what is validated is whole"


# --- BPE-dropout ---------------------------------------------------------------------------------------------

LINES = ["the cat sat on the mat", "that hat, the other hat!", "the theatre is on the other side"] * 3


@pytest.fixture(scope="module")
def subwords():
    return Subwords.train(LINES, 60)


def test_without_dropout_the_cut_is_the_librarys(subwords):
    merges = merges_of(subwords)
    for line in [*LINES, "snowy ☃ hats -- the▁end, of  <eos>it", "", "tttthe"]:
        words = words_of(subwords, clean(line))
        assert cut_all([words], merges, 0.0, "any") == [subwords.encode(line)]


def test_every_cut_spells_the_line(subwords):
    merges = merges_of(subwords)
    for seed in range(20):
        (ids,) = cut_all([words_of(subwords, LINES[1])], merges, 0.5, str(seed))
        assert subwords.decode(ids) == LINES[1]


def test_the_cuts_are_as_likely_as_the_algorithm_says():
    """By hand for "abc" with the merges ab, then abc, and bc: every way through algorithm 1 with p = 0.3.

    First step: ab if it is not dropped; bc if ab is and bc is not; else the word stays in letters. After ab, abc if it
    is not dropped; after bc nothing is possible.
    """
    merges = Merges(
        {"a": 4, "b": 5, "c": 6, "ab": 7, "abc": 8, "bc": 9}, {(4, 5): (0, 7), (7, 6): (1, 8), (5, 6): (2, 9)}
    )
    drawn, count, p = random.Random(1), 40_000, 0.3
    found = Counter(tuple(cut("abc", merges, p, drawn)) for _ in range(count))
    expected = {(8,): (1 - p) ** 2, (7, 6): (1 - p) * p, (4, 9): p * (1 - p), (4, 5, 6): p * p}
    assert set(found) == set(expected)
    for pieces, share in expected.items():
        assert found[pieces] / count == pytest.approx(share, abs=0.01)
    assert cut("xbc", merges, 0.0, drawn) == [UNK, 9]


def test_each_epoch_cuts_anew_and_the_same_epoch_the_same(subwords):
    from core.recipes.training_text import Text, encoded, recut

    text = Text([(line, line) for line in [*LINES, "that’s the “oﬃce”"]])
    of_epoch, again = (recut(text, subwords, 0.3, seed=5) for _ in range(2))
    assert of_epoch(0) == again(0)
    assert of_epoch(1) == again(1) != of_epoch(0)
    assert of_epoch(0) != recut(text, subwords, 0.3, seed=6)(0)
    assert all(source != target for source, target in of_epoch(0)[:1]), "each side has draws of its own"
    assert recut(text, subwords, 0.0, seed=5)(0) == encoded(text, subwords)


def test_bpe_dropout_needs_the_text_and_only_then():
    model = MODELS["gru-1-bi-additive-step"]()
    for changed, recut in (({"bpe_dropout": 0.1}, None), ({}, lambda number: PAIRS)):
        with pytest.raises(ValueError, match="BPE-dropout cuts the text anew: give `recut`, and only then"):
            next(train(model, PAIRS, PAIRS, options(**changed), recut=recut))


# --- a toy, learnt by each regime ----------------------------------------------------------------------------


CONFIGS = {
    "rnn": (RNN, RNNConfig(VOCABULARY_SIZE, 32)),
    "transformer": (Transformer, TransformerConfig(VOCABULARY_SIZE, 32, 4, 1, 1, 64, dropout=0.05)),
}


@pytest.mark.parametrize("family", CONFIGS)
@pytest.mark.parametrize("regime", [name for name in REGIMES if name != "teacher-forcing"])
def test_a_toy_is_learnt(family, regime):
    drawn = random.Random(1)
    rows = [drawn.choices(range(4, VOCABULARY_SIZE), k=drawn.randint(1, 3)) for _ in range(450)]
    pairs = [(row, row[::-1]) for row in rows]
    model = random_model(*CONFIGS[family])
    chosen = options(regime, epochs=12, max_tokens=200, learning_rate=1e-2, warmup=10, average_decay=0.8)
    events = train(model, pairs[:400], pairs[400:], chosen)
    # One that knows the words but not the source stands at 1.
    assert any(event.losses.get("validation", 1.0) < 0.7 for event in events)

"""Training: losses and schedules against their definitions, and a run that survives being killed."""

import contextlib
import math
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from model_zoo import MODELS, VOCABULARY_SIZE, random_model
from test_checkpoints import full_disk
from torch.nn import functional
from torch.testing import assert_close

from core.models.rnn import RNN, RNNConfig
from core.models.transformer import Transformer
from core.models.transformer_layers import TransformerConfig
from core.text.batches import batch
from core.text.subwords import BOS, EOS, PAD
from core.training import loop
from core.training.loop import train
from core.training.options import TrainOptions
from core.training.progress import begin, data_of
from core.training.regimes import REGIMES, Moment, smoothed_cross_entropy, teacher_forcing
from core.training.schedules import SCHEDULES

ROOT = Path(__file__).resolve().parents[1]
ONE_BATCH = 10**6  # tokens
PLAIN = Moment(TrainOptions(epochs=1, label_smoothing=0.0))
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
CONFIGS = {
    "rnn": (RNN, RNNConfig(VOCABULARY_SIZE, 32)),
    "transformer": (Transformer, TransformerConfig(VOCABULARY_SIZE, 32, 4, 1, 1, 64)),
}


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def exact(monkeypatch):
    """Train and evaluate in float32 on machines that would take bfloat16."""
    monkeypatch.setattr(loop, "autocast", lambda model: contextlib.nullcontext())


def toy(count, seed=1, reverse=True):
    """Pairs of 1 to 3 words and the same ones backwards, or copied."""
    drawn = random.Random(seed)
    rows = [drawn.choices(range(4, VOCABULARY_SIZE), k=drawn.randint(1, 3)) for _ in range(count)]
    return [(row, row[::-1] if reverse else row) for row in rows]


def tiny():
    return MODELS["gru-1-bi-additive-step"]()


def weights_of(model):
    return {name: weight.detach().clone() for name, weight in model.state_dict().items()}


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


# --- losses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_smoothed_cross_entropy_equals_torchs_over_the_real_targets(smoothing):
    drawn = torch.Generator().manual_seed(1)
    logits = torch.randn(300, 20, generator=drawn, requires_grad=True)  # more rows than are taken at a time
    targets = torch.randint(0, 20, (300,), generator=drawn)
    assert targets.eq(PAD).any()
    ours = smoothed_cross_entropy(logits, targets, smoothing)
    theirs = functional.cross_entropy(logits, targets, ignore_index=PAD, label_smoothing=smoothing)
    assert_close(ours, theirs)
    assert_close(*(torch.autograd.grad(loss, logits)[0] for loss in (ours, theirs)))


@torch.no_grad()
def test_teacher_forcing_is_the_mean_surprise_at_each_token_after_the_gold_prefix():
    """By hand: each sentence alone, each prefix anew."""
    model, pairs = tiny(), [([4, 5, 6], [7]), ([5], [4, 6, 7, 5])]
    surprises = []
    for source, target in pairs:
        ids = torch.tensor([[*source, EOS]])
        for position, token in enumerate([*target, EOS]):
            prefix = torch.tensor([[BOS, *target[:position]]])
            logits = model(ids, torch.ones_like(ids, dtype=torch.bool), prefix).logits[0, -1]
            surprises.append(-logits.log_softmax(dim=-1)[token].item())
    loss = teacher_forcing(model, batch(pairs), PLAIN)["train"].item()
    assert loss == pytest.approx(sum(surprises) / len(surprises), abs=1e-5)


# --- schedules -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_rises_evenly_to_its_peak_and_never_above(name):
    rates = [SCHEDULES[name](step, 10, 100) for step in range(100)]
    assert rates[:10] == pytest.approx([(step + 1) / 10 for step in range(10)])
    assert max(rates) == 1.0
    assert min(rates) > 0.0
    assert SCHEDULES[name](0, 0, 100) == 1.0  # no warm-up


def test_cosine_falls_by_half_a_cosine_to_nothing():
    assert SCHEDULES["cosine"](55, 10, 100) == pytest.approx(0.5)
    assert SCHEDULES["cosine"](100, 10, 100) == pytest.approx(0.0)


def test_inverse_sqrt_is_the_published_schedule_over_its_peak():
    """Vaswani et al. 2017, eq. 3, without the factor of the width."""
    for step in (1, 5, 10, 11, 40, 1000):
        published = min(step**-0.5, step * 10**-1.5)
        assert SCHEDULES["inverse-sqrt"](step - 1, 10, 1000) == pytest.approx(published / 10**-0.5)


def test_constant_stays_at_its_peak():
    assert SCHEDULES["constant"](99, 10, 100) == 1.0


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"schedule": "linear"}, f"unknown schedule 'linear'; valid: {', '.join(SCHEDULES)}"),
        ({"regime": "hope"}, f"unknown regime 'hope'; valid: {', '.join(REGIMES)}"),
        ({"epochs": 0}, "epochs must be a whole number from 1"),
        ({"label_smoothing": 1.0}, "label smoothing must be a number from 0.0 to 0.99"),
        ({"patience": 0}, "patience must be a whole number from 1"),
    ],
)
def test_wrong_options_name_the_valid_ones(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        TrainOptions(**({"epochs": 1} | wrong))


# --- the loop ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", CONFIGS)
def test_a_toy_is_learnt(family):
    construct, config = CONFIGS[family]
    undropped = {name: 0.0 for name in vars(config) if name.startswith("dropout")}
    model, unseen = random_model(construct, replace(config, **undropped)), toy(50, seed=2)
    assert loop.cross_entropy(model, unseen, ONE_BATCH) > 1.5
    options = TrainOptions(14, max_tokens=200, learning_rate=1e-2, warmup=10, label_smoothing=0, average_decay=0.8)
    events = train(model, toy(400), unseen, options)
    # One that knows the words but not the source stands at 1.
    assert any(event.losses.get("validation", 1.0) < 0.5 for event in events)


def test_events_count_steps_epochs_and_tokens():
    pairs = toy(40)
    events = list(train(tiny(), pairs, toy(5), TrainOptions(epochs=2, max_tokens=40)))
    steps = len(events) // 2
    assert steps > 2
    assert [event.step for event in events] == list(range(1, 2 * steps + 1))
    assert [event.epoch for event in events] == [1] * steps + [2] * steps
    assert events[-1].tokens == 2 * sum(len(source) + len(target) + 2 for source, target in pairs)
    assert events[-1].share == 1.0
    assert [event.step for event in events if "validation" in event.losses] == [steps, 2 * steps]


def test_weights_are_averaged_and_the_average_is_evaluated_and_kept(exact):
    """By hand: a ← d·a + (1 - d)·w with d = min(0.2, step / (step + 10)), three times."""
    model, validation = tiny(), toy(5, seed=2)
    average, seen = weights_of(model), []
    options = TrainOptions(epochs=1, max_tokens=15, learning_rate=0.5, warmup=1, average_decay=0.2)
    for event in train(model, toy(11), validation, options):
        seen.append(weights_of(model))
        decay = min(0.2, event.step / (event.step + 10))
        average = {name: decay * old + (1 - decay) * seen[-1][name] for name, old in average.items()}
    assert len(seen) == 3
    assert not same(seen[1], seen[2])
    assert_close(weights_of(model), average)
    expected = teacher_forcing(model, batch(validation), PLAIN)["train"].item()
    assert event.losses["validation"] == pytest.approx(expected, abs=1e-5)


def test_the_best_epoch_is_kept_though_later_ones_are_worse():
    """Trained on some words and validated on others, so that all it learns makes it worse."""
    model, pairs, validation = tiny(), [([4], [4, 5]), ([5], [5, 4])], [([4], [6, 7])]
    options = TrainOptions(epochs=5, learning_rate=0.1, warmup=1, max_tokens=ONE_BATCH, average_decay=0.5)
    losses = [event.losses["validation"] for event in train(model, pairs, validation, options)]
    assert losses[0] == min(losses)
    assert losses[0] < losses[-1] - 0.1
    assert loop.cross_entropy(model, validation, ONE_BATCH) == pytest.approx(losses[0], abs=1e-6)
    assert not model.training


def test_training_ends_after_so_many_epochs_without_a_better_loss():
    """At a rate of 0 no epoch is better than the first."""
    options = TrainOptions(epochs=20, learning_rate=0.0, patience=2, max_tokens=ONE_BATCH)
    assert [event.epoch for event in train(tiny(), toy(5), toy(5), options)] == [1, 2, 3]


def test_vectors_are_not_decayed_and_every_weight_is_trained_once():
    model = tiny()
    decayed, free = begin(model, TrainOptions(epochs=1, weight_decay=0.1)).optimizer.param_groups
    assert (decayed["weight_decay"], free["weight_decay"]) == (0.1, 0.0)
    assert {weight.dim() for weight in free["params"]} == {1}
    together = [id(weight) for weight in decayed["params"] + free["params"]]
    assert sorted(together) == sorted(id(weight) for weight in model.parameters())


@pytest.mark.parametrize("epochs", [1, 3])
def test_a_rate_that_is_too_high_stops_with_one_sentence_even_at_the_last_step(epochs):
    options = TrainOptions(epochs=epochs, learning_rate=1e30, warmup=1, max_tokens=ONE_BATCH)
    with pytest.raises(FloatingPointError, match=r"the loss became .* at step 1; try a lower learning rate") as raised:
        list(train(tiny(), toy(5), toy(5), options))
    assert "\n" not in str(raised.value)


def test_a_weight_that_is_not_a_number_stops_training_before_it_is_saved(tmp_path):
    model = tiny()
    with torch.no_grad():
        model.readout.weight[0, 0] = math.nan
    options = TrainOptions(epochs=1, max_tokens=ONE_BATCH, checkpoint_every=1)
    with pytest.raises(FloatingPointError, match="the loss became nan at step 1"):
        list(train(model, toy(5), toy(5), options, tmp_path / "checkpoint.pt"))
    assert not any(tmp_path.iterdir())


# --- what a step and an epoch are ------------------------------------------------------------------------------


def undropped(family="transformer"):
    construct, config = CONFIGS[family]
    without = {name: 0.0 for name in vars(config) if name.startswith("dropout")}
    return random_model(construct, replace(config, **without))


def test_accumulated_batches_make_the_step_of_one_large_batch(exact):
    """Of sentences of one length, so that a batch of 4 has the tokens of two of 2."""
    pairs = [([4, 5, 6], [6, 5, 4]), ([4, 4, 4], [4, 4, 4]), ([7, 5, 6], [6, 5, 7]), ([6, 6, 7], [7, 6, 6])]
    found = {}
    for max_tokens, accumulate in ((ONE_BATCH, 1), (8, 2)):
        model = undropped()
        options = TrainOptions(3, max_tokens=max_tokens, accumulate=accumulate, warmup=0, average_decay=0.0)
        events = list(train(model, pairs, pairs, options))
        assert [event.step for event in events] == [1, 2, 3]
        assert events[-1].tokens == 3 * 4 * (4 + 4)
        found[accumulate] = [loss for event in events for loss in event.losses.values()]
    assert found[2] == pytest.approx(found[1], abs=1e-5)


def test_batches_of_unlike_size_weigh_as_many_tokens_as_they_have(exact):
    """The loss of a step is the mean over its tokens, whichever batch they are in."""
    pairs = [([4] * 6, [5] * 6), ([4], [6])]
    model = undropped()
    expected = teacher_forcing(model, batch(pairs), PLAIN)["train"].item()
    options = TrainOptions(1, max_tokens=7, accumulate=2, label_smoothing=0.0)
    (event,) = train(model, pairs, pairs, options)
    assert event.losses["train"] == pytest.approx(expected, abs=1e-5)


def test_the_last_step_of_an_epoch_takes_what_is_left():
    options = TrainOptions(2, max_tokens=4, accumulate=2)
    events = list(train(tiny(), [([4, 5], [4, 5])] * 3, toy(3), options))
    assert [event.share for event in events] == [0.25, 0.5, 0.75, 1.0]


def test_plateau_halves_the_rate_after_each_epoch_without_a_better_loss(monkeypatch):
    losses = iter([3.0, 4.0, 2.0, 2.0, 5.0, 1.0])
    monkeypatch.setattr(loop, "cross_entropy", lambda *_: next(losses))
    rates = []
    monkeypatch.setattr(loop, "copy_of", lambda model: rates.append(seen[-1].optimizer.param_groups[0]["lr"]) or {})
    seen, whole = [], loop.train_step

    def watched(progress, *arguments):
        seen.append(progress)
        progress.average = {}
        return whole(progress, *arguments)

    monkeypatch.setattr(loop, "train_step", watched)
    model = tiny()
    monkeypatch.setattr(model, "load_state_dict", lambda weights: None)
    options = TrainOptions(6, max_tokens=ONE_BATCH, learning_rate=0.08, warmup=0, schedule="plateau")
    list(train(model, toy(3), toy(3), options))
    assert rates == pytest.approx([0.08, 0.08, 0.04, 0.04, 0.02, 0.01])


def test_the_mean_of_the_last_epochs_is_evaluated_and_kept(exact):
    model, validation, seen = tiny(), toy(5, seed=2), []
    options = TrainOptions(4, max_tokens=ONE_BATCH, learning_rate=0.02, warmup=0, average_last=2, patience=9)
    for event in train(model, toy(11), validation, options):
        seen.append((weights_of(model), event.losses["validation"]))
    for number, (_, validated) in enumerate(seen):
        last = [weights for weights, _ in seen[max(0, number - 1) : number + 1]]
        mean = {name: sum(weights[name] for weights in last) / len(last) for name in last[0]}
        other = tiny()
        other.load_state_dict(mean)
        assert teacher_forcing(other, batch(validation), PLAIN)["train"].item() == pytest.approx(validated, abs=1e-5)
        if validated == min(loss for _, loss in seen):
            best = mean
    assert_close(weights_of(model), best)


def test_training_leaves_the_callers_random_numbers_alone():
    torch.manual_seed(7)
    before = torch.get_rng_state()
    list(train(tiny(), toy(5), toy(5), TrainOptions(1, max_tokens=ONE_BATCH)))
    assert torch.equal(torch.get_rng_state(), before)


def test_nothing_to_train_on_is_one_sentence():
    for pairs, validation in (([], toy(3)), (toy(3), [])):
        with pytest.raises(ValueError, match="give training and validation pairs"):
            next(train(tiny(), pairs, validation, TrainOptions(1)))


OUT_OF_MEMORY = {
    "a GPU's": torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    "a CPU's": RuntimeError(
        "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."
    ),
    "Python's": MemoryError(),
}


@pytest.mark.parametrize("kind", OUT_OF_MEMORY)
def test_the_end_of_memory_is_one_sentence_and_the_last_checkpoint_stays(tmp_path, monkeypatch, kind):
    checkpoint, whole, steps = tmp_path / "checkpoint.pt", loop.back_propagate, []

    def third_fails(*arguments):
        steps.append(arguments)
        if len(steps) == 3:
            raise OUT_OF_MEMORY[kind]
        return whole(*arguments)

    monkeypatch.setattr(loop, "back_propagate", third_fails)
    options = TrainOptions(3, max_tokens=ONE_BATCH, checkpoint_every=1)
    advice = (
        "memory ran out at step 3 .* the last checkpoint stays: go on with --resume --max-tokens 500000 --accumulate 2"
    )
    with pytest.raises(MemoryError, match=advice):
        list(train(tiny(), toy(5), toy(5), options, checkpoint))
    assert [event.step for event in train(tiny(), toy(5), toy(5), options, checkpoint)] == [3]


def test_another_error_of_torch_is_not_taken_for_the_end_of_memory(monkeypatch):
    def fails(*_):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(loop, "back_propagate", fails)
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        list(train(tiny(), toy(5), toy(5), TrainOptions(1)))


def test_a_gradient_that_is_not_a_number_stops_before_the_weights_change(monkeypatch, tmp_path):
    """Its loss is still finite: the checkpoint before it stays the last one."""
    model, checkpoint, whole = tiny(), tmp_path / "checkpoint.pt", loop.back_propagate

    def poisoned(progress, *arguments):
        losses = whole(progress, *arguments)
        if progress.step == 1:
            progress.model.readout.bias.grad[0] = math.nan
        return losses

    monkeypatch.setattr(loop, "back_propagate", poisoned)
    options = TrainOptions(3, max_tokens=ONE_BATCH, checkpoint_every=1)
    with pytest.raises(FloatingPointError, match="the gradient became nan at step 2"):
        list(train(model, toy(5), toy(5), options, checkpoint))
    saved = torch.load(checkpoint, weights_only=True)
    assert saved["step"] == 1
    assert same(saved["model"], weights_of(model))


# --- killed and resumed --------------------------------------------------------------------------------------


RUNS = {  # every regime, and all else that draws or remembers something
    "scheduled": {"regime": "scheduled-sampling", "decay": "linear", "average_last": 2},
    "parallel": {"regime": "parallel-scheduled-sampling", "word_dropout": 0.2, "schedule": "plateau"},
    "professor": {"regime": "professor-forcing", "accumulate": 2},
    "r-drop": {"regime": "r-drop", "word_dropout": 0.1, "bpe_dropout": 0.3},
}


def toy_run(family, checkpoint=None, run=None, **changed):
    """A model with dropout, and its training: a checkpoint every second step and at the end of each of 2 epochs."""
    model = random_model(*CONFIGS[family])
    chosen = {"epochs": 2, "max_tokens": 24, "learning_rate": 0.01, "warmup": 5, "checkpoint_every": 2}
    options = TrainOptions(**(chosen | RUNS.get(run, {}) | changed))
    recut = (lambda number: toy(36 + 4 * number, seed=number)) if options.bpe_dropout else None
    return model, train(model, toy(40), toy(4, seed=2), options, checkpoint, recut=recut)


def run_with_leave(family, folder, runs):
    """In a process of its own: after each step of all runs its number is printed, and leave for the next is awaited."""
    torch.set_num_threads(1)
    for events in zip(*(toy_run(family, checkpoint_of(folder, run), run)[1] for run in runs), strict=False):
        print(events[0].step, flush=True)
        sys.stdin.readline()


def checkpoint_of(folder, run):
    """The checkpoint of one of several runs."""
    return Path(folder, f"{run}.pt")


def run_until_half_a_checkpoint(family, checkpoint, number):
    """In a process of its own, which dies when half of its checkpoint of that number is written."""
    torch.set_num_threads(1)
    save, saved = torch.save, []

    def die_writing(content, file):
        save(content, file)
        saved.append(file)
        if len(saved) == number:
            file.truncate(file.tell() // 2)
            os.kill(os.getpid(), KILL)

    torch.save = die_writing
    list(toy_run(family, Path(checkpoint))[1])


def in_a_process(call):
    """A Python that makes one call to this file."""
    paths = f"import sys; sys.path[:0] = {[str(ROOT), str(ROOT / 'tests')]!r}"
    command = [sys.executable, "-c", f"{paths}; import test_training; test_training.{call}"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def finish(family, checkpoint=None, run=None):
    """The steps made to the end of that run, each with its losses, and the weights."""
    model, events = toy_run(family, checkpoint, run)
    return [(event.step, event.losses) for event in events], weights_of(model)


@pytest.mark.soak
def test_a_run_killed_at_a_random_moment_resumes_to_the_same_weights(tmp_path):
    checkpoint, drawn = checkpoint_of(tmp_path, None), random.Random()
    all_steps, undisturbed = finish("transformer")
    step = drawn.randint(3, len(all_steps) - 2)
    moment = drawn.uniform(0, 0.03)  # seconds after this step, while the next one is made
    with in_a_process(f"run_with_leave('transformer', {str(tmp_path)!r}, [None])") as process:
        process.stdin.write("\n" * step)
        process.stdin.flush()
        printed = [process.stdout.readline() for _ in range(step)]
        time.sleep(moment)
        process.kill()
    assert process.returncode != 0
    assert printed == [f"{done}\n" for done, _ in all_steps[:step]]
    steps, weights = finish("transformer", checkpoint)
    first = steps[0][0]
    assert step // 2 * 2 < first <= step + 2, "it goes on from the last checkpoint"
    assert steps == all_steps[first - 1 :]
    assert same(weights, undisturbed), f"killed {moment:.4f} s after step {step}"


@pytest.mark.soak
def test_a_killed_run_of_any_regime_resumes_to_the_same_weights(tmp_path):
    """All killed between the steps 5 and 6, one after a checkpoint; the judge and its optimiser are resumed, too."""
    with in_a_process(f"run_with_leave('rnn', {str(tmp_path)!r}, {list(RUNS)!r})") as process:
        process.stdin.write("\n" * 4)
        process.stdin.flush()
        printed = [process.stdout.readline() for _ in range(5)]
        process.kill()
    assert printed[-1] == "5\n"
    for run in RUNS:
        all_steps, undisturbed = finish("rnn", run=run)
        steps, weights = finish("rnn", checkpoint_of(tmp_path, run), run)
        assert steps == all_steps[-len(steps) :], run
        assert len(all_steps) - 5 <= len(steps) < len(all_steps), run
        assert same(weights, undisturbed), run


def test_a_run_killed_while_it_writes_a_checkpoint_resumes_from_the_one_before(tmp_path):
    checkpoint = tmp_path / "checkpoint.pt"
    with in_a_process(f"run_until_half_a_checkpoint('rnn', {str(checkpoint)!r}, 4)") as process:
        process.communicate()
    assert process.returncode != 0
    assert len(list(tmp_path.iterdir())) == 2, "the half-written one lies beside the whole one"
    (all_steps, undisturbed), (steps, weights) = finish("rnn"), finish("rnn", checkpoint)
    assert steps == all_steps[6:]
    assert same(weights, undisturbed)


def test_a_run_that_has_ended_only_gives_its_weights_again(tmp_path):
    checkpoint = tmp_path / "checkpoint.pt"
    options = TrainOptions(epochs=2, max_tokens=ONE_BATCH)
    model, again = tiny(), tiny()
    assert len(list(train(model, toy(5), toy(5), options, checkpoint))) == 2
    assert list(train(again, toy(5), toy(5), options, checkpoint)) == []
    assert same(weights_of(again), weights_of(model))


def test_the_checkpoint_of_another_model_is_refused(tmp_path):
    checkpoint = tmp_path / "checkpoint.pt"
    options = TrainOptions(epochs=1, max_tokens=ONE_BATCH)
    list(train(tiny(), toy(5), toy(5), options, checkpoint))
    other = MODELS["transformer-post-sinusoidal-tied"]()
    with pytest.raises(ValueError, match="belongs to another model"):
        list(train(other, toy(5), toy(5), options, checkpoint))


@pytest.mark.parametrize("content", [b"", b"garbage", b"PK\x03\x04 a cut archive", b"R"])
def test_a_damaged_checkpoint_is_named(tmp_path, content):
    checkpoint = tmp_path / "checkpoint.pt"
    checkpoint.write_bytes(content)
    with pytest.raises(ValueError, match="is damaged or belongs to"):
        list(train(tiny(), toy(5), toy(5), TrainOptions(epochs=1), checkpoint))


@pytest.mark.parametrize(
    ("run", "changed", "sentence"),
    [
        ("professor", {"regime": "r-drop"}, "was trained with --regime professor-forcing, not r-drop: repeat that"),
        (None, {"seed": 2}, "was trained with --seed 1, not 2: repeat that, or train anew without --resume"),
        ("r-drop", {"bpe_dropout": 0.2}, "was trained with --bpe-dropout 0.3, not 0.2"),
    ],
)
def test_a_run_is_not_gone_on_with_as_another(tmp_path, run, changed, sentence):
    checkpoint = tmp_path / "checkpoint.pt"
    next(toy_run("rnn", checkpoint, run, checkpoint_every=1)[1])
    before = checkpoint.read_bytes()
    with pytest.raises(ValueError, match=sentence) as raised:
        next(toy_run("rnn", checkpoint, run, **changed)[1])
    assert "\n" not in str(raised.value)
    assert checkpoint.read_bytes() == before


@pytest.mark.parametrize(
    ("other", "told"), [(toy(6), "5 pairs, not on these 6"), (toy(5, seed=2), "other pairs than these")]
)
def test_a_run_is_not_gone_on_with_on_other_data(tmp_path, other, told):
    checkpoint = tmp_path / "checkpoint.pt"
    options = TrainOptions(epochs=2, max_tokens=ONE_BATCH)
    list(train(tiny(), toy(5), toy(5), options, checkpoint))
    with pytest.raises(ValueError, match=f"was trained on {told}: give the same data"):
        list(train(tiny(), other, toy(5), options, checkpoint))


def test_a_run_is_not_gone_on_with_by_a_model_of_another_kind_whose_weights_fit(tmp_path):
    checkpoint, (construct, config) = tmp_path / "checkpoint.pt", CONFIGS["transformer"]
    options = TrainOptions(epochs=2, max_tokens=ONE_BATCH)
    list(train(random_model(construct, config), toy(5), toy(5), options, checkpoint))
    other = random_model(construct, replace(config, positions="none"))
    with pytest.raises(ValueError, match="belongs to another model"):
        list(train(other, toy(5), toy(5), options, checkpoint))


def test_a_run_can_go_on_longer_and_with_smaller_batches(tmp_path):
    """With other batches its epoch begins anew; what it has learnt stays."""
    checkpoint = tmp_path / "checkpoint.pt"
    events = toy_run("rnn", checkpoint, epochs=1)[1]
    seen = [next(events).step for _ in range(4)]
    events.close()
    resumed = list(toy_run("rnn", checkpoint, epochs=2, max_tokens=12, accumulate=2)[1])
    assert resumed[0].step == seen[-1] + 1
    assert resumed[0].share < 0.2
    assert resumed[-1].epoch == 2


def test_a_checkpoint_of_an_older_format_is_one_sentence_and_stays(tmp_path):
    """As they were before they told their format: the random state, and no options."""
    checkpoint, model = tmp_path / "checkpoint.pt", tiny()
    torch.save({"model": model.state_dict(), "random": torch.get_rng_state(), "step": 3}, checkpoint)
    before = checkpoint.read_bytes()
    with pytest.raises(ValueError, match=r"is a checkpoint of format 1, .* format 3: .*; the file stays$") as raised:
        next(train(tiny(), toy(5), toy(5), TrainOptions(1), checkpoint))
    assert "\n" not in str(raised.value)
    assert checkpoint.read_bytes() == before


# --- checkpoints from anywhere -------------------------------------------------------------------------------


STRANGE = (None, "text", [1], {"a": 1}, 10**400, -1, float("nan"), [{"a": "b"}])


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A checkpoint with a judge of its own and the weights of two epochs, and what it holds."""
    checkpoint = tmp_path_factory.mktemp("saved") / "checkpoint.pt"
    list(toy_run("rnn", checkpoint, "professor", average_last=2, epochs=2)[1])
    return checkpoint, torch.load(checkpoint, weights_only=True)


def refused(checkpoint, content, monkeypatch):
    """The sentence with which a run refuses to go on from a checkpoint of this content."""
    monkeypatch.setattr(torch, "load", lambda *_, **__: content)
    model, options = random_model(*CONFIGS["rnn"]), RESUMED
    with pytest.raises(ValueError, match=r"^[^\n]{1,400}$") as raised:
        begin(model, options).load(checkpoint, options, data_of(toy(40)))
    return str(raised.value)


RESUMED = TrainOptions(
    **({"epochs": 3, "max_tokens": 24, "learning_rate": 0.01, "warmup": 5, "checkpoint_every": 2} | RUNS["professor"]),
    average_last=2,
)


def test_a_checkpoint_with_a_part_that_is_missing_or_of_another_kind_is_one_sentence(saved, monkeypatch):
    checkpoint, content = saved
    begin(random_model(*CONFIGS["rnn"]), RESUMED).load(checkpoint, RESUMED, data_of(toy(40)))
    for name in content:
        told = refused(checkpoint, {key: part for key, part in content.items() if key != name}, monkeypatch)
        assert str(checkpoint) in told, name
        for value in STRANGE:
            assert str(checkpoint) in refused(checkpoint, content | {name: value}, monkeypatch), (name, value)


@pytest.mark.parametrize("value", STRANGE[:5], ids=str)
def test_a_checkpoint_with_a_strange_part_further_in_is_one_sentence(saved, monkeypatch, value):
    checkpoint, content = saved
    weight = next(iter(content["model"]))
    damages = [{name: content[name] | {weight: value}} for name in ("model", "average", "best")]
    damages += [{"last": [value]}, {"curve": [value]}, {"options": content["options"] | {"seed": value}}]
    for name in ("optimizer", "judge_optimizer"):
        groups, state = content[name]["param_groups"], content[name]["state"]
        strange = [{"state": state, "param_groups": value}, {"state": value, "param_groups": groups}]
        strange += [{"state": state | {0: value}, "param_groups": groups}]
        strange += [{"state": state | {0: state[0] | {"exp_avg": value}}, "param_groups": groups}]
        strange += [{"state": state, "param_groups": [groups[0] | {"betas": value}, *groups[1:]]}]
        damages += [{name: state} for state in strange]
    for damage in damages:
        assert str(checkpoint) in refused(checkpoint, content | damage, monkeypatch), damage.keys()


def test_a_disk_that_is_full_when_a_checkpoint_is_due_leaves_the_one_before(tmp_path):
    checkpoint = tmp_path / "checkpoint.pt"
    all_steps, undisturbed = finish("rnn")
    events = toy_run("rnn", checkpoint)[1]
    for _ in range(3):
        next(events)
    with full_disk(checkpoint.stat().st_size // 2), pytest.raises(OSError, match=r"can't be written: File too large$"):
        next(events)
    assert list(tmp_path.iterdir()) == [checkpoint]
    steps, weights = finish("rnn", checkpoint)
    assert steps == all_steps[2:]
    assert same(weights, undisturbed)

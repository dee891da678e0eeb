"""Trainings in processes of their own: bounded, queued, stopped, cleaned up; and what the real worker writes."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from itertools import combinations as pairs_of
from itertools import cycle, islice, product
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from core.checkpoints import build, load, read_card
from core.models import attention_scores, positional, rnn_layers, transformer_layers
from core.models.contract import Seq2Seq
from core.options import BeamOptions
from core.training.loop import steps_of, train
from core.training.options import TrainOptions
from core.training.regimes import REGIMES
from dashboard.live import own_models, trainings
from dashboard.live import pairs as own_pairs
from dashboard.live.material import material, planned
from dashboard.live.own_models import MOST, OwnModels, Tabs
from dashboard.live.plan import DETAILS, HAS, KINDS, SCORES, STEPS, TASKS, Plan
from dashboard.live.refusal import Refusal
from dashboard.live.trainings import Trainings

ROOT = Path(__file__).resolve().parents[1]
PLAN = Plan("copy", "transformer")
PAIRS = own_pairs.parsed(own_pairs.EXAMPLE)
# A worker without a model: it obeys as the real one does, but for what its argument says.
FAKE = """
import json, sys
kind = sys.argv[1]
say = lambda **told: print(json.dumps(told), flush=True)
if not sys.stdin.readline(): sys.exit()
say(kind="begun", steps=10)
say(kind="frame", step=0)
if kind == "crash": sys.exit(3)
if kind == "curse": print("x" * 9999, "\\n" * 99, "MemoryError: **no** room\\x1b", file=sys.stderr); sys.exit(3)
if kind == "garble": sys.stdout.buffer.write(b"\\xff\\n"); sys.stdout.flush()
if kind == "fail": say(kind="failed", reason="the loss became nan"); sys.exit(0)
if kind == "talk": print("not a line of ours", flush=True); print("[1]", flush=True)
for line in sys.stdin:
    wanted = line.strip()
    if kind == "deaf": continue
    if wanted == "pause": say(kind="paused")
    if wanted == "go": say(kind="running")
    if wanted == "stop": say(kind="ended"); break
"""


@pytest.fixture
def managed():
    """Make a manager of fake workers; all are closed at the end."""
    made = []

    def make(kind="obey", **options) -> Trainings:
        made.append(Trainings(worker=(sys.executable, "-c", FAKE, kind), **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


def until(true, patience=180):
    """Wait for something that a thread or a process will do."""
    give_up = time.monotonic() + patience
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.02)


# --- the manager


def test_no_more_run_than_there_are_places_and_the_others_keep_their_order(managed):
    manager = managed(places=2)
    first, second, third, fourth = (manager.start(PLAN) for _ in range(4))
    until(lambda: first.state == second.state == "running")
    assert [third.state, fourth.state] == ["waiting", "waiting"]
    assert [manager.place(one) for one in (first, second, third, fourth)] == [0, 0, 1, 2]
    manager.stop(second)
    until(lambda: third.state == "running")
    assert [second.state, fourth.state, manager.place(fourth)] == ["ended", "waiting", 1]
    assert len(manager.running) == 2


def test_who_leaves_the_queue_never_runs(managed):
    manager = managed(places=1)
    first, second, third = (manager.start(PLAN) for _ in range(3))
    manager.stop(second)
    assert [second.state, manager.place(third)] == ["ended", 1]
    manager.stop(first)
    until(lambda: third.state == "running")
    assert second.process is None


def test_a_training_pauses_goes_on_and_stops(managed):
    training = managed().start(PLAN)
    until(lambda: training.state == "running")
    for command, state in (("pause", "paused"), ("go", "running"), ("stop", "ended")):
        training.ask(command)
        until(lambda state=state: training.state == state)
    assert training.over
    training.ask("go")  # nobody hears it
    assert training.state == "ended"


@pytest.mark.parametrize(("kind", "reason"), [("crash", ""), ("fail", "the loss became nan")])
def test_a_worker_that_fails_gives_its_place_away(managed, kind, reason):
    manager = managed(kind, places=1)
    first, second = manager.start(PLAN), manager.start(PLAN)
    until(lambda: first.over and second.over)
    assert [first.state, first.reason, first.forced, first.last_line] == ["failed", reason, False, ""]
    until(lambda: not manager.running)


def test_stopping_out_of_a_pause_is_never_taken_for_the_pause(managed):
    manager = managed()
    training = manager.start(PLAN)
    until(lambda: training.state == "running")
    training.ask("pause")
    manager.stop(training)
    assert training.state in ("stopping", "ended")
    training.take({"kind": "paused"})
    until(lambda: training.state == "ended")


def test_a_worker_that_can_not_be_started_is_a_failed_training():
    manager = Trainings(worker=(str(ROOT / "nothing-of-this-name"),))
    training = manager.start(PLAN)
    until(lambda: training.over)
    assert training.state == "failed"
    manager.close()


def test_what_a_worker_writes_beside_its_lines_is_kept_bounded(managed):
    training = managed("curse").start(PLAN)
    until(lambda: training.over)
    assert [training.state, training.last_line] == ["failed", "MemoryError: **no** room"]
    assert len(training.errors) == trainings.LINES
    training.errors.append("y" * 999)
    assert training.last_line == "y" * trainings.SHOWN + "…"


@pytest.mark.parametrize("kind", ["talk", "garble"])
def test_lines_that_are_none_of_ours_are_passed_over(managed, kind):
    training = managed(kind).start(PLAN)
    until(lambda: training.state == "running")
    training.ask("stop")
    until(lambda: training.over)
    assert (training.state, training.forced) == ("ended", False)


def test_time_is_limited_and_whoever_does_not_obey_is_ended(managed, monkeypatch):
    obedient = managed(seconds=0.2).start(PLAN)
    until(lambda: obedient.state == "ended")
    assert obedient.timed_out
    monkeypatch.setattr(trainings, "GRACE", 0.2)
    deaf = managed("deaf", seconds=0.2).start(PLAN)
    until(lambda: deaf.over)
    assert deaf.process.poll() is not None
    assert [obedient.forced, deaf.forced, deaf.state] == [False, True, "failed"]


def test_closing_ends_every_process_and_removes_every_file(managed):
    manager = managed(places=1)
    running, waiting = manager.start(PLAN), manager.start(PLAN)
    until(lambda: running.state == "running")
    manager.warm()
    root, spare = manager.root, manager.spare
    assert json.loads((running.folder / "plan.json").read_text())["task"] == "copy"
    manager.close()
    until(lambda: running.process.poll() is not None)
    assert spare.poll() is not None
    assert not root.exists()
    assert waiting.process is None


def test_a_process_waits_for_a_training_and_ends_when_none_comes(managed, monkeypatch):
    manager = managed(places=2)
    manager.warm()
    spare = manager.spare
    manager.warm()
    assert manager.spare is spare
    training = manager.start(PLAN)
    assert training.process is spare
    manager.warm()
    assert manager.spare is None  # not beside one that is starting
    until(lambda: training.state == "running")
    monkeypatch.setattr(trainings, "IDLE", 0.05)
    manager.warm()
    other = manager.spare
    until(lambda: manager.spare is None)
    assert other.poll() is not None
    manager.warm()
    manager.spare.kill()
    manager.spare.wait()
    assert manager.start(PLAN).process.poll() is None  # a dead one is not taken


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_worker_outlives_no_server_however_that_dies():
    """The real worker: the server is killed, the process ends and takes its folder along; one that waits ends, too."""
    script = (
        "import time; from dashboard.live.trainings import *; from dashboard.live.plan import Plan\n"
        "all = Trainings(); all.warm(); waits = all.spare\n"
        "one = all.start(Plan('copy', 'transformer')); assert one.process is waits\n"
        "one.state = 'running'; all.warm(); assert all.spare is not waits\n"
        "print(one.process.pid, all.spare.pid, one.folder, flush=True); time.sleep(600)"
    )
    server = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    *pids, folder = server.stdout.readline().split()
    server.send_signal(signal.SIGKILL)
    server.communicate()

    def gone(pid: str) -> bool:
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return True
        status = Path(f"/proc/{pid}/stat")  # where nobody waits for it, it stays as a zombie
        return status.is_file() and status.read_text().split(") ")[1][0] == "Z"

    until(lambda: all(map(gone, pids)))
    assert not Path(folder).exists()
    Path(folder).parent.rmdir()


# --- the plan and the worker


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("task", TASKS)
def test_every_choice_makes_a_model_and_lessons(task, kind):
    plan = Plan(task, kind, pairs=PAIRS if task == "own" else (), numbers={"data": "300", "width": "64", "layers": "2"})
    made = material(plan)
    assert made.model.config.width == 64
    assert len(made.pairs) == (len(PAIRS) - len(PAIRS) // 10 if task == "own" else 300)
    assert made.options.epochs * len(made.pairs) >= len(made.pairs)
    assert (plan.filmed() in plan.train_and_held()[0]) == (
        task == "own"
    )  # a toy's film shows what was never trained on
    assert (
        not {tuple(pair) for pair in plan.train_and_held()[1]} & {tuple(pair) for pair in plan.train_and_held()[0]}
        or task != "own"
    )


@pytest.mark.parametrize("batches", range(1, 121))
def test_the_steps_that_are_announced_are_those_that_are_done(batches):
    pairs, options = [([5], [5])] * batches, {"max_tokens": 2}  # a pair a batch
    epochs, steps = planned(pairs, **options)
    assert steps == sum(len(steps_of(pairs, TrainOptions(epochs, **options), number)) for number in range(epochs))
    assert 0 <= steps - STEPS < batches


def test_the_regimes_are_those_of_core():
    for regime in REGIMES:
        assert material(Plan("copy", "rnn-additive", regime, numbers={"data": "30"})).options.regime == regime
    with pytest.raises(ValueError, match="unknown regime 'sticks'; valid: teacher-forcing"):
        Plan("copy", "transformer", "sticks")


def combinations(kind):
    """Every way to choose what a kind of model has."""
    return [dict(zip(HAS[kind], values, strict=True)) for values in product(*(DETAILS[name] for name in HAS[kind]))]


@pytest.mark.parametrize("kind", KINDS)
def test_every_combination_is_a_model_of_its_own(kind):
    made = []
    for details in combinations(kind):
        plan = Plan("copy", kind, details=details)
        model = build(plan.family, {**plan.config, "width": 8, "vocabulary_size": 9})
        assert ("cross" in model.heads) == plan.attends
        made.append(model.config)
    assert len(set(made)) == len(made)


STRIDE = 7  # through all combinations of a kind that has many: so any two choices meet


@pytest.mark.parametrize("kind", KINDS)
def test_any_two_choices_take_two_steps_of_training_together(kind):
    torch.set_num_threads(1)
    some = combinations(kind)[:: STRIDE if len(combinations(kind)) > STRIDE**2 else 1]
    for first, second in pairs_of(HAS[kind], 2):
        met = {(details[first], details[second]) for details in some}
        assert met == set(product(DETAILS[first], DETAILS[second]))
    for details, regime in zip(some, cycle(REGIMES)):
        plan = Plan("copy", kind, regime, details=details)
        model = build(plan.family, {**plan.config, "width": 8, "vocabulary_size": 9})
        before = [weight.clone() for weight in model.parameters()]
        lessons = [([5, 2], [6]), ([6, 2], [5])]
        options = TrainOptions(1, **{**plan.options, "max_tokens": 4})
        assert [event.step for event in train(model, lessons, lessons, options)] == [1, 2]
        assert any(not torch.equal(*pair) for pair in zip(before, model.parameters(), strict=True))


def test_what_can_be_chosen_is_what_core_has_and_nothing_that_contradicts():
    choices = {"cell": rnn_layers.CELLS, "context": rnn_layers.CONTEXTS, "positions": positional.POSITIONS}
    choices |= {"norm": transformer_layers.NORMS, "score": [name for name in attention_scores.SCORES if name != "none"]}
    for name, valid in choices.items():
        assert set(DETAILS[name]) == set(valid)
    assert len(SCORES) == len(set(SCORES))
    simple = Plan("copy", "rnn-additive").config
    assert (simple["attention"], simple["context"], simple["cell"]) == ("additive", "step", "gru")
    with pytest.raises(ValueError, match="unknown detail of rnn-plain 'score'; valid: cell, reads"):
        Plan("copy", "rnn-plain", details={"score": "dot"})
    with pytest.raises(ValueError, match="unknown score 'taste'; valid: additive"):
        Plan("copy", "rnn-additive", details={"score": "taste"})
    with pytest.raises(ValueError, match="unknown width '33'; valid: 8, 16"):
        Plan("copy", "rnn-additive", numbers={"width": "33"})


@pytest.fixture(scope="module")
def trained():
    """A real training on own pairs: paused, gone on with, stopped."""
    manager = Trainings(places=1)
    own = OwnModels(manager)
    training = own.begin(Plan("own", "transformer", pairs=PAIRS))
    until(lambda: len(training.frames) > 25 or training.over)
    training.ask("pause")
    until(lambda: training.state == "paused")
    paused = len(training.frames)
    training.ask("go")
    until(lambda: len(training.frames) > paused or training.over)
    training.ask("stop")
    until(lambda: training.state == "ended")
    yield own
    own.close()
    manager.close()


def test_the_loss_falls_and_every_frame_is_whole(trained):
    training = trained.training
    frames, about = training.frames, training.about
    assert [frame["step"] for frame in frames[:21]] == list(range(21))
    assert frames[-1]["loss"] < frames[1]["loss"]
    for frame in frames:
        weights = np.frombuffer(base64.b64decode(frame["weights"]), np.uint8)
        shape = (frame["layers"], frame["heads"], len(about["rows"]), len(about["columns"]))
        assert len(frame["costs"]) == len(about["rows"])
        assert weights.reshape(shape).sum(-1) / 255 == pytest.approx(1, abs=0.02)
    assert about["rows"] == [*PAIRS[0][1].split(), "<eos>"]


def test_filming_changes_nothing(trained):
    """The losses of the filmed training are those of core's own loop without a film."""
    made = material(trained.training.plan)
    events = islice(train(made.model, made.pairs, made.pairs, made.options), 15)
    wanted = [event.losses["train"] for event in events]
    assert [frame["loss"] for frame in trained.training.frames[1:16]] == pytest.approx(wanted, abs=2e-3)


def test_a_saved_model_is_the_one_of_its_moment(trained):
    """Costs written straight from the loaded model's logits, in float16's precision."""
    name = trained.training.saved[-1]
    loaded = load(name, trained.trainings.folder_of(name))
    frame = next(frame for frame in trained.training.frames if frame["step"] == loaded.card.training["steps"])
    assert costs(loaded.model, loaded.subwords, *PAIRS[0]) == pytest.approx(frame["costs"], abs=0.02)
    assert trained.saved().keys() == set(trained.training.saved)


def costs(model: Seq2Seq, subwords, source: str, target: str) -> list[float]:
    ids = [torch.tensor([[*before, *subwords.encode(text), *after]]) for before, text, after in (
        ([], source, [2]), ([1], target, []), ([], target, [2]))]  # fmt: skip
    logits = model(ids[0], torch.ones_like(ids[0], dtype=torch.bool), ids[1]).logits
    return functional.cross_entropy(logits[0], ids[2][0], reduction="none").tolist()


def test_a_session_keeps_its_newest_models_only(trained, tmp_path):
    manager = Trainings()
    own = OwnModels(manager)
    zipped = trained.zipped(trained.training.saved[0])
    names = []
    for _ in range(MOST + 1):
        card = own.upload(zipped)
        own.keep(card)
        names.append(card.name)
    assert list(own.saved()) == names[1:]
    assert not (manager.folder_of(names[0]) / names[0]).exists()
    assert read_card(manager.folder_of(names[-1]) / names[-1]).sha256
    own.close()
    assert list(manager.root.iterdir()) == []
    manager.close()


def test_a_tab_that_is_loaded_again_finds_its_own_and_no_other_does(managed):
    manager, tabs = managed(), Tabs()
    before, after, other = (OwnModels(manager) for _ in range(3))
    before.stay()
    training = before.begin(PLAN)
    assert tabs.claim("a" * 32, before) is before
    before.leave()
    assert tabs.claim("b" * 32, other) is other
    assert tabs.claim("a" * 32, after) is before
    before.stay()
    assert not any(timer.is_alive() for timer in before.leaving if timer.join(10) is None)  # cancelled
    assert not training.over
    before.close()
    assert tabs.claim("a" * 32, after) is after  # what was let go of is not found


def test_whose_browser_is_gone_gives_way_to_who_waits_and_is_let_go_of(managed, monkeypatch):
    manager = managed(places=1)
    monkeypatch.setattr(own_models, "RELOAD", 0.05)
    left, waiting = OwnModels(manager), OwnModels(manager)
    left.stay()
    left.stay()  # two sessions of a tab: the one that is left, and the one that comes
    first, second = left.begin(PLAN), waiting.begin(PLAN)
    until(lambda: first.state == "running")
    left.leave()
    assert not left.leaving
    monkeypatch.setattr(own_models, "PATIENCE", 3600)
    left.leave()
    until(lambda: second.state == "running")
    assert first.state == "ended"  # with what it had learned
    assert not left.closed
    for timer in left.leaving:
        timer.cancel()
    monkeypatch.setattr(own_models, "PATIENCE", 0.05)
    left.stay()
    left.leave()
    until(lambda: left.closed and not first.folder.exists())
    waiting.close()


def test_tabs_that_are_kept_are_bounded(managed):
    manager, tabs = managed(), Tabs(most=2)
    owned = [OwnModels(manager) for _ in range(4)]
    owned[0].stay()
    for place, own in enumerate(owned):
        tabs.claim(f"{place:032x}", own)
    assert [own.closed for own in owned] == [False, True, True, False]  # never one that somebody looks at


def test_a_loaded_zip_decodes_as_what_was_saved(trained):
    from core.decoding.translate import decode

    name = trained.training.saved[-1]
    own = OwnModels(Trainings())
    copy = own.upload(trained.zipped(name)).name
    both = [load(one, place.trainings.folder_of(one)) for one, place in ((name, trained), (copy, own))]
    traces = [decode(one.model, one.subwords, PAIRS[0][0], BeamOptions()) for one in both]
    assert [h.text for h in traces[0].hypotheses] == [h.text for h in traces[1].hypotheses]
    assert traces[0].hypotheses[0].logprobs == pytest.approx(traces[1].hypotheses[0].logprobs)
    own.trainings.close()


# --- a reader's own pairs


def test_pairs_are_read_from_tabs_and_arrows():
    text = "\ufeffa b\tc\r\n\r\n d => e \nf\tg => h\ni\tj"
    assert own_pairs.parsed(own_pairs.decoded(text.encode())) == (("a b", "c"), ("d", "e"), ("f", "g => h"), ("i", "j"))


GOOD = "a\tb\n" * own_pairs.FEWEST


@pytest.mark.parametrize(
    ("text", "reason", "facts"),
    [
        ("", "few", {"count": 0}),
        ("a\tb\n\n \n", "few", {"count": 1}),
        ("a\tb\n" * (own_pairs.MOST + 1), "many", {"count": own_pairs.MOST + 1}),
        ("a\tb\n\nno tab", "tab", {"line": 3}),
        ("a\tb\tc\n", "tabs", {"line": 1, "count": 2}),
        (GOOD + "a\t \n", "side", {"line": own_pairs.FEWEST + 1}),
        (GOOD + "\u200b\tb\n", "side", {"line": own_pairs.FEWEST + 1}),
        ("a\t" + "b" * (own_pairs.LONGEST + 1), "long", {"line": 1, "count": own_pairs.LONGEST + 1}),
        ("a\tb\na\x00\tb", "nul", {"line": 2}),
    ],
)
def test_each_mistake_in_pairs_is_named_with_its_line(text, reason, facts):
    with pytest.raises(Refusal) as caught:
        own_pairs.parsed(text)
    assert caught.value.reason == reason
    assert facts.items() <= caught.value.facts.items()


@pytest.mark.parametrize(
    ("content", "reason"),
    [("ä\tb".encode("latin-1"), "utf8"), ("a\tb".encode("utf-16"), "utf8"), (b"x" * 10**6, "bytes")],
)
def test_a_file_that_is_no_text_is_refused(content, reason):
    with pytest.raises(Refusal) as caught:
        own_pairs.decoded(content)
    assert caught.value.reason == reason

"""Train it live: figures from frames written by hand, and the page by AppTest over a worker without a model."""

import base64
import json
import math
import re
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from opening import to_page
from streamlit.runtime.caching import clear_session_resource_cache
from streamlit.testing.v1 import AppTest
from test_pages import APP, complaints, everything
from test_trainings import FAKE, until

from dashboard.components import FOLDER
from dashboard.controls import plain
from dashboard.figures import cells
from dashboard.live import own_models, trainings
from dashboard.live import pairs as own_pairs
from dashboard.live.plan import DETAILS, HAS, Plan
from dashboard.live.trainings import Trainings
from dashboard.model_names import kind_label
from dashboard.resources import models
from dashboard.text import LANGUAGES, catalogue
from dashboard.views.live import figure as live
from dashboard.views.live import form, runs
from dashboard.views.live.film import AGAIN, LABELS

EN = catalogue("en")
SESSION = "test session id"  # of every AppTest
ABOUT = {"rows": ["a", "b", "<eos>"], "columns": ["x", "<eos>"], "right": "a b", "vocabulary": 20, "held": 5}
COSTS = [0.5, 2.0, 0.2]
WEIGHTS = base64.b64encode(bytes([255, 0, 0, 255, 128, 127])).decode()


def frame(step, loss=None, costs=COSTS):
    times = {"epoch": 1, "tokens": 10 * step, "seconds": step / 10}
    return {
        "step": step,
        "loss": loss,
        "costs": costs,
        "output": "a b",
        "layers": 1,
        "heads": 1,
        "weights": WEIGHTS,
        **times,
    }


FRAMES = [frame(0), frame(1, 3.0), frame(2, 1.0)]
VALIDATION = [{"epoch": 1, "step": 2, "train": 2.0, "validation": 1.5}]


# --- figures


def test_a_frame_travels_with_its_weights_packed_as_all_pages_pack_them():
    payload = live.run("x", {}, ABOUT, FRAMES, attends=True, live=True)
    sent = live.frame(payload["frames"][1], payload)
    shares = np.array([[[[255, 0], [0, 255], [128, 127]]]]) / 255
    assert sent == {"step": 1, "costs": COSTS, "output": "a b", "weights": cells.packed(shares)}
    assert payload["about"] == {part: ABOUT[part] for part in ("rows", "columns", "right")}
    blind = {part: value for part, value in FRAMES[1].items() if part != "weights"}
    assert live.frame(blind, payload)["weights"] is None


def test_the_curves_hold_what_was_measured():
    assert live.losses(FRAMES, VALIDATION) == [
        {"step": 1, "loss": 3.0, "curve": "train"},
        {"step": 2, "loss": 1.0, "curve": "train"},
        {"step": 2, "loss": 1.5, "curve": "validation"},
    ]


@pytest.mark.parametrize("count", [1, live.POINTS, live.POINTS + 1, 5 * live.POINTS + 3])
def test_a_long_curve_is_thinned_and_keeps_its_end(count):
    kept = live.thinned(list(range(count)))
    assert kept[-1] == count - 1
    assert len(kept) <= live.POINTS
    assert len(set(map(int.__sub__, kept[1:], kept))) <= 1  # evenly


@pytest.mark.parametrize("held", [0, 5])
def test_the_chart_names_its_curves_and_the_loss_of_guessing(held):
    labels = {name: name.upper() for name in ("train", "validation", "step", "loss", "choices", "guessing")}
    chart = live.chart(ABOUT | {"held": held}, ["mine", "another's"], labels)
    lines, rule, text = chart["layer"]
    assert lines["encoding"]["strokeDash"]["scale"]["domain"] == ["train", "validation"][: 1 + bool(held)]
    assert "another's" in lines["encoding"]["color"]["legend"]["labelExpr"]
    assert rule["encoding"]["y"]["datum"] == pytest.approx(math.log(20))
    assert text["mark"]["text"] == "GUESSING"


def test_the_formula_adds_up():
    assert live.cross_entropy(FRAMES[0]).endswith(r"= \frac{0.50 + 2.00 + 0.20}{3} = 0.90")
    long = live.cross_entropy(frame(0, costs=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))
    assert long.endswith(r"= \frac{1.00 + 2.00 + 3.00 + 4.00 + \dots + 6.00}{6} = 3.50")
    five = live.cross_entropy(frame(0, costs=[1.0, 2.0, 3.0, 4.0, 5.0]))
    assert five.endswith(r"= \frac{1.00 + 2.00 + 3.00 + 4.00 + 5.00}{5} = 3.00")


def test_the_dearest_token_is_named():
    facts = live.worst(FRAMES[0], ABOUT["rows"])
    assert (facts["token"], facts["cost"], facts["probability"]) == ("b", 2.0, pytest.approx(math.exp(-2)))


def test_the_table_has_a_row_a_frame():
    rows = live.table(FRAMES, ABOUT["rows"])
    assert [row["step"] for row in rows] == [0, 1, 2]
    assert rows[0]["p 2 b"] == pytest.approx(math.exp(-2), abs=1e-4)


def test_the_sentence_of_the_chart_has_its_numbers():
    facts = live.describe(FRAMES, VALIDATION)
    assert facts == {"step": 2, "output": "a b", "validation": "4.5", "first": "20", "loss": "1.00", "choices": "2.7"}
    assert live.describe(FRAMES[:2], []) == {"step": 1, "output": "a b", "loss": "3.00", "choices": "20"}
    assert live.describe(FRAMES[:1], []) == {"output": "a b"}


@pytest.mark.parametrize(
    ("count", "validation", "held", "said"),
    [
        (1, [], 5, "On pairs held back nothing has been measured yet. It then writes: a b"),
        (2, [], 0, "At step 1 it is as unsure as between 20 letters (loss 3.00). It then writes: a b"),
        (2, [], 5, "At step 1 it is as unsure as between 20 letters (loss 3.00). On pairs held back nothing has been"),
        (
            3,
            VALIDATION,
            5,
            "At step 2 it is as unsure as between 2.7 letters (loss 1.00); at first between 20. On pairs",
        ),
    ],
)
def test_a_training_tells_only_what_is_known(count, validation, held, said):
    known = {"frames": FRAMES[:count], "validation": validation, "about": ABOUT | {"held": held}}
    training = SimpleNamespace(plan=Plan("copy", "transformer"), **known)
    assert runs.losses_in_words(EN, training).startswith(said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_film_has_all_its_words_in_every_language(language):
    script = (FOLDER.parent / "views/live/film.js").read_text("utf-8")
    of_parts = {"back", "forward", "play", "pause", "slider", "layer", "head", "keys", "locale"}
    assert set(re.findall(r"\blabels\.(\w+)", script)) | of_parts == set(LABELS)
    for label in LABELS:
        assert f"film_{label}" in catalogue(language)


# --- the page

FILM = json.dumps({"kind": "begun", "steps": 10, **ABOUT})
TALE = FAKE.replace("say(kind=\"begun\", steps=10)\nsay(kind=\"frame\", step=0)", f"""
print({FILM!r}, flush=True)
for one in json.loads({json.dumps(FRAMES)!r}): say(kind="frame", **one)
say(kind="validation", epoch=1, step=2, train=2.0, validation=1.5)
""")  # fmt: skip


@pytest.fixture
def page(monkeypatch):
    """Open the page over a manager of workers that tell the same tale: (AppTest, manager)."""
    monkeypatch.setattr(models, "WARM_UP_DELAY", 3600)
    monkeypatch.setattr(own_models, "PATIENCE", 0.0)
    made = []

    def open_page(kind="obey", places=1, **parameters):
        manager = Trainings(places=places, worker=(sys.executable, "-c", TALE, kind))
        made.append(manager)
        monkeypatch.setattr(models, "trainings", lambda: manager)
        clear_session_resource_cache(SESSION)
        at = AppTest.from_file(str(APP), default_timeout=60)
        for name, value in parameters.items():
            at.query_params[name] = value
        return to_page(at, "live").run(), manager

    yield open_page
    clear_session_resource_cache(SESSION)
    for manager in made:
        manager.close()


def press(at, key):
    at.button(key=key).click().run()
    assert not at.exception
    return at


def film_of(at, run=0):
    """One of the films that are shown, and what is said of all of them."""
    found = next(json.loads(one.proto.json) for one in at.get("bidi_component") if one.proto.component_name == "film")
    return found | found["runs"][run]


def enabled(at):
    return {key for key in ("start", "pause", "on", "stop") if not at.button(key=key).disabled}


def running(at, manager):
    """Wait until the whole tale is told, then look at it."""
    until(lambda: manager.running and manager.running[0].validation)
    return at.run()


def test_a_training_is_started_shown_paused_gone_on_with_and_stopped(page):
    at, manager = page()
    assert enabled(at) == {"start"}
    assert film_of(at)["about"]["rows"] == ["s", "e", "q", "s", "c", "o", "p", "e", "<eos>"]
    assert film_of(at)["play"] is True
    assert film_of(at)["frames"][-1]["output"] == "s e q s c o p e"  # of the one recorded earlier
    assert EN["live_models_none"] in everything(at)
    running(press(at, "start"), manager)
    assert enabled(at) == {"start", "pause", "stop"}
    assert [one["step"] for one in film_of(at)["frames"]] == [0, 1, 2]
    assert (film_of(at)["live"], film_of(at)["play"]) == (True, False)
    assert r"\frac{0.50 + 2.00 + 0.20}{3} = 0.90" in at.latex[0].value
    training = manager.running[0]
    press(at, "pause")
    until(lambda: training.state == "paused")
    assert enabled(at.run()) == {"start", "on", "stop"}
    assert film_of(at)["live"] is False
    press(at, "on")
    assert enabled(at) == {"start", "pause", "stop"}
    press(at, "pause")
    until(lambda: training.state == "paused")
    press(at.run(), "stop")
    assert "pause" not in enabled(at)
    until(lambda: training.over)
    assert enabled(at.run()) == {"start"}
    assert not complaints(at)


def test_only_new_frames_are_sent_and_whoever_misses_some_gets_them(page):
    at, manager = page()
    running(press(at, "start"), manager)
    training = manager.running[0]
    training.frames += [frame(step, 1.0) for step in range(3, 50)]
    data = film_of(at.run())
    assert data["first"] + len(data["frames"]) == 50
    count = 50
    training.frames += [frame(50, 1.0)]
    data = film_of(at.run())
    assert (data["first"], len(data["frames"])) == (count - AGAIN, AGAIN + 1)


def test_whoever_waits_sees_their_place_in_the_queue(page):
    at, manager = page(places=0)
    press(at, "start")
    assert [one.value for one in at.info] == [EN["live_waiting"].format(places=0, place=1)]
    assert enabled(at) == {"start", "stop"}
    press(at, "stop")
    assert manager.queue == []
    assert EN["live_none"] in [one.proto.text for one in at.get("progress")]


@pytest.mark.parametrize(
    ("kind", "said"),
    [("crash", "live_killed"), ("fail", "live_failed"), ("curse", "live_died"), ("deaf", "live_forced")],
)
def test_a_worker_that_fails_is_answered_by_one_sentence(page, monkeypatch, kind, said):
    monkeypatch.setattr(trainings, "GRACE", 0.2)
    at, manager = page(kind)
    press(at, "start")
    if kind == "deaf":
        press(running(at, manager), "stop")
    until(lambda: not manager.running)
    facts = {"reason": "the loss became nan", "line": r"MemoryError\: \*\*no\*\* room", "seconds": 0.2}
    assert complaints(at.run()) == [EN[said].format(**facts)]
    assert enabled(at) == {"start"}


def test_a_new_training_ends_the_one_before(page):
    at, manager = page(places=2)
    running(press(at, "start"), manager)
    first = manager.running[0]
    press(at, "start")
    until(lambda: first.over)
    until(lambda: len(manager.running) == 1)
    assert manager.running[0] is not first


def test_another_choice_is_named_beside_a_training_that_runs_and_takes_the_place_of_one_that_is_over(page):
    at, manager = page()
    running(press(at, "start"), manager)
    said = EN["live_other"].format(again=EN["live_again"])
    assert said not in [info.value for info in at.info]
    at.selectbox(key="task").set_value("reverse").run()
    assert said in [info.value for info in at.info]
    assert film_of(at)["frames"]
    first = manager.running[0]
    press(at, "stop")
    until(lambda: first.over)
    at.run()
    assert said not in [info.value for info in at.info]
    assert film_of(at)["title"].startswith(EN["live_recorded"].split("{")[0])  # of the other choice
    at.selectbox(key="own_rate").set_value("0.1").run()
    assert (film_of(at)["frames"], film_of(at)["labels"]["empty"]) == ([], EN["film_empty"])
    at.selectbox(key="own_rate").set_value("0.005").run()
    at.selectbox(key="task").set_value("copy").run()
    assert film_of(at)["id"] == first.name


def test_a_map_that_waits_for_its_first_frame_does_not_ask_for_a_start(page):
    at, _ = page(places=0, own_layers="2")
    assert film_of(at)["labels"]["empty"] == EN["film_empty"]
    assert film_of(press(at, "start"))["labels"]["empty"] == EN["film_coming"]


def test_a_model_without_attention_says_why_there_is_no_map(page):
    at, _ = page(kind="obey", task="reverse")
    at.selectbox(key="kind").set_value("rnn-plain").run()
    assert EN["live_blind"].format(width=32) in [one.value for one in at.caption]
    assert film_of(at)["attends"] is False


def test_two_runs_stand_beside_each_other(page):
    """Two that were recorded; then the reader's own beside one, and beside their own before."""
    at, manager = page(versus="rnn-plain")
    assert [film_of(at, run)["attends"] for run in (0, 1)] == [True, False]
    assert [film_of(at, run)["title"] for run in (0, 1)] == [
        EN["live_recorded"].format(what=EN[f"live_kind_{kind}"]) for kind in ("rnn-additive", "rnn-plain")
    ]
    running(press(at, "start"), manager)
    assert [len(film_of(at, run)["runs"]) for run in (0, 1)] == [2, 2]
    first = manager.running[0].name
    assert film_of(at)["id"] == first
    at.selectbox(key="own_width").set_value("64").run()
    at.selectbox(key="versus").set_value("before").run()
    press(at, "start")
    until(lambda: manager.running and manager.running[0].name != first and manager.running[0].validation)
    at.run()
    assert [film_of(at, run)["id"] for run in (0, 1)] == [manager.running[0].name, first]
    assert film_of(at)["title"].endswith("width 64")
    assert not complaints(at)


def test_pairs_held_back_are_named(page):
    at, _ = page(task="own")
    source, target = own_pairs.parsed(own_pairs.EXAMPLE)[9]
    assert EN["live_held_pair"].format(source=source, target=target) in everything(at)
    at.text_area(key="pairs").set_value("a\tb\n" * 4).run()
    assert plain(EN["live_held_few"]) in everything(at)


def test_a_link_of_old_is_the_simple_model_and_further_choices_go_with_the_training(page):
    at, manager = page(size="medium", own_width="64")  # there were sizes once
    assert not complaints(at)
    assert {one.key for one in at.selectbox} >= set(HAS[at.selectbox(key="kind").value])
    running(press(at, "start"), manager)
    simple = manager.running[0].plan
    assert simple.config == Plan("copy", "rnn-additive", numbers={"width": "64"}).config
    at, manager = page(score="cosine", context="layer", feeding="on", cell="lstm", reads="forward")
    running(press(at, "start"), manager)
    config = manager.running[0].plan.config
    assert [config[name] for name in ("attention", "context", "layers", "cell")] == ["cosine", "layer", 2, "lstm"]
    assert (config["input_feeding"], config["bidirectional"]) == (True, False)
    assert plain(kind_label(EN, "rnn", config)) in everything(at)


def test_what_a_kind_has_not_can_not_be_chosen_and_a_strange_link_is_one_sentence(page):
    at, _ = page(score="taste")
    assert len(complaints(at)) == 1
    assert "cosine" in complaints(at)[0]
    for kind, names in HAS.items():
        at.selectbox(key="kind").set_value(kind).run()
        assert {one.key for one in at.selectbox} & set(DETAILS) == set(names)
        assert not complaints(at)


@pytest.mark.parametrize(
    ("task", "details", "looks"),
    [
        ("copy", {}, "falling"),
        ("reverse", {"score": "local-p"}, "rising"),
        ("reverse", {"score": "mean"}, "even"),
        ("own", {}, None),
    ],
)
def test_the_first_question_fits_what_is_trained(task, details, looks):
    plan = Plan(task, "rnn-additive", details=details)
    assert plan.looks == looks
    first, *_ = form.guesses(EN, plan)
    if looks:
        assert first.options[first.right[0]] == EN[f"live_look_{looks}"]
    blind = Plan("copy", "transformer", details={"positions": "none"})
    assert blind.looks is None


def test_mistakes_in_pairs_are_one_sentence_and_nothing_can_be_started(page):
    at, _ = page(task="own")
    assert not complaints(at)
    assert enabled(at) == {"start"}
    assert film_of(at)["about"]["right"] == own_pairs.parsed(own_pairs.EXAMPLE)[0][1]
    at.text_area(key="pairs").set_value("a\tb\n\n**no** tab").run()
    assert complaints(at) == [EN["pairs_tab"].format(line=3)]
    assert enabled(at) == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", ["copy", "reverse", "own"])
def test_the_film_is_hidden_until_a_question_is_answered(page, task, language):
    at, manager = page(task=task, predict="true", lang=language)
    running(press(at, "start"), manager)
    data = film_of(at)
    assert data["hidden"] is True
    assert not at.latex
    questions = next(
        json.loads(one.proto.json) for one in at.get("bidi_component") if one.proto.component_name == "quiz"
    )
    assert len(questions["questions"]) == 1 + (task != "own")
    at.toggle(key="predict").set_value(False).run()
    assert film_of(at)["hidden"] is False


def test_a_place_that_can_not_be_written_is_one_sentence(page, monkeypatch):
    at, manager = page()
    monkeypatch.setattr(manager, "new_folder", lambda: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    press(at, "start")
    assert complaints(at) == [EN["live_disk"].format(reason="No space left on device")]


def test_the_session_ends_and_nothing_is_left(page):
    at, manager = page()
    running(press(at, "start"), manager)
    training = manager.running[0]
    clear_session_resource_cache(SESSION)  # what Streamlit does when a session is gone
    until(lambda: training.process.poll() is not None)
    assert not training.folder.exists()


def test_a_connection_that_comes_back_finds_everything_as_it_was(page, monkeypatch):
    at, manager = page()
    running(press(at, "start"), manager)
    monkeypatch.setattr(own_models, "PATIENCE", 3600)
    clear_session_resource_cache(SESSION)
    assert [one["step"] for one in film_of(at.run())["frames"]] == [0, 1, 2]
    own = at.session_state["own"]
    for timer in own.leaving:
        timer.join(10)  # it was cancelled
        assert not timer.is_alive()
    assert manager.running

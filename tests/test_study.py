"""Schedules, training curves and the study of regimes: figures from hand-written records, a study of two letters."""

import json
import math
from dataclasses import replace

import pytest
import torch

from core.checkpoints import FINDINGS, PRETRAINED
from core.commands.command_line import main
from core.recipes.recipes import Recipe
from core.recipes.regimes_study import study
from core.training.loop import TrainOptions
from core.training.regimes import REGIMES
from core.training.schedules import DECAYS, SCHEDULES
from dashboard.figures import training
from dashboard.text import LANGUAGES, catalogue

EN = catalogue("en")
torch.set_num_threads(1)  # the same sums in the same order, and the quickest for a model as small as this
POINT = {"epoch": 1, "step": 10, "tokens": 1_000_000, "seconds": 60.0, "train": 5.0, "validation": 4.0}
CURVES = {
    "one": [POINT, POINT | {"epoch": 2, "tokens": 2_000_000, "seconds": 120.0, "validation": 3.0}],
    "<b>": [POINT, POINT | {"epoch": 2, "validation": 2.5}, POINT | {"epoch": 3, "seconds": 180.0, "validation": 2.75}],
}
NAMES = {"linear": "straight", "exponential": "bent", "inverse-sigmoid": "late"}
LABELS = {"model": "m", "kind": "k", "loss": "l", "train": "t", "validation": "v", "minutes": "min"}
LABELS |= {"bleu": "B", "regime": "r"}


def values(chart):
    """All rows that a chart draws, layer by layer."""
    return [layer["data"]["values"] for layer in chart.to_dict()["layer"]]


@pytest.mark.parametrize("half", [500, 4000, 9500])
def test_every_decay_falls_from_one_through_one_half(half):
    """Beside the formulas that the page prints, k included (Bengio et al. 2015, §2.4)."""
    for name, decay in DECAYS.items():
        shares = [decay(step, half) for step in range(0, training.STEPS, 100)]
        assert shares == sorted(shares, reverse=True), name
        assert shares[0] == pytest.approx(1, abs=0.01)
        assert decay(half, half) == pytest.approx(0.5, abs=1e-6)
    k = training.sigmoid_k(half)
    for step in (0, 700, half, 9000):
        assert DECAYS["inverse-sigmoid"](step, half) == pytest.approx(k / (k + math.exp(step / k)), abs=1e-9)
        assert DECAYS["exponential"](step, half) == pytest.approx((0.5 ** (1 / half)) ** step)
    assert training.decay_formulas(half)["linear"].endswith(str(2 * half))
    assert f"k = {k:.0f}" in training.decay_formulas(half)["inverse-sigmoid"]


def test_every_schedule_has_a_line_or_is_another_by_name():
    drawn = {SCHEDULES[name] for name in training.RATES}
    assert set(SCHEDULES.values()) == drawn
    assert len(drawn) == len(training.RATES)
    for language in LANGUAGES:
        assert all(f"schedule_{name}" in catalogue(language) for name in [*training.RATES, *DECAYS])


def test_a_schedule_is_computed_where_its_slider_stops_and_looks_like_no_other():
    lines = {
        name: lambda step, part=part: part * step / training.STEPS
        for name, part in zip(NAMES, (0.25, 0.5, 1), strict=True)
    }
    sent = training.schedule_lines(lines, NAMES, dict.fromkeys(NAMES, "i"))
    rows = training.schedule_rows(lines, NAMES)
    assert [(line["name"], line["formula"]) for line in sent] == [(name, "i") for name in NAMES.values()]
    assert len({line["colour"] for line in sent}) == len({tuple(line["dash"]) for line in sent}) == 3
    shares = [share for line in sent for share in line["values"]]
    assert shares == pytest.approx([row["share"] for row in rows], abs=1e-5)
    assert [row["step"] for row in rows] == 3 * list(training.STOPS)
    assert (training.STOPS[0], training.STOPS[-1], training.STOPS.index(2000)) == (0, training.STEPS, 40)
    assert json.loads(json.dumps(sent)) == sent


def test_the_best_epoch_is_the_one_with_the_lowest_validation_loss():
    assert training.best(CURVES["<b>"])["epoch"] == 2
    assert training.best_rows(CURVES) == [("one", "2 / 2", 3.0, 2.0, 2.0), ("<b>", "2 / 3", 2.5, 1.0, 3.0)]
    facts = training.curve_facts(CURVES)
    assert (facts["model"], facts["epoch"], facts["loss"], facts["count"]) == ("<b>", 2, "2.50", 2)


@pytest.mark.parametrize("axis", training.AXES)
def test_the_curves_are_drawn_along_every_axis(axis):
    lines, marks = values(training.curve_chart(CURVES, axis, LABELS | {axis: axis}))
    rows = training.curve_rows(CURVES, axis)
    assert len(lines) == 2 * len(rows) == 10
    assert {(row["x"], row["loss"]) for row in lines if row["kind"] == "v"} == {
        (row[axis], row["validation"]) for row in rows
    }
    assert [row["loss"] for row in marks] == [3.0, 2.5]
    assert training.curve_rows(CURVES, "minutes")[1]["minutes"] == 2


def measured(**bleu):
    """A study with these BLEU scores, a list a regime."""
    rows = [
        {
            "regime": name.replace("_", "-"),
            "runs": [{"seed": i, "loss": 3.0 + i, "bleu": b} for i, b in enumerate(runs)],
        }
        for name, runs in bleu.items()
    ]
    about = {"corpus": "toy", "pairs": 40, "validation": 10, "parameters": 1_260_000, "family": "rnn", "width": 8}
    return about | {"epochs": 2, "seeds": [1, 2], "rows": rows}


def test_what_a_study_shows_is_computed():
    assert training.study_facts(measured(plain=[10.0, 11.0]))[0] == "one"
    kind, facts = training.study_facts(measured(plain=[10.0, 11.0], scheduled=[13.0, 12.5]))
    assert kind == "clear"
    assert (facts["best"], facts["second"], facts["gap"], facts["spread"]) == ("scheduled", "plain", "2.2", "1.0")
    assert training.study_facts(measured(plain=[10.0, 14.0], scheduled=[13.0, 12.5]))[0] == "noise"
    assert training.study_facts(measured(plain=[10.0], scheduled=[13.0]))[0] == "single"
    for broken in (None, [], {}, {"rows": 3}, measured(), measured(plain=[])):
        assert training.study_facts(broken) is None


def test_a_study_s_table_has_the_measures_that_every_run_has():
    known = measured(plain=[10.0, 11.0], scheduled=[13.0, 12.5])
    taken, rows = training.study_rows(known)
    assert list(taken) == ["loss", "bleu"]
    assert rows == [["plain", 3.5, 10.5], ["scheduled", 3.5, 12.75]]
    assert len(training.study_table(known)) == 4
    dots, means = values(training.study_chart(known, LABELS))
    assert [row["bleu"] for row in dots] == [10.0, 11.0, 13.0, 12.5]
    assert [row["bleu"] for row in means] == [10.5, 12.75]


def test_the_exposure_gap_is_compared_where_it_was_measured():
    known = measured(plain=[10.0], scheduled=[13.0])
    assert training.gap_facts(known) is None
    for row, gap in zip(known["rows"], (3.4, 2.1), strict=True):
        row["runs"][0]["gap"] = gap
    facts = training.gap_facts(known)
    assert facts == {"least": "scheduled", "gap": "2.10", "most": "plain", "most_gap": "3.40"}
    assert all("2.10" in catalogue(language)["regimes_gap"].format(**facts) for language in LANGUAGES)
    assert training.gap_facts(measured(plain=[10.0])) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_study_s_sentences_fill_their_places(language):
    say = catalogue(language)
    for known in (measured(a=[1.0]), measured(a=[1.0], b=[9.0]), measured(a=[1.0, 9.0], b=[5.0, 5.0])):
        kind, facts = training.study_facts(known)
        for key in ("regimes_setting", f"regimes_{kind}"):
            assert "{" not in say[key].format(**facts)


TINY = Recipe(
    "tiny",
    "rnn",
    {"width": 8, "attention": "additive"},
    "reverse",
    TrainOptions(epochs=1, max_tokens=200, warmup=2),
    source="letters",
    target="en",
    vocabulary_size=40,
)


def test_a_study_measures_every_regime_with_every_seed_and_the_same_seed_gives_the_same():
    known = list(study(seeds=2, setting=TINY, pairs=30, validation=6))
    assert len(known) == 2 * len(REGIMES)
    last = known[-1]
    assert json.loads(json.dumps(last)) == last
    assert [row["regime"] for row in last["rows"]] == list(REGIMES)
    assert all([run["seed"] for run in row["runs"]] == [1, 2] for row in last["rows"])
    assert (last["pairs"], last["validation"], last["width"], last["corpus"]) == (30, 6, 8, "reverse")
    assert training.study_facts(last) is not None
    *_, again = study(["teacher-forcing"], seeds=1, setting=TINY, pairs=30, validation=6)
    first = next(row["runs"][0] for row in last["rows"] if row["regime"] == "teacher-forcing")
    assert again["rows"][0]["runs"][0] | {"seconds": 0} == first | {"seconds": 0}


def test_a_longer_training_lowers_the_loss_that_a_study_reports():
    longer = replace(TINY, options=replace(TINY.options, epochs=12, learning_rate=0.01))
    losses = []
    for setting in (TINY, longer):
        (known,) = study(["teacher-forcing"], seeds=1, setting=setting, pairs=60, validation=10)
        losses.append(known["rows"][0]["runs"][0]["loss"])
    assert losses[1] < losses[0]


def test_the_command_names_the_valid_regimes_and_seeds(capsys, tmp_path):
    file = tmp_path / "out" / "regimes.json"
    assert main(["regimes-study", "--regimes", "strictness", "--output", str(file)]) == 2
    assert "teacher-forcing" in capsys.readouterr().err
    assert main(["regimes-study", "--seeds", "0", "--output", str(file)]) == 2
    assert main(["regimes-study", "--data-dir", str(tmp_path), "--output", str(file)]) == 2
    assert "data fetch" in capsys.readouterr().err
    assert not file.exists()


def test_the_shipped_study_can_be_shown():
    file = PRETRAINED / FINDINGS / "regimes.json"
    if not file.is_file():
        pytest.skip("no study has been run: python -m core regimes-study")
    kind, facts = training.study_facts(json.loads(file.read_text("utf-8")))
    assert EN[f"regimes_{kind}"].format(**facts)

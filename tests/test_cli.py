"""The command line, run as a user does; sentences on stderr and exit code 2 for every mistake."""

import io
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.__main__ import main
from core.checkpoints import cards

MODELS = sorted(cards()[0])
SENTENCE = "A dog is running through the snow."


def run(capsys, *arguments, stdin=None, monkeypatch=None):
    """(exit code, stdout, stderr) of `python -m core …`."""
    if stdin is not None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
    try:
        code = main(list(arguments))
    except SystemExit as stopped:  # argparse's own way out
        code = stopped.code
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def translate(*options):
    """A translation with these options."""
    return ["translate", "--model", MODELS[0] if MODELS else "", *options, "x"]


def test_models_lists_every_shipped_model_with_its_metrics(capsys):
    code, out, _ = run(capsys, "models")
    assert code == 0
    for name, card in cards()[0].items():
        line = next(line for line in out.splitlines() if line.startswith(name))
        assert str(card.metrics["test_2016"]["bleu"]) in line


@pytest.mark.parametrize("name", MODELS)
def test_translate_json_has_the_promised_shape(capsys, name):
    code, out, _ = run(capsys, "translate", "--model", name, "--json", "--beam-size", "3", SENTENCE)
    found = json.loads(out)
    assert code == 0
    assert found["model"] == name
    assert found["source"][:2] == ["A", "dog"]
    scores = [one["score"] for one in found["hypotheses"]]
    assert scores == sorted(scores, reverse=True)
    for one in found["hypotheses"]:
        assert one["tokens"][-1] == "<eos>"
        assert len(one["tokens"]) == len(one["logprobs"])
    root, *others = found["tree"]["nodes"]
    assert (root["parent"], root["score"]) == (None, 0)
    assert {"parent", "token", "logprob", "score", "step", "fate"} <= set(others[0])


def test_an_empty_line_in_is_an_empty_line_out(capsys, monkeypatch):
    lines = f"{SENTENCE}\n\nTwo cats.\n \n".encode()
    code, out, _ = run(capsys, "translate", "--model", MODELS[0], stdin=lines, monkeypatch=monkeypatch)
    answers = out.split("\n")
    assert code == 0
    assert [bool(answer) for answer in answers] == [True, False, True, False, False]


def test_greedy_and_a_beam_of_one_print_the_same(capsys):
    greedy = run(capsys, "translate", "--model", MODELS[0], "--strategy", "greedy", SENTENCE)
    narrow = run(capsys, "translate", "--model", MODELS[0], "--beam-size", "1", SENTENCE)
    assert greedy == narrow
    assert greedy[1].strip()


def test_a_forced_translation_is_printed_with_its_log_probability(capsys):
    forced = ["translate", "--model", MODELS[0], SENTENCE, "--target", "Zwei  Hunde.\n"]
    code, out, _ = run(capsys, *forced)
    text, total = out.removesuffix("\n").split("\t")
    assert (code, text) == (0, "Zwei Hunde.")
    (found,) = json.loads(run(capsys, *forced, "--json")[1])["hypotheses"]
    assert found["text"] == text
    assert f"{math.fsum(found['logprobs']):.4f}" == total


HOW = {
    "greedy": ["--no-repeat", "2"],
    "sample": ["--samples", "3", "--temperature", "0.7", "--top-k", "9", "--top-p", "0.9", "--typical", "0.9"],
    "beam": ["--stop", "optimum", "--length-norm", "average", "--min-length", "4", "--ban", "Hund", "--ban", "Der"],
    "diverse": ["--beam-size", "4", "--groups", "2", "--diversity", "1", "--length-penalty", "0.5"],
    "exact": ["--budget", "20", "--max-length", "12", "--prefix", "Ein"],
    "mbr": ["--candidates", "both", "--samples", "5", "--beam-size", "2", "--utility", "bleu", "--seed", "7"],
}


@pytest.mark.parametrize("strategy", HOW)
def test_every_strategy_prints_a_translation_and_the_same_record(capsys, strategy):
    command = ["translate", "--model", MODELS[0], "--strategy", strategy, *HOW[strategy], SENTENCE]
    code, out, _ = run(capsys, *command)
    found = json.loads(run(capsys, *command, "--json")[1])
    assert code == 0
    assert out == found["hypotheses"][0]["text"] + "\n"
    assert {"model", "source", "hypotheses", "tree"} <= set(found)
    assert ("utility" in found) == ("references" in found) == (strategy == "mbr")
    assert ("proof" in found) == (strategy == "exact")
    if strategy == "mbr":
        assert len(found["utility"]) == len(found["hypotheses"])
        assert {len(row) for row in found["utility"]} == {len(found["references"])} == {5}
    _, out, _ = run(capsys, *command, "--n-best", "2")
    for line, one in zip(out.splitlines(), found["hypotheses"], strict=False):
        assert line == f"0 ||| {one['text']} ||| {one['score']:.4f}"


def test_exact_search_says_when_it_proved_nothing(capsys):
    _, _, err = run(capsys, "translate", "--model", MODELS[0], "--strategy", "exact", "--budget", "3", SENTENCE)
    assert err == "not proven the best: all 3 openings are spent\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [["models"], ["translate", "--model", "en-de-rnn-plain", SENTENCE]])
def test_a_full_disk_is_answered_by_one_sentence(arguments, unbuffered):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "core", *arguments],
            cwd=Path(__file__).parents[1],
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "seqscope: [Errno 28] No space left on device\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["translate", "--model", "nobody", "x"], "unknown model 'nobody'; valid: "),
        (["translate", "--model", MODELS[0] if MODELS else "", "--beam-size", "0", "x"], "beam size must be"),
        (["translate", "--model", MODELS[0] if MODELS else "", "--length-penalty", "nan", "x"], "length penalty must"),
        (["translate", "--model", MODELS[0] if MODELS else "", ""], "the sentence is empty"),
        (["translate", "--model", MODELS[0] if MODELS else "", "--target", " ", "x"], "no translation to force"),
        (["translate", "--model", MODELS[0] if MODELS else "", "--target", "\u200b", "x"], "no translation to force"),
        (["translate", "--model", MODELS[0] if MODELS else "", "--target", "x" * 2001, "x"], "has 2001 characters"),
        (
            translate("--strategy", "sample", "--samples", "0"),
            "number of samples must be a whole number from 1 to 1000",
        ),
        (translate("--strategy", "sample", "--top-p", "1.5"), "top-p must be a number from 0.0 to 1.0"),
        (translate("--strategy", "greedy", "--top-k", "3"), "--top-k means nothing to 'greedy'; valid: --max-length"),
        (translate("--strategy", "diverse", "--groups", "4"), "a beam of 6 can't be split into 4 groups; valid: 1, 2"),
        (translate("--strategy", "exact", "--budget", "0"), "budget must be"),
        (translate("--strategy", "mbr", "--utility", "comet"), "unknown utility 'comet'; valid: chrf, bleu, exact"),
        (translate("--stop", "never"), "unknown stop rule 'never'; valid: finished, first, optimum"),
        (translate("--max-length", "0"), "max length must be"),
        (translate("--prefix", "語"), "can't begin with '語'"),
        (translate("--n-best", "0"), "n-best must be"),
        (translate("--target", "x", "--beam-size", "3"), "a forced translation leaves no choice: drop --beam-size"),
        (["translate", "--model", "x", "--target", "x", "--strategy", "greedy", "x"], "not allowed with"),
        (["train", "nothing"], "unknown recipe 'nothing'; valid: en-de-everyday, en-de-transformer"),
        (["evaluate", "--model", "x", "--source", "/no/such/file", "--reference", "/no/such/file"], "/no/such/file"),
        (["frobnicate"], "invalid choice"),
    ],
)
def test_a_mistake_is_answered_by_one_sentence(capsys, arguments, sentence):
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert not out
    assert sentence in err
    assert "Traceback" not in err


def test_files_of_unequal_length_are_refused(capsys, tmp_path):
    (tmp_path / "a").write_text("one\ntwo\n")
    (tmp_path / "b").write_text("eins\n")
    code, _, err = run(
        capsys, "evaluate", "--model", MODELS[0], "--source", str(tmp_path / "a"), "--reference", str(tmp_path / "b")
    )
    assert code == 2
    assert "2 lines of source and 1 of reference" in err


def test_evaluate_gives_a_perfect_score_to_its_own_output(capsys, tmp_path, monkeypatch):
    sources = f"{SENTENCE}\nTwo men are talking on the street.\n"
    (tmp_path / "source").write_text(sources)
    _, out, _ = run(capsys, "translate", "--model", MODELS[0], stdin=sources.encode(), monkeypatch=monkeypatch)
    (tmp_path / "reference").write_text(out)
    files = ["--source", str(tmp_path / "source"), "--reference", str(tmp_path / "reference")]
    code, out, _ = run(capsys, "evaluate", "--model", MODELS[0], *files)
    assert code == 0
    assert "bleu             100.0" in out


def test_a_recipe_runs_from_the_data_to_a_model_that_translates(capsys, tmp_path, monkeypatch):
    """The whole way on a toy, shortened to one epoch."""
    from core.training import recipes

    toy = recipes.RECIPES["copy-transformer"]()
    options = recipes.replace(toy.options, epochs=1)
    monkeypatch.setitem(recipes.RECIPES, "copy-transformer", lambda: recipes.replace(toy, options=options))
    folder = tmp_path / "copy-transformer"
    code, out, _ = run(capsys, "train", "copy-transformer", "--output", str(folder))
    assert code == 0
    assert "test" in out
    found, broken = cards(tmp_path)
    assert not broken
    assert found["copy-transformer"].metrics["test"]["sentences"] == 200
    code, out, _ = run(capsys, "translate", "--models-dir", str(tmp_path), "--model", "copy-transformer", "a b c")
    assert code == 0

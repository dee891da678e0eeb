"""The command line, run as a user does; sentences on stderr and exit code 2 for every mistake."""

import hashlib
import io
import json
import math
import os
import subprocess
import sys
import unicodedata
from dataclasses import replace
from functools import partial
from itertools import combinations
from pathlib import Path

import pytest
from test_checkpoints import full_disk

from core.checkpoints import TOKENIZER, cards
from core.commands.command_line import main
from core.commands.decoder_arguments import flag
from core.commands.train import losses_text
from core.files import read_json
from core.interpret.search_errors import SweepRow, table_lines
from core.options import HELP, STRATEGIES, Constraints
from core.recipes.probe import PROBE, SENTENCES
from core.recipes.recipes import RECIPES, copy_transformer
from core.text.corpora import read_pair
from core.training.exposure import ExposureBias
from core.training.options import TrainOptions

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


def inspect(*options):
    """A head with these options."""
    return ["inspect", "--model", "en-de-transformer", *options, "x"]


def data_translate(*options):
    """Pairs that a model writes, with these options."""
    model = next((name for name in MODELS if name.startswith("en-")), "")
    return ["data", "translate", "--model", model, "--output", "/nowhere/pairs.tsv", *options]


def test_inspect_prints_the_numbers_of_one_head(capsys):
    code, out, _ = run(capsys, "inspect", "--model", "en-de-transformer", "--attention", "decoder", "--json", "A cat.")
    head = json.loads(out)
    assert code == 0
    assert len(head["weights"]) == len(head["queries"])
    assert all(score is None for row, scores in enumerate(head["masked"]) for score in scores[row + 1 :])
    for row, weights in enumerate(head["weights"]):
        assert sum(weights) == pytest.approx(1, abs=1e-5)
        assert not any(weights[row + 1 :])
    code, out, _ = run(capsys, "inspect", "--model", "en-de-transformer", "--attention", "decoder", "A cat.")
    assert code == 0
    assert f"{head['context'][0][0]:8.3f}" in out.partition("\ncontext")[2].partition("\njoined")[0]


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
    text, total, spelling = out.removesuffix("\n").split("\t")
    assert (code, text) == (0, "Zwei Hunde.")
    (found,) = json.loads(run(capsys, *forced, "--json")[1])["hypotheses"]
    assert found["text"] == text
    assert f"{math.fsum(found['logprobs']):.4f}" == total
    assert found["tokens"] == spelling.split(" ")


@pytest.mark.parametrize(("options", "wanted"), [(["--strategy", "diverse"], 6), (["--beam-size", "8"], 20)])
def test_the_n_best_are_distinct_texts_and_fewer_are_told(capsys, options, wanted):
    command = ["translate", "--model", "en-de-transformer", "He laughs.", *options, "--n-best"]
    _, out, err = run(capsys, *command, str(wanted))
    texts = [line.split(" ||| ")[1] for line in out.splitlines()]
    assert 2 < len(texts) == len(set(texts)) < wanted
    assert texts[0] == "Er lacht."
    assert err.startswith(f"line 0: the search found {len(texts)} translations, not {wanted}: ")
    assert run(capsys, *command, "2")[2] == ""


def test_a_ban_means_whole_words_and_a_prefix_may_end_within_one(capsys):
    translate = ["translate", "--model", "en-de-transformer"]
    _, out, _ = run(capsys, *translate, "He laughs.", "--ban", "lacht")
    assert out == "Er lächelt.\n"
    _, out, _ = run(capsys, *translate, "Two dogs are running.", "--ban", "Hund")
    assert out.startswith("Zwei Hunde ")
    _, out, _ = run(capsys, *translate, "A dog is running through the snow.", "--prefix", "Ein Hu")
    assert out == "Ein Hund rennt durch den Schnee.\n"


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


@pytest.mark.skipif(os.name == "nt", reason="the shell closes streams")
@pytest.mark.parametrize("arguments", ["models", f"translate --model {MODELS[0] if MODELS else ''}"])
def test_closed_streams_are_empty_ones(arguments):
    command = f'"{sys.executable}" -m core {arguments} <&- >&-'
    done = subprocess.run(["sh", "-c", command], cwd=Path(__file__).parents[1], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["translate", "--model", "nobody", "x"], "unknown model 'nobody'; valid: "),
        (["translate", "--model", MODELS[0] if MODELS else "", "--beam-size", "0", "x"], "beam size must be"),
        (inspect("--layer", "9"), "layer must be a whole number from 1 to "),
        (inspect("--head", "0"), "head must be a whole number from 1 to "),
        (inspect("--attention", "self"), "unknown attention 'self'; valid: encoder, decoder, cross"),
        (["inspect", "--model", "en-de-rnn-dot", "x"], "en-de-rnn-dot has no heads to work through"),
        (["inspect", "--model", "en-de-transformer", " "], "the sentence is empty"),
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
        (
            translate("--strategy", "mbr", "--beam-size", "7"),
            "--beam-size means nothing with --candidates samples: choose --candidates beam or --candidates both",
        ),
        (
            translate("--strategy", "exact", "--length-penalty", "2"),
            "--length-penalty means nothing with --length-norm none: choose --length-norm gnmt",
        ),
        ([*translate()[:-1], "x " * 3000], "the text line 1 has 6,000 characters"),
        (translate("--stop", "never"), "unknown stop rule 'never'; valid: finished, first, optimum"),
        (translate("--max-length", "0"), "max length must be"),
        (translate("--prefix", "語"), "can't begin with '語'"),
        (translate("--n-best", "0"), "n-best must be"),
        (translate("--target", "x", "--beam-size", "3"), "a forced translation leaves no choice: drop --beam-size"),
        (["translate", "--model", "x", "--target", "x", "--strategy", "greedy", "x"], "not allowed with"),
        (["train", "nothing"], "unknown recipe 'nothing'; valid: en-de-everyday, en-de-everyday-mixed"),
        (["train", "copy-transfomer"], "unknown recipe 'copy-transfomer', did you mean 'copy-transformer'?; valid: "),
        (["train", "copy-transformer", "--regmie", "x"], "unknown option '--regmie', did you mean '--regime'?; --help"),
        (["train", "copy-transformer", "--ecopchs=3"], "unknown option '--ecopchs=3', did you mean '--epochs'?"),
        (["translate", "--model", "x", "--beamsize", "3", "x"], "did you mean '--beam-size'?"),
        (["train", "copy-transformer", "--qqq"], "unknown option '--qqq'; --help lists them"),
        (["train", "copy-transformer", "--regime", "hope"], "unknown regime 'hope'; valid: teacher-forcing, "),
        (["train", "copy-transformer", "--epochs", "0"], "epochs must be a whole number from 1 to 10000, not 0"),
        (["train", "copy-transformer", "--decay", "linear"], "decay means nothing to the regime 'teacher-forcing'"),
        (["train", "copy-transformer", "--extra", "/no/such.tsv"], "/no/such.tsv"),
        (["train", "copy-transformer", "--threads", "0"], "number of threads must be a whole number from 1"),
        (["train", "copy-transformer", "--from", "nobody"], "unknown model 'nobody'; valid: "),
        (
            ["train", "copy-transformer", "--output", "/dev/null", "--from", "/no/such"],
            "copy-transformer begins with /no/such, which is not there: train such first, or give --from",
        ),
        (
            ["train", "copy-transformer", "--output", "/dev/null", "--from", "en-de-rnn-plain"],
            "en-de-rnn-plain is of another shape than copy-transformer, which can't begin with it: family rnn and not",
        ),
        (
            data_translate("--input", "text.txt", "--data-dir", "."),
            "--data-dir says where the captions lie: it goes with",
        ),
        (["findings", "--threads", "0"], "number of threads must be a whole number from 1"),
        (data_translate("--captions", "--threads", "-1"), "number of threads must be a whole number from 1"),
        (data_translate("--captions", "--output", "pairs.tsv.gz"), "give it the name of a file that ends in .tsv"),
        (["train", "copy-transformer", "--output", "/"], "/ can't be a model's folder: give --output another name"),
        (["train", "copy-transformer", "--output", "findings"], "findings can't be a model's folder"),
        (["train", "en-de-transformer", "--data-dir", "/nowhere"], "get it with: python -m core data fetch multi30k"),
        (data_translate("--input", "/no/such/file"), "/no/such/file"),
        (data_translate("--captions", "--data-dir", "/nowhere"), "put it there from data/task2/raw/train.1.en.gz"),
        (data_translate("--input", __file__, "--direction", "up"), "unknown direction 'up'; valid: forward, back"),
        (data_translate(), "one of the arguments --input --captions is required"),
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


def test_a_recipe_runs_from_the_data_to_a_model_that_translates(capsys, tmp_path):
    """The whole way on a toy, shortened to one epoch, in another regime, with more pairs that a model wrote."""
    extra, folder = [tmp_path / "back.tsv", tmp_path / "more.tsv"], tmp_path / "copy-transformer"
    for file, pair in zip(extra, ("<bt> a b\ta b\n", "c d\tc d\n"), strict=True):
        file.write_text(pair, encoding="utf-8")
    changed = ["--epochs", "1", "--seed", "7", "--regime", "r-drop", "--r-drop-alpha", "1", "--bpe-dropout", "0.1"]
    command = ["train", "copy-transformer", "--output", str(folder), "--extra", *map(str, extra)]
    code, out, _ = run(capsys, *command, *changed)
    assert code == 0
    assert "test" in out
    found, broken = cards(tmp_path)
    assert not broken
    card = found["copy-transformer"]
    assert card.metrics["test"]["sentences"] == 200
    assert [one["source"] for one in read_json(folder / PROBE)] == list(SENTENCES["letters"])
    told = {name: card.recipe[name] for name in ("epochs", "seed", "regime", "r_drop_alpha", "bpe_dropout")}
    assert told == {"epochs": 1, "seed": 7, "regime": "r-drop", "r_drop_alpha": 1.0, "bpe_dropout": 0.1}
    assert card.recipe["extra"] == [
        {"file": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()} for file in extra
    ]
    code, out, _ = run(capsys, "translate", "--models-dir", str(tmp_path), "--model", "copy-transformer", "a b c")
    assert code == 0
    code, _, err = run(capsys, *command, "--resume")
    assert code == 2
    assert "was trained with --regime r-drop, not teacher-forcing: repeat that" in err
    assert (folder / "checkpoint.pt").is_file()
    whole = (folder / "checkpoint.pt").read_bytes()
    run(capsys, *command, "--learning-rate", "1e30", "--warmup", "0")  # which ends at its first step
    assert (folder / "checkpoint.before.pt").read_bytes() == whole, "a training anew puts the old checkpoint aside"
    other, slow = tmp_path / "other", ["--from", str(folder), "--epochs", "1", "--learning-rate", "1e-9"]
    code, _, _ = run(capsys, "train", "copy-transformer", "--output", str(other), *slow)
    assert code == 0
    ends = [json.loads((one / "curve.json").read_text())[-1]["validation"] for one in (folder, other)]
    assert ends[1] == pytest.approx(ends[0], abs=0.01), "it begins with the weights of the other"
    assert [point["epoch"] for point in read_json(other / "curve.json")] == [1, 2], "the curve goes on"
    start = read_json(other / "card.json")["recipe"]["start"]
    kept = read_json(folder / "card.json")
    assert {name: start[name] for name in ("model", "recipe", "training")} == {
        "model": "copy-transformer",
        "recipe": kept["recipe"],
        "training": kept["training"],
    }


def test_what_a_recipe_begins_with_is_trained_first(capsys, monkeypatch, tmp_path):
    monkeypatch.setitem(RECIPES, "copy-transformer", lambda: replace(copy_transformer(), start="runs/nothing"))
    code, _, err = run(capsys, "train", "copy-transformer", "--output", str(tmp_path / "copy-transformer"))
    assert code == 2
    assert "copy-transformer begins with runs/nothing, which is not there: train nothing first, or give --from" in err


def test_a_model_writes_pairs_that_train_takes(capsys, tmp_path):
    source, output = tmp_path / "text.txt", tmp_path / "pairs.tsv"
    source.write_text("A dog runs.\n\nTwo cats sleep.\n", encoding="utf-8")
    command = ["data", "translate", "--model", MODELS[0], "--input", str(source), "--output", str(output)]
    code, out, _ = run(capsys, *command, "--direction", "back", "--tag", "--strategy", "greedy")
    assert (code, out) == (0, f"written to {output}: train with --extra {output}\n")
    (first, second) = output.read_text(encoding="utf-8").splitlines()
    _, translated, _ = run(capsys, "translate", "--model", MODELS[0], "--strategy", "greedy", "A dog runs.")
    assert first == f"<bt> {translated.strip()}\tA dog runs."
    assert second.endswith("\tTwo cats sleep.")
    made = json.loads((tmp_path / "pairs.tsv.json").read_text(encoding="utf-8"))
    assert made["text"] == {"file": "text.txt", "sha256": hashlib.sha256(source.read_bytes()).hexdigest()}
    assert (made["model"], made["direction"], made["tagged"]) == (MODELS[0], "back", True)
    for text, options in (("\n \n", []), ("A dog runs.\n", ["--tidy"])):
        source.write_text(text, encoding="utf-8")
        code, _, err = run(capsys, *command, *options)
        assert code == 2
        assert "has no text" in err


def test_models_of_one_vocabulary_write_pairs_together(capsys, tmp_path):
    vocabularies = {name: card.sha256[TOKENIZER] for name, card in cards()[0].items()}
    first, second = next(
        pair for pair in combinations(vocabularies, 2) if vocabularies[pair[0]] == vocabularies[pair[1]]
    )
    other = next(name for name in vocabularies if vocabularies[name] != vocabularies[first])
    (tmp_path / "text.txt").write_text("A dog runs.\n", encoding="utf-8")
    command = ["data", "translate", "--model", first, "--input", str(tmp_path / "text.txt")]
    command += ["--output", str(tmp_path / "pairs.tsv"), "--strategy", "beam", "--with"]
    assert run(capsys, *command, second)[0] == 0
    made = json.loads((tmp_path / "pairs.tsv.json").read_text(encoding="utf-8"))
    assert (made["model"], list(made["with"])) == (first, [second])
    code, _, err = run(capsys, *command, other)
    assert (code, f"{other} can't translate with {first}: it has another vocabulary" in err) == (2, True)
    code, _, err = run(capsys, *command, second, "--coverage-penalty", "0.2")
    assert (code, "leave it out, or --with" in err) == (2, True)


def test_data_list_tells_what_is_here(capsys, tmp_path):
    code, out, _ = run(capsys, "data", "list", "--data-dir", str(tmp_path))
    assert code == 0
    assert "multi30k   not here: python -m core data fetch multi30k" in out
    assert "captions   not here\n" in out


def test_evaluate_tells_the_exposure_bias(capsys, tmp_path):
    (tmp_path / "source").write_text("An old man is selling hot chestnuts.\nTwo cats.\n", encoding="utf-8")
    (tmp_path / "reference").write_text("Heiße Maronen verkauft dort ein alter Herr.\nKatzen, zwei.\n", "utf-8")
    files = ["--source", str(tmp_path / "source"), "--reference", str(tmp_path / "reference")]
    code, out, _ = run(capsys, "evaluate", "--model", MODELS[0], "--exposure", "--strategy", "greedy", *files)
    assert code == 0
    assert float(out.splitlines()[-1].removeprefix("exposure_bias")) > 0


def test_the_help_of_train_names_every_option(capsys):
    code, out, _ = run(capsys, "train", "--help")
    assert code == 0
    for name in TrainOptions.__dataclass_fields__:
        assert "--" + name.replace("_", "-") in out


def test_every_option_of_a_search_says_what_it_means_and_its_flag_says_the_same(capsys):
    fields = {name for kind in (*STRATEGIES.values(), Constraints) for name in kind.__dataclass_fields__}
    assert set(HELP) == fields - {"constraints"}
    code, out, _ = run(capsys, "translate", "--help")
    assert code == 0
    shown = "".join(out.split())  # argparse breaks lines
    for name, text in HELP.items():
        assert flag(name) in out
        assert "".join(text.split()) in shown, name


# --- what standard output takes ------------------------------------------------------------------------------


class Terminal(io.TextIOWrapper):
    """A console, as far as anyone asks."""

    def isatty(self):
        return True


def written_to(monkeypatch, arguments, stream=io.TextIOWrapper, encoding="cp1252", **environment):
    """The exit code and the bytes that a command writes where Python chose this encoding."""
    for name in ("PYTHONIOENCODING", "PYTHONUTF8"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    out, err = (stream(io.BytesIO(), encoding=encoding, write_through=True) for _ in range(2))
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    try:
        code = main(arguments)
    except SystemExit as stopped:
        code = stopped.code
    return code, out.buffer.getvalue(), err.buffer.getvalue()


LETTERS = ["translate", "--model", MODELS[0] if MODELS else "", "--strategy", "greedy", "--max-length", "3", "ﬁ 語 😀"]


def test_files_and_pipes_are_utf8_where_nothing_else_was_asked_for(monkeypatch):
    code, out, _ = written_to(monkeypatch, [*LETTERS, "--json"])
    assert code == 0
    assert "語" in out.decode("utf-8")
    assert {"語", "😀"} <= set(json.loads(out)["source"])
    assert written_to(monkeypatch, ["train", "語"])[2].decode("utf-8").startswith("seqscope: unknown recipe '語'")


@pytest.mark.parametrize(
    ("stream", "environment"),
    [(io.TextIOWrapper, {"PYTHONIOENCODING": "cp1252"}), (Terminal, {}), (io.TextIOWrapper, {"PYTHONUTF8": "0"})],
)
def test_what_an_encoding_lacks_is_escaped_in_json_and_replaced_elsewhere(monkeypatch, stream, environment):
    code, out, _ = written_to(monkeypatch, [*LETTERS, "--json"], stream, **environment)
    assert code == 0
    assert b"\\u8a9e" in out
    assert {"語", "😀"} <= set(json.loads(out.decode("cp1252"))["source"])
    code, _, err = written_to(monkeypatch, ["train", "語"], stream, **environment)
    assert (code, err.startswith(b"seqscope: unknown recipe '?'; valid: ")) == (2, True)
    code, out, _ = written_to(monkeypatch, ["translate", "--help"], stream, encoding="ascii", **environment)
    assert (code, b"usage:" in out) == (0, True)


def test_an_encoding_whose_errors_were_asked_for_keeps_them(monkeypatch):
    """`:backslashreplace` without an encoding asks for none."""
    stream = partial(io.TextIOWrapper, errors="backslashreplace")
    _, _, err = written_to(monkeypatch, ["train", "語"], stream, PYTHONIOENCODING="cp1252:backslashreplace")
    assert err.startswith(b"seqscope: unknown recipe '\\u8a9e'")
    _, _, err = written_to(monkeypatch, ["train", "語"], stream, PYTHONIOENCODING=":backslashreplace")
    assert "'語'" in err.decode("utf-8")


def test_whoever_stops_reading_ends_a_command_quietly(monkeypatch, capsys):
    """As `| head -1` does."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        assert main(["models"]) == 128 + 13
    assert capsys.readouterr().err == ""


# --- evaluate --------------------------------------------------------------------------------------------------


def test_decomposed_letters_cost_nothing(capsys, tmp_path):
    """A reference as some systems write it, u and a dot pair for ü, is the same text."""
    source = "A boy is jumping over a puddle.\nTwo men are talking on the street."
    text, found = "Ein Junge springt über eine Pfütze.\nZwei Männer reden auf der Straße.", []
    for form in ("NFC", "NFD"):
        (tmp_path / "source").write_text(source, "utf-8")
        (tmp_path / "reference").write_text(unicodedata.normalize(form, text), "utf-8")
        files = ["--source", str(tmp_path / "source"), "--reference", str(tmp_path / "reference")]
        found.append(run(capsys, "evaluate", "--model", MODELS[0], "--strategy", "greedy", *files))
        assert read_pair(tmp_path / "source", tmp_path / "reference")[1] == text.split("\n"), "search-report, too"
    assert found[0] == found[1]
    assert found[0][0] == 0


@pytest.mark.parametrize("command", ["evaluate", "search-report"])
@pytest.mark.parametrize("empty", ["source", "reference"])
def test_files_without_text_measure_nothing(capsys, tmp_path, command, empty):
    for name in ("source", "reference"):
        (tmp_path / name).write_text(" \n\u200b\n" if name == empty else "a\nb\n", "utf-8")
    files = ["--source", str(tmp_path / "source"), "--reference", str(tmp_path / "reference")]
    code, out, err = run(capsys, command, "--model", MODELS[0], *files)
    assert (code, out) == (2, "")
    assert err == f"seqscope: {tmp_path / empty} holds no text: give a file with a sentence a line\n"


def test_no_number_is_minus_zero(capsys, tmp_path, monkeypatch):
    for name in ("source", "reference"):
        (tmp_path / name).write_text("a dog\n", "utf-8")
    files = ["--source", str(tmp_path / "source"), "--reference", str(tmp_path / "reference")]
    bias = ExposureBias((1.0, 1.0), (1.0, 1.0 - 1e-6), (1, 1))
    assert bias.excess < 0
    monkeypatch.setattr("core.training.exposure.exposure_bias", lambda *_: bias)
    _, out, _ = run(capsys, "evaluate", "--model", MODELS[0], "--exposure", "--strategy", "greedy", *files)
    assert out.splitlines()[-1] == "exposure_bias    0.0000"
    assert losses_text({"train": -1e-9}) == "train 0.0000"
    assert table_lines([SweepRow(1, 0.0, [], 1.0, 0.0, -1e-9)])[1].endswith(" 0.000")
    assert "-" not in table_lines([SweepRow(1, 0.0, [], 1.0, 0.0, -1e-9)])[1]


def test_a_full_disk_in_training_is_one_sentence_and_leaves_nothing_partial(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("core.recipes.model_folders.load_pairs", lambda *_: [("a b", "a b"), ("c d", "c d")])
    with full_disk(100_000):
        code, _, err = run(capsys, "train", "copy-transformer", "--output", str(tmp_path / "model"), "--epochs", "1")
    assert code == 2
    assert err.splitlines()[-1] == f"seqscope: {tmp_path / 'model' / 'checkpoint.pt'} can't be written: File too large"
    assert list((tmp_path / "model").iterdir()) == []

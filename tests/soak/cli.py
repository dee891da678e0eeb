"""Random argument lists for `python -m core`: exit code 0, or 2 and one sentence on stderr."""

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import torch

import core.findings.attention_swap
import core.findings.bottleneck
import core.findings.word_order
import core.recipes.model_folders
import core.recipes.regimes_study
from core.commands import data, decoder_arguments, findings, regimes_study, train, tricks
from core.commands.command_line import main
from core.training.options import REGIME_OPTIONS
from tests.soak.strange import SENTENCES, text
from tests.soak.table import Attempt
from tests.soak.texts import bounded

SENTENCE = 1000  # characters of a sentence (some name every valid choice) beside the arguments that it may quote
MODELS = ("en-de-transformer-small", "en-de-rnn-additive", "en-de-rnn-plain", "nobody", "", "../pretrained")
# Of a kind of value what is sound (and soon done), and what is not.
SOUND = {int: ("1", "2", "7"), float: ("0", "0.5", "1")}
WRONG = (
    "",
    "x",
    "-1",
    "1e999",
    "nan",
    "9" * 30,
    "9" * 5000,
    "٣",
    "0x1",
    "--",
    "-",
    "<b>",
    "\udcff",
    "a\x00b",
    "1 2",
    "=",
)
ENCODINGS = ("utf-8", "utf-8", "cp1252", "ascii")
FLAGS = decoder_arguments.FLAGS | decoder_arguments.CONSTRAINTS
TRAINING = [name for flags in train.FLAGS.values() for name in flags]


@dataclass
class Measured:
    """What a training that is not carried out has measured."""

    metrics: dict = field(default_factory=dict)


@contextmanager
def cli() -> Iterator[Attempt]:
    """A command a case; what would train, measure for long, download or write among the models is left out of it."""
    torch.set_num_threads(1)
    stand_ins()
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        Path("in.txt").write_text("\n".join(SENTENCES), encoding="utf-8")
        Path("out.txt").write_text("\n".join(SENTENCES), encoding="utf-8")
        Path("empty.txt").touch()
        Path("bytes.gz").write_bytes(bytes(range(256)))

        def attempt(case: int, dice: Random) -> str:
            command = list(COMMANDS)[case % len(COMMANDS)]
            arguments = [*command.split(), *spoilt(COMMANDS[command](dice), dice)]
            stdin = text(dice, 200).encode("utf-8", "surrogatepass") + bytes(dice.choices(range(256), k=3))
            bounded()
            encoding = dice.choice(ENCODINGS)
            code, err = called(arguments, stdin, encoding)
            words = f"{encoding}: " + " ".join(
                short if len(short := repr(one)) < 60 else short[:60] + "…" for one in arguments
            )
            check_answer(code, err, words, 2 * sum(map(len, arguments)))
            return f"{code}: {words}"

        yield attempt


def stand_ins() -> None:
    """Put nothing in the place of what takes minutes, goes out into the world or writes where the models lie."""
    core.recipes.model_folders.carry_out = lambda *_: iter(())
    core.recipes.model_folders.measure = lambda *_: Measured()
    core.recipes.regimes_study.study = lambda *_: iter(())
    for module in (core.findings.attention_swap, core.findings.bottleneck, core.findings.word_order):
        setattr(module, module.__name__.rpartition(".")[2], lambda *_, **__: {})
    data.fetch = lambda *_: []
    for module in (findings, regimes_study, tricks):
        module.write_json = lambda *_, **__: None


def called(arguments: list[str], stdin: bytes, encoding: str) -> tuple[int, str]:
    """(exit code, stderr) on a console of an encoding."""
    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(stdin), "utf-8")
    stdout = io.TextIOWrapper(io.BytesIO(), encoding)
    stderr = io.TextIOWrapper(io.BytesIO(), encoding, "backslashreplace", write_through=True)
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        try:
            code = main(arguments)
        except SystemExit as stopped:  # argparse's own way out
            code = stopped.code
        finally:
            sys.stdin = before
    return code, stderr.buffer.getvalue().decode(stderr.encoding, "replace")


def check_answer(code: int, err: str, words: str, quoted: int) -> None:
    """0, or 2 and one sentence."""
    assert code in (0, 2), f"exit code {code}: {words}: {err}"
    assert "Traceback" not in err, f"a traceback: {words}"
    assert "codec can't" not in err, f"what the console can't show: {words}: {err}"
    if code == 2:
        said = [line for line in err.splitlines() if line.startswith("seqscope: ") or ": error: " in line]
        assert len(said) == 1, f"{len(said)} sentences: {words}: {err}"
        after = err[err.index(said[0]) :].strip()
        assert after == said[0].strip(), f"more than a sentence: {words}: {after}"
        assert len(after) <= SENTENCE + quoted, f"a sentence of {len(after)} characters: {words}: {after[:80]}"


def spoilt(arguments: list[str], dice: Random) -> list[str]:
    """Sometimes a value that can't be, an argument too few or too many, or another order."""
    for _ in range(dice.choice((0, 0, 1, 2))):
        place = dice.randrange(len(arguments) + 1)
        kind = dice.choice(("wrong", "gone", "more", "twice"))
        if kind == "more" or place == len(arguments):
            arguments.insert(place, dice.choice((*WRONG, "--json", "--nothing", "--help", "--beam-sizes=2", "-x")))
        elif kind == "gone":
            del arguments[place]
        else:
            arguments[place : place + (kind == "wrong")] = [dice.choice(WRONG) if kind == "wrong" else arguments[place]]
    return arguments


def file(dice: Random) -> str:
    """A path that may be there."""
    return dice.choice(
        ("in.txt", "out.txt", "in.txt", "out.txt", "empty.txt", "bytes.gz", "none.txt", ".", "/dev/null")
    )


def folder(dice: Random) -> str:
    return dice.choice(("made", ".", "/dev/null", "/dev/null/x", "in.txt", "x" * 300, "", "a/b/c"))


def decoder(dice: Random, strategies: tuple[str, ...]) -> list[str]:
    """A strategy and some options, of it or of another."""
    given = ["--strategy", strategy] if (strategy := dice.choice((None, *strategies))) else []
    for name in dice.sample(list(FLAGS), dice.choice((0, 1, 1, 2, 3))):
        choices = {
            "length_norm": ("none", "average", "gnmt"),
            "stop": ("finished", "first", "optimum"),
            "candidates": ("samples", "beam", "both"),
            "utility": ("chrf", "bleu", "exact"),
        }
        sound = choices.get(name) or SOUND.get(FLAGS[name].get("type")) or (text(dice, 20), "Ein Hu", "Hund")
        given += [decoder_arguments.flag(name), dice.choice((*sound, *sound, dice.choice(WRONG)))]
    return given


def translate(dice: Random) -> list[str]:
    given = ["--model", dice.choice(MODELS), *decoder(dice, ("greedy", "sample", "beam", "diverse", "exact", "mbr"))]
    given += dice.choice(([], ["--json"], ["--n-best", "3"], ["--target", text(dice, 40)]))
    return [*given, *dice.choice(([], [text(dice, 80)], [dice.choice(SENTENCES)], ["--", text(dice, 40)]))]


def pair(dice: Random) -> list[str]:
    return ["--model", dice.choice(MODELS), "--source", file(dice), "--reference", file(dice)]


def evaluate(dice: Random) -> list[str]:
    exposure = dice.choice(([], [], ["--exposure"]))
    return [*pair(dice), *exposure, *decoder(dice, ("greedy", "sample", "beam", "diverse"))]


def report(dice: Random) -> list[str]:
    sizes = ["--beams", *dice.sample(("1", "2", "3", *WRONG), 2), "--alphas", *dice.sample(("0", "1", *WRONG), 2)]
    return [*pair(dice), *sizes, "--sentences", dice.choice(("1", "3", "0")), "--exact", dice.choice(("0", "5", "-1"))]


def train(dice: Random) -> list[str]:
    given = [dice.choice(("copy-transformer", "en-de-transformer", "nothing", "")), "--output", folder(dice)]
    for name in dice.sample(TRAINING, dice.choice((0, 1, 2, 3))):
        value = dice.choice(("1", "0.5", "0", *REGIME_OPTIONS, dice.choice(WRONG)))
        given += ["--" + name.replace("_", "-"), value]
    return [*given, *dice.choice(([], ["--resume"], ["--extra", file(dice)], ["--data-dir", folder(dice)]))]


def written(dice: Random) -> list[str]:
    given = [
        "--model",
        dice.choice(MODELS),
        *dice.choice((["--captions", "--data-dir", "nowhere"], ["--input", file(dice)])),
    ]
    given += ["--output", dice.choice(("pairs.tsv", "pairs.tsv", "x/y.tsv", "pairs.gz", ".", "/dev/full"))]
    given += dice.choice(([], ["--tag"], ["--tidy"], ["--direction", dice.choice(("back", "up"))]))
    return [*given, *decoder(dice, ("greedy", "sample", "beam"))]


COMMANDS = {
    "models": lambda dice: dice.choice(([], ["--models-dir", folder(dice)])),
    "translate": translate,
    "evaluate": evaluate,
    "search-report": report,
    "train": train,
    "regimes-study": lambda dice: ["--seeds", dice.choice(("1", *WRONG)), "--output", folder(dice)],
    "findings": lambda dice: [dice.choice(("bottleneck", "taste")), "--output", folder(dice), "--sentences", "1"],
    "tricks": lambda dice: [dice.choice(MODELS), folder(dice), dice.choice(MODELS)],
    "data fetch": lambda dice: [dice.choice(("multi30k", "tatoeba", "x")), "--data-dir", folder(dice)],
    "data list": lambda dice: dice.choice(([], ["--data-dir", folder(dice)])),
    "data translate": written,
    "": lambda dice: dice.choices(("models", "translate", "--help", "data", "x", *WRONG), k=dice.randint(0, 3)),
}

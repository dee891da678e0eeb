"""The soak: a row a check, an exit code, and a failing case that can be tried again. Its own checks run in no test."""

import json
import os
import sys
import time
from contextlib import contextmanager
from random import Random
from types import ModuleType

import pytest

from tests.soak import table
from tests.soak.strange import VALUES, mutated, places, text
from tests.soak.table import Check, main


@contextmanager
def sound():
    yield lambda case, dice: f"all right {dice.randrange(1000)}"


@contextmanager
def odd():
    def attempt(case, dice):
        assert case % 2 == 0, f"drew {dice.randrange(10**9)}"
        return "even"

    yield attempt


@contextmanager
def deadly():
    yield lambda case, dice: os._exit(7) if case == 2 else "alive"


@contextmanager
def unopened():
    raise SystemExit("There is no Chromium here.")
    yield


@contextmanager
def hanging():
    yield lambda case, dice: time.sleep(3600)


CHECKS = {name: Check(1, "test_soak", name, 3) for name in ("sound", "odd", "deadly", "unopened")}
HANGING = {"hanging": Check(1, "test_soak", "hanging")}


@pytest.fixture(autouse=True)
def nameless(monkeypatch):
    """A page that was tested before may have left its script as the main one, which a child would run again."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


def soak(capsys, *arguments):
    """The exit code, and the cells of each check's row by its name."""
    code = main(CHECKS, [*arguments])
    lines = capsys.readouterr().out.splitlines()[2:]
    return code, {cells[0]: cells for cells in (line.split(maxsplit=4) for line in lines)}


def test_each_check_has_its_row_and_only_sound_ones_end_well(capsys):
    code, rows = soak(capsys, "--minutes", "0")
    assert code == 1
    assert list(rows) == list(CHECKS)
    assert {name: cells[2] == "0" for name, cells in rows.items()} == {name: name == "sound" for name in CHECKS}
    assert rows["sound"][4].startswith("slowest 0.0 s, case ")
    assert rows["deadly"][1:3] == ["3", "1"]
    assert rows["deadly"][4] == "case 2: the process ended with exit code 7"
    assert "There is no Chromium here." in rows["unopened"][4]
    assert soak(capsys, "--only", "sound", "--minutes", "0")[0] == 0


def test_the_case_of_a_row_fails_again_in_the_same_way(capsys):
    _, rows = soak(capsys, "--only", "odd", "--seed", "5", "--minutes", "0")
    failure = rows["odd"][4]
    assert failure == f"case 1: drew {Random('5 1').randrange(10**9)}"
    code, again = soak(capsys, "--only", "odd", "--seed", "5", "--case", "1")
    assert (code, again["odd"][1:3], again["odd"][4]) == (1, ["1", "1"], failure)
    assert soak(capsys, "--only", "odd", "--case", "2")[0] == 0


def test_a_case_that_hangs_is_told_and_ended(capsys, monkeypatch):
    monkeypatch.setattr(table, "PATIENCE", 0)
    assert main(HANGING, []) == 1
    assert capsys.readouterr().out.endswith("case 0: it has not ended after 0 s\n")


@pytest.mark.parametrize("arguments", [["--only", "nothing"], ["--case", "3"], ["--minutes", "x"]])
def test_what_can_not_be_asked_is_refused(arguments):
    with pytest.raises(SystemExit) as stopped:
        main(CHECKS, arguments)
    assert stopped.value.code == 2


def test_what_is_drawn_follows_from_the_seed():
    assert [text(Random(1), 300) for _ in range(2)] == [text(Random(1), 300)] * 2
    content = {"a": [1, {"b": 2}], "c": {}}
    assert set(places(content)) == {(), ("a",), ("a", 0), ("a", 1), ("a", 1, "b"), ("c",)}
    assert mutated(content, Random(2)) == mutated(content, Random(2))
    assert content == {"a": [1, {"b": 2}], "c": {}}, "the original stays"


def test_every_changed_file_differs_from_the_whole_one():
    content = {"name": "n", "list": [5]}
    whole = json.dumps(content).encode()
    assert not [seed for seed in range(200) if mutated(content, Random(seed))[0] == whole]
    assert 10**400 in VALUES

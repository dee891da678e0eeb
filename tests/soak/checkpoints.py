"""Damaged checkpoints, killed trainings, and model folders that are written when the power fails."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random

import torch
from model_zoo import MODELS
from test_checkpoints import NAME, card_of
from test_training import RUNS, finish, same, toy_run, weights_of

from core.checkpoints import cards, load, save
from core.text.subwords import Subwords
from tests.soak.apart import MIB, apart, forked, kill
from tests.soak.strange import VALUES, places
from tests.soak.table import Attempt
from tests.soak.texts import check_sentence

STEPS = 3  # of a training that goes on
MEMORY = 1024 * MIB
RUN = "professor"  # whose checkpoint holds the most
ODD = (*VALUES, torch.zeros(3), torch.full((2, 2), float("nan")), {1: 2}, (1, 2), b"x", torch.tensor(10**12))


@contextmanager
def checkpoints() -> Iterator[Attempt]:
    """One thing in a checkpoint changed, or some of its bytes: one sentence, or a training that goes on."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "checkpoint.pt")
        list(islice(toy_run("rnn", path, RUN)[1], 5))  # here, so that a fork begins with all that this imports
        whole, content = path.read_bytes(), torch.load(path, weights_only=True)

        def attempt(case: int, dice: Random) -> str:
            if case % 4:
                words = change(torch.load(path, weights_only=True), places(content), path, dice)
            else:
                words = damage(whole, path, dice)
            try:
                return f"{words}: {apart(partial(goes_on, path), MEMORY)[0]}"
            except AssertionError as error:
                raise AssertionError(f"{words}: {error}") from error
            finally:
                path.write_bytes(whole)

        yield attempt


def goes_on(path: Path) -> str:
    """Some steps from a checkpoint, or one sentence."""
    try:
        return f"{len(list(islice(toy_run('rnn', path, RUN)[1], STEPS)))} more steps"
    except (ValueError, FloatingPointError) as error:
        check_sentence(error)
        assert path.is_file(), "the checkpoint is gone"
        return f"refused: {error}"


def change(content: dict, paths: Iterator[tuple], path: Path, dice: Random) -> str:
    """Another value in one place, or none."""
    place = dice.choice([one for one in paths if one])
    holder = content
    for step in place[:-1]:
        holder = holder[step]
    if dice.random() < 0.2:
        del holder[place[-1]]
        words = f"no {place}"
    else:
        holder[place[-1]] = new = dice.choice(ODD)
        words = f"{place} = {str(new)[:30]!r}"
    torch.save(content, path)
    return words


def damage(whole: bytes, path: Path, dice: Random) -> str:
    """Half the file, or a byte of it."""
    place = dice.randrange(len(whole))
    if dice.random() < 0.3:
        path.write_bytes(whole[:place])
        return f"cut at {place}"
    path.write_bytes(whole[:place] + bytes([whole[place] ^ dice.randint(1, 255)]) + whole[place + 1 :])
    return f"byte {place}"


@contextmanager
def killed() -> Iterator[Attempt]:
    """kill -9 up to three times in a short training, which then ends at the same weights as an undisturbed one."""
    torch.set_num_threads(1)
    kinds = [(family, run) for family in ("rnn", "transformer") for run in (None, *RUNS)]
    kinds = [(family, run) for family, run in kinds if family == "rnn" or run != "professor"]
    undisturbed = {}
    weights_after("rnn", None)  # so that a fork begins with all that this imports

    def attempt(case: int, dice: Random) -> str:
        kind = kinds[case % len(kinds)]
        if kind not in undisturbed:
            began = time.monotonic()
            undisturbed[kind] = apart(partial(weights_after, *kind), MEMORY)[0], time.monotonic() - began
        wanted, seconds = undisturbed[kind]
        with tempfile.TemporaryDirectory() as folder:
            path, moments = Path(folder, "checkpoint.pt"), []
            for _ in range(dice.randint(1, 3)):
                moments.append(dice.uniform(0, seconds))
                child = forked(partial(weights_after, *kind, path))
                time.sleep(moments[-1])
                kill(*child)
            found, _ = apart(partial(weights_after, *kind, path), MEMORY)
        words = f"{kind} killed after {', '.join(f'{moment:.3f}' for moment in moments)} s"
        assert same(found, wanted), f"{words}: other weights"
        return words

    yield attempt


def weights_after(family: str, run: str | None, path: Path | None = None) -> dict[str, torch.Tensor]:
    """The weights at the end of a training, from its checkpoint on where there is one; plain, to be pickled."""
    return finish(family, path, run)[1]


@contextmanager
def saving() -> Iterator[Attempt]:
    """kill -9 while a model is written over another one: the old one or the new one loads, whole."""
    torch.set_num_threads(1)
    subwords = Subwords.train(["a b a b", "b a"], 8)
    models = [MODELS[NAME](), MODELS[NAME]()]
    with torch.no_grad():
        for weight in models[1].parameters():
            weight.add_(1)
    sound = [{name: weight.half().float() for name, weight in weights_of(model).items()} for model in models]

    def written(folder: Path, index: int) -> None:
        save(folder / "m", card_of(models[index], "m"), models[index], subwords, [])

    def over_and_over(folder: Path) -> None:
        while True:
            written(folder, 1)
            written(folder, 0)

    def attempt(case: int, dice: Random) -> str:
        with tempfile.TemporaryDirectory() as place:
            written(folder := Path(place), 0)
            child = forked(partial(over_and_over, folder))
            moment = dice.uniform(0, 0.05)
            time.sleep(moment)
            kill(*child)
            _, broken = cards(folder)
            found = weights_of(load("m", folder).model)
            assert not broken, f"killed after {moment:.4f} s: {broken}"
            assert any(same(found, one) for one in sound), (
                f"killed after {moment:.4f} s: neither the old nor the new one"
            )
        return f"killed after {moment:.4f} s"

    yield attempt

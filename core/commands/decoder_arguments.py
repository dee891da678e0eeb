"""The decoders' options on the command line: one flag a field, whichever strategy it belongs to."""

import argparse
from pathlib import Path
from typing import Any

from core.checkpoints import PRETRAINED
from core.checks import check, check_choice
from core.options import HELP, STRATEGIES, Constraints, ForcedOptions, Options

NAMES = tuple(name for name in STRATEGIES if name != "forced")  # that has an argument of its own: --target
BATCHED = ("greedy", "sample", "beam", "diverse")  # of these, what translates many sentences at once
FLAGS: dict[str, dict[str, Any]] = {
    "beam_size": {"type": int, "metavar": "K"},
    "length_norm": {"metavar": "NORM"},
    "length_penalty": {"type": float, "metavar": "A"},
    "coverage_penalty": {"type": float, "metavar": "B"},
    "stop": {"metavar": "RULE"},
    "finished": {"type": int, "metavar": "N"},
    "groups": {"type": int, "metavar": "G"},
    "diversity": {"type": float, "metavar": "L"},
    "samples": {"type": int, "metavar": "N"},
    "temperature": {"type": float, "metavar": "T"},
    "top_k": {"type": int, "metavar": "K"},
    "top_p": {"type": float, "metavar": "P"},
    "typical": {"type": float, "metavar": "P"},
    "seed": {"type": int, "metavar": "N"},
    "budget": {"type": int, "metavar": "N"},
    "candidates": {"metavar": "WHICH"},
    "utility": {"metavar": "NAME"},
    "max_length": {"type": int, "metavar": "N"},
}
# A field that means something only with some values of another one.
NEEDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "length_penalty": ("length_norm", ("gnmt",)),
    "beam_size": ("candidates", ("beam", "both")),
}
CONSTRAINTS: dict[str, dict[str, Any]] = {
    "prefix": {"metavar": "TEXT"},
    "banned": {"metavar": "TEXT", "action": "append"},
    "no_repeat": {"type": int, "metavar": "N"},
    "min_length": {"type": int, "metavar": "N"},
}
NOTES = {"length_penalty": " (default: the model card's)", "banned": " (repeatable)"}  # true of a flag alone


def flag(name: str) -> str:
    """A field's flag."""
    return "--ban" if name == "banned" else "--" + name.replace("_", "-")


def models_dir(added: argparse.ArgumentParser) -> None:
    """Where the models are."""
    added.add_argument("--models-dir", type=Path, default=PRETRAINED, help="where model folders lie")


def strategy_argument(added: argparse._ActionsContainer, valid: tuple[str, ...]) -> None:
    """Which decoder; ValueError, which argparse turns into its own, names the valid ones."""

    def known(name: str) -> str:
        try:
            check_choice("strategy", name, valid)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error
        return name

    added.add_argument("--strategy", type=known, default="beam", metavar="NAME", help=", ".join(valid))


def decoder_arguments(added: argparse.ArgumentParser) -> None:
    """A flag for every option of every strategy; what is not given keeps the strategy's default."""
    group = added.add_argument_group("options of the strategies")
    for name, settings in (FLAGS | CONSTRAINTS).items():
        group.add_argument(flag(name), dest=name, help=HELP[name] + NOTES.get(name, ""), **settings)


def options_of(chosen: argparse.Namespace, length_penalty: float) -> Options:
    """The decoder's options; ValueError, in one sentence, if one is out of range or means nothing to the strategy."""
    given = {name: getattr(chosen, name) for name in FLAGS if getattr(chosen, name) is not None}
    bounds = {name: getattr(chosen, name) for name in CONSTRAINTS if getattr(chosen, name) is not None}
    if getattr(chosen, "target", None) is not None:
        stray = [flag(name) for name in given | bounds]
        check(not stray, f"a forced translation leaves no choice: drop {', '.join(stray)}")
        return ForcedOptions(chosen.target)
    kind = STRATEGIES[chosen.strategy]
    known = kind.__dataclass_fields__
    stray, valid = [flag(name) for name in given if name not in known], [flag(name) for name in FLAGS if name in known]
    check(not stray, f"{', '.join(stray)} means nothing to {chosen.strategy!r}; valid: {', '.join(valid)}")
    for name, (other, values) in NEEDS.items():
        if name in given and other in known:
            value = given.get(other, known[other].default)
            wanted = " or ".join(f"{flag(other)} {value}" for value in values)
            check(value in values, f"{flag(name)} means nothing with {flag(other)} {value}: choose {wanted}")
    if "length_penalty" in known:
        given = {"length_penalty": length_penalty} | given
    return kind(**given, constraints=Constraints(**bounds))

"""The decoders' options on the command line: one flag a field, whichever strategy it belongs to."""

import argparse
from pathlib import Path
from typing import Any

from core.checkpoints import PRETRAINED, Card
from core.options import (
    CANDIDATES,
    LENGTH_NORMS,
    STOP_RULES,
    STRATEGIES,
    UTILITIES,
    Constraints,
    ForcedOptions,
    Options,
    check,
    check_choice,
)

NAMES = tuple(name for name in STRATEGIES if name != "forced")  # that has an argument of its own: --target
BATCHED = ("greedy", "sample", "beam", "diverse")  # of these, what translates many sentences at once
FLAGS: dict[str, dict[str, Any]] = {
    "beam_size": {"type": int, "metavar": "K", "help": "branches of beam, diverse, and mbr's candidates"},
    "length_norm": {"metavar": "NORM", "help": f"how lengths are compared: {', '.join(LENGTH_NORMS)}"},
    "length_penalty": {"type": float, "metavar": "A", "help": "alpha of gnmt (default: the model card's)"},
    "coverage_penalty": {"type": float, "metavar": "B", "help": "beta: what leaving source words out costs a beam"},
    "stop": {"metavar": "RULE", "help": f"when a beam ends: {', '.join(STOP_RULES)}"},
    "finished": {"type": int, "metavar": "N", "help": "complete hypotheses that end a beam (default: its size)"},
    "groups": {"type": int, "metavar": "G", "help": "groups of a diverse beam"},
    "diversity": {"type": float, "metavar": "L", "help": "lambda: what a token costs that another group chose"},
    "samples": {"type": int, "metavar": "N", "help": "how many to draw (sample, mbr)"},
    "temperature": {"type": float, "metavar": "T", "help": "divides the logits; 0 takes the likeliest"},
    "top_k": {"type": int, "metavar": "K", "help": "draw among the K likeliest tokens"},
    "top_p": {"type": float, "metavar": "P", "help": "draw among the likeliest tokens that together reach P"},
    "typical": {"type": float, "metavar": "P", "help": "draw among the most ordinary tokens that together reach P"},
    "seed": {"type": int, "metavar": "N", "help": "the same seed draws the same"},
    "budget": {"type": int, "metavar": "N", "help": "prefixes that exact search may open"},
    "candidates": {"metavar": "WHICH", "help": f"what mbr chooses from: {', '.join(CANDIDATES)}"},
    "utility": {"metavar": "NAME", "help": f"how mbr compares texts: {', '.join(UTILITIES)}"},
    "max_length": {"type": int, "metavar": "N", "help": "cut-off in tokens, <eos> too (default: 2 a piece + 10)"},
}
# A field that means something only with some values of another one.
NEEDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "length_penalty": ("length_norm", ("gnmt",)),
    "beam_size": ("candidates", ("beam", "both")),
}
CONSTRAINTS: dict[str, dict[str, Any]] = {
    "prefix": {"metavar": "TEXT", "help": "begin the translation with this; it may end within a word"},
    "banned": {"metavar": "TEXT", "action": "append", "help": "never write this word, phrase or mark (repeatable)"},
    "no_repeat": {"type": int, "metavar": "N", "help": "no run of N tokens twice"},
    "min_length": {"type": int, "metavar": "N", "help": "at least N tokens before <eos>"},
}


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
        group.add_argument(flag(name), dest=name, **settings)


def options_of(chosen: argparse.Namespace, card: Card) -> Options:
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
            wanted = " or ".join(f"{flag(other)} {one}" for one in values)
            check(value in values, f"{flag(name)} means nothing with {flag(other)} {value}: choose {wanted}")
    if "length_penalty" in known:
        given = {"length_penalty": card.length_penalty} | given
    return kind(**given, constraints=Constraints(**bounds))

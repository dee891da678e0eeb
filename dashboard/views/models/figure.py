"""What a model's card says, as rows of tables and as the command that makes the model again."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

SCORES = {"bleu": ".1f", "bleu_lowercased": ".1f", "bleu_literature": ".1f", "chrf": ".1f"}


def score_rows(metrics: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]) -> list[tuple[Any, ...]]:
    """A row for each held-out set: its name, its sentences, and each of `SCORES`, None where it was not measured."""
    return [
        (names.get(split, split), f"{one.get('sentences', '–')}", *(one.get(score) for score in SCORES))
        for split, one in metrics.items()
    ]


def trick_rows(tricks: Sequence[Mapping[str, Any]], this: str) -> list[tuple[Any, ...]]:
    """A row for each training that was tried: in what it differs from the shipped one, BLEU on val and test, minutes.

    >>> trick_rows([{"name": "short", "differs": {"epochs": 5, "start": ""}, "val": 38.0, "minutes": 9}], "this one")
    [('short', 'epochs 5, start –', 38.0, None, 9)]
    """
    scores = "val", "test_2016", "minutes"
    return [(one["name"], differing(one["differs"]) or this, *(one.get(score) for score in scores)) for one in tricks]


def differing(settings: Mapping[str, Any]) -> str:
    """Settings in a line."""
    return ", ".join(f"{name.replace('_', ' ')} {'–' if value == '' else value}" for name, value in settings.items())


def data_rows(metrics: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same with signatures, for a file."""
    return [{"set": split, **one} for split, one in metrics.items()]


def signatures(metrics: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """sacreBLEU's signatures, each once."""
    found = [one.get(f"signature_{name}") for one in metrics.values() for name in ("bleu", "chrf")]
    return [one for one in dict.fromkeys(found) if one]


def shape(config: Mapping[str, Any]) -> str:
    """The constructor's arguments in a line, without those that are off.

    >>> shape({"width": 256, "attention": "dot", "residual": False, "dropout": 0.0})
    'width 256, attention dot'
    """
    told = [(name.replace("_", " "), value) for name, value in config.items() if value not in (False, 0, 0.0, "")]
    return ", ".join(name if value is True else f"{name} {value}" for name, value in told)


def commands(name: str, recipe: Mapping[str, Any], defaults: Callable[[str], Mapping[str, Any]]) -> str:
    """The commands that train a model again, a line each: that of what it began with, then its own.

    A line says in which options the card differs from the recipe (`defaults`, by its name) and what extra text it read.

    >>> begun = {"start": {"model": "old"}, "epochs": 3, "seed": 2, "extra": [{"file": "more.tsv"}]}
    >>> commands("toy", begun, lambda name: {"epochs": 3, "seed": 1})
    'python -m core train toy --from old --seed 2 --extra more.tsv'
    >>> chain = {"start": {"model": "old", "recipe": {"seed": 2}}, "seed": 1}
    >>> print(commands("toy", chain, lambda name: {"seed": 1, "start": "runs/old" if name == "toy" else ""}))
    python -m core train old --seed 2
    python -m core train toy
    """
    usual, begun = defaults(name), recipe.get("start", {})
    flags = [
        f"--{option.replace('_', '-')} {value}"
        for option, value in recipe.items()
        if option in usual and option != "start" and usual[option] != value
    ]
    extra = [f"--extra {one['file']}" for one in recipe.get("extra", [])]
    before = [commands(begun["model"], begun["recipe"], defaults)] if "recipe" in begun else []
    folder = f"runs/{begun['model']}" if before else begun.get("model", "")
    start = [f"--from {folder}"] if folder and folder != usual.get("start") else []
    return "\n".join([*before, " ".join([f"python -m core train {name}", *start, *flags, *extra])])


def spent(card: Any) -> dict[str, float]:
    """The epochs, tokens and minutes of a model's training and of those before it, from whose weights it went on."""
    total, begun = Counter(), {"training": card.training, "recipe": card.recipe}
    while begun:
        total.update({name: begun.get("training", {}).get(name, 0) for name in ("epochs", "tokens", "minutes")})
        begun = begun.get("recipe", {}).get("start")
    return total


def overview(cards: Mapping[str, Any], labels: Mapping[str, str], names: Mapping[str, str]) -> list[tuple[Any, ...]]:
    """A row a model: its name in words, its languages, BLEU and chrF on its test set, million numbers, minutes.

    The best first of those of the same languages; the languages that most models have come first.
    """
    rows = []
    for name, card in cards.items():
        split = next((one for one in ("test_2016", "test") if one in card.metrics), None)
        test = card.metrics.get(split, {})
        scores = test.get("bleu"), test.get("chrf")
        known = labels[name], f"{card.source} → {card.target}", names.get(split, "–")
        rows.append((*known, *scores, card.parameters / 1e6, spent(card)["minutes"]))
    pairs = Counter(row[1] for row in rows)
    return sorted(rows, key=lambda row: (-pairs[row[1]], row[1], -(row[3] or 0)))


def parameters(count: int) -> str:
    r"""A number with thin spaces between its thousands.

    >>> parameters(5495664).split("\N{THIN SPACE}")
    ['5', '495', '664']
    """
    return f"{count:,}".replace(",", "\N{THIN SPACE}")

"""What a model's card says, as rows of tables and as the command that makes the model again."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

SCORES = {"bleu": ".1f", "bleu_lowercased": ".1f", "bleu_literature": ".1f", "chrf": ".1f"}

SPLITS = ("test_2016", "test")  # captions, everyday sentences


def score_rows(metrics: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]) -> list[tuple[Any, ...]]:
    """A row for each held-out set: its name, its sentences, and each of `SCORES`, None where it was not measured."""
    return [
        (names.get(split, split), f"{scores.get('sentences', '–')}", *(scores.get(score) for score in SCORES))
        for split, scores in metrics.items()
    ]


def trick_rows(tricks: Sequence[Mapping[str, Any]], this: str) -> list[tuple[Any, ...]]:
    """A row for each training that was tried: in what it differs from the shipped one, BLEU on val and test, minutes.

    The shipped one comes first.

    >>> trick_rows([{"name": "short", "differs": {"epochs": 5, "start": ""}, "val": 38.0, "minutes": 9}], "this one")
    [('short', 'epochs 5, start –', 38.0, None, 9)]
    """
    scores = "val", "test_2016", "minutes"
    return [
        (trick["name"], differing(trick["differs"]) or this, *(trick.get(score) for score in scores))
        for trick in sorted(tricks, key=lambda trick: bool(trick["differs"]))
    ]


def differing(settings: Mapping[str, Any]) -> str:
    """Settings in a line."""
    return ", ".join(f"{name.replace('_', ' ')} {'–' if value == '' else value}" for name, value in settings.items())


def data_rows(metrics: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same with signatures, for a file."""
    return [{"set": split, **scores} for split, scores in metrics.items()]


def signatures(metrics: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """sacreBLEU's signatures, each once."""
    signatures = [scores.get(f"signature_{name}") for scores in metrics.values() for name in ("bleu", "chrf")]
    return [signature for signature in dict.fromkeys(signatures) if signature]


def shape(config: Mapping[str, Any]) -> str:
    """The constructor's arguments in a line, without those that are off.

    >>> shape({"width": 256, "attention": "dot", "residual": False, "dropout": 0.0})
    'width 256, attention dot'
    """
    settings = [(name.replace("_", " "), value) for name, value in config.items() if value not in (False, 0, 0.0, "")]
    return ", ".join(name if value is True else f"{name} {value}" for name, value in settings)


PRUNING = ("steps", "learning_rate", "gate_rate", "warmup", "max_tokens", "seed")  # decide a pruned model


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
    >>> pruned = {"penalty": 0.1, "kinds": "encoder, cross", "steps": 9, "start": {"model": "toy"}}
    >>> commands("few", pruned, lambda name: {})
    'python -m core prune --model toy --lambda 0.1 --kinds encoder cross --steps 9'
    """
    usual, begun = defaults(name), recipe.get("start", {})
    flags = [
        f"--{option.replace('_', '-')} {value}"
        for option, value in recipe.items()
        if option in usual and option != "start" and usual[option] != value
    ]
    extra = [f"--extra {pairs['file']}" for pairs in recipe.get("extra", [])]
    before = [commands(begun["model"], begun["recipe"], defaults)] if "recipe" in begun else []
    if "penalty" in recipe:
        kinds = recipe["kinds"].replace(",", "")
        options = [f"--{name.replace('_', '-')} {recipe[name]}" for name in PRUNING if name in recipe]
        command = f"python -m core prune --model {begun['model']} --lambda {recipe['penalty']} --kinds {kinds}"
        return "\n".join([*before, " ".join([command, *options])])
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


def groups(
    cards: Mapping[str, Any], labels: Mapping[str, str], say: Mapping[str, str], *, hidden: bool = False
) -> list[dict[str, Any]]:
    """The gallery: models of the same languages together, the most first, and of those the best first.

    A model has its `name`, its kind as a `title`, what it `knows`, and its BLEU on captions and, where that was
    measured, on everyday sentences; while scores are `hidden`, titles decide the order.
    """

    def place(name: str) -> tuple[float, str]:
        return 0.0 if hidden else -cards[name].metrics.get("test_2016", {}).get("bleu", -1.0), labels[name]

    ways: dict[tuple[str, str], list[str]] = {}
    for name in sorted(cards, key=place):
        ways.setdefault((cards[name].source, cards[name].target), []).append(name)
    return [
        {
            "title": " → ".join(say.get(f"language_{language}", language) for language in way),
            "models": [row(cards[name], labels[name], say) | ({"scores": []} if hidden else {}) for name in names],
        }
        for way, names in sorted(ways.items(), key=lambda way: -len(way[1]))
    ]


def row(card: Any, label: str, say: Mapping[str, str]) -> dict[str, Any]:
    """A model in the gallery."""
    parts, size = label.split(" · "), say["model_size"].format(millions=card.parameters / 1e6)
    scores = [card.metrics[split]["bleu"] for split in SPLITS if "bleu" in card.metrics.get(split, {})]
    knows = say.get(f"models_knows_{card.corpus}") or say.get(f"corpus_{card.corpus}", card.corpus)
    knows = f"{knows} · {size}" if parts[-1] == size else knows
    return {"name": card.name, "title": parts[0], "knows": knows, "scores": scores}


def complaint(lines: Sequence[str], most: int, too_long: Callable[[str], bool]) -> tuple[str, dict[str, int]] | None:
    """What is wrong with the lines of a document, by the key of its sentence and the numbers in it; None if nothing.

    >>> complaint(["a"] * 3, 2, lambda line: False), complaint(["a", "bb"], 2, lambda line: len(line) > 1)
    (('document_many', {'count': 3}), ('document_long', {'line': 2}))
    """
    if not lines:
        return "document_empty", {}
    if len(lines) > most:
        return "document_many", {"count": len(lines)}
    long = next((number for number, line in enumerate(lines, 1) if too_long(line)), None)
    return long and ("document_long", {"line": long})


def line(number: int, source: str, text: str, numbers: Any, strange: bool) -> dict[str, Any]:
    """A row of the document: `numbers` are its `core.interpret.confidence.Confidence`."""
    facts = {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(numbers).items()}
    return {"line": number, "source": source, "text": text, "outside": strange} | facts


def parameters(count: int) -> str:
    r"""A number with thin spaces between its thousands.

    >>> parameters(5495664).split("\N{THIN SPACE}")
    ['5', '495', '664']
    """
    return f"{count:,}".replace(",", "\N{THIN SPACE}")

"""What the page compares and says: where the thread is lost in the reader's sentence, what was measured of models."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.checkpoints import Card
from core.metrics import sentence_chrf
from dashboard import resources
from dashboard.beginning import DEFAULT
from dashboard.figures import bottleneck
from dashboard.figures.table import marks
from dashboard.model_names import kind_label, traits
from dashboard.text import Texts

DIRECTIONS = ("forward", "reversed")


def finding() -> Mapping[str, Any]:
    """What was measured; without rows where nothing was."""
    stored = resources.measured("bottleneck")
    return stored if bottleneck.sound(stored) else {"rows": [], "example": {"sentences": [], "texts": {}}}


def measured(cards: Mapping[str, Card]) -> dict[str, Card]:
    """Of the models that are here, those of the finding, in its order: from none that looks back to the best."""
    return {row["model"]: cards[row["model"]] for row in finding()["rows"] if row["model"] in cards}


def named(say: Texts, card: Card) -> str:
    """A model in a word or two, for a line of the chart."""
    if card.family == "transformer":
        return say["model_transformer"]
    kind = card.config["attention"]
    name = say[f"bottleneck_{kind if kind in ('none', 'mean') else 'attention'}"]
    return ", ".join([name, *(say[f"bottleneck_{trait}"] for trait in traits(card.config) if trait in DIRECTIONS)])


def compared(cards: Mapping[str, Card]) -> list[str]:
    """The model without attention, and two that have it, the better last; nothing where one of them is not here."""
    models = measured(cards)
    blind = next((name for name, card in models.items() if not card.attends), None)
    seeing = [name for name, card in models.items() if card.attends][-2:]
    return [blind, *seeing] if blind and len(seeing) == 2 else []


def everyday(cards: Mapping[str, Card], steps: Sequence[str], example: Mapping[str, Any]) -> list[str]:
    """A model that has read everyday sentences; of the stored example only where its translations are stored, too."""
    stored = list(steps) != example["sentences"] or DEFAULT in example["texts"]
    return [DEFAULT] if DEFAULT in cards and stored else []


def legend(say: Texts) -> str:
    """What the marks of words mean, as HTML."""
    parts = [("gone", say["bottleneck_gone"]), ("new", say["bottleneck_new"])]
    return f"<p class='words'>{marks(parts).replace('</del> ', '</del> · ')}</p>"


def lost(blind: Sequence[str], rival: Sequence[str], best: Sequence[str]) -> int | None:
    """The step from which on the translations of a model without attention are far from those of two that have it."""

    def agree(first: Sequence[str], second: Sequence[str]) -> list[float]:
        return sentence_chrf(list(zip(first, second, strict=True)))

    return bottleneck.lost([*map(min, agree(blind, best), agree(blind, rival))], agree(rival, best))


def where_lost(say: Texts, lost: int | None, steps: Sequence[str]) -> str:
    """Where the thread is lost, in a sentence."""
    if lost is None:
        return say["bottleneck_kept"]
    return say["bottleneck_lost"].format(step=lost + 1, words=len(steps[lost].split()))


def backwards(say: Texts, finding: Mapping[str, Any], models: Mapping[str, Card]) -> list[str]:
    """For each model that reads backwards, how it compares with its reference, and in what the two differ."""
    sentences = []
    for name, card in models.items():
        first = models.get(bottleneck.reference(finding, name))
        if first and card is not first and card.config.get("reverse_source"):
            verdict, facts = bottleneck.versus(finding, name)
            differs = bottleneck.differing(first.config, card.config)
            facts["differs"] = ", ".join(say.get(f"differs_{part}", part.replace("_", " ")) for part in differs)
            facts |= {"verdict": say[f"backwards_{verdict}"], "other": kind_label(say, first.family, first.config)}
            sentences.append(say["bottleneck_backwards"].format(**facts))
    return sentences

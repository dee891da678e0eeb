"""Models in words: what they were trained on and what they are, so that nobody has to read a folder's name."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from core.checkpoints import Card
from dashboard.live.trainings import MINE
from dashboard.text import Texts

PAIR = ("en", "de")  # the languages that go without saying


def kind_label(say: Texts, family: str, config: Mapping[str, object]) -> str:
    """What kind of model its arguments make it; "" where there are no words for it."""
    if family == "transformer":
        positions = config.get("positions", "sinusoidal")
        return say["model_transformer"] + (say.get(f"model_positions_{positions}", f", {positions}"))
    attention = config.get("attention")
    if attention == "none":
        return say["model_rnn_reversed" if config.get("reverse_source") else "model_rnn_none"]
    kind, place = say.get(f"kind_{attention}"), say.get(f"model_place_{config.get('context', 'step')}")
    return say["model_rnn"].format(kind=kind.lower(), place=place) if kind and place else ""


def way_label(say: Texts, family: str, config: Mapping[str, object]) -> str:
    """The same in fewer words, for a picture: how it looks, and where its context goes."""
    kind, place = (
        say.get(f"{part}_{config.get(key)}") for part, key in (("kind", "attention"), ("model_place", "context"))
    )
    if family == "transformer" or not kind or not place:
        return kind_label(say, family, config)
    if config["attention"] != "none":
        return f"{kind}, {place}"
    return f"{kind}, {say['model_reversed']}" if config.get("reverse_source") else kind


def unusual(recipe: Mapping[str, object]) -> list[str]:
    """What sets a training apart.

    >>> unusual({"label_smoothing": 0.0, "regime": "teacher-forcing"})
    ['no_smoothing']
    """
    found = {"no_smoothing": recipe.get("label_smoothing") == 0, "r_drop": recipe.get("regime") == "r-drop"}
    return [name for name, there in found.items() if there]


def taught(recipe: Mapping[str, Any]) -> bool:
    """Whether a model read what others wrote, in its training or in one that it went on from.

    >>> taught({"start": {"recipe": {"extra": [{"file": "teacher.tsv"}]}}})
    True
    """
    return bool(recipe.get("extra")) or ("start" in recipe and taught(recipe["start"].get("recipe", {})))


def model_label(card: Card, say: Texts, also: str = "") -> str:
    """A model in words: its text, what `also` says, its kind and, unless it is English to German, its languages."""
    label = kind_label(say, card.family, card.config) or card.name
    if card.name.startswith(MINE):
        return say["model_mine"].format(model=label, task=say[f"task_{card.corpus}"], steps=card.training["steps"])
    label += "".join(say[f"model_{name}"] for name in unusual(card.recipe))
    languages = "" if (card.source, card.target) == PAIR else f" · {card.source} → {card.target}"
    return f"{say.get(f'corpus_{card.corpus}', card.corpus)}{also} · {label}{languages}"


def model_labels(found: Mapping[str, Card], say: Texts) -> dict[str, str]:
    """Each model in words; those that would be called the same also with whether models taught it, then their size."""
    labels = {name: model_label(card, say) for name, card in found.items()}
    count = Counter(labels.values())
    teachers = {name: say["model_extra"] if taught(card.recipe) else "" for name, card in found.items()}
    labels |= {name: model_label(found[name], say, teachers[name]) for name in found if count[labels[name]] > 1}
    count = Counter(labels.values())
    sizes = {name: say["model_size"].format(millions=found[name].parameters / 1e6) for name in found}
    return {name: f"{label} · {sizes[name]}" if count[label] > 1 else label for name, label in labels.items()}


def alike(found: Mapping[str, Card], model: str) -> dict[str, Card]:
    """The models that translate between the same languages as one does."""
    wanted = found[model].source, found[model].target
    return {name: card for name, card in found.items() if (card.source, card.target) == wanted}


def outstanding(found: Mapping[str, Card], model: str) -> dict[str, Card]:
    """Of the models like one, that one and the best of each text, family, and way of looking back or not; own ones too.

    What a page compares that can't show them all.
    """
    best: dict[tuple[object, ...], str] = {}
    rivals = alike(found, model)
    for name, card in rivals.items():
        kind = (name,) if name == model or name.startswith(MINE) else (card.corpus, card.family, card.attends)
        if kind not in best or quality(card) > quality(rivals[best[kind]]):
            best[kind] = name
    chosen = rivals[model]
    best.pop((chosen.corpus, chosen.family, chosen.attends), None)
    return {name: card for name, card in rivals.items() if name in best.values()}


def quality(card: Card) -> float:
    """BLEU on the captions that were held out, or below all where it was not measured."""
    return card.metrics.get("test_2016", {}).get("bleu", -1.0)

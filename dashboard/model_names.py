"""Models in words: what they were trained on and what they are, so that nobody has to read a folder's name."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from core.checkpoints import Card
from dashboard.live.trainings import MINE
from dashboard.text import Texts

POSITIONS = {"none": "term_positions_none", "learned": "term_learned", "rotary": "term_rotary", "alibi": "term_alibi"}
CAPTIONS = "multi30k"  # the text of photo captions
PAIR = ("en", "de")  # the languages that go without saying


def kind_label(say: Texts, family: str, config: Mapping[str, object]) -> str:
    """What kind of model its arguments make it; "" where there are no words for it."""
    if family == "transformer":
        positions = config.get("positions", "sinusoidal")
        return say["model_transformer"] + (say.get(f"model_positions_{positions}", f", {positions}"))
    attention, also = config.get("attention"), [say[f"model_{name}"] for name in traits(config)]
    if attention == "none":
        return ", ".join([say["model_rnn_none"], *also])
    kind, place = say.get(f"kind_{attention}"), say.get(f"model_place_{config.get('context', 'step')}")
    return say["model_rnn"].format(kind=kind.lower(), place=", ".join([place, *also])) if kind and place else ""


def traits(config: Mapping[str, object]) -> list[str]:
    """What sets a recurrent model apart beside its attention.

    >>> traits({"attention": "dot", "cell": "lstm", "bidirectional": False})
    ['lstm', 'forward']
    """
    reversed_, both = config.get("reverse_source", False), config.get("bidirectional", True)
    marks = {"fed": config.get("input_feeding"), "lstm": config.get("cell") == "lstm"}
    marks |= {"reversed": reversed_, "forward": not (both or reversed_)}
    return [name for name, there in marks.items() if there]


def way_label(say: Texts, family: str, config: Mapping[str, object]) -> str:
    """The same in fewer words, for a picture: how it looks, and where its context goes."""
    kind, place = (
        say.get(f"{part}_{config.get(key)}") for part, key in (("kind", "attention"), ("model_place", "context"))
    )
    if family == "transformer" or not kind or not place:
        return kind_label(say, family, config)
    places = [] if config["attention"] == "none" else [place]
    return ", ".join([kind, *places, *(say[f"model_{name}"] for name in traits(config))])


def unusual(recipe: Mapping[str, object]) -> list[str]:
    """What sets a training apart.

    >>> unusual({"label_smoothing": 0.0, "regime": "teacher-forcing"})
    ['no_smoothing']
    """
    marks = {"no_smoothing": recipe.get("label_smoothing") == 0, "r_drop": recipe.get("regime") == "r-drop"}
    return [name for name, there in marks.items() if there]


def taught(recipe: Mapping[str, Any]) -> bool:
    """Whether a model read what others wrote, in its training or in one that it went on from.

    >>> taught({"start": {"recipe": {"extra": [{"file": "teacher.tsv"}]}}})
    True
    """
    return bool(recipe.get("extra")) or ("start" in recipe and taught(recipe["start"].get("recipe", {})))


def meanings(say: Texts, card: Card) -> dict[str, str]:
    """What each word of a model's name means, in a sentence of `say`; a word that has none is left out."""
    kind, place = card.config.get("attention"), card.config.get("context", "step")
    keys = {f"kind_{kind}": f"kind_words_{kind}", f"model_place_{place}": f"place_words_{place}"}
    if kind == "none":
        keys = {"model_rnn_none": "kind_words_none"}
    keys |= {f"model_{name}": f"term_{name}" for name in traits(card.config)}
    if card.family == "transformer":
        positions = card.config.get("positions", "sinusoidal")
        keys = {"model_transformer": "term_transformer", f"model_positions_{positions}": POSITIONS.get(positions, "")}
    keys |= {f"model_{name}": f"term_{name}" for name in unusual(card.recipe)}
    keys |= {"model_extra": "term_extra"} if taught(card.recipe) else {}
    meant = {say.get(word, "").removeprefix(", "): say.get(meaning, "") for word, meaning in keys.items()}
    meant[pruned_label(say, card).removeprefix(", ")] = say["term_pruned"]
    return {word: meaning for word, meaning in meant.items() if word and meaning}


def pruned_label(say: Texts, card: Card) -> str:
    """How many heads pruning left a model, after a comma; "" of one that has them all."""
    if not card.pruned:
        return ""
    kept, heads = (sum(card.pruned[what].values()) for what in ("kept", "heads"))
    return say["model_pruned"].format(kept=kept, heads=heads)


def model_label(card: Card, say: Texts, also: str = "", usual: tuple[str, str] = PAIR) -> str:
    """A model in words: its kind, what `also` says, its text and, unless they are the `usual` ones, its languages."""
    label = kind_label(say, card.family, card.config) or card.name
    if card.name.startswith(MINE):
        return say["model_mine"].format(model=label, task=say[f"task_{card.corpus}"], steps=card.training["steps"])
    label += "".join(say[f"model_{name}"] for name in unusual(card.recipe))
    label += pruned_label(say, card)
    languages = "" if (card.source, card.target) == usual else f" · {card.source} → {card.target}"
    return f"{label}{also} · {say.get(f'corpus_{card.corpus}', card.corpus)}{languages}"


def model_labels(cards: Mapping[str, Card], say: Texts, usual: tuple[str, str] = PAIR) -> dict[str, str]:
    """Each model in words; those that would be called the same also with whether models taught it, then their size."""
    labels = {name: model_label(card, say, "", usual) for name, card in cards.items()}
    count = Counter(labels.values())
    teachers = {name: say["model_extra"] if taught(card.recipe) else "" for name, card in cards.items()}
    labels |= {name: model_label(cards[name], say, teachers[name], usual) for name in cards if count[labels[name]] > 1}
    count = Counter(labels.values())
    sizes = {name: say["model_size"].format(millions=cards[name].parameters / 1e6) for name in cards}
    return {name: f"{label} · {sizes[name]}" if count[label] > 1 else label for name, label in labels.items()}


def direction(card: Card) -> str:
    """Between which languages a model translates, as a parameter writes it."""
    return f"{card.source}-{card.target}"


def directions(cards: Mapping[str, Card], say: Texts) -> dict[str, str]:
    """Every direction that a model translates in, in words."""
    return {
        direction(card): " → ".join(say.get(f"short_{language}", language) for language in (card.source, card.target))
        for card in cards.values()
    }


def grouped(cards: Mapping[str, Card], say: Texts) -> dict[str, str]:
    """Each model in words, with its BLEU: family by family, the best of each first, a reader's own before all.

    Languages that all of them share go without saying.
    """
    pairs = {(card.source, card.target) for card in cards.values()}
    labels = model_labels(cards, say, min(pairs) if len(pairs) == 1 else PAIR)

    def place(name: str) -> tuple[object, ...]:
        card = cards[name]
        return not name.startswith(MINE), card.family != "transformer", not card.attends, -quality(card)

    return {
        name: f"{labels[name]} · BLEU {quality(cards[name]):.1f}" if quality(cards[name]) >= 0 else labels[name]
        for name in sorted(cards, key=place)
    }


def alike(cards: Mapping[str, Card], model: str) -> dict[str, Card]:
    """The models that translate between the same languages as one does."""
    wanted = cards[model].source, cards[model].target
    return {name: card for name, card in cards.items() if (card.source, card.target) == wanted}


def outstanding(cards: Mapping[str, Card], model: str) -> dict[str, Card]:
    """Of the models like one, that one and the best of each text, family, and way of looking back or not; own ones too.

    What a page compares that can't show them all.
    """
    best: dict[tuple[object, ...], str] = {}
    rivals = alike(cards, model)
    for name, card in rivals.items():
        kind = (name,) if name == model or name.startswith(MINE) else (card.corpus, card.family, card.attends)
        if kind not in best or quality(card) > quality(rivals[best[kind]]):
            best[kind] = name
    chosen = rivals[model]
    best.pop((chosen.corpus, chosen.family, chosen.attends), None)
    return {name: card for name, card in rivals.items() if name in best.values()}


def best(names: Sequence[str], cards: Mapping[str, Card]) -> str:
    """The model that knows most; of several the best, of those the newest."""
    return max(reversed(names), key=lambda name: (cards[name].corpus == "everyday", quality(cards[name])))


def reads_captions(card: Card) -> bool:
    """Whether photo captions are all that a model has read."""
    return card.corpus == CAPTIONS


def quality(card: Card) -> float:
    """BLEU on the captions that were held out, or below all where it was not measured."""
    return card.metrics.get("test_2016", {}).get("bleu", -1.0)

"""The kinds of attention in words, and the same sentence through every model that attends."""

from collections import Counter
from collections.abc import Mapping, Sequence

import streamlit as st

from core.checkpoints import Card
from core.interpret.alignments import by_words, source_words, word_numbers
from core.records import DecodeTrace
from dashboard import answers, controls, resources
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.figures.alignment import Panel, describe
from dashboard.model_names import alike, quality, traits
from dashboard.views.kinds.figure import Map
from dashboard.views.kinds.formulas import FORMULAS

SHOWS = ("own", "same", "difference")
RELATIVE = ("rotary", "alibi")  # positions that act in the scores


def kind_of(card: Card) -> str:
    """The name of a model's attention in `FORMULAS`."""
    return card.config.get("attention", "heads")


def place_of(card: Card) -> str:
    """Where its context goes: a name in `PLACES`, "" in a Transformer or without attention."""
    return card.config.get("context", "") if kind_of(card) not in ("none", "heads") else ""


def relative(card: Card) -> list[str]:
    """The name of its positions, where these act in the scores."""
    return [name for name in RELATIVE if card.config.get("positions") == name]


def ordered(cards: Mapping[str, Card]) -> dict[str, Card]:
    """Models in the order of the table of formulas: alike ones beside each other, Transformers last.

    One whose card names a kind that there is not is left out: nothing could be said of it, and it can't be loaded.
    """
    order = list(FORMULAS)
    known = [(name, card) for name, card in cards.items() if kind_of(card) in order]
    return dict(sorted(known, key=lambda item: (order.index(kind_of(item[1])), item[0])))


def titles(say: Texts, cards: Mapping[str, Card]) -> dict[str, str]:
    """Each model's kind in words; where two are alike, with the place of its context."""
    kinds = {name: say[f"kind_{kind_of(card)}"] for name, card in cards.items()}
    placed = {
        name: f"{kinds[name]}, {way(say, card)}" if way(say, card) else kinds[name] for name, card in cards.items()
    }
    count = Counter(kinds.values())
    return {name: kinds[name] if count[kinds[name]] == 1 else placed[name] for name in cards}


def way(say: Texts, card: Card) -> str:
    """Where the context goes, in words."""
    place = place_of(card)
    places = [say[f"model_place_{place}"]] if place else []
    positions = [say[f"model_positions_{name}"].removeprefix(", ") for name in relative(card)]
    return ", ".join([*places, *positions, *(say[f"model_{name}"] for name in traits(card.config))])


def distinct(cards: Mapping[str, Card], model: str) -> dict[str, Card]:
    """Of the models like one, that one and the best of every other kind and place: a map for each."""
    best: dict[tuple[str, ...], str] = {}
    for name, card in alike(cards, model).items():
        kind = kind_of(card), place_of(card), *relative(card), *(traits(card.config) if card.attends else ())
        if kind not in best or name == model or (best[kind] != model and quality(card) > quality(cards[best[kind]])):
            best[kind] = name
    return {name: cards[name] for name in best.values()}


def together(say: Texts, names: Sequence[str], query: Query, show: str) -> tuple[dict[str, DecodeTrace], str]:
    """What each model makes of the sentence, and the chosen one's translation where all are to write that, else ""."""
    first = read(say, [query.model], query.text, "")
    target = "" if show == "own" or not first else first[query.model].hypotheses[0].text.strip()
    others = [name for name in names if name != query.model]
    traces = first | read(say, [*others, *first] if target else others, query.text, target)
    return {name: traces[name] for name in names if name in traces}, target


def read(say: Texts, names: Sequence[str], text: str, target: str) -> dict[str, DecodeTrace]:
    """A model's translation of the sentence, or its reading of `target`; who can't is named in a sentence."""
    return answers.forced(say, names, text, target) if target else answers.read(say, names, text)


def maps(say: Texts, cards: Mapping[str, Card], traces: Mapping[str, DecodeTrace], words: bool) -> list[Map]:
    """A map for each model that attends, between sub-words or words."""
    named, drawn = titles(say, cards), []
    for name, trace in traces.items():
        own = trace.attention()
        if own is not None:
            joined = by_words(own, source_words(trace.pieces), word_numbers(own.queries)) if words else None
            kind = say[f"kind_{kind_of(cards[name])}"]
            drawn.append(Map(name, named[name], kind, way(say, cards[name]), trace, joined))
    return drawn


def without(say: Texts, cards: Mapping[str, Card], sentence: str) -> None:
    """One line for each model that never looks back, with its own translation."""
    blind = read(say, [name for name, card in cards.items() if not card.attends], sentence, "")
    for name in blind:
        label = resources.labels(say)[name]
        text = controls.plain(blind[name].hypotheses[0].text)
        st.markdown(say["kinds_without"].format(model=controls.plain(label), text=text))


def described(say: Texts, panels: Sequence[Panel], show: str, hidden: bool) -> str:
    """The maps in sentences: how many, what is shown, where each is strongest."""
    if hidden:
        return say["kinds_hidden"].format(count=len(panels))
    places = [say["kinds_map"].format(**facts) for _, facts in map(describe, panels)]
    return " ".join([say[f"kinds_described_{show}"].format(count=len(panels)), *places])

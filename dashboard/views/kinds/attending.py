"""The kinds of attention in words, and the same sentence through every model that attends."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext

import streamlit as st

from core.checkpoints import Card
from core.interpret.alignments import by_words, source_words, word_numbers
from core.options import BeamOptions
from core.records import AttentionSteps, DecodeTrace
from dashboard import controls, resources
from dashboard.controls import Texts
from dashboard.figures.alignment import Panel, describe
from dashboard.frame import Asked
from dashboard.model_names import alike, quality
from dashboard.views.kinds.figure import Map
from dashboard.views.kinds.formulas import FORMULAS

SHOWS = ("own", "same", "difference")


def kind_of(card: Card) -> str:
    """The name of a model's attention in `FORMULAS`."""
    return card.config.get("attention", "heads")


def place_of(card: Card) -> str:
    """Where its context goes: a name in `PLACES`, "" in a Transformer or without attention."""
    return card.config.get("context", "") if kind_of(card) not in ("none", "heads") else ""


def ordered(found: Mapping[str, Card]) -> dict[str, Card]:
    """Models in the order of the table of formulas: alike ones beside each other, Transformers last.

    One whose card names a kind that there is not is left out: nothing could be said of it, and it can't be loaded.
    """
    order = list(FORMULAS)
    known = [(name, card) for name, card in found.items() if kind_of(card) in order]
    return dict(sorted(known, key=lambda item: (order.index(kind_of(item[1])), item[0])))


def titles(say: Texts, found: Mapping[str, Card]) -> dict[str, str]:
    """Each model's kind in words; where two are alike, with the place of its context."""
    kinds = {name: say[f"kind_{kind_of(card)}"] for name, card in found.items()}
    placed = {
        name: f"{kinds[name]}, {way(say, card)}" if way(say, card) else kinds[name] for name, card in found.items()
    }
    count = Counter(kinds.values())
    return {name: kinds[name] if count[kinds[name]] == 1 else placed[name] for name in found}


def way(say: Texts, card: Card) -> str:
    """Where the context goes, in words."""
    place = place_of(card)
    parts = [say[f"place_{place}"]] if place else []
    return ", ".join(parts + ([say["place_fed"]] if card.config.get("input_feeding") else []))


def about(say: Texts, card: Card) -> str:
    """Where the context goes, or how many heads there are, and the paper."""
    kind, told = kind_of(card), way(say, card)
    if kind == "heads":
        told = say["kinds_heads"].format(layers=card.config.get("decoder_layers"), heads=card.config.get("heads"))
    return " · ".join(part for part in (told, FORMULAS[kind].paper) if part)


def distinct(found: Mapping[str, Card], model: str) -> dict[str, Card]:
    """Of the models like one, that one and the best of every other kind and place: a map for each."""
    best: dict[tuple[str, str, bool], str] = {}
    for name, card in alike(found, model).items():
        kind = kind_of(card), place_of(card), bool(card.config.get("input_feeding"))
        if kind not in best or name == model or (best[kind] != model and quality(card) > quality(found[best[kind]])):
            best[kind] = name
    return {name: found[name] for name in best.values()}


def together(say: Texts, names: Sequence[str], asked: Asked, show: str) -> tuple[dict[str, DecodeTrace], str]:
    """What each model makes of the sentence, and the chosen one's translation where all are to write that, else ""."""
    first = read(say, [asked.model], asked.text, "")
    target = "" if show == "own" or not first else first[asked.model].hypotheses[0].text.strip()
    others = [name for name in names if name != asked.model]
    found = first | read(say, [*others, *first] if target else others, asked.text, target)
    return {name: found[name] for name in names if name in found}, target


def read(say: Texts, names: Sequence[str], text: str, target: str) -> dict[str, DecodeTrace]:
    """A model's translation of the sentence, or its reading of `target`; who can't is named in a sentence."""
    traces = {}
    with nullcontext() if resources.awake().issuperset(names) else st.spinner(say["loading"]):
        for name in names:
            try:
                given = resources.forced(name, text, target) if target else None
                traces[name] = given or resources.decode(name, text, BeamOptions())
            except ValueError as error:
                st.warning(controls.plain(str(error)))
    return traces


def maps(say: Texts, found: Mapping[str, Card], traces: Mapping[str, DecodeTrace], words: bool) -> list[Map]:
    """A map for each model that attends, between sub-words or words."""
    named, drawn = titles(say, found), []
    for name, trace in traces.items():
        own = trace.attention()
        if own is not None:
            joined = by_words(own, source_words(trace.pieces), word_numbers(own.queries)) if words else None
            drawn.append(Map(name, named[name], about(say, found[name]), trace, joined))
    return drawn


def steps_of(name: str, text: str, target: str, wanted: bool) -> AttentionSteps | None:
    """The numbers of a model that is awake or that is `wanted` awake; a damaged one is named in a sentence."""
    if name not in resources.awake() and not wanted:
        return None
    try:
        return resources.attention_steps(name, text, target)
    except ValueError as error:
        st.warning(controls.plain(str(error)))
        return None


def without(say: Texts, found: Mapping[str, Card], sentence: str) -> None:
    """One line for each model that never looks back, with its own translation."""
    blind = read(say, [name for name, card in found.items() if not card.attends], sentence, "")
    for name in blind:
        label = resources.labels(say)[name]
        text = controls.plain(blind[name].hypotheses[0].text)
        st.markdown(say["kinds_without"].format(model=controls.plain(label), text=text))


def described(say: Texts, panels: Sequence[Panel], show: str, hidden: bool) -> str:
    """The maps in sentences: how many, what is shown, where each is strongest."""
    if hidden:
        return say["kinds_hidden"].format(count=len(panels))
    told = [say["kinds_map"].format(**facts) for _, facts in map(describe, panels)]
    return " ".join([say[f"kinds_described_{show}"].format(count=len(panels)), *told])

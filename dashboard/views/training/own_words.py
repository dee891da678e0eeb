"""A decoder that reads its own words, as numbers for two pictures: a second pass over mixed words, and a judge."""

from statistics import fmean
from typing import Any

import numpy as np

from core.records.own_words import Behaviours, TwoPasses
from dashboard.figures.tokens import label


def passes(record: TwoPasses) -> dict[str, Any]:
    """The payload of the picture of two passes: words, the order in which own ones are read, losses for each number."""
    losses = record.losses.round(4)
    return {
        "gold": [label(token) for token in record.gold],
        "own": [label(token) for token in record.own],
        "order": list(record.order),
        "losses": losses.tolist(),
        "means": losses.mean(axis=1).round(4).tolist(),
    }


def half(record: TwoPasses) -> int:
    """Half of the tokens that may be own ones."""
    return len(record.own) // 2


def passes_facts(record: TwoPasses) -> dict[str, Any]:
    """The numbers of its sentences: the mean loss after gold words alone and after own ones alone, nats a token."""
    means = record.losses.mean(axis=1)
    other = sum(own != gold for own, gold in zip(record.own, record.gold, strict=False))
    return {"count": len(record.own), "other": other, "first": f"{means[0]:.2f}", "last": f"{means[-1]:.2f}"}


def effect(record: TwoPasses) -> int:
    """What own words do to the mean loss: 0 it rises, 1 it falls, 2 it stays, as it is written."""
    first, last = (round(float(record.losses[row].mean()), 2) for row in (0, -1))
    return 0 if last > first else 1 if last < first else 2


def passes_rows(record: TwoPasses) -> list[dict[str, Any]]:
    """A row a target token: what the first pass drew there, when it is read, the loss after gold and own words."""
    turns = {place: turn for turn, place in enumerate(record.order, 1)}
    return [
        {
            "gold": label(token),
            "own": label(record.own[place]) if place < len(record.own) else None,
            "own from": turns.get(place),
            "loss, gold": float(record.losses[0, place]),
            "loss, own": float(record.losses[-1, place]),
        }
        for place, token in enumerate(record.gold)
    ]


def judged(record: Behaviours) -> dict[str, Any]:
    """The payload of the judge's picture: what either decoder read, strips of its states from -1 to 1, distances."""
    most = max(1e-9, float(np.abs([record.taught, record.free]).max()))
    strips = [(part / most).round(3).tolist() for part in (record.taught, record.free)]
    words = [[label(token) for token in tokens] for tokens in (record.gold, record.own)]
    names = ("gold", "own", "taught", "free", "apart")
    return dict(zip(names, [*words, *strips, record.apart.round(4).tolist()], strict=True))


def split(record: Behaviours) -> int | None:
    """The place at which both decoders first read another token; None where they never do."""
    pairs = enumerate(zip(record.gold, record.own, strict=True))
    return next((place for place, (gold, own) in pairs if gold != own), None)


def judge_facts(record: Behaviours) -> dict[str, Any]:
    """The numbers of its sentence: where they part, by which words, how far apart they are on average from there."""
    place = split(record)
    if place is None:
        return {"count": len(record.gold)}
    words = {"gold": label(record.gold[place]), "own": label(record.own[place])}
    return {"count": len(record.gold), "position": place, **words, "apart": f"{fmean(record.apart[place:]):.0%}"}


def judge_rows(record: Behaviours) -> list[dict[str, Any]]:
    """A row a position: what either decoder read there, and how far their states are apart."""
    rows = zip(record.gold, record.own, record.apart.tolist(), strict=True)
    return [{"taught": label(gold), "free": label(own), "apart": apart} for gold, own, apart in rows]

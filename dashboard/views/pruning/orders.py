"""In which order heads can be closed, and what each is worth: at random, by what is measured, as the search found."""

import random
from collections.abc import Mapping, Sequence

from core.changes import Head
from core.text.own_pairs import pairs_between
from dashboard import answers
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.views.pruning import smallest
from dashboard.views.pruning.pruning_component import MEASURES, RANDOM, SEARCHED

Scores = Mapping[str, Mapping[Head, float] | None]


def measures(query: Query) -> tuple[str, ...]:
    """What can be measured of a model's heads: nothing where we have no pairs in its languages."""
    return MEASURES if pairs_between(query.card.source, query.card.target) else ()


def ways(query: Query) -> tuple[str, ...]:
    """The orders that there are: as the search found it where it has found one."""
    return (*RANDOM, *measures(query), *([SEARCHED] if smallest.steps_of(query) else []))


def scores(say: Texts, query: Query, heads: Sequence[Head], at: Mapping[str, str]) -> dict[str, dict | None]:
    """How much each head matters on the pairs of our own, by each measure that is asked for; None of the others."""
    pairs = pairs_between(query.card.source, query.card.target)
    known: dict[str, dict | None] = dict.fromkeys(measures(query))
    for name in {at["order"], at["tint"]} & set(known):
        from core.findings.closed_heads import importance

        values = answers.ask(say, [query.model], importance, name, pairs).get(query.model)
        known[name] = values and dict(zip(heads, values, strict=True))
    return known


def orders(query: Query, heads: Sequence[Head], scores: Scores) -> dict[str, list[Head] | None]:
    """The heads in each order in which they can be closed, first those that go first; None where it is not known."""
    drawn: dict[str, list[Head] | None] = {}
    for name in RANDOM:
        drawn[name] = random.Random(name).sample(heads, len(heads))
    for name, values in scores.items():
        drawn[name] = values and sorted(heads, key=values.__getitem__)
    if steps := smallest.steps_of(query):
        path = [closing.head for closing in steps]
        drawn[SEARCHED] = [*path, *(head for head in heads if head not in path)]
    return drawn

"""Rare tokens: does a head that looks at the least frequent token of a sentence over-fit (Voita et al. 2019, §5.3)?"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.changes import Changes, Head
from core.checkpoints import Loaded
from core.findings.head_readings import SEED, Material, Reading, encoded, readings
from core.interpret import head_roles as measures
from core.interpret.gold_losses import gold_losses
from core.interpret.head_roles import Count
from core.text.corpora import Pairs

COSTED = 400  # sentences of either kind, for what takes two runs a head


def rare_counts(done: Sequence[Reading], frequencies: np.ndarray, least: int = 0) -> list[Count]:
    """How often heads look at the least frequent token, in each sentence that has a rare one: not among the `COMMON`.

    Only those are counted whose rarest stands at least so often in what the model was trained on.
    """
    common = np.sort(frequencies)[::-1][min(measures.COMMON, len(frequencies)) - 1]
    return [
        measures.rare(reading.attention["encoder"], frequencies[reading.ids])
        for reading in done
        if least <= frequencies[reading.ids].min() < common
    ]


def rare_tokens(name: str, loaded: Loaded, frequencies: np.ndarray, material: Material) -> dict[str, Any]:
    """Of the layer whose head looks at rare tokens most what its heads do on sentences seen in training and on others.

    "rate": how often it looks at the rarest token. "cost": how many nats a token the gold translation costs more with
    it closed. Each with its 95 % interval, as is "more", what it is on the seen above the unseen. The `head` is chosen
    on sentences of neither kind. Tokens that were never read are left out: no sentence of the training has any.
    """

    def counts_of(pairs: Pairs) -> list[Count]:
        return rare_counts(readings(loaded, pairs, decoder=False), frequencies, least=1)

    sets = {"seen": material.seen, "unseen": material.captions}
    counts = {part: counts_of(pairs) for part, pairs in sets.items()}
    chosen = measures.shares(counts_of(material.choosing)).value
    layer, head = map(int, np.unravel_index(chosen.argmax(), chosen.shape))
    ids = {part: encoded(loaded.subwords, pairs[:COSTED]) for part, pairs in sets.items()}
    whole = {part: gold_losses(loaded.model, some) for part, some in ids.items()}
    heads = []
    for place in range(chosen.shape[1]):
        closed = Changes((Head("encoder", layer, place),))
        costs = {part: more(gold_losses(loaded.model, some, closed), whole[part]) for part, some in ids.items()}
        rates = {part: only(some, layer, place) for part, some in counts.items()}
        heads.append(compared(rates, "rate") | compared(costs, "cost"))
    chance = round(measures.shares(counts["unseen"]).baseline, 4)
    return {"model": name, "layer": layer, "head": head, "chance": chance, "heads": heads}


def more(changed: tuple[np.ndarray, np.ndarray], whole: tuple[np.ndarray, np.ndarray]) -> list[Count]:
    """Of each pair the nats that its gold translation costs more in a changed run than in the whole model's."""
    (nats, tokens), (before, _) = changed, whole
    return [Count(np.array([[cost]]), count, 0.0) for cost, count in zip(nats - before, tokens, strict=True)]


def only(counts: Sequence[Count], layer: int, head: int) -> list[Count]:
    """The counts of one head."""
    return [count._replace(hits=count.hits[layer : layer + 1, head : head + 1]) for count in counts]


def compared(counts: Mapping[str, Sequence[Count]], what: str) -> dict[str, list[float]]:
    """Of both sets of sentences, and of the first minus the second: value, low and high end."""
    values = {part: measures.shares(some).value.item() for part, some in counts.items()}
    samples = {part: measures.sampled(some, seed) for seed, (part, some) in enumerate(counts.items(), start=SEED)}
    first, second = counts
    values["more"] = values[first] - values[second]
    count = min(len(samples[first]), len(samples[second]))
    samples["more"] = samples[first][:count] - samples[second][:count]
    return {
        f"{what}_{part}": [round(float(number), 4) for number in (value, *measures.interval(samples[part]).ravel())]
        for part, value in values.items()
    }

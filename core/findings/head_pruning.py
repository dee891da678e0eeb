"""What is left of a translation's quality with fewer heads: closed in several orders, and pruned by L0 gates."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.changes import ATTENTION_KINDS, Changes, Head
from core.checkpoints import Loaded
from core.findings.measuring import SAMPLES, compared, translations
from core.interpret import head_importance as importance
from core.interpret.gated_losses import heads_of
from core.options import GreedyOptions

GREEDY = GreedyOptions()
RANDOM = (1, 2, 3)  # seeds of the orders by chance
SHARES = (1 / 6, 1 / 3, 1 / 2, 2 / 3, 5 / 6)  # of the heads that are closed
JUDGED = 200  # pairs of the validation set by which heads are judged
KINDS: dict[str, tuple[str, ...]] = {"all": ATTENTION_KINDS, "encoder": ("encoder",)}  # of which heads are closed


def head_pruning(
    models: Mapping[str, Loaded], pairs: Sequence[tuple[str, str]], judging: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """BLEU and chrF of the first model with ever more heads closed, and of the others, which were pruned from it.

    Heads are judged on `judging`, quality on `pairs`, translated greedily; plain JSON values.
    """
    (name, whole), *others = models.items()
    settings = list(closings(whole, judging[:JUDGED]))
    sources, references = zip(*pairs, strict=True)
    systems = {"whole": translations(whole, sources, GREEDY)}
    for number, (*_, closed) in enumerate(settings):
        systems[str(number)] = translations(whole, sources, GREEDY, Changes(tuple(closed)))
    systems |= {pruned: translations(loaded, sources, GREEDY) for pruned, loaded in others}
    scores = {row.pop("model"): row for row in compared(systems, references)}
    count = len(heads_of(whole.model))
    return {
        "model": name,
        "heads": count,
        "judged_on": JUDGED,
        "sentences": len(pairs),
        "samples": SAMPLES,
        "whole": scores["whole"],
        "points": [
            {"kinds": kinds, "order": order, "seed": seed, "kept": count - len(closed), **scores[str(number)]}
            | {"closed": [[head.kind, head.layer, head.head] for head in closed]}
            for number, (kinds, order, seed, closed) in enumerate(settings)
        ],
        "pruned": [
            {"model": pruned, "price": loaded.card.recipe["penalty"], **kept_by_kind(loaded), **scores[pruned]}
            for pruned, loaded in others
        ],
    }


def closings(whole: Loaded, judging: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, int | None, list[Head]]]:
    """Which heads are closed: of which kinds, in which order, by which seed if by chance, and the heads."""
    for kinds, some in KINDS.items():
        heads = heads_of(whole.model, some)
        for order, seed, ranked in orders(whole, judging, heads):
            for share in SHARES:
                yield kinds, order, seed, list(ranked[: round(share * len(heads))])


def orders(
    whole: Loaded, judging: Sequence[tuple[str, str]], heads: Sequence[Head]
) -> Iterator[tuple[str, int | None, tuple[Head, ...]]]:
    """Each order in which heads are closed, the least important first."""
    sources, targets = zip(*judging, strict=True)
    read, written = whole.subwords.encode_sources(sources), whole.subwords.encode_batch(targets)
    encoded, model = list(zip(read, written, strict=True)), getattr(whole.model, "plain", whole.model)
    scores = {
        "gradient": importance.by_layer(importance.gradients(model, encoded, heads), heads),
        "confidence": importance.confidences(model, encoded, heads),
        "leave_one_out": importance.losses_without(model, encoded, heads),
    }
    for order, values in scores.items():
        yield order, None, importance.least_first(values, heads)
    for seed in RANDOM:
        yield "random", seed, importance.in_random_order(heads, seed)


def kept_by_kind(loaded: Loaded) -> dict[str, int]:
    """How many heads a pruned model has, of each kind and in all."""
    kept = dict(loaded.card.pruned["kept"])
    return {**kept, "kept": sum(kept.values())}

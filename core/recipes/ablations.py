"""An ablation: what each way to train gave, other trainings for the same purpose beside the model that is shipped."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.checkpoints import Card

SPLITS = ("val", "test_2016")
WITHOUT = ("seed", "checkpoint_every")  # which say nothing of how well a model was taught


def ablation(card: Card, others: Sequence[Card]) -> list[dict[str, Any]]:
    """A row for the model itself, then one for each other: in what it differs, its BLEU (lower-cased) and its cost.

    `differs` holds, for each setting in which a training differs from the shipped one, the value that it had; a setting
    that a card does not name was not there when it was written, and is no difference.
    """
    own = settings(card)
    return [
        {
            "name": trial.name,
            "differs": {name: value for name, value in settings(trial).items() if name in own and own[name] != value},
            **{split: trial.metrics.get(split, {}).get("bleu_lowercased") for split in SPLITS},
            "tokens": trial.training.get("tokens"),
            "minutes": trial.training.get("minutes"),
        }
        for trial in (card, *others)
    ]


def settings(card: Card) -> Mapping[str, Any]:
    """All that decides a model's weights: its text, its arguments, its options, what it began with."""
    begun = card.recipe.get("start", {}).get("model", "")
    extra = ", ".join(text["file"] for text in card.recipe.get("extra", ()))
    named = {"corpus": card.corpus, **card.config, **card.recipe, "start": begun, "extra": extra}
    return {name: value for name, value in named.items() if name not in WITHOUT}

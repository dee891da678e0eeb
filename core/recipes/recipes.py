"""Recipes: one function a model, all that decides its weights."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from core.checks import check_choice
from core.training.options import TrainOptions


@dataclass(frozen=True)
class Recipe:
    """All that decides a model's weights; it begins with those of `start`, a shipped model or a folder."""

    name: str
    family: str
    config: Mapping[str, Any]
    corpus: str
    options: TrainOptions
    source: str = "en"
    target: str = "de"
    vocabulary_size: int = 6000
    start: str = ""


SMALL_SHAPE = {"width": 128, "heads": 4, "encoder_layers": 3, "decoder_layers": 3, "feed_forward": 256, "norm": "pre"}
WIDE_SHAPE = {"width": 256, "heads": 8, "encoder_layers": 3, "decoder_layers": 3, "feed_forward": 512}
RNN_DROPOUT = {"dropout_embedding": 0.15, "dropout_memory": 0.15, "dropout_readout": 0.25}


def dropping(rate: float) -> dict[str, float]:
    """A Transformer's dropout, everywhere the same."""
    return {"dropout": rate, "dropout_attention": rate}


# Transformer-Tiny of Wu et al. 2021, pre-norm, for German in three trainings, each from what the one before left in
# runs/: their dropout, what each begins with, its options. The second also reads what models wrote, as `extra`:
# de-en-transformer of the well-written German captions (tagged), and a Transformer-Tiny of the English ones. As with
# Wu et al. no weights of attention are dropped.
TINY_SHAPE = {**SMALL_SHAPE, "encoder_layers": 4, "decoder_layers": 4, "dropout_attention": 0.0}
TINY: dict[str, tuple[float, str, TrainOptions]] = {
    "en-de-transformer-begun": (
        0.3,
        "",
        TrainOptions(epochs=45, max_tokens=4096, learning_rate=5e-3, warmup=1000, patience=15),
    ),
    "en-de-transformer-mixed": (
        0.2,
        "runs/en-de-transformer-begun",
        TrainOptions(epochs=2, max_tokens=3072, learning_rate=2e-3, warmup=200),
    ),
    "en-de-transformer": (
        0.3,
        "runs/en-de-transformer-mixed",
        TrainOptions(epochs=8, max_tokens=3072, learning_rate=2e-3, warmup=100, patience=15),
    ),
}


def en_de_tiny(name: str) -> Recipe:
    """One of `TINY`."""
    dropout, start, options = TINY[name]
    config = {**TINY_SHAPE, "dropout": dropout}
    return Recipe(name, "transformer", config, "multi30k", options, vocabulary_size=8000, start=start)


def de_en_transformer() -> Recipe:
    """Vaswani et al. 2017 at a width of 256, the other way round, for the back-translation of German text."""
    options = TrainOptions(epochs=12, max_tokens=1024, learning_rate=1e-3, warmup=800)
    return Recipe("de-en-transformer", "transformer", {**WIDE_SHAPE, **dropping(0.2)}, "multi30k", options, "de", "en")


# The same from English on captions and everyday sentences, five times the words and so with less dropout, in three
# trainings like those of `TINY`: dropout of attention weights, what each begins with, its options. What the second
# reads as `extra` is again written by de-en-transformer and, this time, by en-de-transformer.
EVERYDAY: dict[str, tuple[float, str, TrainOptions]] = {
    "en-de-everyday-begun": (0.1, "", TrainOptions(epochs=5, max_tokens=3072, learning_rate=1.5e-3, warmup=600)),
    "en-de-everyday-mixed": (
        0.0,
        "runs/en-de-everyday-begun",
        TrainOptions(epochs=1, max_tokens=3072, learning_rate=1e-3, warmup=200),
    ),
    "en-de-everyday": (
        0.0,
        "runs/en-de-everyday-mixed",
        TrainOptions(epochs=1, max_tokens=3072, learning_rate=7e-4, warmup=100),
    ),
}


def en_de_everyday(name: str) -> Recipe:
    """One of `EVERYDAY`."""
    dropout_attention, start, options = EVERYDAY[name]
    config = {**WIDE_SHAPE, "dropout": 0.1, "dropout_attention": dropout_attention}
    return Recipe(name, "transformer", config, "everyday", options, vocabulary_size=8000, start=start)


# A small Transformer, and what each variant of it differs in: of the arguments and of the options.
SMALL: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "en-de-transformer-small": ({}, {}),
    "en-de-transformer-no-positions": ({"positions": "none"}, {}),
    "en-de-transformer-learned-positions": ({"positions": "learned"}, {}),
    "en-de-transformer-rotary": ({"positions": "rotary"}, {}),
    "en-de-transformer-no-smoothing": ({}, {"label_smoothing": 0.0}),
}


def en_de_small(name: str) -> Recipe:
    """One of `SMALL`, for studies of what it lacks: captions alone, the same budget for each."""
    config, options = SMALL[name]
    budget = TrainOptions(**{"epochs": 12, "max_tokens": 1024, "learning_rate": 3e-3, **options})
    return Recipe(name, "transformer", {**SMALL_SHAPE, **dropping(0.12), **config}, "multi30k", budget)


def en_fr_tiny(name: str) -> Recipe:
    """One of `TINY` for French, the first with seed 2.

    `extra` of the second is what the first and one of seed 1, which had gone on with captions that it had translated
    itself and then with the captions alone, make of 67,942 captions together (`data translate --with`, beam 3).
    """
    german = en_de_tiny(name.replace("en-fr", "en-de"))
    start = german.start.replace("en-de", "en-fr")
    options = german.options if start else replace(german.options, seed=2)
    return replace(german, name=name, target="fr", options=options, start=start)


def en_fr_mixed() -> Recipe:
    """The second of the trainings of `EVERYDAY`, for French: it begins with nothing, and so takes longer."""
    options = TrainOptions(epochs=2, max_tokens=3072, learning_rate=1.5e-3, warmup=600)
    second = en_de_everyday("en-de-everyday-mixed")
    return replace(second, name="en-fr-everyday-mixed", target="fr", start="", options=options)


def en_fr_everyday() -> Recipe:
    """The third of them."""
    third = en_de_everyday("en-de-everyday")
    return replace(third, name="en-fr-everyday", target="fr", start="runs/en-fr-everyday-mixed")


def fr_en_transformer() -> Recipe:
    """The small Transformer from French, longer and with more dropout."""
    options = TrainOptions(epochs=20, max_tokens=1024, learning_rate=3e-3)
    config = {**SMALL_SHAPE, **dropping(0.2)}
    return Recipe("fr-en-transformer", "transformer", config, "multi30k", options, "fr", "en")


# The attention swap: the same network and budget, another score or another place for the context.
SWAPPED: dict[str, Mapping[str, Any]] = {
    "en-de-rnn-plain": {"attention": "none"},
    "en-de-rnn-forward": {"attention": "none", "bidirectional": False},
    "en-de-rnn-reversed": {"attention": "none", "bidirectional": False, "reverse_source": True},
    "en-de-rnn-mean": {"attention": "mean", "context": "readout"},
    "en-de-rnn-additive-before": {"attention": "additive", "context": "step"},
    "en-de-rnn-additive-after": {"attention": "additive", "context": "readout"},
    "en-de-rnn-general-before": {"attention": "general", "context": "step"},
    "en-de-rnn-general": {"attention": "general", "context": "readout"},
    "en-de-rnn-dot": {"attention": "dot", "context": "readout"},
    "en-de-rnn-concat": {"attention": "concat", "context": "readout"},
    "en-de-rnn-cosine": {"attention": "cosine", "context": "readout"},
    "en-de-rnn-query-key-value": {"attention": "query-key-value", "context": "readout"},
    "en-de-rnn-location": {"attention": "location", "context": "readout"},
    "en-de-rnn-local-m": {"attention": "local-m", "context": "readout"},
    "en-de-rnn-local-p": {"attention": "local-p", "context": "readout"},
    "en-de-rnn-input-feeding": {"attention": "general", "context": "readout", "input_feeding": True},
    "en-de-rnn-lstm": {"attention": "additive", "cell": "lstm", "layers": 2, "context": "layer", "width": 192},
}


def en_de_swapped(name: str) -> Recipe:
    """One of `SWAPPED`."""
    options = TrainOptions(epochs=12, max_tokens=1024, learning_rate=2e-3)
    return Recipe(name, "rnn", {"width": 256, **RNN_DROPOUT, **SWAPPED[name]}, "multi30k", options)


def en_de_rnn_additive() -> Recipe:
    """The best of the swap, taught (Kim & Rush 2016): `extra` is what a Transformer makes of 144,465 captions."""
    options = TrainOptions(epochs=2, max_tokens=1024, learning_rate=2e-3)
    return replace(en_de_swapped("en-de-rnn-additive-after"), name="en-de-rnn-additive", options=options)


def en_fr_taught() -> Recipe:
    """The same for French, a pass longer: `extra` is what `en-fr-transformer-begun --seed 1` makes."""
    german = en_de_rnn_additive()
    return replace(german, name="en-fr-rnn-additive-taught", target="fr", options=replace(german.options, epochs=3))


def en_fr_rnn_additive() -> Recipe:
    """What that left in runs/, and then the captions alone."""
    options = TrainOptions(epochs=4, max_tokens=1024, learning_rate=1e-3, warmup=100)
    return replace(en_fr_taught(), name="en-fr-rnn-additive", options=options, start="runs/en-fr-rnn-additive-taught")


def reverse_rnn_additive() -> Recipe:
    """A toy: letters written backwards, whose alignment is the other diagonal."""
    config = {"width": 64, "attention": "additive", "dropout_embedding": 0.0, "dropout_memory": 0.0}
    options = TrainOptions(epochs=6, learning_rate=5e-3, warmup=100)
    return Recipe("reverse-rnn-additive", "rnn", config, "reverse", options, "letters", "letters", 64)


def copy_transformer() -> Recipe:
    """A toy: letters copied."""
    config = {"width": 64, "heads": 4, "encoder_layers": 1, "decoder_layers": 1, "feed_forward": 128, "dropout": 0.0}
    options = TrainOptions(epochs=6, learning_rate=3e-3, warmup=100)
    return Recipe("copy-transformer", "transformer", config, "copy", options, "letters", "letters", 64)


RECIPES: dict[str, Callable[[], Recipe]] = {
    **{name: partial(en_de_everyday, name) for name in reversed(EVERYDAY)},
    **{name: partial(en_de_tiny, name) for name in reversed(TINY)},
    "de-en-transformer": de_en_transformer,
    "en-de-rnn-additive": en_de_rnn_additive,
    **{name: partial(en_de_swapped, name) for name in SWAPPED},
    **{name: partial(en_de_small, name) for name in SMALL},
    "en-fr-everyday": en_fr_everyday,
    "en-fr-everyday-mixed": en_fr_mixed,
    **{name: partial(en_fr_tiny, name) for name in (name.replace("en-de", "en-fr") for name in reversed(TINY))},
    "fr-en-transformer": fr_en_transformer,
    "en-fr-rnn-additive": en_fr_rnn_additive,
    "en-fr-rnn-additive-taught": en_fr_taught,
    "reverse-rnn-additive": reverse_rnn_additive,
    "copy-transformer": copy_transformer,
}


def recipe(name: str, others: Iterable[str] = ()) -> Recipe:
    """A recipe by its name; ValueError names the valid ones, and `others` that stand elsewhere."""
    check_choice("recipe", name, (*RECIPES, *others))
    return RECIPES[name]()

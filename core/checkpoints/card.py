"""A model's card: what it is, what it was trained on and how well it does; checked whole, once, when it is read."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from core.changes import ATTENTION_KINDS
from core.checkpoints.forms import Each, Fields, Maybe, check_form, scalar
from core.checks import check
from core.gates import check_kept
from core.quoting import brief, quoted
from core.text.corpora import CORPORA, LANGUAGES

WEIGHTS, TOKENIZER = "model.safetensors", "tokenizer.json"


@dataclass(frozen=True)
class Card:
    """What a model is, what it was trained on and how well it does; `config` are its constructor's arguments."""

    name: str
    family: str
    config: Mapping[str, Any]
    source: str
    target: str
    corpus: str
    licence: str
    recipe: Mapping[str, Any]
    parameters: int
    training: Mapping[str, Any]
    sha256: Mapping[str, str]
    length_penalty: float = 1.0  # the α that gave the best BLEU on val
    metrics: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    tricks: Sequence[Mapping[str, Any]] = field(default_factory=list)  # core.recipes.ablations
    # Of a pruned model: "heads" and "kept", how many there were and are of each kind, and the "bleu" before, a split.
    pruned: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    familiar: Mapping[str, float] = field(default_factory=dict)  # core.findings.familiar; {} where it was not measured

    @property
    def attends(self) -> bool:
        """Whether the decoder looks at the source at all."""
        return self.config.get("attention") != "none"


DEEPEST = 10  # trainings that went on from another
SIZE, LAYERS, SHARE, SCORE, COUNT, TIME = (1, 20_000), (1, 24), (0.0, 0.99), (0.0, 100.0), (0, 10**15), (0.0, 1e9)
OWN = "own"  # the corpus, and the language, of pairs that a reader gave
WIDTHS = {"vocabulary_size": (5, 100_000), "width": (1, 2_048)}
HEADS = (1, 256)
KEPT = Fields(dict.fromkeys(ATTENTION_KINDS, Each(Each((0, HEADS[1])))))
# The arguments of each family's constructor (a test compares them): those that pages speak of, then the others.
CONFIGS = {
    "rnn": Fields(
        WIDTHS
        | {
            "attention": (
                *("none", "mean", "dot", "scaled-dot", "cosine", "general", "concat", "additive"),
                *("query-key-value", "location", "local-m", "local-p"),
            ),
            "context": ("step", "readout", "layer"),
        },
        dict.fromkeys(("dropout_embedding", "dropout_memory", "dropout_readout", "dropout_layers"), SHARE)
        | dict.fromkeys(("bidirectional", "residual", "input_feeding", "reverse_source"), bool)
        | {"layers": LAYERS, "cell": ("gru", "lstm"), "window": SIZE, "max_positions": SIZE},
    ),
    "transformer": Fields(
        WIDTHS
        | {"heads": HEADS, "encoder_layers": LAYERS, "decoder_layers": LAYERS}
        | {"positions": ("sinusoidal", "learned", "none", "rotary", "alibi")},
        {"feed_forward": SIZE, "norm": ("post", "pre"), "tied": bool, "max_positions": SIZE, "kept": Maybe(KEPT)}
        | dict.fromkeys(("dropout", "dropout_attention"), SHARE),
    ),
}


def check_recipe(value: Any, name: str) -> None:
    """The options of a training, the files it read besides, and the training that it went on from."""
    check(name.count(".start") < DEEPEST, f"its recipe goes on from more than {DEEPEST} trainings")
    check_form(value, RECIPE, name)


TRAINING = Fields(
    {},
    {"minutes": TIME, "device": str, "torch": str, "filmed": str}
    | dict.fromkeys(("epochs", "steps", "tokens", "threads", "processes"), COUNT),
    scalar,
)
START = Fields({"model": str}, {"sha256": str, "recipe": check_recipe, "training": TRAINING})
RECIPE = Fields({}, {"extra": Each(Fields({"file": str}, {"sha256": str})), "start": START}, scalar)
SCORES = dict.fromkeys(("bleu", "bleu_lowercased", "bleu_literature", "chrf"), SCORE)
SIGNATURES = dict.fromkeys(("signature_bleu", "signature_chrf"), str)
METRICS = Fields({}, SCORES | SIGNATURES | dict.fromkeys(("sentences", "beam_size"), COUNT), scalar)
TRICK = Fields(
    {"name": str, "differs": Fields({}, others=scalar)},
    dict.fromkeys(("val", "test_2016"), Maybe(SCORE)) | {"tokens": Maybe(COUNT), "minutes": Maybe(TIME)},
)
COUNTS = Fields({}, others=COUNT)
PRUNED = Fields({}, {"heads": COUNTS, "kept": COUNTS, "bleu": Fields({}, others=SCORE)})
CHANCE = (0.0, 1.0)
FAMILIAR = {"logprob": (-1e3, 0.0), "pieces": (0.0, 1e3), "sentences": COUNT, "captions": CHANCE, "everyday": CHANCE}


def check_familiar(value: Any, name: str) -> None:
    """Both limits and how often they tell what, or nothing."""
    check_form(value, Fields(FAMILIAR if value else {}), name)


CARD = {
    "name": str,
    "family": tuple(CONFIGS),
    "source": (*LANGUAGES, "letters", OWN),
    "target": (*LANGUAGES, "letters", OWN),
    "corpus": (*CORPORA, OWN),
    "licence": str,
    "recipe": check_recipe,
    "parameters": (1, 10**9),
    "training": TRAINING,
    "sha256": Fields({WEIGHTS: str, TOKENIZER: str}),
    "length_penalty": (0.0, 5.0),
    "metrics": Fields({}, others=METRICS),
    "tricks": Each(TRICK),
    "pruned": PRUNED,
    "familiar": check_familiar,
}


def card_from(content: Any) -> Card:
    """A card from its JSON; ValueError in one short sentence, without its subject, if anything in it can't be."""
    check(isinstance(content, dict), f"is not a model card of this version: {quoted(content)}")
    needed = {field.name for field in fields(Card) if field.default is field.default_factory is MISSING}
    strange = [*sorted(needed - set(content)), *sorted(set(content) - set(Card.__dataclass_fields__))]
    check(not strange, f"is not a model card of this version: see its {quoted(strange)}")
    try:
        for name, value in content.items():
            if name != "config":
                check_form(value, CARD[name], name)
        check_form(content["config"], CONFIGS[content["family"]], "config")
        check_heads(content["config"])
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is damaged: {brief(error, 250)}") from error
    return Card(**content)


def check_heads(config: Mapping[str, Any]) -> None:
    """ValueError if the heads that a Transformer has kept are not some of those in its layers."""
    if config.get("kept") is not None:
        decoder = config["decoder_layers"], config["heads"]
        check_kept(config["kept"], {"encoder": (config["encoder_layers"], config["heads"]), "decoder": decoder,
                                    "cross": decoder})  # fmt: skip

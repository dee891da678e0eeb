"""A model's card: what it is, what it was trained on and how well it does; checked whole, once, when it is read."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, NamedTuple

from core.options import check
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
    tricks: Sequence[Mapping[str, Any]] = field(default_factory=list)  # core.training.tricks

    @property
    def attends(self) -> bool:
        """Whether the decoder looks at the source at all."""
        return self.config.get("attention") != "none"


class Fields(NamedTuple):
    """An object: the forms of the names that it needs, of those it may have, and of all others (None: there are none)."""

    needed: Mapping[str, Any]
    known: Mapping[str, Any] = {}
    others: Any = None


class Each(NamedTuple):
    """A list of values of one form."""

    form: Any


class Maybe(NamedTuple):
    """A value of a form, or null."""

    form: Any


# A form is one of these, `str` or `bool`, a range (of whole numbers if its ends are whole), a choice of words, or a
# function that checks.
LONGEST_TEXT = 1_000  # characters
DEEPEST = 10  # trainings that went on from another
SIZE, LAYERS, SHARE, SCORE, COUNT, TIME = (1, 20_000), (1, 24), (0.0, 0.99), (0.0, 100.0), (0, 10**15), (0.0, 1e9)
OWN = "own"  # the corpus, and the language, of pairs that a reader gave
WIDTHS = {"vocabulary_size": (5, 100_000), "width": (1, 2_048)}
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
        | {"heads": (1, 256), "encoder_layers": LAYERS, "decoder_layers": LAYERS}
        | {"positions": ("sinusoidal", "learned", "none", "rotary", "alibi")},
        {"feed_forward": SIZE, "norm": ("post", "pre"), "tied": bool, "max_positions": SIZE}
        | dict.fromkeys(("dropout", "dropout_attention"), SHARE),
    ),
}


def check_recipe(value: Any, name: str) -> None:
    """The options of a training, the files it read besides, and the training that it went on from."""
    check(name.count(".start") < DEEPEST, f"its recipe goes on from more than {DEEPEST} trainings")
    check_form(value, RECIPE, name)


def scalar(value: Any, name: str) -> None:
    """A text, a flag or a number."""
    check_form(value, str if isinstance(value, str) else bool if isinstance(value, bool) else (-1e15, 1e15), name)


TRAINING = Fields(
    {},
    {"minutes": TIME, "device": str, "torch": str, "filmed": str}
    | dict.fromkeys(("epochs", "steps", "tokens", "threads", "processes"), COUNT),
    scalar,
)
START = Fields({"model": str}, {"sha256": str, "recipe": check_recipe, "training": TRAINING})
RECIPE = Fields({}, {"extra": Each(Fields({"file": str}, {"sha256": str})), "start": START}, scalar)
SCORES = dict.fromkeys(("bleu", "bleu_lowercased", "bleu_literature", "chrf"), SCORE)
METRICS = Fields({}, SCORES | dict.fromkeys(("sentences", "beam_size"), COUNT), scalar)
TRICK = Fields(
    {"name": str, "differs": Fields({}, others=scalar)},
    dict.fromkeys(("val", "test_2016"), Maybe(SCORE)) | {"tokens": Maybe(COUNT), "minutes": Maybe(TIME)},
)
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
}


def card_from(content: Any) -> Card:
    """A card from its JSON; ValueError in one short sentence, without its subject, if anything in it can't be."""
    check(isinstance(content, dict), f"is not a model card of this version: {quoted(content)}")
    needed = {one.name for one in fields(Card) if one.default is one.default_factory is MISSING}
    strange = [*sorted(needed - set(content)), *sorted(set(content) - set(Card.__dataclass_fields__))]
    check(not strange, f"is not a model card of this version: see its {quoted(strange)}")
    try:
        for name, value in content.items():
            if name != "config":
                check_form(value, CARD[name], name)
        check_form(content["config"], CONFIGS[content["family"]], "config")
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is damaged: {brief(error, 250)}") from error
    return Card(**content)


def check_form(value: Any, form: Any, name: str) -> None:
    """ValueError says, in one short sentence, what is wrong with a value or a part of it."""
    told = f"its {name} is {quoted(value)}, not"
    match form:
        case Fields():
            check(isinstance(value, dict), f"{told} an object")
            forms = {**form.needed, **form.known}
            missing = [key for key in form.needed if key not in value]
            check(not missing, f"its {name} has no {', '.join(missing)}")
            for key, part in value.items():
                check_form(key, str, f"{name}'s name")
                known = key in forms or form.others is not None
                check(known, f"its {name} has a {quoted(key)}, which there is not; valid: {', '.join(forms)}")
                check_form(part, forms.get(key, form.others), f"{name}.{key[:30]}")
        case Each():
            check(isinstance(value, list | tuple), f"{told} a list")
            for part in value:
                check_form(part, form.form, name)
        case Maybe():
            if value is not None:
                check_form(value, form.form, name)
        case (str(), *_):
            check(value in form, f"unknown {name.rpartition('.')[2]} {quoted(value)}; valid: {', '.join(form)}")
        case (low, high):
            kind = int if isinstance(low, int) else int | float
            fits = (
                isinstance(value, kind) and not isinstance(value, bool) and low <= value <= high
            )  # NaN is not, either
            what = "a whole number" if kind is int else "a number"
            check(fits, f"{told} {what} from {low:,} to {high:,}")
        case _ if form in (str, bool):
            check(isinstance(value, form), f"{told} {'a text' if form is str else 'true or false'}")
            if form is str:
                check_text(value, name)
        case check_part:
            check_part(value, name)


def check_text(text: str, name: str) -> None:
    """ValueError if a text is too long, or holds what can't be written to a file or a page."""
    check(len(text) <= LONGEST_TEXT, f"its {name} has {len(text):,} characters, at most {LONGEST_TEXT:,} are read")
    check(
        text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text),
        f"its {name} is no text: {quoted(text)}",
    )

"""Model folders: what is saved is loaded, and damage is told in one sentence."""

import json
import pkgutil
import shutil
import sys
from contextlib import contextmanager
from dataclasses import MISSING, asdict, fields, replace

import pytest
import torch
from model_zoo import SINGLE, VOCABULARY_SIZE, random_ids, sources
from safetensors import safe_open
from torch.testing import assert_close

from core.checkpoints import (
    CARD,
    CURVE,
    EXAMPLE,
    PRETRAINED,
    TOKENIZER,
    WEIGHTS,
    Card,
    build,
    cards,
    curve,
    example,
    load,
    read_card,
    save,
)
from core.checkpoints.card import CONFIGS
from core.commands.command_line import main
from core.files import sha256, write_json
from core.models.attention_scores import SCORES
from core.models.positional import POSITIONS
from core.models.rnn_layers import CELLS, CONTEXTS, RNNConfig
from core.models.transformer_layers import NORMS, TransformerConfig
from core.text.subwords import Subwords
from dashboard import model_names
from dashboard.text import catalogue
from dashboard.views.kinds import attending as kinds
from dashboard.views.models import figure as figures

NAME = "gru-1-bi-additive-step"


@pytest.fixture(scope="module")
def subwords():
    return Subwords.train(["a b a b", "b a"], VOCABULARY_SIZE)


def card_of(model, name):
    return Card(
        name=name,
        family=type(model).__name__.lower(),
        config=asdict(model.config),
        source="en",
        target="de",
        corpus="reverse",
        licence="generated",
        recipe={},
        parameters=sum(weight.numel() for weight in model.parameters()),
        training={},
        sha256={},
    )


@pytest.fixture
def store(subwords, tmp_path):
    """Saves a model of the zoo into a folder of models, and says which that is."""

    def saved(name=NAME):
        model = SINGLE[name]()
        save(tmp_path / name, card_of(model, name), model, subwords, [{"epoch": 1, "validation": 2.0}])
        return tmp_path

    return saved


def rewrite(path, change):
    """Change the content of a JSON file."""
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def refusal(name, folder):
    """The one sentence with which a model is refused."""
    with pytest.raises(ValueError, match=r"^[^\n]+$") as raised:
        load(name, folder)
    return str(raised.value)


@pytest.mark.parametrize("name", SINGLE)
@torch.no_grad()
def test_a_loaded_model_is_the_saved_one_rounded_to_float16(name, store):
    original, loaded = SINGLE[name](), load(name, store(name))
    assert type(loaded.model) is type(original)
    assert not loaded.model.training
    assert not any(weight.requires_grad for weight in loaded.model.parameters())
    inputs = *sources((5, 3)), random_ids(2, 4)
    before = original(*inputs).logits
    assert_close(loaded.model(*inputs).logits, before, atol=0.02, rtol=0.0)
    for weight in original.parameters():
        weight.copy_(weight.half())
    assert not torch.equal(original(*inputs).logits, before), "rounding is seen"
    assert_close(loaded.model(*inputs).logits, original(*inputs).logits, atol=1e-6, rtol=0.0)


def test_saving_leaves_the_model_as_it_was(subwords, tmp_path):
    model, untouched = SINGLE[NAME](), SINGLE[NAME]()
    save(tmp_path / NAME, card_of(model, NAME), model, subwords, [])
    for weight, before in zip(model.parameters(), untouched.parameters(), strict=True):
        assert weight.dtype == torch.float32
        assert torch.equal(weight, before)


def test_card_and_tokenizer_come_back(store, subwords):
    folder = store()
    loaded = load(NAME, folder)
    assert loaded.subwords.tokens == subwords.tokens
    wanted = asdict(card_of(SINGLE[NAME](), NAME))
    assert {**asdict(loaded.card), "sha256": {}} == wanted
    assert loaded.card.sha256 == {name: sha256(folder / NAME / name) for name in (WEIGHTS, TOKENIZER)}


@pytest.mark.parametrize(("tied", "stored"), [("tied", 1), ("untied", 2)])
def test_tied_weights_are_stored_once_and_tied_again(tied, stored, store):
    name = f"transformer-post-sinusoidal-{tied}"
    folder = store(name)
    with safe_open(folder / name / WEIGHTS, "pt") as file:
        assert len({"embedding.weight", "output.weight"} & set(file.keys())) == stored
        assert {file.get_tensor(key).dtype for key in file.keys()} == {torch.float16}  # noqa: SIM118
    model = load(name, folder).model
    assert (model.output.weight is model.embedding.weight) == (tied == "tied")


# --- damage --------------------------------------------------------------------------------------------------


def test_an_unknown_name_is_answered_with_the_valid_ones(store, tmp_path):
    assert "unknown model 'rnn'; valid: none" in refusal("rnn", tmp_path)
    store("gru-1-uni-none-step")
    sentence = refusal("rnn", store())
    assert "unknown model 'rnn'" in sentence
    assert f"valid: {NAME}, gru-1-uni-none-step" in sentence


@pytest.mark.parametrize("file", [WEIGHTS, TOKENIZER, CARD])
def test_a_missing_file_is_named(file, store):
    folder = store()
    (folder / NAME / file).unlink()
    sentence = refusal(NAME, folder)
    assert f"model {NAME} can't be used" in sentence
    assert f"has no {file}" in sentence


@pytest.mark.parametrize("file", [WEIGHTS, TOKENIZER])
def test_a_file_with_another_sha256_is_named(file, store):
    folder = store()
    content = bytearray((folder / NAME / file).read_bytes())
    content[-1] ^= 1
    (folder / NAME / file).write_bytes(content)
    sentence = refusal(NAME, folder)
    assert f"{NAME}/{file} is damaged" in sentence
    assert "sha256" in sentence


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_truncated_weights_that_the_card_vouches_for_are_refused(share, store):
    folder = store()
    path = folder / NAME / WEIGHTS
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    rewrite(folder / NAME / CARD, lambda card: card["sha256"].update({WEIGHTS: sha256(path)}))
    assert f"{NAME}/{WEIGHTS} does not fit its card" in refusal(NAME, folder)


def test_weights_of_another_model_are_refused(store):
    folder = store()
    rewrite(folder / NAME / CARD, lambda card: card["config"].update(layers=2))
    assert f"{NAME}/{WEIGHTS} does not fit its card" in refusal(NAME, folder)


def test_a_tokenizer_that_is_something_else_is_refused(store):
    folder = store()
    path = folder / NAME / TOKENIZER
    path.write_text("{}")
    rewrite(folder / NAME / CARD, lambda card: card["sha256"].update({TOKENIZER: sha256(path)}))
    assert f"{TOKENIZER} is not a tokenizer file" in refusal(NAME, folder)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (lambda card: card.update(family="gpt"), "unknown family 'gpt'; valid: rnn, transformer"),
        (lambda card: card["config"].update(cell="elman"), "unknown cell 'elman'; valid: gru, lstm"),
        (lambda card: card["config"].update(hidden_size=5), "hidden_size"),
        (lambda card: card.update(architectures=["Marian"]), "is not a model card of this version"),
        (lambda card: card.pop("config"), "is not a model card of this version"),
        (lambda card: card.update(metrics=None), f"{NAME}/{CARD} is damaged: its metrics is None"),
        (lambda card: card.update(metrics={"test": [1]}), "its metrics.test is [1], not an object"),
        (lambda card: card.update(parameters="x"), f"{NAME}/{CARD} is damaged: its parameters is 'x'"),
    ],
)
def test_a_foreign_card_is_refused_by_what_is_foreign_in_it(change, wrong, store):
    folder = store()
    rewrite(folder / NAME / CARD, change)
    assert wrong in refusal(NAME, folder)


@pytest.mark.parametrize("content", ["", "{", "[1, 2]", "null", '"card"'])
def test_a_card_that_is_none_is_refused(content, store):
    folder = store()
    (folder / NAME / CARD).write_text(content)
    assert f"{NAME}/{CARD} is not" in refusal(NAME, folder)


def test_cards_gives_the_sound_models_and_says_what_is_wrong_with_the_others(store, tmp_path):
    assert cards(tmp_path / "nowhere") == ({}, {})
    for name in ("gru-1-uni-none-step", "lstm-2-uni-none-step", "lstm-2-uni-general-readout"):
        store(name)
    folder = store()
    (folder / "gru-1-uni-none-step" / CARD).write_text("{")
    (folder / "lstm-2-uni-none-step" / WEIGHTS).unlink()
    (folder / "empty").mkdir()
    (folder / "notes.txt").write_text("not a model")
    (folder / "lstm-2-uni-general-readout").rename(folder / "renamed")
    found, broken = cards(folder)
    assert {name: card.name for name, card in found.items()} == {NAME: NAME, "renamed": "renamed"}
    assert set(broken) == {"gru-1-uni-none-step", "lstm-2-uni-none-step", "empty"}
    assert "JSON" in broken["gru-1-uni-none-step"]
    assert broken["lstm-2-uni-none-step"] == f"lstm-2-uni-none-step has no {WEIGHTS}"
    assert broken["empty"] == f"empty has no {CARD}"


def test_whoever_may_read_the_tokenizer_may_read_the_weights(store):
    folder = store() / NAME
    assert (folder / WEIGHTS).stat().st_mode == (folder / TOKENIZER).stat().st_mode


def test_an_interrupted_save_is_never_taken_for_a_model(store, subwords, monkeypatch, tmp_path):
    def interrupted(path):
        raise KeyboardInterrupt

    model = SINGLE["gru-1-uni-none-step"]()
    monkeypatch.setattr(Subwords, "save", lambda self, path: interrupted(path))
    with pytest.raises(KeyboardInterrupt):
        save(tmp_path / "new", card_of(model, "new"), model, subwords, [])
    assert cards(tmp_path)[0] == {}


@pytest.mark.parametrize("family", ["gpt", "", "RNN"])
def test_an_unknown_family_is_answered_with_the_valid_ones(family):
    with pytest.raises(ValueError, match="valid: rnn, transformer"):
        build(family, {})


def test_a_weight_that_is_no_number_is_named(store):
    folder = store()
    for value in (float("nan"), float("inf")):
        model = SINGLE[NAME]()
        with torch.no_grad():
            model.readout.bias[0] = value
        save(folder / NAME, card_of(model, NAME), model, load_subwords(folder), [])
        assert (
            refusal(NAME, folder) == f"{NAME}/{WEIGHTS} holds numbers that are infinite or none at all: fetch it again"
        )


def load_subwords(folder):
    return Subwords.load(folder / NAME / TOKENIZER)


def test_parameters_are_counted_and_not_believed(store):
    folder = store()
    rewrite(folder / NAME / CARD, lambda card: card.update(parameters=7))
    assert load(NAME, folder).card.parameters == card_of(SINGLE[NAME](), NAME).parameters


def test_a_tokenizer_of_another_size_than_the_model_is_refused(store):
    folder = store()
    Subwords.train(["abcdefghijklmnop"], 20).save(folder / NAME / TOKENIZER)
    rewrite(folder / NAME / CARD, lambda card: card["sha256"].update({TOKENIZER: sha256(folder / NAME / TOKENIZER)}))
    assert f"does not fit its card: {TOKENIZER} has 21 sub-words" in refusal(NAME, folder)


# --- cards from anywhere -------------------------------------------------------------------------------------


SHIPPED = "en-fr-everyday"  # which went on from another training that read what models wrote
STRANGE = {
    "nothing": None,
    "a word": "good",
    "a long word": "x" * 6_000,
    "half a character": "\ud800",
    "a list": [1],
    "an object": {"a": 1},
    "too little": -1,
    "400 digits": 10**400,
    "NaN": float("nan"),
    "infinity": float("inf"),
    "yes": True,
    "a share": 0.5,
    "none": 0,
}


def complaint(act, *arguments):
    """The sentence with which something is refused, or none."""
    try:
        act(*arguments)
    except ValueError as error:
        return str(error)
    return ""


def places(content, at=()):
    """The path to every value, the whole among them."""
    yield at
    for key, part in (
        content.items() if isinstance(content, dict) else enumerate(content) if at[-1:] == ("tricks",) else ()
    ):
        yield from places(part, (*at, key))


@contextmanager
def changed(content, at, value):
    """The content with one value changed."""
    *above, last = at
    for key in above:
        content = content[key]
    before, content[last] = content[last], value
    yield
    content[last] = before


def use(card):
    """Whatever pages and the command line make of a card."""
    found, say = {card.name: card, "other": replace(card, name="other", parameters=1)}, catalogue("en")
    model_names.model_labels(found, say)
    model_names.outstanding(found, card.name)
    kinds.titles(say, kinds.ordered(found))
    kinds.way(say, card)
    figures.score_rows(card.metrics, {})
    figures.trick_rows(card.tricks, "")
    figures.signatures(card.metrics)
    figures.commands(card.name, card.recipe, lambda name: {"seed": 2})
    figures.groups(found, dict.fromkeys(found, ""), say)
    spent = figures.spent(card)
    say["models_trained"].format(
        seed=card.recipe.get("seed"), **{key: spent[key] for key in ("epochs", "tokens", "minutes")}
    )
    say["models_scores"].format(alpha=card.length_penalty)
    f"{figures.parameters(card.parameters)} {figures.shape(card.config)} {round(card.parameters / 1e6, 1)}"
    json.dumps(asdict(card), ensure_ascii=False, allow_nan=False).encode()


def test_any_change_of_a_card_is_harmless_or_leaves_the_model_out(tmp_path):
    content, folder = json.loads((PRETRAINED / SHIPPED / CARD).read_text("utf-8")), tmp_path / SHIPPED
    folder.mkdir()
    for name in (WEIGHTS, TOKENIZER):
        (folder / name).touch()
    tried = {"sound": 0, "left out": 0}
    for number, at in enumerate(places(content)):
        for kind in list(STRANGE) if len(at) == 1 else list(STRANGE)[number % 7 :: 7] if at else []:
            with changed(content, at, STRANGE[kind]):
                (folder / CARD).write_text(json.dumps(content))
            sentence = complaint(read_card, folder)
            tried["left out" if sentence else "sound"] += 1
            assert len(sentence) < 300, (at, kind)
            assert "\n" not in sentence, (at, kind)
            if not sentence:
                use(read_card(folder))
    assert tried["left out"] > tried["sound"] > 50, tried


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (lambda card: card.update(source="tlh"), "unknown source 'tlh'; valid: en, de, fr, letters, own"),
        (lambda card: card.update(corpus="europarl"), "unknown corpus 'europarl'; valid: multi30k, tatoeba"),
        (lambda card: card.update(metrics={"val": {"bleu": "high"}}), "its metrics.val.bleu is 'high', not a number"),
        (lambda card: card.update(metrics={"val": {"signature_bleu": -1}}), "its metrics.val.signature_bleu is -1"),
        (lambda card: card.update(tricks=[[1]]), "its tricks is [1], not an object"),
        (lambda card: card.update(parameters=10**400), "is not readable JSON: a number of 401 digits"),
        (lambda card: card.update(length_penalty=float("nan")), "is not readable JSON: the number NaN is not finite"),
        (lambda card: card.update(licence="\ud800"), "is not readable JSON: 'utf-8' codec can't encode"),
        (lambda card: card["config"].pop("width"), "its config has no width"),
    ],
)
def test_what_is_wrong_with_a_card_is_named(change, wrong, store):
    folder = store()
    rewrite(folder / NAME / CARD, change)
    assert wrong in cards(folder)[1][NAME]


def test_a_deep_card_leaves_its_model_out_in_a_short_sentence(store, capsys):
    folder = store()
    (folder / NAME / CARD).write_text("[" * 5_000 + "]" * 5_000)
    assert cards(folder) == ({}, {NAME: f"{NAME}/{CARD} is not readable JSON: it is nested too deep"})
    (folder / NAME / CARD).write_text('{"a":' * 400 + "1" + "}" * 400)
    assert len(cards(folder)[1][NAME]) < 200
    assert main(["models", "--models-dir", str(folder)]) == 2
    assert "Traceback" not in capsys.readouterr().err


WORDS = {"attention": SCORES, "cell": CELLS, "context": CONTEXTS, "norm": NORMS, "positions": POSITIONS}


@pytest.mark.parametrize(("family", "config"), [("rnn", RNNConfig), ("transformer", TransformerConfig)])
def test_a_card_may_hold_what_the_constructor_takes(family, config):
    needed, known, _ = CONFIGS[family]
    assert {one.name for one in fields(config)} == {*needed, *known}
    assert {one.name for one in fields(config) if one.default is MISSING} <= set(needed)
    for name, form in (*needed.items(), *known.items()):
        assert name not in WORDS or set(form) == set(WORDS[name]), name


def test_a_damaged_example_is_one_short_sentence(tmp_path):
    """Each of its parts in turn becomes something else."""
    content = json.loads((PRETRAINED / SHIPPED / EXAMPLE).read_text("utf-8"))
    content |= {"next": content["next"][:3], "hypotheses": content["hypotheses"][:1], "states": None}
    content["tree"] = {"nodes": content["tree"]["nodes"][:3], "expanded": [0, 1, 2], "attention": None}
    content["hypotheses"][0]["leaf"] = 1
    (tmp_path / "x").mkdir()
    write_json(tmp_path / "x" / EXAMPLE, content)
    assert example("x", tmp_path).hypotheses[0].leaf == 1
    parts = [content, content["tree"], content["tree"]["nodes"][1], content["hypotheses"][0], content["next"][0]]
    deep, refused = json.loads("[" * 300 + "]" * 300), []
    for part in [*parts, content["pieces"][0], content["options"]]:
        for name in part:
            for value in ("\n" * 500, 10**19, deep):
                with changed(part, (name,), value):
                    (tmp_path / "x" / EXAMPLE).write_text(json.dumps(content))
                refused.append(complaint(example, "x", tmp_path))
                assert len(refused[-1]) < 300, (name, value)
                assert "\n" not in refused[-1], (name, value)
    assert len(list(filter(None, refused))) > 75


@pytest.mark.parametrize("number", ["1e999", "NaN", "1" + "0" * 400, '"many"', "[[[[1]]]]"])
def test_a_curve_of_strange_numbers_is_one_sentence(number, tmp_path):
    point = '"epoch": 1, "step": 1, "tokens": 1, "seconds": 1, "train": 1'
    (tmp_path / CURVE).write_text(f'[{{{point}, "validation": {number}}}]')
    with pytest.raises(ValueError, match=r"^[^\n]{1,200}$"):
        curve(tmp_path.name, tmp_path.parent)


# --- killed, or on a full disk -------------------------------------------------------------------------------


EVENTS = ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "shutil.rmtree")
SEEN = []  # functions that hear of each file that Python touches: a hook stays as long as the process
sys.addaudithook(lambda event, _: [hear() for hear in list(SEEN)] if event in EVENTS else None)


def states_of(folder, act):
    """What lies in a folder whenever a file is touched while `act` runs: what a kill at that moment would leave."""
    left = []

    def copy():
        SEEN.clear()
        left.append(folder.with_name(f"killed-{len(left)}"))
        shutil.copytree(folder, left[-1] / folder.name, copy_function=shutil.copyfile)
        SEEN.append(copy)

    SEEN.append(copy)
    try:
        act()
    finally:
        SEEN.clear()
    return left


def test_a_save_that_is_killed_anywhere_leaves_the_old_model_or_the_new_one(store, subwords, tmp_path):
    folder, new = store() / NAME, SINGLE["gru-1-uni-none-step"]()
    (folder / "checkpoint.pt").write_bytes(b"a checkpoint")
    (folder / EXAMPLE).write_text("the old model's")
    before, curve = read_card(folder), [{"epoch": 2}]
    left = states_of(folder, lambda: save(folder, card_of(new, NAME), new, subwords, curve))
    assert len(left) > 10
    families = []
    for place in left:
        card = load(NAME, place).card
        families.append(card.config["attention"])
        assert card == before or json.loads((place / NAME / CURVE).read_text()) == curve
        assert (place / NAME / EXAMPLE).exists() == (card == before), "the old model's example goes with it"
        assert (place / NAME / "checkpoint.pt").read_bytes() == b"a checkpoint"
    assert families == sorted(families), "first the old one, then the new one"
    assert len(set(families)) == 2
    assert {path.name for path in folder.iterdir()} == {WEIGHTS, TOKENIZER, CURVE, CARD, "checkpoint.pt"}


@contextmanager
def full_disk(room):
    """No file may grow beyond so many bytes."""
    resource = pytest.importorskip("resource", reason="a limit of files that only POSIX has")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def without_room(write):
    """The same function on a full disk."""

    def writing(*arguments, **settings):
        with full_disk(0):
            return write(*arguments, **settings)

    return writing


WRITERS = {  # what writes each file of a model
    WEIGHTS: "safetensors.torch.save_model",
    TOKENIZER: "core.text.subwords.Subwords.save",
    CURVE: "core.checkpoints.folders.write_json",
}


@pytest.mark.parametrize("file", WRITERS)
def test_on_a_full_disk_the_old_model_stays_and_nothing_else(file, store, subwords, monkeypatch):
    folder, model = store() / NAME, SINGLE["gru-1-uni-none-step"]()
    before, files = read_card(folder), sorted(folder.iterdir())
    monkeypatch.setattr(WRITERS[file], without_room(pkgutil.resolve_name(WRITERS[file])))
    with pytest.raises(OSError, match=rf"^[^\n]*{file} can't be written: [^\n]*File too large[^\n]*$"):
        save(folder, card_of(model, NAME), model, subwords, [])
    assert (read_card(folder), sorted(folder.iterdir())) == (before, files)
    load(NAME, folder.parent)

"""Model folders: what is saved is loaded, and damage is told in one sentence."""

import json
from dataclasses import asdict

import pytest
import torch
from model_zoo import MODELS, VOCABULARY_SIZE, random_ids, sources
from safetensors import safe_open
from torch.testing import assert_close

from core.checkpoints import CARD, TOKENIZER, WEIGHTS, Card, build, cards, load, save, sha256
from core.text.subwords import Subwords

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
        model = MODELS[name]()
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


@pytest.mark.parametrize("name", MODELS)
@torch.no_grad()
def test_a_loaded_model_is_the_saved_one_rounded_to_float16(name, store):
    original, loaded = MODELS[name](), load(name, store(name))
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
    model, untouched = MODELS[NAME](), MODELS[NAME]()
    save(tmp_path / NAME, card_of(model, NAME), model, subwords, [])
    for weight, before in zip(model.parameters(), untouched.parameters(), strict=True):
        assert weight.dtype == torch.float32
        assert torch.equal(weight, before)


def test_card_and_tokenizer_come_back(store, subwords):
    folder = store()
    loaded = load(NAME, folder)
    assert loaded.subwords.tokens == subwords.tokens
    wanted = asdict(card_of(MODELS[NAME](), NAME))
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
    assert "none, the folder is empty" in refusal("rnn", tmp_path)
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
        (lambda card: card.update(family="gpt"), "unknown model family 'gpt'; valid: rnn, transformer"),
        (lambda card: card["config"].update(cell="elman"), "unknown cell 'elman'; valid: gru, lstm"),
        (lambda card: card["config"].update(hidden_size=5), "hidden_size"),
        (lambda card: card.update(architectures=["Marian"]), "is not a model card of this version"),
        (lambda card: card.pop("config"), "is not a model card of this version"),
        (lambda card: card.update(metrics=None), f"{NAME}/{CARD} is damaged: its metrics is None"),
        (lambda card: card.update(metrics={"test": [1]}), f"{NAME}/{CARD} is damaged: its metrics have no names"),
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

    model = MODELS["gru-1-uni-none-step"]()
    monkeypatch.setattr(Subwords, "save", lambda self, path: interrupted(path))
    with pytest.raises(KeyboardInterrupt):
        save(tmp_path / "new", card_of(model, "new"), model, subwords, [])
    assert cards(tmp_path)[0] == {}


@pytest.mark.parametrize("family", ["gpt", "", "RNN"])
def test_an_unknown_family_is_answered_with_the_valid_ones(family):
    with pytest.raises(ValueError, match="valid: rnn, transformer"):
        build(family, {})

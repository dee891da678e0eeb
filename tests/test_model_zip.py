"""A model's zip: what is packed comes out again, and each kind of damage is refused for its own reason."""

import hashlib
import io
import json
import struct
import zipfile

import pytest
import safetensors.torch
import torch
from test_checkpoints import card_of, full_disk

from core.checkpoints import CARD, CURVE, TOKENIZER, WEIGHTS, build, load, save
from core.checkpoints.card import CONFIGS
from core.text.subwords import Subwords
from dashboard import resources
from dashboard.live.model_zip import LARGEST, RANGES, pack, unpack
from dashboard.live.own_models import OwnModels
from dashboard.live.refusal import Refusal
from dashboard.live.trainings import Trainings
from dashboard.resources import models
from dashboard.text import LANGUAGES, catalogue

CONFIG = {"width": 8, "attention": "additive"}


@pytest.fixture(scope="module")
def zipped(tmp_path_factory):
    """A small model's zip."""
    folder = tmp_path_factory.mktemp("model")
    subwords = Subwords.train(["a b c", "b c d"], 16)
    torch.manual_seed(0)
    model = build("rnn", {**CONFIG, "vocabulary_size": len(subwords)})
    save(folder, card_of(model, "x"), model, subwords, [{"epoch": 1}])
    return pack(folder)


def files_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zip_of(files, packing=zipfile.ZIP_DEFLATED):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", packing) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def changed(content, name, change):
    """The zip with one file changed and, if it has a sum, the card's sum made to fit: only the change is wrong."""
    files = files_of(content)
    files[name] = change(files[name])
    if name in (WEIGHTS, TOKENIZER):
        card = json.loads(files[CARD])
        card["sha256"][name] = hashlib.sha256(files[name]).hexdigest()
        files[CARD] = json.dumps(card).encode()
    return zip_of(files)


def card_with(content, **values):
    return changed(content, CARD, lambda data: json.dumps(json.loads(data) | values).encode())


def config_with(content, **values):
    return card_with(content, config=json.loads(files_of(content)[CARD])["config"] | values)


def tokenizer_with(content, change):
    def edit(data):
        known = json.loads(data)
        change(known)
        return json.dumps(known).encode()

    return changed(content, TOKENIZER, edit)


def evil_pattern(known):
    known["pre_tokenizer"]["pretokenizers"][1]["pattern"] = {"Regex": "(a+)+$"}


def more_pieces(known):
    known["model"]["vocab"]["zzz"] = 99


def bomb(content):
    """A zip whose weights are far larger, unpacked, than its own list of contents says."""
    packed = bytearray(changed(content, CURVE, lambda _: b"[" + b" " * (LARGEST[CURVE] + 5) + b"]"))
    place = packed.rindex(CURVE.encode()) - 46  # of its entry in the list
    packed[place + 24 : place + 28] = struct.pack("<I", 10)
    return bytes(packed)


def packed(content, packing):
    """The same files packed in another way, a long curve among them: unpacked before it is refused, it takes 2.9 GB."""
    return zip_of(files_of(content) | {CURVE: b"[" + b" " * 10**6 + b"]"}, packing)


def lzma_with_a_flipped_byte(content):
    found = bytearray(packed(content, zipfile.ZIP_LZMA))
    found[200] ^= 255
    return bytes(found)


def other_name(content, name):
    return zip_of(files_of(content) | {name: b"x"})


DAMAGE = {
    "no zip": ("zip", lambda z: b"nothing"),
    "half a zip": ("zip", lambda z: z[: len(z) // 2]),
    "a flipped byte": ("zip", lambda z: z[:60] + bytes([z[60] ^ 255]) + z[61:]),
    "a way out": ("strange", lambda z: other_name(z, "../evil.py")),
    "an absolute name": ("strange", lambda z: other_name(z, "/etc/passwd")),
    "a pickle": ("strange", lambda z: other_name(z, "model.pt")),
    "no curve": ("missing", lambda z: zip_of({k: v for k, v in files_of(z).items() if k != CURVE})),
    "a large file": ("size", lambda z: changed(z, CURVE, lambda _: b" " * (LARGEST[CURVE] + 1))),
    "a card of bytes": ("json", lambda z: changed(z, CARD, lambda _: b"\xff\xfe")),
    "a deep card": ("json", lambda z: changed(z, CARD, lambda _: b"[" * 50_000)),
    "a card that is a list": ("card", lambda z: changed(z, CARD, lambda _: b"[]")),
    "a foreign card": ("card", lambda z: changed(z, CARD, lambda _: b'{"hidden_size": 512}')),
    "no sums": ("card", lambda z: card_with(z, sha256={})),
    "a foreign family": ("family", lambda z: card_with(z, family="mamba")),
    "a giant": ("range", lambda z: config_with(z, width=10**6)),
    "a dropout that is none": ("json", lambda z: config_with(z, dropout_memory=float("nan"))),
    "packed with bzip2": ("packing", lambda z: packed(z, zipfile.ZIP_BZIP2)),
    "packed with LZMA": ("packing", lambda z: packed(z, zipfile.ZIP_LZMA)),
    "a flipped byte in LZMA": ("packing", lzma_with_a_flipped_byte),
    "half a character in the source": ("json", lambda z: card_with(z, source="\ud800")),
    "half a character in the target": ("json", lambda z: card_with(z, target="\udfff")),
    "half a character in the licence": ("json", lambda z: card_with(z, licence="\ud800")),
    "half a character in the filmed pair": ("json", lambda z: card_with(z, training={"filmed": "a \ud800"})),
    "half a character in the curve": ("json", lambda z: changed(z, CURVE, lambda _: b'[{"\\uD800": 1}]')),
    "400 digits of parameters": ("json", lambda z: card_with(z, parameters=10**400)),
    "400 digits of an argument": ("json", lambda z: config_with(z, width=10**400)),
    "a billion parameters too many": ("card", lambda z: card_with(z, parameters=10**10)),
    "no number of parameters": ("card", lambda z: card_with(z, parameters="many")),
    "an unknown language": ("card", lambda z: card_with(z, source="tlh")),
    "a family that is a list": ("family", lambda z: card_with(z, family=["rnn"])),
    "an unknown attention": ("argument", lambda z: config_with(z, attention="hope")),
    "another family's argument": ("argument", lambda z: config_with(z, heads=2)),
    "a word for a number": ("range", lambda z: config_with(z, width="8")),
    "an unknown argument": ("argument", lambda z: config_with(z, experts=8)),
    "wrong sums": ("sha256", lambda z: card_with(z, sha256={WEIGHTS: "0" * 64, TOKENIZER: "0" * 64})),
    "a tokenizer that never ends": ("tokenizer", lambda z: tokenizer_with(z, evil_pattern)),
    "a piece without a row": ("tokenizer", lambda z: tokenizer_with(z, more_pieces)),
    "no tokenizer at all": ("tokenizer", lambda z: changed(z, TOKENIZER, lambda _: b"{}")),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_each_damage_is_refused_and_leaves_nothing(zipped, tmp_path, damage):
    reason, change = DAMAGE[damage]
    with pytest.raises(Refusal) as caught:
        unpack(change(zipped), tmp_path)
    assert caught.value.reason == reason, caught.value
    assert list(tmp_path.iterdir()) == []


def test_a_zip_that_lies_about_its_size_is_refused(zipped, tmp_path):
    with pytest.raises(Refusal):
        unpack(bomb(zipped), tmp_path)


def test_a_sound_zip_comes_out_as_it_went_in(zipped, tmp_path):
    card = unpack(zipped, tmp_path)
    loaded = load(card.name, tmp_path)
    assert files_of(pack(tmp_path / card.name))[WEIGHTS] == files_of(zipped)[WEIGHTS]
    assert loaded.model.config.width == 8
    assert loaded.subwords.encode("a d") == Subwords.train(["a b c", "b c d"], 16).encode("a d")


def test_of_a_card_only_what_was_checked_is_kept(zipped, tmp_path):
    strange = card_with(
        zipped,
        name="<b>",
        metrics={"test_2016": {"bleu": "99"}},
        corpus=["x"],
        licence="y" * 999,
        training={"steps": "z"},
    )
    card = unpack(strange, tmp_path)
    assert card.name.startswith(tmp_path.name)
    assert (card.metrics, card.corpus, card.training) == ({}, "own", {"steps": 0, "filmed": ""})
    assert len(card.licence) == 200


def test_every_number_of_a_constructor_has_a_limit_here():
    known = {name: form for one in CONFIGS.values() for name, form in (*one.needed.items(), *one.known.items())}
    numbers = {name for name, form in known.items() if type(form) is tuple and not isinstance(form[0], str)}
    assert numbers == set(RANGES)


@pytest.fixture
def session(monkeypatch):
    """The models of a session, which the page takes zips into."""
    own = OwnModels(Trainings())
    monkeypatch.setattr(models, "own", lambda: own)
    monkeypatch.setattr(models, "trainings", lambda: own.trainings)
    yield own
    own.trainings.close()


def weights_with(content, value):
    """The zip with one weight of another value."""

    def edit(data):
        weights = safetensors.torch.load(data)
        weights["readout.bias"][0] = value
        return safetensors.torch.save(weights)

    return changed(content, WEIGHTS, edit)


def test_a_model_is_taken_in_and_its_parameters_are_counted(zipped, session):
    card = resources.take_in(card_with(zipped, parameters=5))
    assert card.parameters == json.loads(files_of(zipped)[CARD])["parameters"]
    assert session.saved() == {card.name: card}


UNFIT = {
    "NaN": ("finite", lambda z: weights_with(z, float("nan"))),
    "infinity": ("finite", lambda z: weights_with(z, float("inf"))),
    "another shape": ("weights", lambda z: config_with(z, width=16)),
    "no weights": ("weights", lambda z: changed(z, WEIGHTS, lambda _: b"x" * 90)),
    "arguments that exclude each other": ("weights", lambda z: config_with(z, reverse_source=True)),
}


@pytest.mark.parametrize("damage", UNFIT)
def test_weights_that_do_not_load_are_refused_and_leave_nothing(zipped, session, damage):
    reason, change = UNFIT[damage]
    with pytest.raises(Refusal) as caught:
        resources.take_in(change(zipped))
    assert caught.value.reason == reason
    assert session.saved() == {}
    assert not list(session.trainings.root.glob("*/*"))


def test_whatever_unpacking_or_loading_raises_is_a_refusal(zipped, session, monkeypatch):
    def fails(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(models, "packed", fails)
    with pytest.raises(Refusal, match="weights"):
        resources.take_in(zipped)
    monkeypatch.setattr("dashboard.live.own_models.unpack", fails)
    with pytest.raises(Refusal, match="zip"):
        resources.take_in(zipped)


def test_on_a_full_disk_a_zip_is_refused_for_that_and_leaves_nothing(zipped, session):
    with full_disk(100), pytest.raises(Refusal) as caught:
        resources.take_in(zipped)
    assert (caught.value.reason, caught.value.facts) == ("disk", {"why": "File too large"})
    assert list(session.trainings.root.iterdir()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_its_words(language):
    reasons = {reason for reason, _ in (*DAMAGE.values(), *UNFIT.values())} | {"disk"}
    assert {f"zip_{reason}" for reason in reasons} <= set(catalogue(language))

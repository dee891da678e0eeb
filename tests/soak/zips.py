"""A model's zip, damaged or forged: refused in one sentence or a working model, in little memory."""

import bz2
import io
import json
import lzma
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from random import Random

import torch
from streamlit.runtime.caching import clear_session_resource_cache
from streamlit.testing.v1 import AppTest
from test_checkpoints import card_of
from test_live import SESSION
from test_model_zip import bomb, changed, files_of, zip_of
from test_pages import EN, complaints

from core.checkpoints import CARD, CURVE, TOKENIZER, WEIGHTS, build, save
from core.text.subwords import Subwords
from dashboard.live.model_zip import LARGEST, pack
from tests.opening import to_page
from tests.soak.apart import MIB, apart
from tests.soak.pages import open_page, whole
from tests.soak.strange import mutated
from tests.soak.table import Attempt

PAGES = ("home", "step", "alignment", "beam", "training", "kinds", "models", "live")
CONFIGS = {
    "rnn": {"width": 8, "attention": "additive"},
    "transformer": {"width": 8, "heads": 2, "encoder_layers": 1, "decoder_layers": 1, "feed_forward": 16},
}
NAMES = ("../evil.py", "/etc/passwd", "..\\x", "model.pt", "a/../card.json", "card.json/", "CARD.JSON", "é" * 99)
BIG = 300 * MIB  # unpacked
MOST = 250 * MIB  # of memory that a zip may take beyond what a sound one does
CAP = 2048 * MIB  # of addresses
PACKINGS = {"bzip2": (zipfile.ZIP_BZIP2, 12), "lzma": (zipfile.ZIP_LZMA, 14), "deflated": (zipfile.ZIP_DEFLATED, 8)}


@contextmanager
def zips() -> Iterator[Attempt]:
    """An upload a case, in a process of its own, then the pages with what was taken in."""
    torch.set_num_threads(1)
    sound = {family: made(family) for family in CONFIGS}
    for content in sound.values():
        assert uploaded(content) == "taken"  # and a fork begins with all that is imported

    def attempt(case: int, dice: Random) -> str:
        family = dice.choice(list(sound))
        change = list(FORGERIES)[case % len(FORGERIES)]
        content, words = FORGERIES[change](sound[family], dice)
        words = f"{family}, {change}: {words}"
        try:
            outcome, memory = apart(partial(uploaded, content), CAP)
        except AssertionError as error:
            raise AssertionError(f"{words}: {error}") from error
        assert memory <= MOST, f"{words}: {memory // MIB} MiB, then {outcome}"
        return f"{words}: {outcome}; {memory // MIB} MiB"

    yield attempt


def made(family: str) -> bytes:
    """A small model's zip."""
    with tempfile.TemporaryDirectory() as folder:
        subwords = Subwords.train(["a b c", "b c d"], 16)
        torch.manual_seed(0)
        model = build(family, {**CONFIGS[family], "vocabulary_size": len(subwords)})
        curve = [dict.fromkeys(("epoch", "step", "tokens", "seconds", "train", "validation"), 1)] * 2
        save(Path(folder), card_of(model, "x"), model, subwords, curve)
        return changed(pack(Path(folder)), CARD, with_training)


def with_training(card: bytes) -> bytes:
    return json.dumps(json.loads(card) | {"training": {"steps": 5, "filmed": "a b"}}).encode()


def uploaded(content: bytes) -> str:
    """What the page says of a zip; if it takes it, every page shows that model."""
    clear_session_resource_cache(SESSION)  # every AppTest is the same session to Streamlit
    at = open_page("live")
    at.file_uploader(key="zip").upload("x.zip", content, "application/zip")
    whole(at.run(), lambda: "the upload")
    if EN["zip_taken"] not in [one.value for one in at.success]:
        (sentence,) = complaints(at)
        sentence.encode("utf-8")
        assert len(sentence) <= 400, f"refused with {len(sentence)} characters"
        return "refused"
    (name,) = at.session_state["own"].cards
    for page in PAGES:
        check_page(at, page, name)
    return "taken"


def check_page(at: AppTest, page: str, name: str) -> None:
    """A page of that session with the model that was taken in."""
    at.query_params.clear()
    at.query_params["model"], at.query_params["text"] = name, "a b c"
    whole(to_page(at, page).run(), lambda: f"{page} with a model that was taken in")
    blank = page == "training"  # an untrained model may write nothing, which can't be forced
    assert blank or not at.error, f"{page}: taken in, then: {at.error[0].value}"


def json_field(name: str, content: bytes, dice: Random) -> tuple[bytes, str]:
    """One field of a JSON file of the zip."""
    data, words = mutated(json.loads(files_of(content)[name]), dice)
    return changed_file(content, name, data), f"{name}: {words}"


def changed_file(content: bytes, name: str, data: bytes) -> bytes:
    """The zip with another file, and the card's sum to it where the card can still be read."""
    return zip_of(files_of(content) | {name: data}) if name == CARD else changed(content, name, lambda _: data)


def flipped(content: bytes, dice: Random) -> tuple[bytes, str]:
    """Some bytes of the zip itself."""
    data, places = bytearray(content), [dice.randrange(len(content)) for _ in range(dice.choice((1, 1, 5, 50)))]
    for place in places:
        data[place] ^= dice.randint(1, 255)
    return bytes(data), f"bytes {places[:3]} …"


def cut(content: bytes, dice: Random) -> tuple[bytes, str]:
    """Only a part of the zip."""
    begin, end = sorted(dice.sample(range(len(content)), 2))
    return content[begin * dice.randint(0, 1) : end], f"from {begin} to {end}"


def repacked(content: bytes, dice: Random) -> tuple[bytes, str]:
    """The same files, packed otherwise; in some a byte is another one."""
    packed, name = io.BytesIO(), dice.choice(list(PACKINGS))
    with zipfile.ZipFile(packed, "w", PACKINGS[name][0]) as archive:
        for file, data in files_of(content).items():
            archive.writestr(file, data)
    if dice.random() < 0.5:
        return packed.getvalue(), name
    data, words = flipped(packed.getvalue(), dice)
    return data, f"{name}, {words}"


def renamed(content: bytes, dice: Random) -> tuple[bytes, str]:
    """A file more, or one under another name."""
    files, name = files_of(content), dice.choice(NAMES)
    moved = dice.choice(list(files))
    files[name] = files.pop(moved) if dice.random() < 0.5 else b"x"
    return zip_of(files), f"{moved} beside or as {name!r}"


def weights(content: bytes, dice: Random) -> tuple[bytes, str]:
    """The weights with some bytes changed, or cut, or of a giant."""
    data = files_of(content)[WEIGHTS]
    kind = dice.choice((flipped, cut, header))
    new, words = kind(data, dice)
    return changed_file(content, WEIGHTS, new), f"{kind.__name__}, {words}"


def header(data: bytes, dice: Random) -> tuple[bytes, str]:
    """Safetensors whose header says something else."""
    size = int.from_bytes(data[:8], "little")
    new, words = mutated(json.loads(data[8 : 8 + size]), dice)
    return len(new).to_bytes(8, "little") + new + data[8 + size :], words


def exploding(content: bytes, dice: Random) -> tuple[bytes, str]:
    """A few bytes that unpack to hundreds of megabytes, of which the zip itself says little or nothing."""
    name = dice.choice(("bzip2", "lzma", "deflated"))
    if name == "deflated":
        return bomb(content), name
    file = dice.choice(list(LARGEST))
    files = files_of(content)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for one, data in files.items():
            archive.writestr(one, stream(name) if one == file else data)
    data = bytearray(packed.getvalue())
    for mark, at in ((b"PK\x03\x04", 30), (b"PK\x01\x02", 46)):  # where the entry names its packing and its size
        place = data.index(file.encode()) - at if at == 30 else data.rindex(file.encode()) - at
        assert data[place : place + 4] == mark
        method = place + (8 if at == 30 else 10)
        data[method : method + 2] = PACKINGS[name][1].to_bytes(2, "little")
    return bytes(data), f"{name} in {file}, {len(data)} bytes"


@cache
def stream(name: str) -> bytes:
    """Packed zeros as they stand in a zip: LZMA has a head of its own there."""
    if name == "bzip2":
        return bz2.compress(bytes(BIG), 9)
    packed = lzma.compress(bytes(BIG), lzma.FORMAT_ALONE, preset=0)
    return b"\x09\x04\x05\x00" + packed[:5] + packed[13:]


FORGERIES: dict[str, Callable[[bytes, Random], tuple[bytes, str]]] = {
    "card": partial(json_field, CARD),
    "tokenizer": partial(json_field, TOKENIZER),
    "curve": partial(json_field, CURVE),
    "card again": partial(json_field, CARD),
    "flipped": flipped,
    "cut": cut,
    "repacked": repacked,
    "renamed": renamed,
    "weights": weights,
    "exploding": exploding,
}

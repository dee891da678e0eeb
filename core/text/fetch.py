"""Corpora from their publishers: resumed, checked by size and sha256, moved into place only when right."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tqdm import tqdm

from core.checks import check_choice
from core.text.corpora import CAPTION_LANGUAGES, CAPTION_SETS, LANGUAGES, MULTI30K, SPLITS, TATOEBA

AGENT = "Mozilla/5.0 (compatible; Seqscope)"
COMMIT = "a3d2e0d26b56f3846f66a952536ffed4e401d05a"
ADDRESSES = {
    "multi30k": f"https://raw.githubusercontent.com/multi30k/dataset/{COMMIT}/data/task1/raw",
    "tatoeba": "https://www.manythings.org/anki",
}
TABLE = """
multi30k train.en.gz 568929 d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f
multi30k train.de.gz 637044 726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6
multi30k train.fr.gz 604242 622e75069e9f4c577425c4f277116ce66e63a2401c0a2312d90073cb12379a3c
multi30k val.en.gz 21650 14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28
multi30k val.de.gz 24681 f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a
multi30k val.fr.gz 23001 ca3106f1a72390591d25f6c45cb4cd39dec4cd3f123e099748a3ce5256c160e9
multi30k test_2016_flickr.en.gz 21077 611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9
multi30k test_2016_flickr.de.gz 22890 9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8
multi30k test_2016_flickr.fr.gz 22310 6d326e188d259fb1d04ac19eae3af956559b3a0b93d7635e56c90987c40c8b90
tatoeba deu-eng.zip 4012023 b7688f84f99fa33c17397c14d8bd9cef1fdeb2ee0bf50074767023aee8926e28
tatoeba fra-eng.zip 3424571 161c93f18da3a7e6df611ed961426613260de8af06ccf8c79c977afe5135ac44
"""  # corpus, file, bytes, sha256


class FetchError(OSError):
    """Why a file could not be fetched, in one sentence."""


class File(NamedTuple):
    """What to fetch: the corpus, the file's name, where it is served, its size in bytes and its sha256."""

    corpus: str
    name: str
    address: str
    size: int
    sha256: str


ROWS = (line.split() for line in TABLE.strip().split("\n"))
FILES = tuple(File(at, name, f"{ADDRESSES[at]}/{name}", int(size), sha) for at, name, size, sha in ROWS)


def fetch(corpus: str, folder: Path, files: Sequence[File] = FILES, timeout: float = 30.0) -> list[Path]:
    """Download what `folder` lacks of a corpus; the new files. FetchError or ValueError in one sentence."""
    check_choice("corpus to fetch", corpus, tuple(dict.fromkeys(file.corpus for file in files)))
    new = []
    for file in files:
        path = Path(folder) / file.corpus / file.name
        try:
            if file.corpus == corpus and measured(path) != (file.size, file.sha256):
                path.parent.mkdir(parents=True, exist_ok=True)
                download(file, path, timeout)
                new.append(path)
        except FetchError:
            raise
        except OSError as error:
            raise FetchError(f"cannot write {path}: {error.strerror or error}") from error
    return new


def available(folders: Sequence[Path]) -> dict[str, dict[str, tuple[str, ...]]]:
    """corpus -> split -> languages to be read there; empty without a pair; a toy has none, a mixture is not listed."""
    here = {file.name for file in FILES for at in folders if (Path(at) / file.corpus / file.name).is_file()}
    held = {corpus: dict.fromkeys(splits, ()) for corpus, splits in SPLITS.items() if corpus != "everyday"}
    for split, stem in MULTI30K.items():
        held["multi30k"][split] = tuple(side for side in LANGUAGES if f"{stem}.{side}.gz" in here)
    foreign = [side for side, (archive, _) in TATOEBA.items() if archive in here]
    held["tatoeba"] = dict.fromkeys(SPLITS["tatoeba"], ("en", *foreign))
    pairs = {at: {split: sides for split, sides in held[at].items() if len(sides) > 1} for at in ADDRESSES}
    sets = {str(number): captions_here(number, folders) for number in range(1, CAPTION_SETS + 1)}
    return held | pairs | {"captions": {number: sides for number, sides in sets.items() if sides}}


def captions_here(number: int, folders: Sequence[Path]) -> tuple[str, ...]:
    """The languages in which a set of captions is there."""
    names = {side: f"captions/train.{number}.{side}.gz" for side in CAPTION_LANGUAGES}
    return tuple(side for side, name in names.items() if any((Path(at) / name).is_file() for at in folders))


def measured(path: Path) -> tuple[int, str]:
    """Size in bytes and sha256 of a file; of none as of an empty one."""
    content = path.read_bytes() if path.is_file() else b""
    return len(content), hashlib.sha256(content).hexdigest()


def download(file: File, path: Path, timeout: float) -> None:
    """Go on with `<name>.partial` or begin it, check it, and move it into place."""
    partial = path.with_name(f"{path.name}.partial")
    begun, _ = measured(partial)
    if begun < file.size:
        receive(file, partial, begun, timeout)
    size, digest = measured(partial)
    if digest == file.sha256:
        return os.replace(partial, path)
    partial.unlink()
    if begun:  # what was there may belong to another version
        return download(file, path, timeout)
    raise FetchError(
        f"{file.address} has changed upstream: wanted {file.size:,} bytes with sha256 {file.sha256}, "
        f"found {size:,} with {digest}; nothing of it was kept (to use it all the same, save it as {path})"
    )


def receive(file: File, partial: Path, begun: int, timeout: float) -> None:
    """Append the rest to `partial`, or write it anew where the server sends the whole."""
    with connect(file.address, begun, timeout) as response:
        begun = begun if response.status == 206 else 0
        bar = tqdm(desc=file.name, total=file.size, initial=begun, unit="B", unit_scale=True, disable=None)
        with bar, partial.open("ab" if begun else "wb") as out:
            for chunk in chunks(response, file.address):
                bar.update(out.write(chunk))


def connect(address: str, begun: int, timeout: float) -> HTTPResponse:
    """The answer from byte `begun` on, or the whole where the server knows no ranges or has fewer bytes."""
    headers = {"User-Agent": AGENT} | ({"Range": f"bytes={begun}-"} if begun else {})
    try:
        return urlopen(Request(address, headers=headers), timeout=timeout)
    except HTTPError as error:
        error.close()
        if error.code == 416 and begun:
            return connect(address, 0, timeout)
        raise FetchError(f"{address} answers {error.code} {error.reason}") from error
    except (OSError, HTTPException) as error:
        raise FetchError(f"cannot reach {address}: {why(error)}; is there a network connection?") from error


def chunks(response: HTTPResponse, address: str) -> Iterator[bytes]:
    """The body; FetchError if it ends before the announced length."""
    broken = f"the connection to {address} broke; what came is kept, the same command goes on from there"
    try:
        while chunk := response.read(1 << 16):
            yield chunk
    except (OSError, HTTPException) as error:
        raise FetchError(f"{broken} ({why(error)})") from error
    if response.length:  # bytes still to come
        raise FetchError(f"{broken} ({response.length:,} bytes missing)")


def why(error: Exception) -> str:
    """The cause inside a URLError, without its error number."""
    cause = getattr(error, "reason", error)
    return str(getattr(cause, "strerror", None) or cause or type(cause).__name__)

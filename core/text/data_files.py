"""Files of the corpora: looked up on this machine, never bundled, and read as lines."""

import gzip
import os
import zipfile
import zlib
from pathlib import Path

from core.checks import check
from core.text.subwords import unescaped

REPOSITORY = Path(__file__).resolve().parents[2]
ELSEWHERE = {  # corpora that `data fetch` does not know: file and repository
    "captions": "data/task2/raw/{file} of the repository multi30k/dataset",
    "alignments": "{file} of the repository sheffieldnlp/mlt",
    "treebanks": "the Universal Dependencies (repositories UD_English-PUD, UD_German-PUD …), gzipped as {file}",
}


def data_folders(given: Path | None = None) -> list[Path]:
    """Where to look, first to last: the given folder alone, or the environment, shared, the cache."""
    if given is not None:
        return [Path(given)]
    environment = os.environ.get("SEQSCOPE_DATA")
    folders = [REPOSITORY.parent / "shared" / "data", cache_folder()]
    return [Path(environment), *folders] if environment else folders


def cache_folder() -> Path:
    """The user's own data folder, where `data fetch` writes."""
    if os.name == "nt":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "seqscope"


def find(name: str, folders: list[Path]) -> Path:
    """The first existing file of that relative name; FileNotFoundError says how to get it."""
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    corpus, file = name.split("/")
    get = f"get it with: python -m core data fetch {corpus}"
    if corpus in ELSEWHERE:
        get = f"put it there from {ELSEWHERE[corpus].format(file=file)}"
    raise FileNotFoundError(f"{name} is in none of: {', '.join(map(str, folders))}; {get}")


def read_lines(path: Path) -> list[str]:
    """The lines of a UTF-8 text file, plain or gzip; ValueError if it is something else."""
    content = path.read_bytes()
    try:
        content = gzip.decompress(content) if path.suffix == ".gz" else content
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path.name} is not a whole gzip file") from error
    return decoded_lines(content, path.name)


def read_zip_lines(path: Path, member: str) -> list[str]:
    """The lines of a UTF-8 text in a zip, whatever its folder there; ValueError if it is something else."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.split("/")[-1] == member]
            check(bool(names), f"{path.name} holds no {member}")
            return decoded_lines(archive.read(names[0]), member)
    except (zipfile.BadZipFile, EOFError, RuntimeError, zlib.error) as error:  # RuntimeError: encrypted
        raise ValueError(f"{path.name} is not a whole zip file") from error


def decoded_lines(content: bytes, name: str) -> list[str]:
    """The lines of UTF-8 text, HTML entities as characters; ValueError names the file and the byte where it is not."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{name} is not UTF-8 text (byte {error.start})") from error
    before, nul, _ = text.partition("\0")
    check(not nul, f"{name} line {before.count(chr(10)) + 1:,} holds a NUL byte: it is not plain UTF-8 text")
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    return [unescaped(line) for line in lines]

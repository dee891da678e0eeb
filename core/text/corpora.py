"""Sentence pairs: Multi30k, Tatoeba, both, and generated toys."""

import hashlib
import random
import string
import unicodedata
from pathlib import Path

from core.checks import check, check_choice
from core.text.data_files import data_folders, find, read_lines, read_zip_lines
from core.text.subwords import TAG, clean

Pairs = list[tuple[str, str]]

LANGUAGES = {"en": "English", "de": "German", "fr": "French"}
MULTI30K = {"train": "train", "val": "val", "test_2016": "test_2016_flickr"}  # split -> file
CAPTION_SETS, CAPTION_LANGUAGES = 5, ("en", "de")
MAX_LINE = 5_000  # characters
TATOEBA = {"de": ("deu-eng.zip", "deu.txt"), "fr": ("fra-eng.zip", "fra.txt")}
SPLITS = {
    "multi30k": tuple(MULTI30K),
    "tatoeba": ("train", "val", "test"),
    "everyday": ("train", "val", "test_2016", "test"),
    "copy": ("train", "val", "test"),
    "reverse": ("train", "val", "test"),
}
LICENCES = {
    "multi30k": "Multi30k text: CC BY-NC-SA 4.0, for research and teaching",
    "tatoeba": "Tatoeba (tatoeba.org, by manythings.org): CC BY 2.0",
    "everyday": "Multi30k text: CC BY-NC-SA 4.0, for research and teaching; Tatoeba (tatoeba.org): CC BY 2.0",
    "copy": "generated",
    "reverse": "generated",
}


def paired(sources: list[str], targets: list[str], names: tuple[str, str]) -> Pairs:
    """Lines side by side; where both are empty they are left out. ValueError names a line that is no training pair."""
    pairs = []
    for number, pair in enumerate(zip(sources, targets, strict=True), start=1):
        filled = [bool(side.strip()) for side in pair]
        if filled == [False, False]:
            continue
        if not all(filled):
            empty, other = names if not filled[0] else names[::-1]
            raise ValueError(f"{empty} line {number:,} is empty where {other} has text: remove both or translate it")
        for name, side in zip(names, pair, strict=True):
            check_line(side, name, number)
        pairs.append(pair)
    return pairs


def check_line(line: str, name: str, number: int) -> None:
    """ValueError names a line that is too long to be a sentence."""
    fits = len(line) <= MAX_LINE
    sentence = f"{len(line):,} characters in {len(line.split()):,} words; at most {MAX_LINE:,} characters are read"
    check(fits, f"{name} line {number:,} has {sentence}: split it into sentences or remove it")


def tsv(path: Path) -> tuple[Pairs, Pairs]:
    """Pairs of a file `source<TAB>target`, plain or gzip: those as they are, and those tagged, without their tag."""
    lines = read_lines(path)
    columns = [line.split("\t") if line.strip() else ["", ""] for line in lines]
    for number, row in enumerate(columns, start=1):
        check(len(row) == 2, f"{path.name} line {number:,} has {len(row)} columns; wanted: source<TAB>target")
    pairs = paired([row[0] for row in columns], [row[1] for row in columns], (path.name, f"{path.name}'s other side"))
    check(bool(pairs), f"{path.name} holds no pairs")
    tagged = [(source.removeprefix(TAG), target) for source, target in pairs if source.startswith(TAG + " ")]
    return [pair for pair in pairs if not pair[0].startswith(TAG + " ")], tagged


def multi30k(split: str, source: str, target: str, folders: list[Path]) -> Pairs:
    """Image captions: 29,000 train, 1,014 val, 1,000 test_2016 lines in en, de, fr (Elliott et al. 2016)."""
    for side in (source, target):
        check_choice("language of Multi30k", side, tuple(LANGUAGES))
    names = [f"{MULTI30K[split]}.{side}.gz" for side in (source, target)]
    sides = [read_lines(find(f"multi30k/{name}", folders)) for name in names]
    counts = [f"{name} has {len(lines):,} lines" for name, lines in zip(names, sides, strict=True)]
    check(len(sides[0]) == len(sides[1]), f"{' but '.join(counts)}: they are not translations line by line")
    return paired(*sides, names)


def captions(language: str, folders: list[Path]) -> list[str]:
    """The images of Multi30k described again, five times: monolingual, no line the translation of another.

    Left out: repetitions, and lines whose letters and digits equal those of a val or test line on this machine.
    """
    check_choice("language of the captions", language, CAPTION_LANGUAGES)
    held_out = [f"multi30k/{MULTI30K[split]}.{language}.gz" for split in ("val", "test_2016")]
    here = [folder / name for name in held_out for folder in folders if (folder / name).is_file()]
    seen = {""} | {letters(line) for path in here for line in read_lines(path)}
    lines = []
    for number in range(1, CAPTION_SETS + 1):
        name = f"captions/train.{number}.{language}.gz"
        for line in read_lines(find(name, folders)):
            if letters(line) not in seen:
                seen.add(letters(line))
                lines.append(line)
    return lines


def word_links(source: str, target: str, folders: list[Path]) -> dict[str, list[tuple[str, str]]]:
    """Words of test_2016 sentences and their translations, lower-cased, by the `letters` of the source sentence.

    Ambiguous words, aligned by a program, checked by people (Lala & Specia 2018, "Multimodal lexical translation").
    """
    links: dict[str, list[tuple[str, str]]] = {}
    for line in read_lines(find(f"alignments/mlt_{source}{target}_test2016.txt", folders)):
        if line.strip():
            word, translation, sentence, *_ = (part.strip() for part in line.split("|"))
            links.setdefault(letters(sentence), []).append((word, translation))
    return links


def letters(line: str) -> str:
    """Letters and digits alone, lower-cased."""
    return "".join(filter(str.isalnum, line.lower()))


def tatoeba(split: str, source: str, target: str, folders: list[Path]) -> Pairs:
    """Everyday sentences; the *English sentence* decides the split, so that no paraphrase of it leaks."""
    valid = [pair for side in TATOEBA for pair in (f"en-{side}", f"{side}-en")]
    check_choice("Tatoeba pair", f"{source}-{target}", tuple(valid))
    archive, member = TATOEBA[target if source == "en" else source]
    lines = read_zip_lines(find(f"tatoeba/{archive}", folders), member)
    columns = [line.split("\t")[:2] if "\t" in line else ("", "") for line in lines]
    pairs = paired(*map(list, zip(*columns, strict=True)), (f"{member}'s English", f"{member}'s other side"))
    pairs = [pair for pair in pairs if tatoeba_split(pair[0]) == split]
    return pairs if source == "en" else [(other, english) for english, other in pairs]


def tatoeba_split(english: str) -> str:
    """The split a sentence belongs to, from its own hash: 2 % val, 2 % test, the rest train."""
    share = int.from_bytes(hashlib.sha256(english.encode()).digest()[:4]) % 100
    return "val" if share < 2 else "test" if share < 4 else "train"


def everyday(split: str, source: str, target: str, folders: list[Path]) -> Pairs:
    """What people type: captions and everyday sentences; the splits "test_2016" and "test" are theirs alone.

    To train on, the captions stand twice: Tatoeba has six times as many pairs. Of its val set, the first 1,000.
    """
    captions = multi30k(split, source, target, folders) if split in MULTI30K else []
    sentences = tatoeba(split, source, target, folders) if split in SPLITS["tatoeba"] else []
    if split == "train":
        return captions * 2 + sentences
    return captions + (sentences[:1000] if split == "val" else sentences)


def toy(split: str, *, reverse: bool, length: tuple[int, int] = (3, 9)) -> Pairs:
    """Random letters to copy or reverse: 10,000 train, 200 val, 200 test pairs, always the same ones."""
    drawn = random.Random(f"toy {split}")
    count = 10_000 if split == "train" else 200
    rows = [drawn.choices(string.ascii_lowercase, k=drawn.randint(*length)) for _ in range(count)]
    return [(" ".join(row), " ".join(reversed(row) if reverse else row)) for row in rows]


def sentences(language: str, split: str, folders: list[Path], *, everyday: bool = True) -> list[str]:
    """One language alone, for what reads a text: captions and, after them, everyday sentences, each line once.

    "train" has the captions of Multi30k and those that only describe its images; of Tatoeba's "val" the first 1,000.
    """
    check_choice("language of the sentences", language, CAPTION_LANGUAGES)
    check_choice("split of the sentences", split, SPLITS["tatoeba"])
    lines = captions(language, folders) if split == "train" else []
    lines += [own for own, _ in multi30k("test_2016" if split == "test" else split, language, "en", folders)]
    own = dict.fromkeys(pair[language == "de"] for pair in tatoeba(split, "en", "de", folders)) if everyday else ()
    return list(dict.fromkeys([*lines, *(list(own)[:1000] if split == "val" else own)]))


CORPORA = {
    "multi30k": multi30k,
    "tatoeba": tatoeba,
    "everyday": everyday,
    "copy": lambda split, source, target, folders: toy(split, reverse=False),
    "reverse": lambda split, source, target, folders: toy(split, reverse=True),
}


def load_pairs(corpus: str, split: str, source: str, target: str, data_dir: Path | None = None) -> Pairs:
    """(source, target) sentences of a corpus; ValueError or FileNotFoundError in one sentence."""
    check_choice("corpus", corpus, tuple(CORPORA))
    check_choice(f"split of {corpus}", split, SPLITS[corpus])
    return CORPORA[corpus](split, source, target, data_folders(data_dir))


def read_pair(source: Path, reference: Path) -> tuple[list[str], list[str]]:
    """The lines of a file and of its translation, composed (NFC); ValueError unless they are equally many, and text."""
    pair = [[unicodedata.normalize("NFC", line) for line in read_lines(path)] for path in (source, reference)]
    counts = [len(lines) for lines in pair]
    check(
        counts[0] == counts[1], f"{counts[0]} lines of source and {counts[1]} of reference: they must be equally many"
    )
    for path, lines in zip((source, reference), pair, strict=True):
        check(any(map(clean, lines)), f"{path} holds no text: give a file with a sentence a line")
        for number, line in enumerate(lines, start=1):
            check_line(line, path.name, number)
    return pair[0], pair[1]

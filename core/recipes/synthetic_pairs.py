"""Sentence pairs that a model writes: back-translation and distillation, in a file that can be gone on with.

Sennrich et al. 2016 (arXiv 1511.06709) put real target text behind translated sources, Caswell et al. 2019 (arXiv
1906.06442) tag these; Kim & Rush 2016 (arXiv 1606.07947, §3.2) put a teacher's translations behind real sources.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.checkpoints import Loaded
from core.checks import check_choice
from core.decoding.translate import reseeded, translate_batches
from core.files import named_when_it_fails, read_json, write_json
from core.options import Options
from core.text.corpora import check_line
from core.text.subwords import TAG, clean

DIRECTIONS = ("forward", "back")
CHUNK = 256  # sentences between two writes


@dataclass(frozen=True)
class Written:
    """How a file of pairs is written: "forward" puts the translation behind the text, "back" in front of it."""

    direction: str = "forward"
    tagged: bool = False

    def __post_init__(self):
        check_choice("direction", self.direction, DIRECTIONS)

    def line(self, text: str, translation: str) -> str:
        """One line of the file; without a translation an empty one, which counts as no pair."""
        if not translation:
            return ""
        source, target = (text, translation) if self.direction == "forward" else (translation, text)
        return f"{TAG} {source}\t{target}" if self.tagged else f"{source}\t{target}"


def well_written(text: str, least: int = 7) -> bool:
    """Whether a German text looks like a careful sentence: words enough, a capital, a full stop, a noun's capital.

    >>> [well_written(f"Ein kleiner {noun} rennt ihr nach draußen nach.") for noun in ("Hund", "hund")]
    [True, False]
    """
    first, *others = text.split() or [""]
    written = first[:1].isupper() and text.rstrip().endswith(".")
    return written and len(others) + 1 >= least and any(word[0].isupper() for word in others)


def synthesise(
    loaded: Loaded, lines: Sequence[str], output: Path, options: Options, written: Written, made: Mapping[str, Any]
) -> Iterator[int]:
    """Write the pairs of all lines into `output`, and how they were `made` beside it; yields how many lines are done.

    What an interrupted run with the same `made` has written is gone on from. ValueError names a line that is too long.
    """
    for number, line in enumerate(lines, start=1):
        check_line(line, "the text", number)
    texts = [text for text in map(clean, lines) if text]
    partial, record = output.with_name(output.name + ".unfinished"), output.with_name(output.name + ".json")
    output.parent.mkdir(parents=True, exist_ok=True)
    done = whole_lines(partial) if begun(partial, record, made) else 0
    write_json(record, {**made, "finished": False})
    with named_when_it_fails(partial), partial.open("ab" if done else "wb"):
        pass
    while done < len(texts):
        yield done
        some = texts[done : done + CHUNK]
        hypotheses = dict(translate_batches(loaded.model, loaded.subwords, some, reseeded(options, done)))
        pairs = [
            written.line(text, clean(hypotheses[i][0].text) if hypotheses[i] else "") for i, text in enumerate(some)
        ]
        with named_when_it_fails(partial), partial.open("ab") as out:
            out.write("".join(f"{pair}\n" for pair in pairs).encode())
        done += len(some)
    os.replace(partial, output)
    write_json(record, {**made, "finished": True})
    yield done


def begun(partial: Path, record: Path, made: Mapping[str, Any]) -> bool:
    """Whether `partial` was begun in the same way."""
    if not (partial.is_file() and record.is_file()):
        return False
    try:
        return read_json(record) == json.loads(json.dumps({**made, "finished": False}))
    except ValueError:
        return False


def whole_lines(partial: Path) -> int:
    """Cut a file after its last whole line; how many it has."""
    content = partial.read_bytes()
    end = content.rfind(b"\n") + 1
    if end < len(content):
        os.truncate(partial, end)
    return content.count(b"\n")

"""Gold trees: the sentences of a treebank in CoNLL-U (universaldependencies.org/format.html), joined to sub-words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from core.checks import check
from core.records import Piece
from core.text.data_files import read_lines
from core.text.subwords import clean

COLUMNS = 10
NUMBER = re.compile(r"(\d+)(?:-(\d+)|(\.\d+))?")  # of a word, of several that are written as one, of an empty node
ROOT = -1  # the governor of a sentence's root


@dataclass(frozen=True, slots=True)
class TreeWord:
    """A word's span [start, end) in its sentence, its governor's place there, from 0, or `ROOT`, and their relation."""

    start: int
    end: int
    governor: int
    relation: str


@dataclass(frozen=True, slots=True)
class Tree:
    """A sentence of a treebank: its id, its cleaned text, its words in order."""

    name: str
    text: str
    words: tuple[TreeWord, ...]


class Line(NamedTuple):
    """A line of a file: where it stands, in words, and its columns."""

    place: str
    columns: list[str]

    @property
    def form(self) -> str:
        """The word as it is written."""
        return clean(self.columns[1])


class Token(NamedTuple):
    """What is written as one: a word, or several as in "don't"."""

    form: str
    words: Sequence[Line]


def read_treebank(path: Path) -> list[Tree]:
    """The trees of a file, plain or gzip; ValueError, in one sentence, where it is cut or of another format."""
    trees: list[Tree] = []
    block: list[Line] = []
    for number, line in enumerate(read_lines(path), start=1):
        if line.strip():
            block.append(Line(f"{path.name} line {number:,}", line.split("\t")))
        elif block:
            trees.append(tree_of(block))
            block = []
    if block:
        tree_of(block)  # which says so, if this is no treebank at all
    check(not block, f"{path.name} ends within a sentence: it is cut; fetch it again")
    check(bool(trees), f"{path.name} holds no sentence of a treebank")
    return trees


def tree_of(block: Sequence[Line]) -> Tree:
    """The tree of the lines of one sentence."""
    comments = [line.columns[0] for line in block if line.columns[0].startswith("#")]
    notes = dict(comment[1:].strip().split(" = ", 1) for comment in comments if " = " in comment)
    lines = [line for line in block if not line.columns[0].startswith("#")]
    for place, columns in lines:
        check(len(columns) == COLUMNS, f"{place} has {len(columns)} columns, not the {COLUMNS} of CoNLL-U")
    check(bool(lines), f"{block[0].place} begins a sentence without words")
    tokens = list(tokens_of(lines))
    text = clean(notes.get("text", " ".join(token.form for token in tokens)))
    return Tree(notes.get("sent_id", ""), text, words_of(tokens, text))


def tokens_of(lines: Sequence[Line]) -> Iterator[Token]:
    """What is written as one, in order; empty nodes, which nobody wrote, are left out."""
    words: list[Line] = []
    joined: dict[int, tuple[int, str]] = {}  # by its first word the last one of several, and how they are written
    for line in lines:
        match = NUMBER.fullmatch(line.columns[0])
        check(match is not None, f"{line.place} begins with {line.columns[0]!r:.20}, not with the number of a word")
        first, last, empty = match.groups()
        if last:
            joined[int(first)] = int(last), line.form
        elif not empty:
            words.append(line)
            check(int(first) == len(words), f"{line.place} is word {first}, not word {len(words)} of its sentence")
    count = 0
    while count < len(words):
        last, form = joined.get(count + 1, (count + 1, words[count].form))
        check(
            count < last <= len(words),
            f"{words[count].place} is of words up to {last}, of which there are {len(words)}",
        )
        yield Token(form, words[count:last])
        count = last


def words_of(tokens: Sequence[Token], text: str) -> tuple[TreeWord, ...]:
    """Every word with its span: of what is written as one its own part where their forms spell it, else all of it."""
    words, at = [], 0
    count = sum(len(token.words) for token in tokens)
    for form, lines in tokens:
        start = text.find(form, at)
        stands = start >= 0 and not text[at:start].strip()
        check(stands, f"{lines[0].place}: {form!r:.40} does not stand there in the text of its sentence")
        at = start + len(form)
        apart = "".join(line.form for line in lines) == form
        for line in lines:
            end = start + len(line.form) if apart else at
            governor = line.columns[6]
            known = governor.isdecimal() and int(governor) <= count
            check(known, f"{line.place}: {governor!r:.20} is no governor among the {count} words of its sentence")
            words.append(TreeWord(start, end, int(governor) - 1, line.columns[7]))
            start = end if apart else start
    return tuple(words)


def words_of_pieces(tree: Tree, pieces: Sequence[Piece]) -> tuple[int, ...]:
    """For each piece of a tree's text the word, from 0, with which it shares most characters; of several the first."""

    def shared(piece: Piece, word: TreeWord) -> int:
        return min(piece.end, word.end) - max(piece.start, word.start)

    places = range(len(tree.words))
    return tuple(max(places, key=lambda place: shared(piece, tree.words[place])) for piece in pieces)

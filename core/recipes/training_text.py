"""The text a model is trained on: a corpus and files of more pairs, as ids, the same or cut anew in each epoch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.text.batches import Pairs
from core.text.bpe_dropout import cut_all, merges_of, words_of
from core.text.corpora import tsv
from core.text.subwords import Subwords, clean, source_text


@dataclass(frozen=True)
class Text:
    """Sentence pairs; the last `tagged` of them have a source that a model wrote."""

    pairs: list[tuple[str, str]]
    tagged: int = 0

    @property
    def lines(self) -> Iterator[str]:
        """Every sentence, as the models read it."""
        return (line for pair in zip(*self.sides, strict=True) for line in pair)

    @property
    def sides(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """All sources and all targets, as the models read them."""
        return tuple(source_text(source) for source, _ in self.pairs), tuple(clean(target) for _, target in self.pairs)


def with_extra(pairs: list[tuple[str, str]], extra: Sequence[Path]) -> Text:
    """A corpus and files of more pairs (`tsv`)."""
    files = [tsv(path) for path in extra]
    tagged = [pair for _, marked in files for pair in marked]
    return Text(pairs + [pair for plain, _ in files for pair in plain] + tagged, len(tagged))


def encoded(text: Text, subwords: Subwords) -> Pairs:
    """Cut into as few sub-words as the merges give."""
    return marked(text, subwords, [subwords.ids(side) for side in text.sides])


def recut(text: Text, subwords: Subwords, dropout: float, seed: int) -> Callable[[int], Pairs]:
    """What gives the pairs of an epoch, from 0, cut by BPE-dropout; the same seed cuts the same."""
    merges = merges_of(subwords)
    sides = [[words_of(subwords, line) for line in side] for side in text.sides]

    def of_epoch(number: int) -> Pairs:
        cut = [cut_all(lines, merges, dropout, f"{seed} {number} {side}") for side, lines in enumerate(sides)]
        return marked(text, subwords, cut)

    return of_epoch


def marked(text: Text, subwords: Subwords, sides: Sequence[Sequence[list[int]]]) -> Pairs:
    """Pairs of ids, the tag in front of the tagged sources."""
    sources, targets = sides
    plain = len(sources) - text.tagged
    mark = [subwords.tag] if text.tagged else []
    sources = [*sources[:plain], *([*mark, *source] for source in sources[plain:])]
    return list(zip(sources, targets, strict=True))

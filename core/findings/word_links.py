"""Where attention looks: how often most at the word that the model is translating."""

from collections.abc import Mapping, Sequence

import numpy as np

from core.checkpoints import Loaded
from core.decoding.translate import decode
from core.interpret.alignments import by_words, source_words, word_numbers
from core.options import ForcedOptions
from core.records import DecodeTrace
from core.text.corpora import Pairs, letters

Links = Mapping[str, Sequence[tuple[str, str]]]


def looking(loaded: Loaded, pairs: Pairs, links: Links) -> tuple[int, int]:
    """Of so many linked words, for how many the largest weight of their row lies on the word they are linked to.

    The model is made to write the reference (teacher forcing); weights are summed over the pieces of a source word and
    averaged over those of a target word, over layers and over heads. Only words that stand once on either side count.
    """
    right = count = 0
    for source, target in pairs:
        wanted = links.get(letters(source), ())
        if wanted:
            trace = decode(loaded.model, loaded.subwords, source, ForcedOptions(target))
            hits = [looks_at(trace, *link) for link in wanted]
            count += sum(hit is not None for hit in hits)
            right += sum(hit is True for hit in hits)
    return right, count


def looks_at(trace: DecodeTrace, word: str, translation: str) -> bool | None:
    """Whether the row of `translation` is largest at `word`; None where one of them does not stand there once."""
    attention = trace.attention()
    if attention is None:
        return None
    map_ = by_words(attention, source_words(trace.pieces), word_numbers(attention.queries))
    rows = [index for index, label in enumerate(map_.queries) if same(label, translation)]
    columns = [index for index, label in enumerate(map_.keys) if same(label, word)]
    if len(rows) != 1 or len(columns) != 1:
        return None
    return bool(np.argmax(map_.weights.mean(axis=(0, 1))[rows[0]]) == columns[0])


def same(label: str, word: str) -> bool:
    """Whether they are the same letters."""
    return letters(label) == letters(word)

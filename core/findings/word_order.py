"""Word order: the same captions with their words shuffled, read by models with and without positions."""

import random
from collections.abc import Mapping
from typing import Any

from core.checkpoints import Loaded
from core.findings.measuring import about, compared, translations
from core.text.corpora import Pairs


def word_order(models: Mapping[str, Loaded], pairs: Pairs) -> dict[str, Any]:
    """BLEU and chrF of each model on sentences as they are and shuffled, as plain JSON values.

    `same` is the share of translations that did not change: without positions a Transformer's encoder can't tell the
    two apart (Vaswani et al. 2017, §3.5).
    """
    sources, references = zip(*pairs, strict=True)
    mixed = [shuffled(source) for source in sources]
    rows = []
    for name, loaded in models.items():
        texts = {"as written": translations(loaded, sources), "shuffled": translations(loaded, mixed)}
        same = sum(one == other for one, other in zip(*texts.values(), strict=True)) / len(pairs)
        for row in compared(texts, references):
            rows.append({**row, "order": row["model"], "model": name, "same": round(same, 4)})
    return {**about(len(pairs)), "rows": rows}


def shuffled(sentence: str) -> str:
    """The sentence's words in another order, the same one each time; the mark at its end stays."""
    words = sentence.split()
    last = words[-1][-1:] if words and not words[-1][-1].isalnum() else ""
    words = sentence.removesuffix(last).split() if last else words
    random.Random(sentence).shuffle(words)
    return " ".join(words) + last

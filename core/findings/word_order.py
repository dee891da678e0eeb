"""Word order: the same captions with their words shuffled, read by models with and without positions."""

import random
from collections.abc import Mapping
from typing import Any

from core.checkpoints import Loaded
from core.findings.measuring import about, compared, translations, written
from core.text.corpora import Pairs
from core.text.variants import shuffled


def word_order(
    models: Mapping[str, Loaded], pairs: Pairs, example: str, beside: Mapping[str, Loaded] | None = None
) -> dict[str, Any]:
    """BLEU and chrF of each model on sentences as they are and shuffled, as plain JSON values.

    `same` is the share of translations that did not change: without positions a Transformer's encoder can't tell the
    two apart (Vaswani et al. 2017, §3.5). What each model makes of the `example` in both orders is there, too;
    also what models `beside` them make of it, which are not measured.
    """
    sources, references = zip(*pairs, strict=True)
    mixed = [shuffled(source, random.Random(source)) for source in sources]
    rows = []
    for name, loaded in models.items():
        texts = {"as written": translations(loaded, sources), "shuffled": translations(loaded, mixed)}
        same = sum(text == mixed_text for text, mixed_text in zip(*texts.values(), strict=True)) / len(pairs)
        for row in compared(texts, references):
            rows.append({**row, "order": row["model"], "model": name, "same": round(same, 4)})
    return {**about(len(pairs)), "example": written({**models, **(beside or {})}, both_orders(example)), "rows": rows}


def both_orders(example: str) -> list[str]:
    """A sentence as it is written and, always alike, shuffled."""
    return [example, shuffled(example, random.Random(1))]

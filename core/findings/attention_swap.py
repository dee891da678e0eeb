"""The attention swap: one network and one budget, another score or another place for the context."""

import time
from collections.abc import Mapping
from typing import Any

from core.checkpoints import Card, Loaded
from core.findings.measuring import about, compared, translations, twins
from core.findings.word_links import Links, looking
from core.text.corpora import Pairs

# The 2 x 2 study: (score, place) of its four cells, read off the cards.
SCORES, PLACES = ("general", "additive"), ("readout", "step")


def attention_swap(models: Mapping[str, Loaded], pairs: Pairs, links: Links) -> dict[str, Any]:
    """One table over all models and the 2 × 2 study of score and place, as plain JSON values.

    The first model is what the others are compared with. A contrast of the study compares two cells that differ in one
    thing; `twins` holds those of the models that read backwards and their `twins`. `right` of `words` linked words are
    those that attention looks at most (`looking`). `tokens_per_second` is how fast it translated here, one model after
    the other, by the processor's own clock, which does not count what else the machine was busy with.
    """
    sources, references = zip(*pairs, strict=True)
    systems, speeds = {}, {}
    for name, loaded in models.items():
        began = time.process_time()
        systems[name] = translations(loaded, sources)
        written = sum(map(len, loaded.subwords.encode_batch(systems[name])))
        speeds[name] = round(written / (time.process_time() - began))
    rows = [row | facts(models[row["model"]].card) for row in compared(systems, references)]
    for row in rows:
        row["right"], row["words"] = looking(models[row["model"]], pairs, links)
        row["tokens_per_second"] = speeds[row["model"]]
    cells = {(row["attention"], row["context"]): row["model"] for row in rows if not row["feeding"]}
    contrasts = [[(score, place) for place in PLACES] for score in SCORES]
    contrasts += [[(score, place) for score in SCORES] for place in PLACES]
    return {
        **about(len(pairs)),
        "scores": list(SCORES),
        "places": list(PLACES),
        "rows": rows,
        "contrasts": [
            contrast(*(cells[cell] for cell in two), systems, references)
            for two in contrasts
            if all(cell in cells for cell in two)
        ],
        "twins": [contrast(twin, name, systems, references) for name, twin in twins(models).items()],
    }


def facts(card: Card) -> dict[str, Any]:
    """What a model is."""
    return {
        "attention": card.config["attention"],
        "context": card.config.get("context", "step") if card.attends else "",
        "reversed": card.config.get("reverse_source", False),
        "feeding": card.config.get("input_feeding", False),
        "parameters": card.parameters,
    }


def contrast(first: str, second: str, systems: Mapping[str, list[str]], references: list[str]) -> dict[str, Any]:
    """How much BLEU the second has over the first, and how probable so large a difference would be by chance."""
    before, after = compared({name: systems[name] for name in (first, second)}, references)
    return {"from": first, "to": second, "bleu": round(after["bleu"] - before["bleu"], 2), "p": after["p"]}

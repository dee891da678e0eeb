"""What every finding is made of: translations of a list of sentences, and their scores with bootstrap intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.changes import UNCHANGED, Changes
from core.checkpoints import Loaded
from core.decoding.translate import decode, translate_batches
from core.options import BeamOptions, Options

SAMPLES = 1000  # of the bootstrap (Koehn 2004)


def translations(
    loaded: Loaded, sources: Sequence[str], options: Options | None = None, changes: Changes = UNCHANGED
) -> list[str]:
    """Each sentence's best translation, "" where there is none; without options under a beam of 5 and the model's own
    length penalty.
    """
    options = options or replace(BeamOptions(), length_penalty=loaded.card.length_penalty)
    hypotheses = dict(translate_batches(loaded.model, loaded.subwords, sources, options, changes=changes))
    return [hypotheses[index][0].text if hypotheses[index] else "" for index in range(len(sources))]


def written(models: Mapping[str, Loaded], sentences: Sequence[str]) -> dict[str, Any]:
    """Each model's best translations as the pages show them, with the default options."""
    texts = {
        name: [decode(loaded.model, loaded.subwords, text, BeamOptions()).hypotheses[0].text for text in sentences]
        for name, loaded in models.items()
    }
    return {"sentences": list(sentences), "texts": texts}


def compared(systems: Mapping[str, Sequence[str]], references: Sequence[str]) -> list[dict[str, Any]]:
    """For each system BLEU and chrF2 (0 to 100), each with the half-width of its 95 % interval, and `p`.

    `p` is the paired bootstrap's: how probable so large a difference in BLEU from the first system would be by chance.
    """
    from sacrebleu.metrics import BLEU, CHRF
    from sacrebleu.significance import PairedTest

    metrics = {"BLEU": BLEU(), "chrF2": CHRF()}
    _, scores = PairedTest(list(systems.items()), metrics, [references], test_type="bs", n_samples=SAMPLES)()
    rows = zip(scores["System"], scores["BLEU"], scores["chrF2"], strict=True)
    return [
        {"model": name, **interval("bleu", bleu), **interval("chrf", chrf), "p": bleu.p_value}
        for name, bleu, chrf in rows
    ]


def twins(models: Mapping[str, Loaded]) -> dict[str, str]:
    """For each model that reads its source backwards the one that differs from it in nothing else, if it is there."""
    configs = {name: loaded.card.config for name, loaded in models.items()}
    return {
        name: twin
        for name, config in configs.items()
        for twin, other in configs.items()
        if config.get("reverse_source") and {**config, "reverse_source": False} == dict(other)
    }


def interval(name: str, result: Any) -> dict[str, float]:
    """A score and the half-width of its interval."""
    return {name: round(result.score, 2), f"{name}_interval": round(float(result.ci), 2)}


def about(sentences: int) -> dict[str, Any]:
    """What every finding says of how it was measured."""
    return {"sentences": sentences, "beam_size": BeamOptions().beam_size, "samples": SAMPLES}

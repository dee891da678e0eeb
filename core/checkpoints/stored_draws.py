"""Samples of a model's own example, drawn before: what the page on sampling shows first, without torch."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.checkpoints.folders import NUMBER, PRETRAINED
from core.checkpoints.forms import Each, Fields, anything, check_form
from core.checks import check
from core.files import read_json
from core.options import SamplingOptions
from core.quoting import brief
from core.records import Hypothesis
from core.records.trace_json import options_from

SAMPLES = "samples.json"
DRAWN = Fields({"text": str, "tokens": Each(str), "logprobs": Each(NUMBER)})
FORM = Fields({"text": str, "options": Fields({}, others=anything), "drawn": Each(DRAWN)})


@dataclass(frozen=True)
class StoredDraws:
    """A sentence, how it was drawn from, and what was drawn."""

    text: str
    options: SamplingOptions
    hypotheses: tuple[Hypothesis, ...]


def draws_json(text: str, options: SamplingOptions, hypotheses: Sequence[Hypothesis]) -> dict[str, Any]:
    """Samples as JSON values; `stored_draws` reads them."""
    drawn = [
        {"text": sample.text, "tokens": sample.tokens, "logprobs": [round(value, 4) for value in sample.logprobs]}
        for sample in hypotheses
    ]
    return {"text": text, "options": asdict(options), "drawn": drawn}


def stored_draws(name: str, folder: Path = PRETRAINED) -> StoredDraws:
    """The samples in a model's folder; ValueError in one short sentence if there are none, or they are damaged."""
    content = read_json(folder / name / SAMPLES)
    try:
        check_form(content, FORM, "samples")
        return draws_from(content)
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError(f"{name}/{SAMPLES} can't be used: {brief(error)}") from error


def draws_from(content: Mapping[str, Any]) -> StoredDraws:
    """Samples from their JSON, whose values have the right form; ValueError if they do not belong together."""
    options = options_from("sample", content["options"])
    drawn = [(sample["text"], tuple(sample["tokens"]), tuple(sample["logprobs"])) for sample in content["drawn"]]
    check(len(drawn) == options.samples, f"{len(drawn)} samples are not {options.samples}")
    check(all(len(tokens) == len(numbers) > 0 for _, tokens, numbers in drawn), "a token has no number")
    hypotheses = (Hypothesis(text, tokens, numbers, sum(numbers), 0) for text, tokens, numbers in drawn)
    return StoredDraws(content["text"], options, tuple(hypotheses))

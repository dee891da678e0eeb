"""A sentence that grows: which models translate it, what they make of each step, and where the thread is lost."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import streamlit as st

from core.checkpoints import Card
from core.options import BeamOptions
from dashboard import controls, frame, resources
from dashboard.figures import bottleneck
from dashboard.model_names import kind_label
from dashboard.text import Texts


def finding() -> Mapping[str, Any]:
    """What was measured; without rows where nothing was."""
    stored = resources.measured("bottleneck")
    return stored if bottleneck.sound(stored) else {"rows": [], "example": {"sentences": [], "texts": {}}}


def contestants(asked: frame.Asked) -> dict[str, Card]:
    """The measured models that are here, in the order of the finding: from none that looks back to the best."""
    names = (row["model"] for row in finding()["rows"])
    return {name: asked.found[name] for name in names if name in asked.found}


def written(
    say: Texts, names: Collection[str], sentences: Sequence[str], example: Mapping[str, Any]
) -> dict[str, list[str]]:
    """What each model makes of each sentence, stored for an `example`; who can't is named in a sentence."""
    if list(sentences) == example["sentences"] and example["texts"].keys() >= set(names):
        return {name: example["texts"][name] for name in names}
    texts = {}
    with nullcontext() if resources.awake().issuperset(names) else st.spinner(say["loading"]):
        for name in names:
            try:
                texts[name] = [resources.decode(name, one, BeamOptions()).hypotheses[0].text for one in sentences]
            except ValueError as error:
                st.warning(controls.plain(str(error)))
    return texts


def unknown_pieces(say: Texts, names: Collection[str], text: str) -> None:
    """One sentence on what the last of the models has never seen."""
    for name in list(names)[-1:]:
        frame.unknown_pieces(say, resources.decode(name, text, BeamOptions()))


def told(say: Texts, lost: int | None, steps: Sequence[str]) -> str:
    """Where the thread is lost, in a sentence."""
    if lost is None:
        return say["bottleneck_kept"]
    return say["bottleneck_lost"].format(step=lost + 1, words=len(steps[lost].split()))


def backwards(say: Texts, finding: Mapping[str, Any], measured: Mapping[str, Card]) -> list[str]:
    """For each model that reads backwards, how it compares with the finding's first one, and in what the two differ."""
    first = measured.get(finding["rows"][0]["model"])
    told = []
    for name, card in measured.items():
        if first and card is not first and card.config.get("reverse_source"):
            verdict, facts = bottleneck.versus(finding, name)
            differs = bottleneck.differing(first.config, card.config)
            facts["differs"] = ", ".join(say.get(f"differs_{one}", one.replace("_", " ")) for one in differs)
            facts |= {"verdict": say[f"backwards_{verdict}"], "other": kind_label(say, first.family, first.config)}
            told.append(say["bottleneck_backwards"].format(**facts))
    return told

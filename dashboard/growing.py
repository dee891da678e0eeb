"""A sentence that grows: which models translate it, what they make of each step, and where the thread is lost."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import streamlit as st

from core.checkpoints import Card
from core.options import BeamOptions
from dashboard import controls, resources
from dashboard.figures import bottleneck
from dashboard.frame import Asked
from dashboard.text import Texts


def finding() -> Mapping[str, Any]:
    """What was measured; without rows where nothing was."""
    stored = resources.measured("bottleneck")
    return stored if bottleneck.sound(stored) else {"rows": [], "example": {"text": "", "texts": {}}}


def contestants(asked: Asked) -> dict[str, Card]:
    """The measured models that are here, in the order of the finding: from none that looks back to the best."""
    names = (row["model"] for row in finding()["rows"])
    return {name: asked.found[name] for name in names if name in asked.found}


def written(say: Texts, models: Mapping[str, Card], steps: Sequence[str]) -> dict[str, list[str]]:
    """What each model makes of each step; one that is damaged is named in a sentence. The example's is stored."""
    example = finding()["example"]
    if steps and steps[-1] == example["text"] and example["texts"].keys() >= models.keys():
        return {name: example["texts"][name] for name in models}
    texts = {}
    with nullcontext() if resources.awake().issuperset(models) else st.spinner(say["loading"]):
        for name in models:
            try:
                texts[name] = [resources.decode(name, step, BeamOptions()).hypotheses[0].text for step in steps]
            except ValueError as error:
                st.warning(controls.plain(str(error)))
    return texts


def told(say: Texts, lost: int | None, steps: Sequence[str]) -> str:
    """Where the thread is lost, in a sentence."""
    if lost is None:
        return say["bottleneck_kept"]
    return say["bottleneck_lost"].format(step=lost + 1, words=len(steps[lost].split()))

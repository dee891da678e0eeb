"""A translation walked step by step in the browser: stepping, playing, heads and the quiz never ask the server."""

from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import controls
from dashboard.components import chosen_labels, component

LABELS = (
    "locale",  # "en": how numbers are written
    "description",  # the picture in one sentence
    "hidden",  # the same as long as the reader is to guess
    "back",
    "forward",
    "play",
    "pause",
    "slider",
    "step",  # "Step {n} of {N}"
    "layer",
    "head",
    "mean",
    "source",
    "looked",  # the same where the model attends
    "share",
    "share_less",  # "… {sum} …", the same where the shares do not add up to 1
    "unattended",  # "… {width} numbers …"
    "target",
    "next",
    "others",  # "… {n} …"
    "guess",
    "best",  # "… {token} …"
    "other",  # "… {token} … {rank} … {top} …"
    "entropy",  # "… {sure} …"
    "tail",  # "… {share} … {bits} …"
    "certain",
    "sure",
    "unsure",
    "lost",
    "heads",
    "states",
    "states_meaning",  # "… {width} …"
    "encoder",
    "decoder",
    "context",
    "said_first",  # "… {top} … {share} …"
    "said",  # "… {before} … {top} … {share} …"
    "said_other",  # "… {token} … {share} …"
    "said_looked",  # "… {source} … {share} …"
    "question",  # "… {before} …"
    "question_first",
    "answer",  # "… {token} … {share} …"
    "answer_other",  # "… {top} … {share} …"
    "right",
    "wrong",
    "score",
)
COMPONENT = component("stepper", "words", "raster", "stepper_draw", folder=Path(__file__).parent)


def stepper(payload: dict[str, Any], labels: dict[str, str], *, key: str, predict: bool = False) -> None:
    """Walk what `figures.step` prepared; the address holds step, layer and head, counted from 1.

    With `predict` a step hides what comes next until the reader has guessed it. `labels` holds every text of `LABELS`;
    ValueError if one is missing.
    """
    said = (st.session_state.get(key) or {}).get("at") or {}
    at = {"step": controls.reported("step", said.get("step"), controls.numbers(len(payload["steps"])), "1")}
    for name in ("layer", "head"):
        count = payload[f"{name}s"]
        if count > 1:  # where there is one, the choice made for another model is left alone
            at[name] = controls.reported(name, said.get(name), ["mean", *controls.numbers(count)], "mean")
    data = {**payload, "at": at, "predict": predict, "labels": chosen_labels("stepper", LABELS, labels)}
    COMPONENT(key=key, data=data, on_at_change=lambda: None)

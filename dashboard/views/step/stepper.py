"""A translation walked step by step in the browser: stepping, playing, heads and the quiz never ask the server."""

from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import parameters
from dashboard.components import chosen_labels, component
from dashboard.renewal import renewed

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
    "entropy",  # "… {sure} … {share} …"
    "tail",  # "… {bits} … {most} … {vocabulary} …"
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
COMPONENT = component("stepper", folder=Path(__file__).parent)


def stepper(payload: dict[str, Any], labels: dict[str, str], *, key: str, predict: bool = False) -> None:
    """Walk what `figures.step` prepared; the address holds step, layer and head, counted from 1.

    With `predict` a step hides what comes next until the reader has guessed it. `labels` holds every text of `LABELS`;
    ValueError if one is missing.
    """
    reported = (st.session_state.get(key) or {}).get("at") or {}
    at = {"step": parameters.reported("step", reported.get("step"), parameters.numbers(len(payload["steps"])), "1")}
    shape = payload["attention"]["shape"] if payload["attention"] else (1, 1)
    for name, count in zip(("layer", "head"), shape, strict=False):
        if count > 1:  # where there is one, the choice made for another model is left alone
            at[name] = parameters.reported(name, reported.get(name), ["mean", *parameters.numbers(count)], "mean")
    data = {**payload, "at": at, "predict": predict, "renewed": renewed()}
    data["labels"] = chosen_labels("stepper", LABELS, labels)
    COMPONENT(key=key, data=data, on_at_change=lambda: None)

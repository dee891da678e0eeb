"""A translation walked step by step in the browser: stepping, playing, heads and the quiz never ask the server."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from core.options import MAX_TARGET
from core.records import TEMPERATURES
from dashboard import parameters, steering
from dashboard.components import chosen_labels, component
from dashboard.renewal import renewed

OFF = "off"
STOPS = {  # of the sliders that say how a sampler would draw, by their names in the address
    "heat": [str(value) for value in TEMPERATURES],
    "topk": ["1", "2", "3", "5", "10", "20", "50", OFF],  # no more than a record knows
    "topp": ["0.3", "0.5", "0.6", "0.7", "0.8", "0.9", "0.95", "0.99", OFF],
    "typicality": ["0.2", "0.3", "0.5", "0.7", "0.8", "0.9", "0.95", OFF],
}
BEGIN = {"heat": "1.0", "topk": OFF, "topp": OFF, "typicality": OFF}
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
    "next_drawn",  # the same under settings: "… {settings} …"
    "estimated",
    "favourite",  # "… {share} …"
    "said_drawn",  # "… {settings} … {top} … {share} … {cut} …"
    *STOPS,
    "off",
    "more",
    "seek",  # what a click on a word of the sentence does
    "take",  # a list of what could stand at this step
    "force",
    "ban",
    "force_this",  # what a click on a bar does
    "typed",  # the field for what the translation is to begin with
    "begin",
    "begins",  # what holds by hand: "… {text} …"
    "without",  # "… {word} …"
    "free",  # "… {text} …"
    "undo",
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
KEY = "steps"
HELD = {  # what holds by hand, and whether a text of an address can be that
    "prefix": lambda text: steering.fits(text, ""),
    "ban": lambda text: steering.fits("", text),
}
VALID = {
    "prefix": f"1 – {MAX_TARGET} letters",
    "ban": f"1 – {steering.MOST} words, {steering.BETWEEN} between them",
}
COMPONENT = component("stepper", folder=Path(__file__).parent)


def reports() -> Mapping[str, str]:
    """What the component reported last."""
    return (st.session_state.get(KEY) or {}).get("at") or {}


def draws() -> dict[str, str]:
    """How a sampler would draw, by the names in the address."""
    return {name: parameters.reported(name, reports().get(name), stops, BEGIN[name]) for name, stops in STOPS.items()}


def by_hand(here: str, nothing: str) -> dict[str, str]:
    """The `prefix` of a search and the words to `ban` in it, as an address writes them; to another question go none.

    `here` is the question, a model and a sentence; `nothing` says what holds where a link asks what can't be.
    """
    at, before = reports(), st.session_state.get("stepped", here)
    st.session_state["stepped"] = here
    own = at if at.get("here") == here else {}
    if before != here and not parameters.travelled():
        own = dict.fromkeys(HELD, "")
    for name, fits in HELD.items():
        link = parameters.linked(name)
        if link and not fits(link):
            parameters.refuse(name, link, VALID[name], nothing)
            own = {**own, name: ""}
    return {name: parameters.written(name, own.get(name), HELD[name], "", VALID[name]) for name in HELD}


def stepper(
    payload: dict[str, Any], at: dict[str, str], hand: dict[str, str], here: str, labels: dict[str, str], predict: bool
) -> None:
    """Walk what `figures.step` prepared; the address holds step, layer and head, from 1, beside `at` and `hand`.

    With `predict` a step hides what comes next until the reader has guessed it. `labels` holds every text of `LABELS`;
    ValueError if one is missing.
    """
    reported = reports()
    places = {"step": parameters.reported("step", reported.get("step"), parameters.numbers(len(payload["steps"])), "1")}
    shape = payload["attention"]["shape"] if payload["attention"] else (1, 1)
    for name, count in zip(("layer", "head"), shape, strict=False):
        if count > 1:  # where there is one, the choice made for another model is left alone
            places[name] = parameters.reported(name, reported.get(name), ["mean", *parameters.numbers(count)], "mean")
    data = {
        **payload,
        "at": at | places,
        "stops": STOPS,
        "here": here,
        "between": steering.BETWEEN,
        "most": steering.MOST,
    }
    data["hand"] = {"prefix": hand["prefix"], "banned": list(steering.listed(hand["ban"]))}
    data |= {"predict": predict, "renewed": renewed(), "labels": chosen_labels("stepper", LABELS, labels)}
    COMPONENT(key=KEY, data=data, on_at_change=lambda: None)

"""Decoders side by side, a token a step: played in the browser; beam, temperature and draw are chosen there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from core.options import MAX_LENGTH, BeamOptions, DiverseOptions, Options, SamplingOptions
from dashboard import controls, parameters
from dashboard.components import chosen_labels, component
from dashboard.renewal import renewed

KEY = "race"
BEGIN = {"beam": "5", "temperature": "1.0", "seed": "1"}
TEMPERATURES = [f"{tenths / 10:.1f}" for tenths in range(21)]
VALID = {"beam": parameters.numbers(controls.WIDEST), "temperature": TEMPERATURES, "seed": parameters.numbers(99)}
END = "end"  # the step at which the last search has ended
LABELS = (
    "locale",  # "en": how numbers are written
    "description",  # the picture in a sentence
    "keys",  # what it is, and how to walk it
    "back",
    "play",
    "pause",
    "forward",
    "end",
    "slider",
    "step",  # "{n} of {N} tokens"
    "beam",
    "greedy",  # what a beam size of 1 is
    "temperature",
    "draw",
    *(f"{name}_help" for name in ("beam", "temperature", "draw")),
    "start",  # before the first token
    "leads",  # "… {lane} … {sum}"
    "ends",  # the same at the end
    "changed",  # "{lane} …"
    "token",  # "{lane}, token {n}: … {token} … {share} … {sum}"
    "apart",  # the legend's signs
    "rewritten",
    "newest",
    "gone",
)
COMPONENT = component("lanes", folder=Path(__file__).parent)


def reported() -> Mapping[str, str]:
    """What the browser chose last."""
    return (st.session_state.get(KEY) or {}).get("at") or {}


def wanted() -> bool:
    """Whether the browser, which has drawn what was stored, has just asked for the other lanes."""
    return bool((st.session_state.get(KEY) or {}).get("wanted"))


def choices() -> dict[str, str]:
    """What is chosen inside the component, by its names in the address."""
    at = reported()
    return {name: parameters.reported(name, at.get(name), valid, BEGIN[name]) for name, valid in VALID.items()}


def options(at: Mapping[str, str]) -> dict[str, Options]:
    """What races, by its lane's name; greedy search is a beam of one branch."""
    beam = int(at["beam"])
    return {
        "greedy": BeamOptions(1),
        "sample": SamplingOptions(1, float(at["temperature"]), seed=int(at["seed"])),
        "beam": BeamOptions(beam),
        "diverse": diverse(beam),
    }


def diverse(beam: int) -> DiverseOptions:
    """A diverse beam of that size."""
    return DiverseOptions(beam, groups(beam))


def groups(beam: int) -> int:
    """Into how many equal groups a beam is split: as many as each has branches, or more.

    >>> [groups(beam) for beam in (1, 4, 5, 6, 12)]
    [1, 2, 5, 3, 4]
    """
    return next(count for count in range(1, beam + 1) if beam % count == 0 and count * count >= beam)


def race(
    content: dict[str, Any], at: dict[str, str], labels: dict[str, str], *, steps: int, hidden: bool, pending: bool
) -> None:
    """Let the lanes race that `figure.payload` prepared; `at` are the `choices`. They have so many `steps`, of which it
    holds the first alone as long as the others are `hidden`.

    Where lanes are `pending`, the browser asks for them once it has drawn the others. `labels` holds every text of
    `LABELS`; ValueError if one is missing.
    """
    valid = [*map(str, range(MAX_LENGTH if pending else steps)), END]  # of those that come nobody knows
    at = at | {"step": parameters.reported("step", reported().get("step"), valid, END)}
    data = {**content, "at": at, "hidden": hidden, "pending": pending, "renewed": renewed()}
    data |= {"widest": controls.WIDEST, "draws": len(VALID["seed"]), "labels": chosen_labels("race", LABELS, labels)}
    COMPONENT(key=KEY, data=data, on_at_change=lambda: None, on_wanted_change=lambda: None)

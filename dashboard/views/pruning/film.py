"""The films of prunings: how L0 gates closed, head by head, while they were learnt at each price."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.changes import Head
from core.checkpoints import GateFilm
from core.records import DecodeTrace
from dashboard import controls, explain, parameters, resources
from dashboard.beginning import Query
from dashboard.components import chosen_labels, component
from dashboard.controls import Texts
from dashboard.views.pruning import figure

LABELS = (
    "locale",
    "encoder",
    "decoder",
    "cross",
    "open_of",
    "place",
    "layer",
    "column",
    "price",
    "shut_these",
    "point",  # "step {step}: about {open} heads open, loss {loss}"
    "film",  # the picture in a sentence: "… {point}"
    "back",
    "play",
    "pause",
    "forward",
    "slider",
)
COMPONENT = component("gates", folder=Path(__file__).parent)


def show(say: Texts, query: Query, before: DecodeTrace, heads: Sequence[Head]) -> None:
    """The films of this model, if there are some, and a button that closes what was shut at the point that is shown."""
    shapes = figure.shapes(before)
    films = {name: film for name, film in resources.gate_films(query.model).items() if fits(film, shapes)}
    if not films:
        return
    st.header(say["pruning_films"])
    reported = (st.session_state.get("gates") or {}).get("at") or {}
    name = parameters.reported("film", reported.get("film"), list(films), next(iter(films)))
    count = len(films[name].steps)
    points = [str(point) for point in range(count)]
    at = {"film": name, "point": parameters.reported("point", reported.get("point"), points, points[-1])}
    data: dict[str, Any] = {"heads": figure.places(heads), "shapes": shapes, "maps": figure.maps(before), "at": at}
    data["films"] = [content(say, name, film) for name, film in films.items()]
    data["labels"] = labels(say)
    COMPONENT(key="gates", data=data, on_at_change=lambda: None, on_load_change=take)
    explain.show_data(say, "gates", lambda: rows(films), say["pruning_films_about"])


def take() -> None:
    """Close what the reader took from a film."""
    controls.choose({"closed": st.session_state["gates"]["load"]})


def fits(film: GateFilm, shapes: Mapping[str, tuple[int, int]]) -> bool:
    """Whether a film is of heads such as the model has."""
    return all(
        kind in shapes and tuple(map(len, points[0])) == (shapes[kind][1],) * shapes[kind][0]
        for kind, points in film.chances.items()
    )


def content(say: Texts, name: str, film: GateFilm) -> dict[str, Any]:
    """A film as the browser takes it."""
    label = say["pruning_price_of"].format(price=f"{film.penalty:g}")
    return {"name": name, "label": label, "steps": film.steps, "validation": film.validation, "chances": film.chances}


def rows(films: Mapping[str, GateFilm]) -> list[dict[str, Any]]:
    """A row a point: the price, the step, the loss, the heads of each kind that are open to be expected."""
    return [
        {"lambda": film.penalty, "step": step, "validation": film.validation[point]}
        | {kind: round(sum(map(sum, points[point])), 2) for kind, points in film.chances.items()}
        for film in films.values()
        for point, step in enumerate(film.steps)
    ]


def labels(say: Texts) -> dict[str, str]:
    """Every text of the component."""
    texts = {name: say[f"pruning_{name}"] for name in LABELS if f"pruning_{name}" in say}
    texts |= {name: say[f"heads_{name}"] for name in ("encoder", "decoder", "cross")}
    return chosen_labels("gates", LABELS, texts | {"locale": say["align_locale"]})

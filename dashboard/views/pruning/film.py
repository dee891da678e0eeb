"""The films of prunings: how L0 gates closed, head by head, while they were learnt at each price."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.changes import Head
from core.checkpoints import GateFilm
from core.records import DecodeTrace
from core.records.head_roles import ROLES, Evidence
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
    "roles_left",  # "… {roles}"
    "role_left",  # "{role} {open} … {count}"
    "back",
    "play",
    "pause",
    "forward",
    "slider",
)
COMPONENT = component("gates", folder=Path(__file__).parent)


def show(
    say: Texts, query: Query, before: DecodeTrace, heads: Sequence[Head], known: Mapping[Head, tuple[Evidence, bool]]
) -> None:
    """The films of this model, if there are some, and a button that closes what was shut at the point that is shown.

    `known` are the roles that heads have or lean to: the films tell which of them die when.
    """
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
    groups = by_role(known)
    data["roles"] = [[say[f"pruning_role_{role}"], figure.places(some)] for role, some in groups.items()]
    data["labels"] = labels(say)
    COMPONENT(key="gates", data=data, on_at_change=lambda: None, on_load_change=take)
    explain.show_data(say, "gates", lambda: rows(films, groups), say["pruning_films_about"])


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


def by_role(known: Mapping[Head, tuple[Evidence, bool]]) -> dict[str, list[Head]]:
    """The heads that have or lean to each role, of those that any has."""
    groups = {role: [head for head, (part, _) in known.items() if part.measure == role] for role in ROLES}
    return {role: some for role, some in groups.items() if some}


def rows(films: Mapping[str, GateFilm], groups: Mapping[str, Sequence[Head]]) -> list[dict[str, Any]]:
    """A row a point: the price, the step, the loss, the heads of each kind and role that are open to be expected."""

    def left(film: GateFilm, point: int, some: Sequence[Head]) -> float:
        gated = [film.chances[one.kind][point][one.layer][one.head] for one in some if one.kind in film.chances]
        return sum(gated) + len(some) - len(gated)

    return [
        {"lambda": film.penalty, "step": step, "validation": film.validation[point]}
        | {kind: round(sum(map(sum, points[point])), 2) for kind, points in film.chances.items()}
        | {role: round(left(film, point, some), 2) for role, some in groups.items()}
        for film in films.values()
        for point, step in enumerate(film.steps)
    ]


def labels(say: Texts) -> dict[str, str]:
    """Every text of the component."""
    texts = {name: say[f"pruning_{name}"] for name in LABELS if f"pruning_{name}" in say}
    texts |= {name: say[f"heads_{name}"] for name in ("encoder", "decoder", "cross")}
    return chosen_labels("gates", LABELS, texts | {"locale": say["align_locale"]})

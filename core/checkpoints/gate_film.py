"""The film of a pruning: how likely each head was open while its gate was learnt, and what the model lost meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.changes import ATTENTION_KINDS
from core.checkpoints.folders import PRETRAINED
from core.checkpoints.forms import Each, Fields, check_form, scalar
from core.checks import check
from core.files import read_json
from core.quoting import brief

FILM = "gates.json"
CHANCE, LOSS, STEP = (0.0, 1.0), (0.0, 1e6), (0, 10**9)
POINT = Fields({"step": STEP, "validation": LOSS}, dict.fromkeys(ATTENTION_KINDS, Each(Each(CHANCE))))
OPTIONS = Fields({"penalty": (0.0, 1e6), "kinds": Each(ATTENTION_KINDS)}, others=scalar)
FORM = Fields({"model": str, "options": OPTIONS, "points": Each(POINT)})


@dataclass(frozen=True, eq=False)
class GateFilm:
    """A pruning of `model` at the price `penalty` (λ), point by point: the `steps`, the `validation` loss there in nats
    a token, and for each kind that had gates how likely each head is open: rows of heads, a row a layer, a point.
    """

    model: str
    penalty: float
    steps: tuple[int, ...]
    validation: tuple[float, ...]
    chances: Mapping[str, Sequence[Sequence[Sequence[float]]]]


def gate_film(name: str, folder: Path = PRETRAINED) -> GateFilm:
    """The film in a model's folder; ValueError in one short sentence if there is none, or it is damaged."""
    content = read_json(folder / name / FILM)
    try:
        check_form(content, FORM, "film")
        return film_of(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name}/{FILM} can't be used: {brief(error)}") from error


def film_of(content: Mapping[str, Any]) -> GateFilm:
    """A film from its JSON, whose values have the right form; ValueError if its points do not belong together."""
    points, kinds = content["points"], content["options"]["kinds"]
    steps = tuple(point["step"] for point in points)
    check(bool(points) and list(steps) == sorted(set(steps)), "its steps do not rise")
    for kind in kinds:
        shapes = {tuple(map(len, point.get(kind, ()))) for point in points}
        check(len(shapes) == 1 and shapes != {()}, f"its {kind} heads are not the same at every point")
    return GateFilm(
        content["model"],
        content["options"]["penalty"],
        steps,
        tuple(point["validation"] for point in points),
        {kind: [point[kind] for point in points] for kind in kinds},
    )

"""Altair's charts, built and told without its checks of every part, which take most of the time: tests check them."""

from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt
from altair.utils import schemapi

schemapi.DEBUG_MODE = False


def data(rows: Iterable[Mapping[str, Any]]) -> alt.Data:
    """Rows to draw: as a tuple, since Altair copies lists again for every part of a chart."""
    return alt.Data(values=tuple(rows))


def specification(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """What Vega-Lite draws; the page has its own theme in place of Altair's.

    Layers of a chart without data are left open for the rows that the page sends beside the specification.
    """
    specified = chart.to_dict(validate=False)
    specified.pop("config", None)
    specified.get("datasets", {}).pop("empty", None)  # Altair's stand-in for missing rows; any other rows stay
    for layer in specified.get("layer", ()):
        if layer.get("data") == {"name": "empty"}:
            del layer["data"]
    return specified

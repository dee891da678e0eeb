"""What was measured of fewer heads: quality against heads kept, closed in each order, and pruned by L0 gates."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.changes import Head
from dashboard import controls, explain, parameters, resources
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.figures import vega
from dashboard.figures.table import table
from dashboard.views.pruning import curves_chart, figure

KEY = "pruning_curves"


def show(say: Texts, query: Query, heads: Sequence[Head]) -> None:
    """The curves of the chosen model, if they were measured: a point that is clicked closes its heads."""
    study = resources.measured("head-pruning")
    try:
        study = study if study["model"] == query.model else None
        points = study and [point | {"closed": address(point, heads)} for point in study["points"]]
        facts = study and curves_chart.facts(study)
    except (KeyError, TypeError, ValueError):  # a finding of another form
        return
    if not study:
        return
    st.header(say["pruning_curves"])
    kinds = {name: say[f"pruning_curves_{name}"] for name in curves_chart.KINDS}
    chosen = parameters.choice("curves", say["pruning_curves_of"], kinds, "all")
    words = {name: say[f"pruning_{name}"] for name in curves_chart.WORDS}
    orders = {name: say[f"pruning_curve_{name}"] for name in curves_chart.ORDERS}
    description = say["pruning_curves_description"].format(**facts | {"order": orders[facts["order"]]})
    drawn = curves_chart.chart(study, points, chosen, words, orders)
    with st.container(key=KEY):
        look = {"alt": description, "key": f"{KEY}_chart", "on_select": take, "selection_mode": curves_chart.PICKED}
        st.vega_lite_chart(spec=vega.specification(drawn), **look)
    st.markdown(controls.plain(description))
    if rows := curves_chart.pruned_rows(study):
        columns = {
            say["pruning_curve_price"]: "",
            **{say[f"heads_{kind}"]: "" for kind in ("encoder", "decoder", "cross")},
        }
        st.html(table({**columns, say["pruning_bleu"]: ".1f", "±": ".1f", "p": ".3f"}, rows))
    st.caption(say["pruning_curves_caption"].format(**facts))
    explain.show_data(say, KEY, lambda: curves_chart.rows(points), description)


def address(point: Mapping[str, Any], heads: Sequence[Head]) -> str:
    """The heads that are closed at a point, as the address writes them."""
    return figure.address({Head(*place) for place in point["closed"]}, heads)


def take() -> None:
    """Close the heads of the point that was clicked."""
    for picked in st.session_state[f"{KEY}_chart"].selection.get(curves_chart.PICKED, []):
        controls.choose({"closed": picked["closed"]})

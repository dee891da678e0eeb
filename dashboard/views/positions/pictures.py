"""The tables of positions: small enough to be read, as a map or a surface, as waves, by distance, as a rotation."""

import itertools
from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from dashboard import controls, explain, parameters, resources
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.views.positions import figure, latex, settings, tables
from dashboard.views.positions.pick import pick

SIDES = [8, 3]  # of the picture and of what is set
SMOOTH = {"sinusoidal": tables.sinusoidal, "rotary": tables.rotary}  # those of a width and a base


def names(say: Texts) -> dict[str, str]:
    """What the axes are called."""
    return {name: say[f"axis_{name}"] for name in ("row", "column", "value", "distance", "product")}


def show(key: str, drawn: list[figure.Figure], description: str) -> None:
    """Pictures beside each other, under one key."""
    with st.container(key=key):
        for number, (column, drawing) in enumerate(zip(st.columns(len(drawn)), drawn, strict=True)):
            with column:
                explain.plot(f"{key}_{number}", drawing, description)


def cell_told(say: Texts, scheme: settings.Scheme, shape: settings.Shape, row: int, column: int) -> str:
    """A table's title with its size and, below, the number of the chosen cell, where it has one that is shown."""
    size = f", d = {shape.width}, n = {shape.base}" if scheme.name in SMOOTH else ""
    cell = scheme.table[row, column] if column < scheme.table.shape[1] else np.nan
    if np.isnan(cell):
        return scheme.title + size
    return f"{scheme.title}{size}<br>" + say["matrix_cell"].format(row=row, column=column, value=f"{cell:.2f}")


def small(say: Texts, query: Query, *, hidden: bool) -> None:
    """The beginning of the sentence in a table so small that each number can be read."""
    shape = settings.SMALL._replace(length=min(max(len(query.text.split()), 4), settings.SMALL.length))
    picture, side = st.columns(SIDES, gap="medium")
    with side:
        with st.container(horizontal=True, gap="small"):
            row = settings.field(say, "row", shape.length - 1, 3)
            column = settings.field(say, "column", shape.width - 1, 2)
        st.caption(say["small_read"])
    if hidden:
        return
    (scheme,) = settings.schemes(say, query, shape, "off")
    value, rows = scheme.table[row, column], settings.labels(query, shape.length)
    description = say["matrix_described"].format(**shape._asdict(), row=row, column=column, value=f"{value:.2f}")
    title = cell_told(say, scheme, shape, row, column)
    with picture:
        st.markdown(say["matrix_read"])
        drawn = figure.matrix(names(say), title, scheme.table, rows, (row, column))
        show("positions_small", [drawn], description)
        pick("positions_small", lambda x, y: controls.choose({"row": y, "column": x}))
    explain.formula(say, latex.cell(shape, row, column, value), say["matrix_formula"])
    content = partial(figure.long, scheme.table, position=rows, dimension=range(shape.width))
    explain.show_data(say, "positions_small", content, description)


def matrix(say: Texts, query: Query, *, hidden: bool) -> None:
    """The table itself; of a chosen cell the formula."""
    picture, side = st.columns(SIDES, gap="medium")
    with side:
        cell = st.container(horizontal=True, gap="small")
        with settings.more(say):
            shape = settings.chosen_shape(say, query)
            other = settings.beside(say)
            forms = {name: say[f"form_{name}"] for name in ("map", "surface")}
            form = parameters.choice("form", say["form"], forms, "map")
    with cell:
        row = settings.field(say, "row", shape.length - 1, 3)
        column = settings.field(say, "column", shape.width - 1, 2)
    made = settings.schemes(say, query, shape, other)
    first = made[0].table.copy()
    value = f"{first[row, column]:.2f}"
    if hidden:
        first[:2] = np.nan
    rows = settings.labels(query, shape.length)
    description = say["matrix_described"].format(**shape._asdict(), row=row, column=column, value=value)
    beyond = shape.length - len(resources.pieces(query.model, query.text))
    with picture:
        st.markdown(say["matrix_read"] + (" " + say["matrix_beyond"] if beyond > 0 else ""))
        drawn = [made[0]._replace(table=first), *made[1:]]
        draw = {
            "map": lambda title, table: figure.matrix(names(say), title, table, rows, (row, column)),
            "surface": lambda title, table: figure.surface(names(say), title, table),
        }[form]
        show(
            "positions_matrix",
            [draw(cell_told(say, scheme, shape, row, column), scheme.table) for scheme in drawn],
            description,
        )
        pick("positions_matrix", lambda x, y: controls.choose({"row": y, "column": x}))
    for scheme in made[1:]:
        inside = column < scheme.table.shape[1]
        facts = {"value": f"{scheme.table[row, column]:.2f}" if inside else "–"}
        st.caption(say[f"positions_{scheme.name}"].format(**facts))
    if not hidden:
        explain.formula(say, latex.cell(shape, row, column, first[row, column]), say["matrix_formula"])
        content = partial(figure.long, first, position=rows, dimension=range(shape.width))
        explain.show_data(say, "positions_matrix", content, description)


def waves(say: Texts, query: Query, *, hidden: bool) -> None:
    """Some columns of the table, as they go up and down over the positions."""
    picture, side = st.columns(SIDES, gap="medium")
    with side:
        above = st.container()
        with settings.more(say):
            shape = settings.chosen_shape(say, query)
            other = settings.beside(say)
    with above:
        chosen = settings.dimensions(say, shape.width)
    if hidden:
        return
    made, drawn = settings.schemes(say, query, shape, other), []
    fine = np.linspace(0, shape.length - 1, 8 * shape.length)
    for scheme in made:
        inside = [column for column in chosen if column < scheme.table.shape[1]]
        curve = SMOOTH[scheme.name](fine, shape.width, shape.base) if scheme.name in SMOOTH else None
        at = fine if curve is not None else np.arange(shape.length)
        line = scheme.table if curve is None else curve
        lines = {f"{say['axis_column']} {column}": (at, line[:, column]) for column in inside}
        drawn.append(figure.waves(names(say), scheme.title, lines, scheme.table[:, inside]))
    description = say["waves_described"].format(lengths=wavelengths(say, shape, chosen))
    with picture:
        show("positions_waves", drawn, description)
    st.caption(description)
    explain.formula(say, latex.wave(shape, chosen[-1]), say["waves_formula"])
    content = partial(figure.long, made[0].table[:, chosen], position=range(shape.length), dimension=chosen)
    explain.show_data(say, "positions_waves", content, description)


def wavelengths(say: Texts, shape: settings.Shape, columns: Sequence[int]) -> str:
    """How many positions a wave takes, those of the same length together."""
    pairs = itertools.groupby(sorted(columns), lambda column: column // 2)
    parts = [list(pair) for _, pair in pairs]
    facts = [(", ".join(map(str, part)), f"{latex.wavelength(shape, part[0]):,.1f}") for part in parts]
    return "; ".join(say["waves_length"].format(dimensions=which, positions=long) for which, long in facts)


def distance(say: Texts, query: Query, *, hidden: bool) -> None:
    """The product of each position with each, and how it depends on the distance alone."""
    picture, side = st.columns(SIDES, gap="medium")
    with side, settings.more(say):
        shape = settings.chosen_shape(say, query)
        other = settings.beside(say)
    if hidden:
        return
    made = settings.schemes(say, query, shape, other)
    made = [scheme._replace(title=say[f"distance_{scheme.name}"]) for scheme in made]
    pairs = [(scheme, tables.by_distance(scheme.square)) for scheme in made]
    verdicts = [
        say[f"distance_{'alone' if tables.spread(curve) < figure.SMALL else 'place'}"].format(
            name=scheme.title, spread=f"{tables.spread(curve):.1g}"
        )
        for scheme, curve in pairs
    ]
    with picture:
        drawn = [figure.distances(names(say), scheme.title, scheme.square, curve) for scheme, curve in pairs]
        show("positions_distance", drawn, " ".join(verdicts))
    st.markdown("  \n".join(map(controls.plain, verdicts)))
    explain.formula(say, latex.product(made[0].square), say["distance_formula"])
    rows = [{"scheme": scheme.title, **point._asdict()} for scheme, curve in pairs for point in curve]
    explain.show_data(say, "positions_distance", lambda: rows, " ".join(verdicts))


def rotation(say: Texts, query: Query, *, hidden: bool) -> None:
    """A pair of dimensions on the circle: one rotation leads from each position to the next."""
    picture, side = st.columns(SIDES, gap="medium")
    with side:
        above = st.container(horizontal=True, gap="small")
        with settings.more(say):
            shape = settings.chosen_shape(say, query)
    with above:
        row = settings.field(say, "row", shape.length - 2, 3)
        pair = settings.field(say, "pair", shape.width // 2 - 1, 0)
    if hidden:
        return
    rate = float(tables.rates(shape.width, shape.base)[pair])
    table = tables.sinusoidal(np.arange(shape.length), shape.width, shape.base)[:, 2 * pair : 2 * pair + 2]
    facts = {"row": row, "next": row + 1, "even": 2 * pair, "odd": 2 * pair + 1}
    facts |= {"angle": f"{rate:.4g}", "degrees": f"{np.degrees(rate):.3g}"}
    description = say["rotation_described"].format(**facts)
    with picture:
        show("positions_rotation", [figure.circle(names(say), table, row)], description)
    st.caption(description)
    explain.formula(say, latex.turn(table, row, rate), say["rotation_formula"])
    rows = [{"position": at, "sin": float(sin), "cos": float(cos)} for at, (sin, cos) in enumerate(table)]
    explain.show_data(say, "positions_rotation", lambda: rows, description)

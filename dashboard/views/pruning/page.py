"""Head pruning: heads closed by hand or in an order, what the model then writes, and what that costs."""

import hashlib

import streamlit as st

from core.changes import Changes
from dashboard import answers, beginning, controls, explain, parameters, resources
from dashboard.figures.rewriting import rewriting
from dashboard.views.pruning import curves, figure, film, gate_file, orders, presets, quality, smallest
from dashboard.views.pruning import pruning_component as component

TRIES = {"one": {"closed": "c1.*,c2.*"}, "encoder": {"closed": "e*"}, "cross": {"closed": "c*"}}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    beginning.asked(say, "pruning", show, TRIES, predict=True)
    explain.show_code(say, "core/interpret/smallest_set.py", "closings", say["pruning_paper"])


def show(say, query: beginning.Query) -> None:
    """The heads, or, of a model without any, one that has some."""
    before = answers.trace(say, query.model, query.text)
    if before and "encoder" not in figure.shapes(before):
        st.info(say["pruning_one" if query.card.attends else "pruning_none"])
        beginning.offer_transformer(say, query)
    elif before:
        explore(say, query, before)


@st.fragment
def explore(say, query: beginning.Query, before) -> None:
    """Everything that a control of this page changes."""
    shapes, heads = figure.shapes(before), figure.every(figure.shapes(before), before.absent)
    changes = closed(say, query, heads)
    after = answers.trace(say, query.model, query.text, changes=changes) if changes.closed else before
    if after is None:
        return
    hidden = query.predict and not smallest.guessed(say, query, before, heads)
    at = component.places(orders.ways(query), orders.measures(query))
    scores = orders.scores(say, query, heads, at)
    roles = presets.nearest_roles(resources.measured("head-roles"), query.model)
    named = [*presets.by_role(say, roles, heads), *presets.by_gates(say, query.cards, query.model, heads)]
    note = "" if hidden else figure.note(set(changes.closed), heads)
    description = described(say, before, after, heads)
    state = {
        "here": query.model,
        "heads": figure.places(heads),
        "shapes": shapes,
        "closed": figure.places(changes.closed),
        "maps": figure.maps(after),
        "drawn": hashlib.blake2b(repr((query.model, query.text, changes.address())).encode()).hexdigest(),
        "result": rewriting(before.hypotheses[0], after.hypotheses[0]),
        "note": note and say[f"pruning_only_{note}"],
        "hidden": hidden,
        "description": description,
        "orders": {name: order and figure.places(order) for name, order in orders.orders(query, heads, scores).items()},
        "presets": [[preset.name, preset.label, figure.places(preset.closed)] for preset in named],
        "scores": {name: values and [values[head] for head in heads] for name, values in scores.items()},
        "roles": [presets.role_text(say, roles, head) for head in heads],
        "at": at,
    }
    component.pruning(state, labels(say))
    with controls.row():
        measure = parameters.switch("measured", say["pruning_measured"], help=say["pruning_measured_help"])
        smallest.button(say, query)
        gate_file.show(say, query, changes, shapes, heads)
    smallest.show(say, query, heads)
    if measure:
        quality.show(say, query, changes)
    known = {name: values for name, values in scores.items() if values}
    explain.show_data(say, "pruning", lambda: figure.table(before, after, heads, known), description, after)
    film.show(say, query, before, heads, roles)
    curves.show(say, query, heads)


def closed(say, query: beginning.Query, heads) -> Changes:
    """What the browser or the link closes."""

    def valid(text: str) -> bool:
        try:
            figure.closed_by(text, heads)
        except ValueError:
            return False
        return True

    text = component.closed(query.model, valid, figure.VALID, say["pruning_none_closed"])
    return Changes(tuple(figure.closed_by(text, heads)))


def labels(say) -> dict[str, str]:
    """Every text of the component."""
    texts = {name: say[f"pruning_{name}"] for name in component.LABELS if f"pruning_{name}" in say}
    texts |= {name: say[f"heads_{name}"] for name in ("encoder", "decoder", "cross")}
    texts |= {name: say[f"edit_{name}"] for name in ("before", "same", "logprob", "undo")} | {
        "none": say["pruning_none_closed"]
    }
    return texts | {"locale": say["align_locale"]}


def described(say, before, after, heads) -> str:
    """The picture in a sentence."""
    counts = figure.counts(set(after.changes.closed), heads)
    parts = [
        say["pruning_open_of"].format(kind=say[f"heads_{kind}"], left=left, all=every)
        for kind, (left, every) in counts.items()
    ]
    texts = {"before": before.hypotheses[0].text, "after": after.hypotheses[0].text}
    return say["pruning_described"].format(open="; ".join(parts), **texts)


main()

"""The same sentence through an RNN and a Transformer: how far a signal goes, what must wait, what a layer costs."""

import math

import streamlit as st

from core.checkpoints import Card
from dashboard import answers, controls, explain, resources
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.figures.table import table
from dashboard.views.transformer import asking, figure, latex
from dashboard.views.transformer import families as component

KERNEL = 3  # positions that a convolution sees


def show(say: Texts, query: Query, *, predict: bool) -> None:
    """Both families' pictures, and what can be counted of them."""
    name, rival = asking.transformer(say, query), asking.rnn(say, query)
    if not name or not rival:
        return
    traces = answers.read(say, [name, rival], query.text)
    if len(traces) < 2:
        return
    labels = resources.labels(say)
    titles = [labels[rival], labels[name]]
    data = figure.families(traces[rival], traces[name], query.cards[rival].attends, titles)
    count = len(data["rnn"]["sources"])
    last = count - 1
    riddle = explain.question(say, "ask_families", [1], n=count, last=last)
    if predict and last > 1 and not explain.questions(say, f"transformer_quiz_families_{last}", [riddle]):
        return
    at = component.places("transformer_families", data["words"])
    texts = {label: say[f"families_{label}"] for label in component.LABELS}
    component.families(data | {"at": at}, texts, key="transformer_families")
    st.markdown(say["families_define"])
    steps = counted(say, data, query.cards[rival], query.cards[name])
    st.html(table(controls.headed(say, families_count="", families_rnn=",", families_transformer=","), steps))
    width = query.cards[name].config["width"]
    heads = controls.headed(say, families_layer="", families_order="", families_work=",", families_wait=",")
    costs = priced(say, count, width)
    st.html(table(heads | {say["families_path"]: ","}, costs))
    st.caption(say["families_note"].format(n=count, width=width))
    explain.formula(say, latex.costs(count, width), say["families_formula"])
    ends = [int(at[end]) - 1 for end in ("first", "second")]
    facts = {end: data["words"][place] for end, place in zip(("first", "second"), ends, strict=True)}
    steps_of = {kind: figure.way(data[kind]["words"], *ends) for kind in ("rnn", "transformer")}
    facts |= {"rnn": steps_of["rnn"], "transformer": min(1, steps_of["transformer"])}
    description = say["families_described"].format(**facts)
    rows = [dict(zip(("what", "rnn", "transformer"), row, strict=True)) for row in steps]
    explain.show_data(say, "transformer_families", lambda: rows, description)


def counted(say: Texts, data: figure.Families, rnn: Card, transformer: Card) -> list[tuple[str, int, int]]:
    """Layers that must wait for each other, in a row of what a model does."""
    reads, writes = (len(data["rnn"][part]) for part in ("sources", "written"))
    layers, sides = rnn.config["layers"], [transformer.config[f"{side}_layers"] for side in ("encoder", "decoder")]
    tokens = len(data["transformer"]["written"])
    return [
        (say["families_reading"], reads * layers, sides[0]),
        (say["families_learning"], (reads + writes) * layers, sum(sides)),
        (say["families_writing"], writes * layers, tokens * sides[1]),
    ]


def priced(say: Texts, n: int, width: int) -> list[tuple[str, str, int, int, int]]:
    """Table 1 of Vaswani et al. 2017: a layer's multiplications, steps in sequence and longest path, of n tokens."""
    far = max(1, math.ceil(math.log(n, KERNEL)))
    return [
        (say["families_self"], "n² · d", n * n * width, 1, 1),
        (say["families_recurrent"], "n · d²", n * width * width, n, n - 1),
        (say["families_convolution"], "k · n · d²", KERNEL * n * width * width, 1, far),
    ]

"""The whole network on the reader's sentence, and where its parts have pages of their own."""

import streamlit as st

from core.records import DecodeTrace, NetworkTrace
from dashboard import answers, explain, resources, trying
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.renewal import renewed
from dashboard.views.transformer import asking, figure, latex
from dashboard.views.transformer import network as component

ELSEWHERE = {"positions": "", "attention": "attention", "heads": "part"}  # by what they call a kind of attention
LOOKING = ("self", "masked", "cross")


def show(say: Texts, query: Query, *, predict: bool) -> None:
    """The picture; what can be said of it first where the reader wants to `predict`."""
    name = asking.transformer(say, query)
    trace = name and answers.trace(say, name, query.text)
    if not trace:
        return
    riddle = explain.question(say, "ask_network", [0])
    hidden = predict and not explain.questions(say, "transformer_quiz_network", [riddle])
    config = query.cards[name].config
    payload = figure.payload(trace, config)
    wanted = component.wanted("transformer")
    network = numbers(name, trace) if wanted or name in resources.awake() else None
    facts = {"width": config["width"]} | {side: config[f"{side}_layers"] for side in ("encoder", "decoder")}
    description = say["network_described"].format(**facts)
    texts = {label: say[f"net_{label}"] for label in component.LABELS if label != "description"}
    at = component.places("transformer", payload)
    state = {"at": at, "pending": network is None and not wanted, "hidden": hidden}
    state["chosen"] = renewed()
    state["numbers"] = network and figure.numbers(network)
    component.network(payload | state, texts | {"description": description}, key="transformer")
    elsewhere(say, at["box"])
    explain.formula(say, latex.RESIDUAL[config["norm"]], say["network_formula"])
    explain.show_data(say, "transformer", lambda: figure.table(trace, network), description, trace)


def elsewhere(say: Texts, part: str) -> None:
    """The pages that show more of a part; those of attention open at the layer and kind of an open one."""
    side, layer, kind, *_ = [*part.split("-"), "", ""]
    kind = ("cross" if kind == "cross" else side) if kind in LOOKING else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(say["transformer_more"])
        for page, name in ELSEWHERE.items():
            chosen = {name: kind, "layer": layer} if name and kind else {}
            trying.chip(say[f"page_{page}"], page, {"page": page, **chosen})


def numbers(name: str, trace: DecodeTrace) -> NetworkTrace | None:
    """Every vector of the network; nothing turns meanwhile, the picture that waits for them says so."""
    from core.interpret.network_trace import network_trace  # which needs torch

    return answers.ask_of_best({name: trace}, network_trace).get(name)

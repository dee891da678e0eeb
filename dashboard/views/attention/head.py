"""One head of the reader's sentence: walked through stage by stage, or as a look-up."""

from functools import partial
from typing import Any

import numpy as np

from core.records import DecodeTrace, WorkedAttention
from dashboard import answers, explain, resources
from dashboard.beginning import Query
from dashboard.components.quiz import Question
from dashboard.controls import Texts
from dashboard.renewal import renewed
from dashboard.views.attention import figure
from dashboard.views.attention import worked_component as component

OPTIONS = 4  # keys to choose from
KEY = "worked"


def steps(say: Texts, query: Query, predict: bool) -> None:
    """Stage by stage."""
    show(say, query, predict, "steps")


def lookup(say: Texts, query: Query, predict: bool) -> None:
    """As a soft look-up."""
    show(say, query, predict, "lookup")


def show(say: Texts, query: Query, predict: bool, view: str) -> None:
    """The component, formula and data; first from the stored weights, the numbers when the model is awake."""
    trace = answers.trace(say, query.model, query.text)
    if trace is None:
        return
    at = component.places(KEY, trace)
    place = at["attention"], int(at["layer"]) - 1
    worked = numbers(query, trace)
    head = figure.head_numbers(trace, worked or (), at)
    question = predict and riddle(say, head, int(at["query"]) - 1)
    hidden = bool(question) and not explain.questions(say, "attention_quiz", [question])
    facts = {"kind": say[f"attention_kind_{place[0]}"], "layer": at["layer"], "head": at["head"]}
    description = say["attention_described"].format(**facts, **strongest(say, head, hidden))
    state = {"at": at, "view": view, "hidden": hidden, "description": description, "stages": figure.STAGES}
    state |= {"pending": worked is None and not component.wanted(KEY), "chosen": renewed()}
    config = query.card.config
    state |= {"norm": config.get("norm", "post"), "relative": config.get("positions", "")}
    needed = at["stage"] in figure.LEARNED
    state |= {"model": query.model, "matrices": matrices(query, *place) if worked and needed else None}
    labels = {name: say[f"attention_{name}"] for name in component.LABELS}
    component.worked(figure.payload(trace, worked or (), place) | state, labels, key=KEY)
    explain.formula(say, FORMULA, say["attention_formula"])
    explain.show_data(say, KEY, partial(figure.table, head), description, trace)


def numbers(query: Query, trace: DecodeTrace) -> tuple[WorkedAttention, ...] | None:
    """Every matrix of the model's attention; None while it sleeps, unless the picture has asked for them."""
    if query.model not in resources.awake() and not component.wanted(KEY):
        return None
    from core.interpret.attention_worked import attention_worked  # which needs torch

    return answers.quietly(query.model, attention_worked, trace)


def matrices(query: Query, kind: str, layer: int) -> dict[str, Any] | None:
    """What one attention of the model has learnt; None where that can't be asked."""
    from core.interpret.attention_worked import attention_projections  # which needs torch

    learned = answers.quietly(query.model, attention_projections, kind, layer)
    return learned and figure.matrices(learned, f"{kind} {layer}")


def strongest(say: Texts, head: figure.HeadNumbers, hidden: bool) -> dict[str, str]:
    """The pair with the largest weight, for the description; nothing as long as it is to be guessed."""
    if hidden:
        return dict.fromkeys(("query", "key", "share"), say["attention_secret"])
    query, key = np.unravel_index(np.argmax(head.weights), head.weights.shape)
    return {"query": head.queries[query], "key": head.keys[key], "share": f"{head.weights[query, key]:.2f}"}


def riddle(say: Texts, head: figure.HeadNumbers, query: int) -> Question:
    """Which key the chosen query weighs most; the options stand in the order of the sentence."""
    shares, keys = head.weights[query], head.keys
    order = np.argsort(-shares, kind="stable")
    best = int(order[0])
    spread = np.linspace(1, len(order) - 1, OPTIONS - 1) if len(order) > 1 else []
    shown = sorted({best, *(int(order[int(at)]) for at in spread)})
    options = [f"{at + 1}: {keys[at]}" for at in shown]
    facts = {"query": head.queries[query], "key": keys[best], "share": f"{shares[best]:.2f}"}
    return explain.question(say, "attention", [shown.index(best)], options, **facts)


FORMULA = (
    r"\begin{aligned}"
    r"\mathrm{Attention}(Q, K, V) &= \mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt{d_k}} + \text{mask}\right) V \\"
    r"\mathrm{head}_h &= \mathrm{Attention}(X W^Q_h,\; X W^K_h,\; X W^V_h) \\"
    r"\mathrm{MultiHead}(X) &= [\mathrm{head}_1; \ldots; \mathrm{head}_H]\, W^O"
    r"\end{aligned}"
)

"""The score formula of each kind of attention, from its paper, and the same with the numbers of one step."""

from typing import NamedTuple

import numpy as np

from core.records import AttentionSteps
from dashboard.figures import latex

TERMS = 3  # source positions that are written out
SHOWN = 3  # numbers of a vector that are written out
NEXT, COMMA = r", \quad ", r",\; "


class Formula(NamedTuple):
    """A kind's score e of source position j at step t, as LaTeX, its paper and its code; <s> is the state that asks.

    `value` is what the weights sum up, `also` what the score needs, aligned at its =.
    """

    score: str
    paper: str
    code: str  # a class of core/models/attention_scores.py
    value: str = "h_j"
    also: str = ""


# The names of core.models.attention_scores.SCORES, and "heads" for a Transformer's.
FORMULAS = {
    "none": Formula(r"\text{—}", "Sutskever et al. 2014, §2", ""),
    "mean": Formula("0", "Wiegreffe & Pinter 2019, §3.1", "Mean"),
    "dot": Formula(r"<s>^\top h_j", "Luong et al. 2015, §3.1", "Dot"),
    "scaled-dot": Formula(r"\frac{<s>^\top h_j}{\sqrt{D}}", "Vaswani et al. 2017, eq. 1", "ScaledDot"),
    "cosine": Formula(
        r"\beta_t \cos(<s>, h_j)",
        "Graves et al. 2014, eq. 5–6",
        "Cosine",
        also=r"\beta_t &= \log\left(1 + e^{w^\top <s> + b}\right)",
    ),
    "general": Formula(r"<s>^\top W h_j", "Luong et al. 2015, §3.1", "General"),
    "concat": Formula(r"v^\top \tanh\left(W [<s>; h_j]\right)", "Luong et al. 2015, §3.1", "Concat"),
    "additive": Formula(r"v^\top \tanh\left(W <s> + b + U h_j\right)", "Bahdanau et al. 2015, A.1.2", "Additive"),
    "query-key-value": Formula(
        r"\frac{(V <s>)^\top\, W h_j}{\sqrt{D}}", "Vaswani et al. 2017, eq. 1", "QueryKeyValue", "U h_j"
    ),
    "location": Formula(r"\left(W <s>\right)_j", "Luong et al. 2015, eq. 8", "Location"),
    "local-m": Formula(
        r"<s>^\top W h_j \ \text{ if }\ |j - p_t| \le D",
        "Luong et al. 2015, §3.2",
        "LocalMonotonic",
        also=r"p_t &= \min(t, S)",
    ),
    "local-p": Formula(
        r"<s>^\top W h_j \ \text{ if }\ |j - p_t| \le D",
        "Luong et al. 2015, eq. 9–10",
        "LocalPredictive",
        also=r"p_t &= S\,\sigma\left(v^\top \tanh(W_p <s>)\right)",
    ),
    "heads": Formula(r"\frac{q_t^\top k_j}{\sqrt{d}}", "Vaswani et al. 2017, eq. 1, §3.2.2", "", "v_j"),
}
# Which state asks, by the place to which the context goes, and whose idea that was.
STATES = {"step": "s_{t-1}", "readout": "s_t", "layer": "{s^{(1)}_t}"}
PLACES = {"step": "Bahdanau et al. 2015, eq. 4", "readout": "Luong et al. 2015, eq. 5", "layer": "Wu et al. 2016, §3"}


def score(kind: str, place: str) -> list[str]:
    """A kind's score with the state that asks, and what it needs: lines of LaTeX, aligned at their =."""
    formula = FORMULAS[kind]
    lines = [f"e_{{t,j}} &= {formula.score}", *([formula.also] if formula.also else [])]
    return [line.replace("<s>", STATES.get(place, "s_t")) for line in lines]


def with_numbers(steps: AttentionSteps, place: str, step: int, layer: int, head: int) -> str:
    """Score, weight and context of one step (all counted from 0), in symbols and in numbers, as LaTeX."""
    scores, weights = steps.scores[layer, head, step], steps.weights[layer, head, step]
    best = sorted(np.argsort(-weights, kind="stable")[:TERMS])
    best = [j for j in best if weights[j] >= 0.005] or [int(weights.argmax())]
    dots = [r"\ldots"] if len(best) < len(weights) else []
    names = [latex.words(steps.sources[j]) for j in best]
    t, value = step + 1, FORMULAS[steps.kind].value
    near = r" \cdot e^{-\frac{(j-p_t)^2}{2\sigma^2}}" if steps.gaussian is not None else ""
    terms = [rf"e_{{{t},{name}}} = {scores[j]:z.2f}" for j, name in zip(best, names, strict=True)]
    shares = [rf"\alpha_{{{t},{name}}} = {weights[j]:.2f}" for j, name in zip(best, names, strict=True)]
    summed = [rf"{weights[j]:.2f}\,{value[:-1]}{{{name}}}" for j, name in zip(best, names, strict=True)]
    rest = [r"\cdots"] if dots else []
    numbers = COMMA.join(f"{number:z.2f}" for number in steps.context[layer, head, step, :SHOWN])
    width = steps.context.shape[-1]
    lines = [
        *score(steps.kind, place),
        r"&\qquad " + NEXT.join([*terms, *dots]),
        r"\alpha_{t,j} &= \frac{\exp e_{t,j}}{\textstyle\sum_i \exp e_{t,i}}" + near,
        r"&\qquad " + NEXT.join([*shares, *dots]),
        rf"c_{{{t}}} &= \textstyle\sum_j \alpha_{{{t},j}}\,{value} = {' + '.join([*summed, *rest])}",
        rf"&= ({numbers},\; \ldots) \in \mathbb{{R}}^{{{width}}}",
    ]
    return r"\begin{aligned} " + r" \\ ".join(lines) + r" \end{aligned}"

"""The page Home: example sentences, a small picture of each page, the product of probabilities, a riddle's order."""

import base64
import hashlib
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from core.records import Attention, DecodeTrace, Hypothesis
from dashboard.figures import beam_tree, latex
from dashboard.figures.alignment import labels_of, weights
from dashboard.figures.tokens import WORD, label

LIVE = ("step", "alignment", "beam")  # the pages of which there is a small picture of the reader's sentence
CHOICES = 4  # next tokens in the picture of a step
LOOKS = 8  # rows of the attention that a description names
MISSES = 2  # pruned candidates a step in the picture of the tree
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # names of models while they are hidden
LINE = 4  # factors on a line of the formula
FIRST, LAST = 5, 2  # factors of a long translation that are written out


class Translation(NamedTuple):
    """What a model made of the sentence, and what it `knows`; `text` is why not, and `score` None, where the model is
    damaged.
    """

    model: str
    text: str
    score: float | None
    bleu: float | None
    knows: str = ""


def pictures(trace: DecodeTrace) -> dict[str, Any]:
    """The small picture of each page by its name, as plain JSON values; None where there is nothing to show."""
    attention = trace.attention()
    return dict(zip(LIVE, (rivals(trace), attention and heat(attention), branches(trace)), strict=True))


def rivals(trace: DecodeTrace) -> dict[str, Any]:
    """The step of the best translation where a second token came closest: [label, probability] of the likeliest.

    `before` is what had been written by then, and `chosen` the index of what was taken.
    """
    hypothesis = trace.hypotheses[0]
    path = trace.tree.path(hypothesis.leaf)
    steps = [trace.next_tokens(node, CHOICES) for node in (0, *path[:-1])]
    at = max(range(len(steps)), key=lambda step: steps[step].probabilities[1:2])
    tokens, shares = list(steps[at].tokens), list(steps[at].probabilities)
    if hypothesis.tokens[at] not in tokens:
        tokens[-1], shares[-1] = hypothesis.tokens[at], math.exp(hypothesis.logprobs[at])
    return {
        "before": "".join(hypothesis.tokens[:at]).replace(WORD, " ").strip(),
        "next": [[label(token), round(share, 4)] for token, share in zip(tokens, shares, strict=True)],
        "chosen": tokens.index(hypothesis.tokens[at]),
    }


def heat(attention: Attention) -> dict[str, Any]:
    """The mean over layers and heads, rows by columns, in 255ths of its largest weight, row by row in base64."""
    values = weights(attention, None, None)
    bright = np.rint(255 * values / max(values.max(), 1e-9)).astype(np.uint8)
    return {"rows": len(values), "columns": values.shape[1], "values": base64.b64encode(bright.tobytes()).decode()}


def branches(trace: DecodeTrace) -> dict[str, Any]:
    """The search tree without numbers: nodes and `leaves` as `beam_tree` has them."""
    return {name: beam_tree.beam_tree(trace, MISSES)[name] for name in ("steps", "nodes", "leaves")}


def describe(trace: DecodeTrace) -> dict[str, dict[str, Any]]:
    """What a one-sentence description of each small picture says, by its page's name."""
    step, attention, nodes = rivals(trace), trace.attention(), trace.tree.nodes[1:]
    facts = {"before": step["before"] or "–", "next": ", ".join(f"{text} {share:.0%}" for text, share in step["next"])}
    pruned = sum(node.fate == "pruned" for node in nodes)
    looks = {}
    if attention is not None:
        rows, columns = labels_of(attention)
        targets = weights(attention, None, None).argmax(1)
        pairs = [f"{row} → {columns[at]}" for row, at in zip(rows, targets, strict=True)]
        looks = {"looks": ", ".join(pairs[:LOOKS]) + (" …" if len(pairs) > LOOKS else "")}
    return {"step": facts, "alignment": looks, "beam": {"candidates": len(nodes), "pruned": pruned}}


def product(hypothesis: Hypothesis) -> str:
    """The probability of a translation as the product over its tokens, each number over its token, as LaTeX.

    p(y | x) = Π p(y_t | y_<t, x), the model of every sequence-to-sequence paper (Sutskever et al. 2014, eq. 1).
    """
    factors = [
        rf"\underset{{{latex.words(label(token))}}}{{{math.exp(logprob):.2f}}}"
        for token, logprob in zip(hypothesis.tokens, hypothesis.logprobs, strict=True)
    ]
    if len(factors) > FIRST + LAST + 1:
        factors = [*factors[:FIRST], r"\cdots", *factors[-LAST:]]
    lines = [r" \cdot ".join(factors[i : i + LINE]) for i in range(0, len(factors), LINE)]
    numbers = r" \\ &\quad \cdot ".join(lines).replace(r"\cdot \cdots \cdot", r"\cdots")
    return (
        r"\begin{aligned}"
        rf"p(y \mid x) &= \textstyle\prod_{{t=1}}^{{{len(hypothesis.tokens)}}} p(y_t \mid y_{{<t}}, x) \\"
        rf"&= {numbers} \\"
        rf"&= {latex.share(math.exp(hypothesis.total))}"
        r"\end{aligned}"
    )


def shuffled(translations: Sequence[Translation], text: str) -> list[Translation]:
    """The models in an order that the sentence decides and that tells nothing about them."""
    return sorted(translations, key=lambda row: hashlib.blake2b(f"{text}\n{row.model}".encode()).digest())


def same(translations: Sequence[Translation], model: str) -> tuple[str, list[int]]:
    """Whether one, some or all wrote just what a model wrote, and their places."""
    wanted = next(row.text for row in translations if row.model == model)
    places = [place for place, row in enumerate(translations) if row.text == wanted]
    return "one" if len(places) == 1 else "all" if len(places) == len(translations) else "some", places

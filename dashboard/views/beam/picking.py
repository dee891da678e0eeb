"""Which sequence do we pick? Finished hypotheses of several lengths, by hand, under each way to compare them."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from core.decoding.ranking import normalised
from core.options import BeamOptions
from dashboard import controls, parameters
from dashboard.controls import Texts

EXAMPLE = "-4.5/6, -3.2/4, -7.2/9"  # sum of log p / words, without <eos>
PAIR = re.compile(r"\s*[-−]\s*(\d{1,4}(?:\.\d{1,6})?)\s*/\s*(\d{1,3})\s*")
MOST = 8


class Finished(NamedTuple):
    """A finished hypothesis: its letter, its sum of log-probabilities, its words without `<eos>`."""

    name: str
    total: float
    words: int


def show(say: Texts) -> None:
    """The expander; what it holds is made when it is opened, or a link brings numbers."""
    with st.expander(
        say["picking"], key="picking", on_change="rerun", expanded=bool(parameters.linked("pick"))
    ) as opened:
        if opened.open:
            table(say)


@st.fragment
def table(say: Texts) -> None:
    """The numbers, to be typed, and who wins under each way to compare."""
    look = {"help": say["picking_help"], **parameters.BOUND}
    typed = parameters.carried(
        "pick", EXAMPLE, lambda: st.text_input(say["picking_numbers"], EXAMPLE, key="pick", **look)
    )
    alpha = parameters.number("pick_alpha", say["length_penalty"], 0.0, 2.0, 1.0, 0.1)
    hypotheses = read(typed)
    if hypotheses is None:
        st.error(say["picking_wrong"].format(typed=controls.plain(typed[:60]), example=EXAMPLE))
        hypotheses = read(EXAMPLE)
    scores = {way: scored(hypotheses, way, alpha) for way in WAYS}
    st.dataframe(rows(say, hypotheses, scores), hide_index=True, width="stretch")
    st.markdown(verdict(say, hypotheses, scores))
    st.latex(latex(hypotheses[0], alpha))
    st.caption(say["picking_meaning"])


def read(text: str) -> list[Finished] | None:
    """What a text "sum/words, sum/words" says: two to eight hypotheses, or None.

    >>> read("-4.5/6, −3.2/4")
    [Finished(name='A', total=-4.5, words=6), Finished(name='B', total=-3.2, words=4)]
    """
    pairs = [PAIR.fullmatch(part) for part in text.split(",")]
    if not 2 <= len(pairs) <= MOST or not all(pair and int(pair[2]) for pair in pairs):
        return None
    return [Finished(chr(65 + i), -float(pair[1]), int(pair[2])) for i, pair in enumerate(pairs)]


# Each way to compare: the norm, and how many tokens it counts besides the words.
COLUMNS = {"sum": "picking_sum", "words": "picking_words_score", "tokens": "picking_tokens", "gnmt": "picking_gnmt"}
WAYS = {"sum": ("none", 0), "words": ("average", 0), "tokens": ("average", 1), "gnmt": ("gnmt", 1)}


def scored(hypotheses: Sequence[Finished], way: str, alpha: float) -> list[float]:
    """The score of each under a way to compare."""
    norm, more = WAYS[way]
    options = BeamOptions(length_norm=norm, length_penalty=alpha)
    return [normalised(total, words + more, options) for _, total, words in hypotheses]


def winner(scores: Sequence[float]) -> int:
    """The place of the best score, of equals the first."""
    return max(range(len(scores)), key=lambda place: scores[place])


def rows(say: Texts, hypotheses: Sequence[Finished], scores: dict[str, list[float]]) -> list[dict[str, str]]:
    """A table: a hypothesis a row, a way to compare a column, its winner marked."""
    table = []
    for place, (name, _, words) in enumerate(hypotheses):
        row = {say["picking_name"]: name, say["picking_words"]: str(words)}
        for way, values in scores.items():
            mark = " ✓" if winner(values) == place else ""
            row[say[COLUMNS[way]]] = f"{values[place]:.3f}{mark}".replace("-", "−")
        table.append(row)
    return table


def verdict(say: Texts, hypotheses: Sequence[Finished], scores: dict[str, list[float]]) -> str:
    """Who wins by which, in a sentence, and whether counting `<eos>` changes it."""
    names = {way: hypotheses[winner(values)].name for way, values in scores.items()}
    case = "changes" if names["words"] != names["tokens"] else "stays"
    return say[f"picking_{case}"].format(**names)


def latex(hypothesis: Finished, alpha: float) -> str:
    """All scores of one hypothesis, with its numbers."""
    name, total, words = hypothesis
    return (
        rf"\text{{{name}}}:\quad \log p = {total:g},\quad \frac{{{total:g}}}{{{words}}} = {total / words:.3f},\quad "
        rf"\frac{{{total:g}}}{{{words}+1}} = {total / (words + 1):.3f},\quad "
        rf"\frac{{{total:g}}}{{\left(\frac{{5+{words + 1}}}{{6}}\right)^{{{alpha:.1f}}}}} "
        rf"= {normalised(total, words + 1, BeamOptions(length_penalty=alpha)):.3f}"
    )

"""How finished translations are compared: the score's formula with its numbers, another winner, another beam."""

import math
from typing import Any

from core.decoding.ranking import normalised
from core.options import BeamOptions
from core.records import DecodeTrace, Hypothesis

GNMT = r"\frac{{{}}}{{\left(\frac{{5+{}}}{{6}}\right)^{{{}}}}}"  # Wu et al. 2016, eq. 14


def formula(hypothesis: Hypothesis, options: BeamOptions) -> str:
    """The score of a hypothesis as LaTeX, first in letters, then with its T sub-words and its sum of log p."""
    total, length = f"{hypothesis.total:z.3f}", len(hypothesis.tokens)
    letters, numbers = {
        "gnmt": (GNMT.format(r"\log p", "T", r"\alpha"), GNMT.format(total, length, f"{options.length_penalty:.1f}")),
        "average": (r"\frac{\log p}{T}", rf"\frac{{{total}}}{{{length}}}"),
        "none": (r"\log p", rf"\sum_{{t=1}}^{{{length}}} \log p_t"),
    }[options.length_norm]
    if beta := getattr(options, "coverage_penalty", 0.0):
        coverage = (hypothesis.score - normalised(hypothesis.total, length, options)) / beta
        letters += r" + \beta \sum_{s} \log \min\left(\textstyle\sum_{t} a_{ts},\, 1\right)"
        numbers += rf" + {beta:.1f} \cdot ({coverage:.3f})"
    return rf"\text{{score}} = {letters} = {numbers} = {hypothesis.score:z.3f}"


def upset(trace: DecodeTrace) -> dict[str, Any] | None:
    """What the length score changed: the winner and who would win by plain sums; None if they are the same."""
    winner = trace.hypotheses[0]
    plain = max(trace.hypotheses, key=lambda hypothesis: hypothesis.total)  # the first of equals
    if plain.total <= winner.total:
        return None
    facts = {"winner": winner.text, "length": len(winner.tokens), "total": signed(winner.total)}
    return facts | {"plain": plain.text, "plain_length": len(plain.tokens), "plain_total": signed(plain.total)}


def versus(trace: DecodeTrace, other: DecodeTrace) -> tuple[str, dict[str, Any]]:
    """What two beam sizes found, compared from the wider one's side: which case it is, and its numbers.

    equal: the same beam size. open: one of them did not finish. same: one translation. likelier, unlikelier: by plain
    sums. longer: less likely, yet preferred by the length score. `work` is the ratio of candidates looked at.
    """
    wide, narrow = sorted((trace, other), key=lambda trace: -trace.options.beam_size)
    best, beaten = wide.hypotheses[0], narrow.hypotheses[0]
    looked, less = (len(trace.tree.nodes) - 1 for trace in (wide, narrow))
    gap = best.total - beaten.total
    facts = {"wide": wide.options.beam_size, "narrow": narrow.options.beam_size, "sum": signed(best.total)}
    facts |= {"other": signed(beaten.total), "times": many(math.exp(min(abs(gap), 700)))}
    facts |= {"looked": looked, "less": less, "work": many(looked / less)}
    if wide.options.beam_size == narrow.options.beam_size:
        return "equal", facts
    if best.finished != beaten.finished:
        return "open", facts | {"unfinished": (narrow if best.finished else wide).options.beam_size}
    if best.tokens == beaten.tokens:
        return "same", facts
    if gap >= 0:
        return "likelier", facts
    return "longer" if best.score > beaten.score else "unlikelier", facts


def signed(value: float) -> str:
    """Three decimals and a true minus sign.

    >>> signed(-2.1679)
    '−2.168'
    """
    return f"{value:z.3f}".replace("-", "−")


def many(ratio: float) -> str:
    """A ratio as it is said.

    >>> [many(ratio) for ratio in (1.96, 54.3, 12345.6, 4.9e8)]
    ['2.0', '54', '12346', '10⁹']
    """
    if ratio < 1e6:
        return f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}"
    return "10" + str(round(math.log10(ratio))).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))

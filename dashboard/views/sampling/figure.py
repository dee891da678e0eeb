"""Samples as a tree of drawn paths, as counts beside the model's own probabilities, as a table and a formula."""

import hashlib
import json
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from core.options import SamplingOptions
from core.records import Hypothesis
from dashboard.figures import latex
from dashboard.figures.tokens import WORD, label

SHOWN = 12  # different translations in the picture's list; the table has all


class Branch(NamedTuple):
    """A run of tokens that the same samples (their numbers, from 1) passed through, one after the other.

    `logprob` is that of all tokens from the start to its end, by the model itself.
    """

    parent: int | None
    tokens: tuple[str, ...]
    drawn: tuple[int, ...]
    logprob: float


class Translation(NamedTuple):
    """A text, the numbers of the samples that came out as it, from 1, and how likely the model itself finds it.

    The probability adds up the spellings that were drawn; it is None of what was cut off before its end.
    """

    text: str
    drawn: tuple[int, ...]
    probability: float | None


def branches(samples: Sequence[Hypothesis]) -> list[Branch]:
    """The samples with their common beginnings merged: parents before their children, the most travelled first."""
    tree = [Branch(None, (), tuple(range(1, len(samples) + 1)), 0.0)]
    waiting = [(0, 0)]  # a branch, and how many tokens lie before its end
    while waiting:
        parent, depth = waiting.pop()
        ways: dict[str, list[int]] = {}
        for number in tree[parent].drawn:
            if depth < len(samples[number - 1].tokens):
                ways.setdefault(samples[number - 1].tokens[depth], []).append(number)
        for numbers in sorted(ways.values(), key=len, reverse=True):
            end = shared([samples[number - 1].tokens for number in numbers], depth)
            first = samples[numbers[0] - 1]
            waiting.append((len(tree), end))
            tree.append(Branch(parent, first.tokens[depth:end], tuple(numbers), sum(first.logprobs[:end])))
    return tree


def shared(paths: Sequence[tuple[str, ...]], depth: int) -> int:
    """Up to which position paths that are alike before `depth` stay alike.

    >>> shared([("a", "b", "c"), ("a", "b", "d")], 0), shared([("a", "b")], 1)
    (2, 2)
    """
    first = min(paths, key=len)
    while depth < len(first) and len({path[depth] for path in paths}) == 1:
        depth += 1
    return depth


def words(tokens: Sequence[str]) -> str:
    """A run of tokens as a person reads it; it may begin within a word.

    >>> words(("▁Hund", "er", "▁sind", ".", "<eos>")), words(("er", ".")), words(("<eos>",)), words(())
    ('Hunder sind.', '·er.', '<eos>', '')
    """
    some = tokens[:-1] if len(tokens) > 1 and tokens[-1] == "<eos>" else tokens
    return "".join([label(token) if not place else token.replace(WORD, " ") for place, token in enumerate(some)])


def translations(samples: Sequence[Hypothesis]) -> list[Translation]:
    """The different texts, most often drawn first, then the likelier."""
    groups: dict[tuple[str, bool], list[int]] = {}
    for number, sample in enumerate(samples, 1):
        groups.setdefault((sample.text, sample.finished), []).append(number)
    listed = []
    for (text, finished), numbers in groups.items():
        spellings = {samples[number - 1].tokens: samples[number - 1].total for number in numbers}
        likely = math.fsum(math.exp(total) for total in spellings.values()) if finished else None
        listed.append(Translation(text, tuple(numbers), likely))
    return sorted(listed, key=lambda translation: (-len(translation.drawn), -(translation.probability or 0)))


def standard_error(probability: float, samples: int) -> float:
    """How far the share among so many samples typically lies from the probability that it estimates.

    >>> standard_error(0.5, 25)
    0.1
    """
    return math.sqrt(max(0.0, probability * (1 - probability)) / samples)


def payload(samples: Sequence[Hypothesis], count: int, own: bool) -> dict[str, Any]:
    """The tree and the list as plain JSON values; of the first few of `count` samples the tree alone.

    A node is [parent, text, numbers of samples, probability], a row [text, numbers, probability, standard error]; there
    is an error where samples come from the model's `own` distribution. `more` rows are left out.
    """
    nodes = [
        [branch.parent, words(branch.tokens), branch.drawn, precise(math.exp(branch.logprob))]
        for branch in branches(samples)
    ]
    listed = translations(samples) if len(samples) == count else []
    rows = [
        [row.text, row.drawn, precise(row.probability), error(row, count) if own else None] for row in listed[:SHOWN]
    ]
    content = {"nodes": nodes, "rows": rows, "more": max(0, len(listed) - SHOWN), "count": len(samples), "all": count}
    name = hashlib.blake2b(json.dumps(content).encode(), digest_size=8).hexdigest()
    return {"id": name, **content}


def error(translation: Translation, count: int) -> float | None:
    """The standard error of a translation's share."""
    likely = translation.probability
    return None if likely is None else precise(standard_error(likely, count))


def precise(value: float | None) -> float | None:
    """Four significant digits, so that no probability becomes none."""
    return None if value is None else float(f"{value:.4g}")


def describe(samples: Sequence[Hypothesis]) -> dict[str, Any]:
    """The numbers of a one-sentence description: how many, how many differ, the one that came most often."""
    listed = translations(samples)
    first = listed[0]
    facts = {"samples": len(samples), "different": len(listed), "text": first.text, "most": len(first.drawn)}
    seen = math.fsum(translation.probability or 0 for translation in listed)
    facts["seen"] = f"{seen:.3f}" if seen >= 0.0005 else "< 0.001"
    return facts | {"share": len(first.drawn) / len(samples), "probability": first.probability}


def guess(samples: Sequence[Hypothesis]) -> tuple[list[str], int]:
    """Choices for how many translations differ, a quarter of all each, and which of them is right.

    >>> quarters(16)
    ['1 – 4', '5 – 8', '9 – 12', '13 – 16']
    """
    return quarters(len(samples)), (len(translations(samples)) - 1) * 4 // len(samples)


def quarters(count: int) -> list[str]:
    """The numbers from 1 to `count` in four parts of the same size."""
    return [f"{count * part // 4 + 1} – {count * (part + 1) // 4}" for part in range(4)]


def table(samples: Sequence[Hypothesis], own: bool) -> list[dict[str, Any]]:
    """A row for each different translation; the standard error where shares estimate the probability."""
    count = len(samples)
    return [
        {
            "translation": row.text,
            "drawn": len(row.drawn),
            "share": len(row.drawn) / count,
            "probability": row.probability,
            "standard_error": error(row, count) if own else None,
            "samples": ", ".join(map(str, row.drawn)),
        }
        for row in translations(samples)
    ]


def estimate(samples: Sequence[Hypothesis], options: SamplingOptions, own: bool) -> str:
    """The share of the translation that came most often beside its own probability, as LaTeX, with their numbers."""
    first, count = translations(samples)[0], len(samples)
    share = len(first.drawn) / count
    lines = [rf"\hat p(y) &= \frac{{c(y)}}{{n}} = \frac{{{len(first.drawn)}}}{{{count}}} = {share:.2f}"]
    if first.probability is not None:
        sample = samples[first.drawn[0] - 1]
        lines.append(
            r"p(y) &= \textstyle\prod_{t} p(y_t \mid y_{<t}, x) = e^{\sum_t \log p_t}"
            rf" = e^{{{sample.total:.2f}}} = {latex.share(math.exp(sample.total))}"
        )
        if own:
            likely, spread = first.probability, standard_error(first.probability, count)
            lines.append(
                r"\mathrm{SE} &= \sqrt{\tfrac{p\,(1-p)}{n}}"
                rf" = \sqrt{{\tfrac{{{likely:.2f} \cdot {1 - likely:.2f}}}{{{count}}}}} = {spread:.2f}"
            )
    if options.temperature not in (0, 1):
        lines.append(rf"q_t(v) &\propto p_t(v)^{{1/\tau}}, \quad \tau = {options.temperature:g}")
    return r"\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}"

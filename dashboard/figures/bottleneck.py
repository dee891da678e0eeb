"""The bottleneck: where a model loses the thread of a sentence that grows, and BLEU by length."""

import math
from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

import altair as alt

from dashboard.figures import vega
from dashboard.figures.rewriting import word_diff
from dashboard.figures.swap import CHANCE
from dashboard.figures.training import DASHES, SVG, palette, repeated

MARKS = ".,;:!?"  # at the end of a word, which is compared without them
NAMES, LINE, HEIGHT = 165, 15, 300  # px of a chart: right of its lines, from name to name, high
AGREED = 50  # chrF of two translations from which on they say nearly the same
LOST = 0.75  # of the agreement that the comparison keeps: below, what is wrong is more than a word

MEASURED = ("model", "words", "sentences", "bleu", "bleu_interval", "chrf", "chrf_interval", "p")


def sound(finding: object) -> bool:
    """Whether a stored finding has all that is drawn of it."""
    if not isinstance(finding, dict) or not isinstance(finding.get("rows"), list):
        return False
    settings = all(name in finding for name in ("sentences", "joined", "beam_size", "samples"))
    return has_example(finding) and settings and all(name in row for row in finding["rows"] for name in MEASURED)


def has_example(finding: Mapping[str, Any]) -> bool:
    """Whether translations of an example are stored with it."""
    example = finding.get("example")
    return isinstance(example, dict) and isinstance(example.get("texts"), dict) and "sentences" in example


def lost(blind: Sequence[float], seeing: Sequence[float]) -> int | None:
    """The step from which on a model without attention agrees far less (`LOST`) with one of two that have it.

    None if never, and not where these two hardly agree (`AGREED`). One number a step, 0 to 100: the smaller of its
    agreements with the two, and theirs with each other.

    >>> lost([90, 60, 80, 50, 50], [90, 90, 90, 80, 70])
    3
    """
    behind = [score < LOST * other and other >= AGREED for score, other in zip(blind, seeing, strict=True)]
    for step in range(len(behind)):
        if all(behind[step:]):
            return step
    return None


def marked(blind: str, rival: str, best: str) -> list[tuple[str, str]]:
    """A translation without attention word by word: what was lost of it that two others both have, what neither has.

    >>> marked("ein rotes Rad.", "ein Hund rennt.", "Ein Hund läuft.")
    [('same', 'ein'), ('gone', 'Hund'), ('new', 'rotes'), ('new', 'Rad.')]
    """
    own, other, first = (set(map(bare, text.split())) for text in (blind, rival, best))
    words = []
    for way, part in word_diff(" ".join(map(bare, best.split())), " ".join(map(bare, blind.split()))):
        words += [(way, word) for word in part.split()]
    written, spelled = iter(blind.split()), {bare(word): word.rstrip(MARKS) for word in best.split()}
    parts = []
    for way, word in words:
        if way == "gone" and word in other - own:
            parts.append(("gone", spelled[word]))
        elif way != "gone":
            parts.append(("new" if way == "new" and word not in other | first else "same", next(written)))
    return parts


def bare(word: str) -> str:
    """A word without marks and capitals, as words are compared; a mark alone stays."""
    return word.rstrip(MARKS).lower() or word


def grown(
    steps: Sequence[str],
    texts: Mapping[str, Sequence[str]],
    blind: str,
    seeing: Mapping[str, Sequence[float]],
    lost: int | None,
) -> list[tuple]:
    """A row a step: the sentence so far and each model's translation, the blind one's with what it lost marked.

    From where it has lost the thread, its steps have a mark. `seeing` is the agreement of two that look back with the
    better of them, step by step; where they do not agree themselves (`AGREED`) nothing is marked as lost.
    """
    rows = []
    for step, source in enumerate(steps):
        number = f"{step + 1}{' ⚠' if lost is not None and step >= lost else ''} · {source}"
        row = [
            marked(written[step], *(texts[other][step] for other in seeing))
            if name == blind and min(agree[step] for agree in seeing.values()) >= AGREED
            else written[step]
            for name, written in texts.items()
        ]
        rows.append((number, *row))
    return rows


def records(
    steps: Sequence[str],
    texts: Mapping[str, Sequence[str]],
    agree: Mapping[str, Sequence[float]],
    labels: Mapping[str, str],
) -> list[dict[str, Any]]:
    """A row for each model and step, with the agreement (chrF) with the best model."""
    return [
        {"step": step + 1, "source": source, "model": labels[name], "text": written[step], "chrf": agree[name][step]}
        for name, written in texts.items()
        for step, source in enumerate(steps)
    ]


def rows(finding: Mapping[str, Any], labels: Mapping[str, str], measure: str) -> list[dict[str, Any]]:
    """A row for each model and length: its score, and the ends of its 95 % interval."""
    return [
        {
            "model": labels[row["model"]],
            "words": row["words"],
            "sentences": row["sentences"],
            "score": row[measure],
            "low": round(row[measure] - row[f"{measure}_interval"], 2),
            "high": round(row[measure] + row[f"{measure}_interval"], 2),
        }
        for row in finding["rows"]
        if row["model"] in labels
    ]


def chart(points: Sequence[Mapping[str, Any]], say: Mapping[str, str]) -> alt.LayerChart:
    """A line and a band for each model over the number of source words; its name stands where its line ends."""
    names = list(dict.fromkeys(point["model"] for point in points))
    last = max(point["words"] for point in points)
    top = 10 * math.ceil(max(point["high"] for point in points) / 10)
    across = alt.Scale(zero=False, nice=False, padding=10, rangeMax=alt.ExprRef(f"width - {NAMES}"))
    x = alt.X("words:Q", title=say["words"], scale=across, axis=alt.Axis(values=list(range(5, int(last) + 1, 5))))
    y = alt.Y("score:Q", title=say["score"], scale=alt.Scale(domain=[0, top]))
    colour = alt.Color("model:N", title=None, scale=palette(names), legend=None)
    dash = alt.StrokeDash("model:N", scale=alt.Scale(domain=names, range=repeated(DASHES, len(names))), legend=None)
    tip = [alt.Tooltip("model:N", title=say["model"]), alt.Tooltip("words:Q", title=say["words"])]
    tip += [alt.Tooltip("score:Q", title=say["score"], format=".1f")]
    base = alt.Chart(vega.data(points))
    bands = base.mark_area(opacity=0.18).encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=colour)
    lines = base.mark_line(strokeWidth=2.5).encode(x=x, y=y, color=colour, strokeDash=dash, tooltip=tip)
    dots = base.mark_point(filled=True, size=60, opacity=1).encode(x=x, y=y, color=colour, tooltip=tip)
    final = [point for point in points if point["words"] == last]
    places = parted([point["score"] for point in final], LINE * top / HEIGHT)
    named = [{**point, "score": place} for point, place in zip(final, places, strict=True)]
    label = alt.Chart(vega.data(named)).mark_text(align="left", dx=10, fontSize=12, fontWeight=600)
    labels = label.encode(x=x, y=y, color=colour, text="model:N")
    return (bands + lines + dots + labels).properties(height=HEIGHT, usermeta=SVG)


def parted(values: Sequence[float], gap: float) -> list[float]:
    """Values moved as little as possible, so that each is `gap` or more from the next (Ayer et al. 1955: pooling).

    >>> parted([5.0, 1.0, 1.0], 2.0)
    [5.0, 0.0, 2.0]
    """
    order = sorted(range(len(values)), key=lambda place: values[place])
    blocks: list[list[float]] = []
    for rank, place in enumerate(order):
        blocks.append([values[place] - rank * gap])
        while len(blocks) > 1 and mean(blocks[-2]) > mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    pooled = [mean(block) for block in blocks for _ in block]
    moved = {place: pooled[rank] + rank * gap for rank, place in enumerate(order)}
    return [moved[place] for place in range(len(values))]


def ends(points: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """For each model its score on the shortest and on the longest sentences, and what it keeps, in percent."""
    models = []
    for name in dict.fromkeys(point["model"] for point in points):
        own = [point for point in points if point["model"] == name]
        first, last = min(own, key=lambda point: point["words"]), max(own, key=lambda point: point["words"])
        keeps = 100 * last["score"] / first["score"] if first["score"] else 0.0
        models.append({"model": name, "first": first["score"], "last": last["score"], "keeps": keeps})
    return models


def first_state(config: Mapping[str, Any]) -> str:
    """The decoder's first state as LaTeX, from where an RNN's encoder ends: it reads `<eos>` after the sentence."""
    right, left = r"\overset{\rightarrow}{h}_{\text{<eos>}}", r"\overset{\leftarrow}{h}_1"
    end = left if config.get("reverse_source") else right
    ends = f"[{right}; {left}]" if config.get("bidirectional", True) else end
    return rf"s_0 = \tanh(W\,{ends} + b) \in \mathbb{{R}}^{{{config['width']}}}"


def reference(finding: Mapping[str, Any], model: str) -> str:
    """What a model is compared with: its twin, if it has one, else the finding's first model."""
    twin = next((row["twin"] for row in finding["rows"] if row["model"] == model and "twin" in row), None)
    return twin or finding["rows"][0]["model"]


def versus(finding: Mapping[str, Any], model: str) -> tuple[str, dict[str, Any]]:
    """How a model compares with its `reference`: "better", "worse", "both" or "chance"; in how many groups.

    What is no more than chance counts for neither.
    """
    other = reference(finding, model)
    first = {row["words"]: row["bleu"] for row in finding["rows"] if row["model"] == other}
    own = [row for row in finding["rows"] if row["model"] == model]
    gains = [row["bleu"] - first[row["words"]] for row in own if row.get("twin_p", row["p"]) < CHANCE]
    better, worse = sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)
    verdict = "both" if better and worse else "better" if better else "worse" if worse else "chance"
    return verdict, {"groups": len(own), "better": better, "worse": worse, "chance": CHANCE}


def differing(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    """The names of the arguments that the second model has otherwise than the first.

    >>> differing({"width": 2, "layers": 1}, {"width": 3, "layers": 1})
    ['width']
    """
    return [name for name, value in second.items() if first.get(name) != value]

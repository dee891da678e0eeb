"""A training as figures: its film, its losses, the cross-entropy with the numbers of the moment."""

import base64
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np

from dashboard.figures import cells, vega

FRAME = ("step", "costs", "output")  # what the film shows of a frame, beside its weights
POINTS = 300  # of a curve
TERMS = 4  # summands of the formula that are written out
COLOURS = ("#3b5bdb", "#e8590c")  # of the runs: told apart by everybody
DASHES = {"train": [1, 0], "validation": [6, 3]}
TICKS = (1, 2, 3, 5, 10, 20, 50, 100, 200)  # choices that the axis of the loss names

Frames = Sequence[Mapping[str, Any]]


def preview(source: str, right: str) -> dict[str, Any]:
    """The rows and columns of a film that has not begun: words, as the sub-words are not known yet."""
    return {"rows": [*right.split(), "<eos>"], "columns": [*source.split(), "<eos>"], "right": right}


def run(
    name: str, texts: Mapping[str, str], about: Mapping[str, Any], frames: Frames, *, attends: bool, live: bool
) -> dict[str, Any]:
    """The payload of a run for the component, with the frames as they were filmed; `texts`: its title and unit."""
    first = frames[0] if frames else {}
    shown = {part: about[part] for part in ("rows", "columns", "right")}
    counts = {"layers": first.get("layers", 1), "heads": first.get("heads", 1)}
    return {"id": name, **texts, "about": shown, "attends": attends, "live": live, **counts, "frames": frames}


def frame(filmed: Mapping[str, Any], payload: Mapping[str, Any]) -> dict[str, Any]:
    """A frame of a film as the browser takes it; a model that never looks back has no weights."""
    about, weights = payload["about"], None
    if filmed.get("weights"):
        shares = np.frombuffer(base64.b64decode(filmed["weights"]), np.uint8) / 255
        shape = payload["layers"], payload["heads"], len(about["rows"]), len(about["columns"])
        weights = cells.packed(shares.reshape(shape))
    return {part: filmed[part] for part in FRAME} | {"weights": weights}


def losses(frames: Frames, validation: Frames) -> list[dict[str, Any]]:
    """The points of both curves, nats a token, thinned out."""
    train = [
        {"step": frame["step"], "loss": frame["loss"], "curve": "train"}
        for frame in frames
        if frame["loss"] is not None
    ]
    held = [{"step": frame["step"], "loss": frame["validation"], "curve": "validation"} for frame in validation]
    return [*thinned(train), *thinned(held)]


def thinned(points: list) -> list:
    """At most about `POINTS` of them, the last among them."""
    every = -(-len(points) // POINTS) or 1
    return points[::-1][::every][::-1]


def chart(about: Mapping[str, Any], titles: Sequence[str], labels: Mapping[str, str]) -> dict[str, Any]:
    """The curves of runs with these titles, and the loss of pure guessing, ln V: a specification for points of
    `losses`, each with the number of its "run". The axis writes a loss as so many choices, e to its power.

    `labels` names "train", "validation", "step", "loss", "choices" and "guessing". The points are no part of it, so
    that it stays the same while they grow and the browser need not build the chart anew.
    """
    expression = f"datum.value == 'train' ? '{labels['train']}' : '{labels['validation']}'"
    kinds = alt.Legend(title=None, orient="top", labelFontSize=13, symbolStrokeWidth=3, labelExpr=expression)
    runs = alt.Legend(title=None, orient="top", labelFontSize=13, symbolStrokeWidth=3, labelLimit=400)
    runs.columns, runs.labelExpr = 1, f"{json.dumps(list(titles))}[datum.value]"
    curves = list(DASHES) if about["held"] else ["train"]
    choices = alt.Axis(values=[math.log(tick) for tick in TICKS], labelExpr="format(exp(datum.value), '.0f')")
    choices.titleAngle, choices.titleAlign, choices.titleX, choices.titleY = 0, "left", 0, -10
    places = list(range(len(titles)))
    lines = alt.Chart().mark_line(strokeWidth=2.5)
    lines = lines.encode(
        x=alt.X("step:Q", title=labels["step"]).axis(tickMinStep=1, format="d", grid=False),
        y=alt.Y("loss:Q", title=labels["choices"], axis=choices).scale(domainMin=0),
        color=alt.Color("run:N", legend=runs if len(titles) > 1 else None).scale(
            domain=places, range=list(COLOURS[: len(titles)])
        ),
        strokeDash=alt.StrokeDash("curve:N", legend=kinds).scale(
            domain=curves, range=[DASHES[name] for name in curves]
        ),
        tooltip=[
            alt.Tooltip("step:Q", title=labels["step"]),
            alt.Tooltip("loss:Q", title=labels["loss"], format=".3f"),
        ],
    )
    level = alt.datum(math.log(about["vocabulary"]))
    ground = alt.Chart(vega.data([{}]))
    rule = ground.mark_rule(aria=False, strokeDash=[2, 3], opacity=0.7, color="#808080").encode(y=level)
    text = ground.mark_text(
        aria=False, align="right", dx=-4, dy=-8, fontSize=12, color="#808080", text=labels["guessing"]
    )
    chart = alt.layer(lines, rule, text.encode(y=level, x=alt.value("width"))).properties(height=340)
    return vega.specification(chart)


def describe(frames: Frames, validation: Frames) -> dict[str, Any]:
    """The numbers of the chart's sentences that are known: the newest loss, a first one before it, validation."""
    known = [frame for frame in frames if frame["loss"] is not None]
    facts = {"output": frames[-1]["output"]}
    if known:
        loss = known[-1]["loss"]
        facts |= {"step": known[-1]["step"], "loss": f"{loss:.2f}", "choices": choices(loss)}
    if len(known) > 1:
        facts["first"] = choices(known[0]["loss"])
    return facts | ({"validation": choices(validation[-1]["validation"])} if validation else {})


def choices(loss: float) -> str:
    """Among how many equally likely tokens one would be as unsure: the perplexity, e to the loss.

    >>> choices(0.0), choices(0.693), choices(3.0)
    ('1.0', '2.0', '20')
    """
    count = math.exp(min(loss, 20.0))
    return f"{count:.{int(count < 10)}f}"


def cross_entropy(frame: Mapping[str, Any]) -> str:
    """The filmed pair's loss at one moment as LaTeX: −1/T Σ log p, with its numbers."""
    costs = frame["costs"]
    shown = [f"{cost:.2f}" for cost in costs[:TERMS]]
    if len(costs) > TERMS:
        shown.append(r"\dots" if len(costs) > TERMS + 1 else f"{costs[-1]:.2f}")
    if len(costs) > TERMS + 1:
        shown.append(f"{costs[-1]:.2f}")
    mean = sum(costs) / len(costs)
    return (
        r"\mathcal{L} = -\frac{1}{T}\sum_{t=1}^{T} \log p(y_t \mid y_{<t}, x)"
        rf" = \frac{{{' + '.join(shown)}}}{{{len(costs)}}} = {mean:.2f}"
    )


def worst(frame: Mapping[str, Any], rows: Sequence[str]) -> dict[str, Any]:
    """The token that costs most at this moment, and how likely the model finds it."""
    place = max(range(len(rows)), key=frame["costs"].__getitem__)
    return {"token": rows[place], "cost": frame["costs"][place], "probability": math.exp(-frame["costs"][place])}


def table(frames: Frames, rows: Sequence[str]) -> list[dict[str, Any]]:
    """A row a frame: when it was, the losses, what was written, and how likely each right token was."""
    return [
        {
            **{part: frame[part] for part in ("step", "epoch", "tokens", "seconds", "loss", "output")},
            **{
                f"p {place} {token}": round(math.exp(-cost), 4)
                for place, (token, cost) in enumerate(zip(rows, frame["costs"], strict=True), 1)
            },
        }
        for frame in frames
    ]

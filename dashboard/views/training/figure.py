"""Teacher forcing token by token: what each gold token costs, label smoothing, and where free running parts from it."""

import hashlib
import json
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from core.checks import check
from core.records import DecodeTrace
from dashboard.figures import latex, step
from dashboard.figures.tokens import label

BEST = 0  # the hypothesis that is walked
BARS = 6  # candidates shown a position
OPTIONS = 4  # choices of a question
SMOOTHING = 0.1  # what a question asks about: the share of Szegedy et al. 2016, §7, and Vaswani et al. 2017, §5.4
TERM, TERMS = 4, 6  # terms on a line of the formula, and in all


class Position(NamedTuple):
    """What was expected after a prefix; `loss` of the token that stands there and the same `smoothed`, in nats.

    `uniform_loss` is the mean loss over the whole vocabulary.
    """

    moment: step.Moment
    loss: float
    smoothed: float
    uniform_loss: float


def positions(trace: DecodeTrace, smoothing: float) -> list[Position]:
    """Every position of a trace that knows its uniform losses; with `smoothing` 0 both losses are -log p."""
    hypothesis = trace.hypotheses[BEST]
    lane = []
    for moment, logprob in zip(step.moments(trace, BEST), hypothesis.logprobs, strict=True):
        check(moment.uniform_loss is not None, "this trace was stored without the mean loss over the vocabulary")
        lane.append(Position(moment, -logprob, smoothed(-logprob, moment.uniform_loss, smoothing), moment.uniform_loss))
    return lane


def smoothed(loss: float, uniform_loss: float, smoothing: float) -> float:
    """Cross-entropy against a target that gives `smoothing` to all tokens alike (Szegedy et al. 2016, §7).

    >>> smoothed(2.0, 10.0, 0.1)
    2.8
    """
    return (1 - smoothing) * loss + smoothing * uniform_loss


def mean(losses: Sequence[float]) -> float:
    """The loss of a pair, nats a token."""
    return sum(losses) / len(losses)


def worst(lane: Sequence[Position]) -> int:
    """The index of the most expensive token."""
    return max(range(len(lane)), key=lambda index: lane[index].loss)


def payload(gold: Sequence[Position], own: Sequence[Position], about: dict[str, Any]) -> dict[str, Any]:
    """Both lanes as plain JSON values, so that the browser can walk them alone.

    `about` has the texts' `text`, the model's `vocabulary` size, the `smoothing`. A position is [label, text, joined,
    loss, smoothed, rank, chosen, rest, next], `next` the likeliest [label, probability].
    """
    lanes = {"gold": [entry(position) for position in gold], "own": [entry(position) for position in own]}
    means = {
        name: round(mean([position.loss for position in lane]), 4) for name, lane in (("gold", gold), ("own", own))
    }
    means["smoothed"] = round(mean([position.smoothed for position in gold]), 4)
    content = {**about, **lanes, "means": means, "worst": worst(gold), "known": step.KNOWN}
    walk = json.dumps([about["text"], [values[0] for values in lanes["gold"]], means["gold"], means["own"]])
    return {"id": hashlib.blake2b(walk.encode(), digest_size=8).hexdigest(), **content}


def entry(position: Position) -> list[Any]:
    """A position as the component takes it."""
    moment, shown = position.moment, bars(position.moment)
    return [
        *step.step(moment)[:3],
        round(position.loss, 4),
        round(position.smoothed, 4),
        moment.rank,
        shown.index(moment.chosen),
        round(max(0.0, 1 - sum(moment.probabilities[index] for index in shown)), 5),
        [[label(moment.tokens[index]), round(moment.probabilities[index], 5)] for index in shown],
    ]


def bars(moment: step.Moment) -> list[int]:
    """The candidates that get a bar: the likeliest, and what stands there."""
    return sorted({*range(min(BARS, len(moment.tokens))), moment.chosen})


def parting(gold: Sequence[Position], own: Sequence[Position]) -> tuple[str, dict[str, Any]]:
    """Where free running first writes another token than the gold one: "same" or "parts", and the numbers.

    Until there both have read the same prefix, so that one distribution says how likely either token was.
    """
    facts = {"gold_loss": f"{mean([p.loss for p in gold]):.2f}", "own_loss": f"{mean([p.loss for p in own]):.2f}"}
    for number, (wanted, taken) in enumerate(zip(gold, own, strict=False), 1):
        if wanted.moment.token != taken.moment.token:
            shares = {"share": percent(math.exp(-wanted.loss)), "own_share": percent(math.exp(-taken.loss))}
            names = {"token": label(wanted.moment.token), "own": label(taken.moment.token)}
            return "parts", facts | {"position": number} | shares | names
    return "same", facts


def percent(share: float) -> str:
    """A probability as a person reads it.

    >>> percent(0.5), percent(0.0057), percent(0.00001)
    ('50%', '0.6%', '< 0.1%')
    """
    return f"{share:.0%}" if share >= 0.0995 else f"{share:.1%}" if share >= 0.0005 else "< 0.1%"


class Guess(NamedTuple):
    """A question: its numbers, its choices, and the indices of the right ones."""

    facts: dict[str, Any]
    options: tuple[str, ...]
    right: tuple[int, ...]


def dearest(lane: Sequence[Position]) -> Guess | None:
    """Which token costs most, among the next most expensive as they follow; None where there is no choice."""
    ranked = sorted(range(len(lane)), key=lambda index: -lane[index].loss)
    names = dict.fromkeys(label(lane[index].moment.token) for index in ranked)
    order = [label(position.moment.token) for position in lane]
    options = sorted(list(names)[:OPTIONS], key=order.index)
    best = ranked[0]
    facts = {"token": order[best], "position": best + 1, "loss": f"{lane[best].loss:.2f}"}
    facts |= {"share": percent(math.exp(-lane[best].loss)), "top": label(lane[best].moment.tokens[0])}
    return Guess(facts, tuple(options), (options.index(order[best]),)) if len(options) > 1 else None


def softened(lane: Sequence[Position], options: Sequence[str]) -> Guess:
    """What label smoothing does to the cheapest token's loss: it "rises", "falls" or "stays", in the reader's words."""
    position = min(lane, key=lambda position: position.loss)
    after = smoothed(position.loss, position.uniform_loss, SMOOTHING)
    right = 0 if after > position.loss else 1 if after < position.loss else 2
    facts = {"token": label(position.moment.token), "share": percent(math.exp(-position.loss)), "smoothing": SMOOTHING}
    facts |= {"loss": f"{position.loss:.2f}", "after": f"{after:.2f}"}
    return Guess(facts, tuple(options), (right,))


def describe(gold: Sequence[Position], text: str, own_text: str) -> dict[str, Any]:
    """The numbers of a one-sentence description."""
    at = worst(gold)
    facts = {"text": text, "own_text": own_text, "count": len(gold), "mean": f"{mean([p.loss for p in gold]):.2f}"}
    return facts | {"token": label(gold[at].moment.token), "position": at + 1, "loss": f"{gold[at].loss:.2f}"}


def table(lanes: dict[str, Sequence[Position]]) -> list[dict[str, Any]]:
    """A row for each bar of each position, for each of the lanes by its name."""
    return [
        {
            "reads": name,
            "position": number,
            "token": label(position.moment.token),
            "loss": position.loss,
            "smoothed": position.smoothed,
            "rank": position.moment.rank,
            "candidate": label(position.moment.tokens[index]),
            "probability": position.moment.probabilities[index],
        }
        for name, lane in lanes.items()
        for number, position in enumerate(lane, 1)
        for index in bars(position.moment)
    ]


def meaning(lane: Sequence[Position], smoothing: float, vocabulary_size: int) -> dict[str, Any]:
    """The numbers of the formula's sentence: the loss, as how many choices, smoothed, and the least it can be then.

    That is the entropy of the smoothed target. A loss may be "worse" than that of blind guessing, ln V.
    """
    loss, after = mean([position.loss for position in lane]), mean([position.smoothed for position in lane])
    wanted, share = 1 - smoothing + smoothing / vocabulary_size, smoothing / vocabulary_size
    floor = -wanted * math.log(wanted) - ((vocabulary_size - 1) * share * math.log(share) if share else 0)
    blind = math.log(vocabulary_size)
    choices = math.exp(min(loss, blind))
    facts = {"count": len(lane), "loss": f"{loss:{nats(loss)}}", "choices": f"{choices:.{int(choices < 100)}f}"}
    facts |= {"worse": loss > blind, "size": vocabulary_size, "blind": f"{blind:.2f}"}
    return facts | {"after": f"{after:.2f}", "floor": f"{floor:.2f}"}


def nats(loss: float) -> str:
    """The format of losses like this one: a small one is not to look like none.

    >>> nats(0.7), nats(0.002)
    ('.2f', '.4f')
    """
    return ".2f" if loss >= 0.05 else ".4f"


def cross_entropy(lane: Sequence[Position], smoothing: float, vocabulary_size: int) -> str:
    """The loss with its numbers, as LaTeX: the mean of -log p over the gold tokens, and what smoothing makes of it.

    Cross-entropy against the gold tokens; with smoothing ε, against q (Szegedy et al. 2016, §7).
    """
    count, loss = len(lane), mean([position.loss for position in lane])
    form = nats(loss)
    terms = [
        rf"\underset{{{latex.words(label(position.moment.token))}}}{{{position.loss:{form}}}}" for position in lane
    ]
    if count > TERMS + 1:
        terms = [*terms[: TERMS - 1], r"\cdots", terms[-1]]
    sums = r" \\ &\quad + ".join(" + ".join(terms[i : i + TERM]) for i in range(0, len(terms), TERM))
    lines = [
        r"L &= -\tfrac{1}{T} \textstyle\sum_{t=1}^{T} \log p(y_t \mid y_{<t}, x)",
        rf"&= \tfrac{{1}}{{{count}}} \big({sums}\big) = {loss:{form}}",
    ]
    if smoothing > 0:
        uniform = mean([position.uniform_loss for position in lane])
        share = smoothing / vocabulary_size
        lines += [
            rf"q(y_t) &= 1-\varepsilon+\tfrac{{\varepsilon}}{{V}} = {1 - smoothing + share:.5f}",
            rf"q(v) &= \tfrac{{\varepsilon}}{{V}} = {latex.share(share)}",
            r"L_\varepsilon &= (1-\varepsilon)\,L + \varepsilon\,U",
            rf"&= {1 - smoothing:.2f} \cdot {loss:.2f} + {smoothing:.2f} \cdot {uniform:.2f}"
            rf" = {smoothed(loss, uniform, smoothing):.2f}",
        ]
    return r"\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}"

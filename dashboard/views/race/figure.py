"""Lanes of a race as the browser draws them and as a table; results, and who wins by which measure."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from core.records import DecodeTrace
from dashboard.figures.tokens import label, spelt


class Lane(NamedTuple):
    """A decoder's search, and the last node of the hypothesis that leads it after each step, from the first on."""

    trace: DecodeTrace
    leaders: tuple[int, ...]

    def written(self, step: int) -> tuple[int, ...]:
        """The nodes of the leading hypothesis after a step; a search that has ended stays as it is."""
        return self.trace.tree.path(self.leaders[min(step, len(self.leaders)) - 1])

    def until(self, step: int) -> "Lane":
        """Its first steps alone."""
        return Lane(self.trace, self.leaders[:step])

    def ids(self, step: int) -> tuple[int, ...]:
        """Its tokens."""
        return tuple(self.trace.tree.nodes[node].id for node in self.written(step))


class Result(NamedTuple):
    """What a decoder came to: text, tokens with `<eos>`, the plain sum of log p, questions to the model, whether it was
    cut off before an end; chrF against a reference and milliseconds, each None where it is not known.
    """

    text: str
    tokens: int
    total: float
    questions: int
    cut: bool = False
    chrf: float | None = None
    milliseconds: float | None = None

    @property
    def per_token(self) -> float:
        """log p a token."""
        return self.total / self.tokens


def steps(lanes: Mapping[str, Lane]) -> int:
    """After how many steps the last search ends."""
    return max(len(lane.leaders) for lane in lanes.values())


def difference(ids: Sequence[int], others: Sequence[int]) -> int | None:
    """The first place at which tokens differ; None where one begins with all of the other.

    >>> difference((5, 6, 7), (5, 8, 7, 3)), difference((5, 6), (5, 6, 7))
    (1, None)
    """
    pairs = zip(ids, others, strict=False)
    return next((place for place, (token, other) in enumerate(pairs) if token != other), None)


def payload(lanes: Mapping[str, Lane], titles: Mapping[str, str]) -> dict[str, Any]:
    """The race as plain JSON values; the first lane is the one that others are compared with.

    A node is [label, log p, parent], the parent an index into `nodes` or -1. `leaders` are the last nodes of what leads
    after each step, `apart` the first place at which that differs from the first lane, or -1.
    """
    first = next(iter(lanes.values()))
    whole = first.ids(len(first.leaders))
    content = [lane_content(lane, whole) | {"name": name, "title": titles[name]} for name, lane in lanes.items()]
    name = hashlib.blake2b(json.dumps(content).encode(), digest_size=8).hexdigest()
    return {"id": name, "steps": steps(lanes), "lanes": content}


def lane_content(lane: Lane, whole: Sequence[int]) -> dict[str, Any]:
    """A lane as the component takes it, beside the `whole` of the first one."""
    numbers = range(1, len(lane.leaders) + 1)
    drawn = sorted({node for step in numbers for node in lane.written(step)})  # parents precede children
    place = {0: -1} | {node: index for index, node in enumerate(drawn)}
    nodes = [lane.trace.tree.nodes[node] for node in drawn]
    apart = [difference(lane.ids(step), whole) for step in numbers]
    return {
        "nodes": [[label(node.token), round(node.logprob, 5), place[node.parent]] for node in nodes],
        "leaders": [place[leader] for leader in lane.leaders],
        "finished": lane.trace.hypotheses[0].finished,
        "apart": [-1 if first is None else first for first in apart],
    }


def likeliest(lanes: Mapping[str, Lane]) -> list[str]:
    """The lanes that end with the likeliest translation, one or equals; none that was cut off, if another was not."""
    best = {name: lane.trace.hypotheses[0] for name, lane in lanes.items()}
    rivals = [name for name in best if best[name].finished] or list(best)
    totals = {name: round(best[name].total, 4) for name in rivals}
    return [name for name in rivals if totals[name] == max(totals.values())]


def table(lanes: Mapping[str, Lane]) -> list[dict[str, Any]]:
    """A row a lane and step: what leads, its newest token, its sum of log p, where it leaves the first lane's way."""
    first = next(iter(lanes.values()))
    whole, rows = first.ids(len(first.leaders)), []
    for name, lane in lanes.items():
        nodes = lane.trace.tree.nodes
        for step in range(1, len(lane.leaders) + 1):
            last, apart = nodes[lane.leaders[step - 1]], difference(lane.ids(step), whole)
            written = spelt([nodes[node].token for node in lane.written(step)])
            rows.append(
                {
                    "decoder": name,
                    "step": step,
                    "token": label(last.token),
                    "logprob": last.logprob,
                    "sum": last.score,
                    "differs_at": None if apart is None else apart + 1,
                    "written": written,
                }
            )
    return rows


def result(trace: DecodeTrace, chrf: float | None, *, timed: bool) -> Result:
    """What a search came to; `timed` where its seconds are this machine's."""
    best = trace.hypotheses[0]
    questions = len(trace.tree.expanded) if trace.proof is None else trace.proof.opened
    milliseconds = 1000 * trace.seconds if timed else None
    return Result(best.text, len(best.tokens), best.total, questions, not best.finished, chrf, milliseconds)


MEASURES = {  # by which a decoder can win: what is compared, the largest wins
    "likely": lambda result: -math.inf if result.cut else result.total,
    "token": lambda result: -math.inf if result.cut else result.per_token,
    "chrf": lambda result: result.chrf,
    "questions": lambda result: -result.questions,
}


def wins(results: Mapping[str, Result]) -> dict[str, list[str]]:
    """The measures by which each decoder wins, equals all; none by a measure that is not known of every one.

    What was cut off before an end is not likely by any.
    """
    won: dict[str, list[str]] = {name: [] for name in results}
    for measure, value in MEASURES.items():
        values = {name: value(result) for name, result in results.items()}
        if None in values.values():
            continue
        best = max(round(number, 4) for number in values.values())
        for name, number in values.items():
            if round(number, 4) == best > -math.inf:
                won[name].append(measure)
    return won

"""Exact search: provably the best translation up to a length (Stahlberg & Byrne 2019, arXiv 1908.10090, Alg. 1).

Depth first, the likeliest first. As log-probabilities only fall, a prefix with the sum s ends nowhere above s
normalised by the cut-off length: where that is not above the best finished score, nothing of it needs to be seen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from core.decoding.ranking import normalised
from core.decoding.recording import Answers
from core.decoding.search import IMPOSSIBLE, Filter, next_logprobs
from core.models.contract import State, Step, StepModel, first_tensor, take
from core.options import ExactOptions
from core.records import Node, Proof, SearchTree
from core.text.subwords import BOS, EOS

TOGETHER = 8  # siblings that the model is asked about at once


@dataclass
class Opened:
    """Siblings that the model was asked about: b rows, of which one at a time is looked into."""

    nodes: list[int]  # b
    answer: Step
    logprobs: Tensor  # (b, V)
    history: Tensor  # (1, b, t)
    row: int = -1
    waiting: list[tuple[int, float]] = field(default_factory=list)  # tokens and sums of its children, likeliest last


class Exploration:
    """How far an exact search is; at any moment `tree`, `answers` and `proof` are a valid record of it."""

    def __init__(self, tokens: tuple[str, ...], options: ExactOptions, limit: int, answers: Answers):
        self.tokens, self.options, self.limit = tokens, options, limit
        self.nodes = [Node(None, tokens[BOS], BOS, 0.0, 0.0, 0, "kept")]
        self.stack: list[Opened] = []  # from the root's children down to those being looked into
        self.left: list[int] | None = None  # what was still waiting when the budget was spent
        self.best, self.opened, self.empty = IMPOSSIBLE, 0, IMPOSSIBLE
        self.expanded: list[int] = []
        self.answers = answers

    def bound(self, total: float) -> float:
        """What no continuation of a prefix with this sum can rank above."""
        return normalised(total, self.limit, self.options)

    def add(self, parent: int, token: int, logprob: float, fate: str, missed: float | None = None) -> int:
        """A new node; its index."""
        before = self.nodes[parent]
        score, step = before.score + logprob, before.step + 1
        self.nodes.append(Node(parent, self.tokens[token], token, logprob, score, step, fate, missed))
        return len(self.nodes) - 1

    def look_into(self, level: Opened) -> None:
        """Finish the current row with `<eos>`, and line up those of its children that could still win."""
        index, logprobs = level.nodes[level.row], level.logprobs[level.row]
        node, end = self.nodes[index], logprobs[EOS].item()
        score = normalised(node.score + end, node.step + 1, self.options)
        if score > self.best:
            self.best = score
            self.add(index, EOS, end, "finished")
            self.remember_path()
        elif end > IMPOSSIBLE:
            self.add(index, EOS, end, "pruned", self.best - score)
        if node.step + 2 <= self.limit:  # room for a token and <eos>
            totals = node.score + logprobs
            totals[EOS] = IMPOSSIBLE
            tokens = ((totals > IMPOSSIBLE) & (self.bound(totals) > self.best)).nonzero().flatten()
            tokens = tokens[totals[tokens].argsort()]
            level.waiting = list(zip(tokens.tolist(), logprobs[tokens].tolist(), strict=True))

    def promising(self, level: Opened) -> bool:
        """Whether the likeliest waiting child could still win."""
        return self.bound(self.nodes[level.nodes[level.row]].score + level.waiting[-1][1]) > self.best

    def next_siblings(self, level: Opened) -> list[int]:
        """Open the likeliest waiting children: their nodes."""
        parent, siblings = level.nodes[level.row], []
        count = min(TOGETHER, self.options.budget - self.opened)
        while level.waiting and len(siblings) < count and self.promising(level):
            siblings.append(self.add(parent, *level.waiting.pop(), "kept"))
        return siblings

    def spend(self, level: Opened) -> None:
        """The budget is gone: note what waits, and open nothing more."""
        if self.left is None:
            self.remember_path()
            self.left = self.unseen()
            if len(self.nodes) == 1:  # not even <eos> was allowed: at least say what would have come
                self.left.append(self.add(0, *level.waiting[-1], "kept"))
        level.waiting.clear()

    def unseen(self) -> list[int]:
        """The nodes that have been opened but not looked into, or not to the end."""
        return [
            node
            for level in self.stack
            for row, node in enumerate(level.nodes)
            if row > level.row or (row == level.row and level.waiting)
        ]

    def remember_path(self) -> None:
        """Keep what the model answered on the way to where we are."""
        for level in self.stack:
            if level.row >= 0 and level.nodes[level.row] not in self.expanded:
                self.expanded.append(level.nodes[level.row])
                self.answers.add_rows(level.answer, torch.tensor([level.row]))

    def tree(self) -> SearchTree:
        """The prefixes that were opened, and how each would have ended; attention on the way to hypotheses alone.

        "finished" is what was the best when it was found, "pruned" an end that was not.
        """
        self.remember_path()
        growing = set(self.unseen() if self.left is None else self.left) - {node.parent for node in self.nodes}
        nodes = (
            replace(node, fate="unfinished") if index in growing and index else node
            for index, node in enumerate(self.nodes)
        )
        return SearchTree(tuple(nodes), tuple(self.expanded), *self.answers.attention())

    @property
    def proof(self) -> Proof:
        """What has been shown so far."""
        return Proof(self.opened, not self.stack and self.left is None, self.empty)


@torch.inference_mode()
def exact(
    model: StepModel,
    state: State,
    options: ExactOptions,
    limit: int,
    tokens: tuple[str, ...],
    *,
    filters: Sequence[Filter] = (),
    detail: bool = False,
    answers: Answers | None = None,
) -> Iterator[Exploration]:
    """Explore one sentence (a state of width 1) until nothing can be better or the budget is spent.

    Yields the same exploration after each question to the model. `tokens` names the vocabulary; `answers` collect what
    the model said, everything where nothing else is asked for.
    """
    explored, device = Exploration(tokens, options, limit, answers or Answers()), first_tensor(state.rows).device
    stack = explored.stack

    def ask(nodes: list[int], before: State, history: Tensor) -> None:
        previous = torch.tensor([explored.nodes[node].id for node in nodes], device=device)
        answer = model.step(previous, before, detail=detail)
        logprobs = next_logprobs(answer, 1)
        if not explored.opened:
            explored.empty = logprobs[0, 0, EOS].item()
        for filtered in filters:
            logprobs = filtered(logprobs, history)
        explored.opened += len(nodes)
        stack.append(Opened(nodes, answer, logprobs[0].double(), history))

    ask([0], state, torch.empty((1, 1, 0), dtype=torch.long, device=device))
    while stack:
        level = stack[-1]
        if not level.waiting:
            level.row += 1
            if level.row < len(level.nodes):
                explored.look_into(level)
            else:
                stack.pop()
        elif not explored.promising(level):
            level.waiting.clear()  # the others are less likely still
        elif explored.opened >= options.budget:
            explored.spend(level)
        else:
            nodes = explored.next_siblings(level)
            rows = torch.full((len(nodes),), level.row, device=device)
            latest = torch.tensor([explored.nodes[node].id for node in nodes], device=device)
            ask(
                nodes, take(level.answer.state, rows), torch.cat([level.history[:, rows], latest[None, :, None]], dim=2)
            )
            yield explored
    yield explored

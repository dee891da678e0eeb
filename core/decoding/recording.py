"""From the frontiers of a search to records: one sentence's tree, and what the model answered at each expanded node."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from torch.nn import functional

from core.decoding.search import IMPOSSIBLE, Frontier
from core.models.contract import Encoded, Step
from core.records import Node, SearchTree, States
from core.text.subwords import BOS, EOS


class Candidates(NamedTuple):
    """One step of one sentence: its row of what `Frontier` and `Choice` say, and each candidate's own logprob."""

    alive: list[bool]
    logprobs: list[float]
    rows: list[int]
    tokens: list[int]
    scores: list[float]
    finished: list[bool]
    live: list[int]
    sums: list[float]
    groups: int


class Recorder:
    """Collects the nodes of one sentence step by step; at any moment `tree` is a valid record of the search so far."""

    def __init__(self, tokens: tuple[str, ...]):
        self.tokens = tokens
        self.nodes = [Node(None, tokens[BOS], BOS, 0.0, 0.0, 0, "kept")]
        self.rows = [0]  # the node that each live row stands for
        self.growing: list[int] = []
        self.expanded: list[int] = []

    def add(self, step: Candidates) -> None:
        """Take in one step."""
        self.expanded += [node for node, lives in zip(self.rows, step.alive, strict=False) if lives]
        scores, groups = step.scores, step.groups
        goes_on = {place for place, total in zip(step.live, step.sums, strict=True) if total > IMPOSSIBLE}
        width, size = len(step.live) // groups, len(scores) // groups
        cut_offs = [
            min(
                (total for total in step.sums[group * width :][:width] if total > IMPOSSIBLE),
                default=scores[group * size],
            )
            for group in range(groups)
        ]
        node_at = {}
        for place, (row, token, logprob) in enumerate(zip(step.rows, step.tokens, step.logprobs, strict=True)):
            if scores[place] == IMPOSSIBLE:
                continue
            parent, missed = self.rows[row], None
            fate = "finished" if step.finished[place] else "kept" if place in goes_on else "pruned"
            if fate == "pruned":  # an <eos> competes with all of the best k, another token with those that go on
                group = place // size
                kept = scores[group * size + width - 1] if token == EOS else cut_offs[group]
                missed = max(0.0, kept - scores[place])
            before = self.nodes[parent]
            node_at[place] = len(self.nodes)
            self.nodes.append(
                Node(parent, self.tokens[token], token, logprob, before.score + logprob, before.step + 1, fate, missed)
            )
        self.rows = [node_at.get(place, -1) for place in step.live]
        self.growing = [node_at[place] for place in sorted(goes_on)]

    def tree(self, attention: np.ndarray | None = None, self_attention: np.ndarray | None = None) -> SearchTree:
        """The record; what is still growing is "unfinished". Attention, (E, L, H, …) each, if it was collected."""
        growing = set(self.growing)
        nodes = tuple(
            replace(node, fate="unfinished") if index in growing else node for index, node in enumerate(self.nodes)
        )
        return SearchTree(nodes, tuple(self.expanded), attention, self_attention)


def record(frontier: Frontier, recorders: Sequence[Recorder] | Mapping[int, Recorder]) -> None:
    """Take one step into its sentences' recorders, each at the number its sentence had at the beginning."""
    choice = frontier.choice
    taken = choice.rows * frontier.logprobs.shape[2] + choice.tokens
    logprobs = frontier.logprobs.flatten(1).gather(1, taken)
    parts = [part.tolist() for part in (frontier.alive, logprobs, *choice[:6])]
    for position, sentence in enumerate(frontier.sentences):
        recorders[sentence].add(Candidates(*(part[position] for part in parts), choice.groups))


ANSWERS = ("logits", "cross", "decoder", "hidden", "context")


class Answers:
    """Collects what the model answered at every expanded node of one sentence: everything, or only what is named."""

    def __init__(self, wanted: Sequence[str] = ANSWERS, every_layer: bool = False):
        self.wanted, self.every_layer = wanted, every_layer
        self.collected: dict[str, list[torch.Tensor]] = {}

    def add(self, frontier: Frontier, sentence: int = 0) -> None:
        """Take in one step; `sentence` is its position among the frontier's n."""
        rows = frontier.alive[sentence].nonzero().flatten()
        every = rows.shape[0] == frontier.alive.numel()
        self.add_rows(frontier.answer, None if every else rows + sentence * frontier.alive.shape[1])

    def add_rows(self, answer: Step, rows: torch.Tensor | None) -> None:
        """Take in these of the B rows (None: all, without a copy); of the hidden layers (detail) the last or all."""
        hidden = answer.detail.get("hidden")
        if hidden is not None and not self.every_layer:
            hidden = hidden[:, -1:]
        parts = {
            "logits": answer.logits,
            "cross": answer.attention.get("cross"),
            "decoder": answer.attention.get("decoder"),
            "hidden": hidden,
            "context": answer.detail.get("context"),
        }
        for name, values in parts.items():
            if values is not None and name in self.wanted:
                values = values if rows is None else values[rows]
                self.collected.setdefault(name, []).append(values if name == "cross" else values.half())

    def array(self, name: str) -> np.ndarray | None:
        """E rows: "logits" (E, V), "cross" (E, L, H, S), "decoder" (E, L, H, t), "hidden" (E, …, D), "context" (E, D).

        "decoder" has zeros to the length of the longest. All are float16, but "cross" float32.
        """
        if name not in self.collected:
            return None
        parts = self.collected[name]
        if name == "decoder":
            longest = max(part.shape[-1] for part in parts)
            parts = [functional.pad(part, (0, longest - part.shape[-1])) for part in parts]
        values = torch.cat(parts)
        return (values.float() if name == "cross" else values).cpu().numpy()

    def attention(self) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Where each looked, at the source and at what it had read."""
        return self.array("cross"), self.array("decoder")

    def states(self, encoded: Encoded) -> States | None:
        """The hidden vectors, None where the model was asked for no detail."""
        decoder = self.array("hidden")
        if decoder is None or "hidden" not in encoded.detail:
            return None
        encoder = encoded.detail["hidden"][0, 0 if self.every_layer else -1 :].half().cpu().numpy()
        layers = (encoder, decoder) if self.every_layer else (None, None)
        return States(encoder[-1], decoder[:, -1], self.array("context"), *layers)

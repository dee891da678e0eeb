"""From the frontiers of a search to records: one sentence's tree, and what the model answered at each expanded node."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch

from core.decoding.search import IMPOSSIBLE, Frontier
from core.models.contract import Encoded, Step
from core.records import Node, SearchTree, States
from core.text.subwords import BOS, EOS


class Recorder:
    """Collects the nodes of one sentence step by step; at any moment `tree` is a valid record of the search so far."""

    def __init__(self, tokens: tuple[str, ...]):
        self.tokens = tokens
        self.nodes = [Node(None, tokens[BOS], BOS, 0.0, 0.0, 0, "kept")]
        self.rows = [0]  # the node that each live row stands for
        self.growing: list[int] = []
        self.expanded: list[int] = []

    def add(
        self,
        groups: int,
        alive: list[bool],
        logprobs: list[float],
        rows: list[int],
        ids: list[int],
        scores: list[float],
        finished: list[bool],
        live: list[int],
        sums: list[float],
    ) -> None:
        """Take in one step: what `Frontier` and `Choice` say of the sentence, and its candidates' logprobs."""
        self.expanded += [node for node, lives in zip(self.rows, alive, strict=False) if lives]
        goes_on = {place for place, total in zip(live, sums, strict=True) if total > IMPOSSIBLE}
        width, size = len(live) // groups, len(ids) // groups
        cut_offs = [
            min((total for total in sums[group * width :][:width] if total > IMPOSSIBLE), default=scores[group * size])
            for group in range(groups)
        ]
        node_at = {}
        for place, (row, token, logprob) in enumerate(zip(rows, ids, logprobs, strict=True)):
            if scores[place] == IMPOSSIBLE:
                continue
            parent, missed = self.rows[row], None
            fate = "finished" if finished[place] else "kept" if place in goes_on else "pruned"
            if fate == "pruned":  # an <eos> competes with all of the best k, another token with those that go on
                group = place // size
                kept = scores[group * size + width - 1] if token == EOS else cut_offs[group]
                missed = max(0.0, kept - scores[place])
            before = self.nodes[parent]
            node_at[place] = len(self.nodes)
            self.nodes.append(
                Node(parent, self.tokens[token], token, logprob, before.score + logprob, before.step + 1, fate, missed)
            )
        self.rows = [node_at.get(place, -1) for place in live]
        self.growing = [node_at[place] for place in sorted(goes_on)]

    def tree(self, attention: np.ndarray | None = None) -> SearchTree:
        """The record; what is still growing is "unfinished". `attention` (E, L, H, S) if it was collected."""
        growing = set(self.growing)
        nodes = tuple(
            replace(node, fate="unfinished") if index in growing else node for index, node in enumerate(self.nodes)
        )
        return SearchTree(nodes, tuple(self.expanded), attention)


def record(frontier: Frontier, recorders: Sequence[Recorder] | Mapping[int, Recorder]) -> None:
    """Take one step into its sentences' recorders, each at the number its sentence had at the beginning."""
    choice = frontier.choice
    taken = choice.rows * frontier.logprobs.shape[2] + choice.tokens
    logprobs = frontier.logprobs.flatten(1).gather(1, taken)
    parts = [part.tolist() for part in (frontier.alive, logprobs, *choice[:6])]
    for position, sentence in enumerate(frontier.sentences):
        recorders[sentence].add(choice.groups, *(part[position] for part in parts))


class Answers:
    """Collects what the model answered at every expanded node of one sentence: everything, or only what is named."""

    def __init__(self, wanted: tuple[str, ...] = ("logits", "cross", "decoder", "context")):
        self.wanted = wanted
        self.collected: dict[str, list[torch.Tensor]] = {}

    def add(self, frontier: Frontier, sentence: int = 0) -> None:
        """Take in one step; `sentence` is its position among the frontier's n."""
        rows = frontier.alive[sentence].nonzero().flatten()
        every = rows.shape[0] == frontier.alive.numel()
        self.add_rows(frontier.answer, None if every else rows + sentence * frontier.alive.shape[1])

    def add_rows(self, answer: Step, rows: torch.Tensor | None) -> None:
        """Take in these of the B rows (None: all, without a copy); of the hidden layers (detail) the last."""
        hidden = answer.detail.get("hidden")
        parts = {
            "logits": answer.logits,
            "cross": answer.attention.get("cross"),
            "decoder": None if hidden is None else hidden[:, -1],
            "context": answer.detail.get("context"),
        }
        for name, values in parts.items():
            if values is not None and name in self.wanted:
                values = values if rows is None else values[rows]
                self.collected.setdefault(name, []).append(values if name == "cross" else values.half())

    def array(self, name: str) -> np.ndarray | None:
        """E rows of "logits" (E, V), "cross" (E, L, H, S), "decoder" or "context" (E, D); float16 but for attention."""
        if name not in self.collected:
            return None
        values = torch.cat(self.collected[name])
        return (values.float() if name == "cross" else values).cpu().numpy()

    def states(self, encoded: Encoded) -> States | None:
        """The hidden vectors, None where the model was asked for no detail."""
        decoder = self.array("decoder")
        if decoder is None or "hidden" not in encoded.detail:
            return None
        return States(encoded.detail["hidden"][0, -1].half().numpy(), decoder, self.array("context"))

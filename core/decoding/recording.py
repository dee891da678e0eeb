"""From the frontiers of a search to records: one sentence's tree, and what the model answered at each expanded node."""

from dataclasses import replace

import numpy as np
import torch

from core.decoding.search import IMPOSSIBLE, Frontier
from core.records import Node, SearchTree
from core.text.subwords import BOS, EOS


class Recorder:
    """Collects the nodes of one sentence step by step; at any moment `tree` is a valid record of the search so far."""

    def __init__(self, tokens: tuple[str, ...]):
        self.tokens = tokens
        self.nodes = [Node(None, tokens[BOS], BOS, 0.0, 0.0, 0, "kept")]
        self.rows = [0]  # the node that each live row stands for
        self.growing: list[int] = []
        self.expanded: list[int] = []

    def add(self, frontier: Frontier, sentence: int) -> None:
        """Take in one step; `sentence` is its position among the frontier's n."""
        alive = frontier.alive[sentence].tolist()
        self.expanded += [node for node, lives in zip(self.rows, alive, strict=False) if lives]
        choice = frontier.choice
        logprobs = frontier.logprobs[sentence][choice.rows[sentence], choice.tokens[sentence]].tolist()
        rows, ids, scores, finished, live, sums = (part[sentence].tolist() for part in choice)
        goes_on = {place for place, total in zip(live, sums, strict=True) if total > IMPOSSIBLE}
        cut_off = min((total for total in sums if total > IMPOSSIBLE), default=scores[0])
        node_at = {}
        for place, (row, token, logprob) in enumerate(zip(rows, ids, logprobs, strict=True)):
            if scores[place] == IMPOSSIBLE:
                continue
            parent, missed = self.rows[row], None
            fate = "finished" if finished[place] else "kept" if place in goes_on else "pruned"
            if fate == "pruned":  # an <eos> competes with all of the best k, another token with those that go on
                missed = max(0.0, (scores[len(live) - 1] if token == EOS else cut_off) - scores[place])
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


class Answers:
    """Collects, for a search over one sentence, the model's attention and logits at every expanded node."""

    def __init__(self):
        self.cross: list[torch.Tensor] = []
        self.logits: list[torch.Tensor] = []

    def add(self, frontier: Frontier) -> None:
        """Take in one step."""
        rows = frontier.alive[0].nonzero().flatten()
        self.logits.append(frontier.answer.logits[rows])
        if "cross" in frontier.answer.attention:
            self.cross.append(frontier.answer.attention["cross"][rows])

    def arrays(self) -> tuple[np.ndarray | None, np.ndarray]:
        """Attention (E, L, H, S) float32, None for a model without, and logits (E, V) float16."""
        attention = torch.cat(self.cross).float().numpy() if self.cross else None
        return attention, torch.cat(self.logits).half().numpy()

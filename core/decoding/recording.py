"""From the frontiers of a search to records: one sentence's tree, and what the model answered at each expanded node."""

from dataclasses import replace

import numpy as np
import torch

from core.decoding.search import IMPOSSIBLE, Frontier
from core.models.contract import Encoded
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
    """Collects, for a search over one sentence, what the model answered at every expanded node."""

    def __init__(self):
        self.collected: dict[str, list[torch.Tensor]] = {}

    def add(self, frontier: Frontier) -> None:
        """Take in one step; of the hidden layers (detail) the last."""
        answer, rows = frontier.answer, frontier.alive[0].nonzero().flatten()
        hidden = answer.detail.get("hidden")
        parts = {
            "logits": answer.logits,
            "cross": answer.attention.get("cross"),
            "decoder": None if hidden is None else hidden[:, -1],
            "context": answer.detail.get("context"),
        }
        for name, values in parts.items():
            if values is not None:
                self.collected.setdefault(name, []).append(values[rows])

    def array(self, name: str) -> np.ndarray | None:
        """E rows of "logits" (E, V), "cross" (E, L, H, S), "decoder" or "context" (E, D); float16 but for attention."""
        if name not in self.collected:
            return None
        values = torch.cat(self.collected[name])
        return (values.float() if name == "cross" else values.half()).numpy()

    def states(self, encoded: Encoded) -> States | None:
        """The hidden vectors, None where the model was asked for no detail."""
        decoder = self.array("decoder")
        if decoder is None or "hidden" not in encoded.detail:
            return None
        return States(encoded.detail["hidden"][0, -1].half().numpy(), decoder, self.array("context"))

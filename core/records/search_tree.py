"""The tree of a search, one of the records (`core.records` hands it on)."""

from dataclasses import dataclass

import numpy as np

from core.options import check, check_choice

FATES = ("kept", "finished", "pruned", "unfinished")


@dataclass(frozen=True, slots=True)
class Node:
    """A candidate of the search: one token after its parent's prefix.

    `score` is the plain sum of log-probabilities from the root, `<eos>` included. `missed`, for a pruned one, is how
    much that sum lacked to the last one kept.
    """

    parent: int | None
    token: str
    id: int
    logprob: float
    score: float
    step: int
    fate: str
    missed: float | None = None


@dataclass(frozen=True, eq=False)
class SearchTree:
    """All candidates; `nodes[0]` is the root (score 0, parent None) and parents precede their children.

    `expanded` names the nodes the model was asked about, E of them, and `attention` (E, L, H, S) holds where each
    looked at the source for its *next* token, or is None for a model without attention.
    """

    nodes: tuple[Node, ...]
    expanded: tuple[int, ...] = ()
    attention: np.ndarray | None = None

    def __post_init__(self):
        check(bool(self.nodes) and self.nodes[0].parent is None, "a search tree begins with its root")
        late = [i for i, node in enumerate(self.nodes[1:], 1) if node.parent is None or not 0 <= node.parent < i]
        check(not late, f"node {late[:1]} comes before its parent")
        for fate in {node.fate for node in self.nodes}:
            check_choice("fate", fate, FATES)
        if self.attention is not None:
            check(len(self.attention) == len(self.expanded), "attention needs one entry an expanded node")

    def path(self, leaf: int) -> tuple[int, ...]:
        """Node indices from the root's child to `leaf`."""
        path = []
        while leaf:
            path.append(leaf)
            leaf = self.nodes[leaf].parent
        return tuple(reversed(path))

    def attended(self, leaf: int) -> np.ndarray | None:
        """Where the path to `leaf` looked at the source, (T, L, H, S), a row a token; None without attention."""
        if self.attention is None:
            return None
        position = {node: index for index, node in enumerate(self.expanded)}
        return self.attention[[position[self.nodes[node].parent] for node in self.path(leaf)]]

"""The tree of a search, one of the records (`core.records` hands it on)."""

from dataclasses import dataclass

import numpy as np

from core.checks import check, check_choice

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

    `expanded` names the nodes the model was asked about, E of them. Where each looked for its *next* token: `attention`
    (E, L, H, S) at the source, `self_attention` (E, L, H, t) at the t tokens read so far, `<bos>` first, with zeros to
    the length of the longest; None where a model has none.
    """

    nodes: tuple[Node, ...]
    expanded: tuple[int, ...] = ()
    attention: np.ndarray | None = None
    self_attention: np.ndarray | None = None

    def __post_init__(self):
        check(bool(self.nodes) and self.nodes[0].parent is None, "a search tree begins with its root")
        late = [i for i, node in enumerate(self.nodes[1:], 1) if node.parent is None or not 0 <= node.parent < i]
        check(not late, f"node {late[:1]} comes before its parent")
        for fate in {node.fate for node in self.nodes}:
            check_choice("fate", fate, FATES)
        for name in ("attention", "self_attention"):
            weights = getattr(self, name)
            fits = weights is None or (weights.ndim == 4 and len(weights) == len(self.expanded))
            check(fits, f"{name} needs one entry (L, H, positions) an expanded node")
        if self.self_attention is not None:
            longest, read = self.self_attention.shape[3], max(map(self.tokens_read, self.expanded), default=0)
            check(longest >= read, f"self_attention over {longest} tokens does not fit nodes that have read {read}")

    def tokens_read(self, node: int) -> int:
        """How many tokens the model had read at a node, `<bos>` included."""
        return self.nodes[node].step + 1

    def path(self, leaf: int) -> tuple[int, ...]:
        """Node indices from the root's child to `leaf`."""
        path = []
        while leaf:
            path.append(leaf)
            leaf = self.nodes[leaf].parent
        return tuple(reversed(path))

    def attended(self, leaf: int, kind: str = "cross") -> np.ndarray | None:
        """Where the path of T tokens to `leaf` looked, a row a token: (T, L, H, S), or (T, L, H, T) for "decoder"."""
        weights = {"cross": self.attention, "decoder": self.self_attention}[kind]
        if weights is None:
            return None
        position, path = {node: index for index, node in enumerate(self.expanded)}, self.path(leaf)
        rows = weights[[position[self.nodes[node].parent] for node in path]]
        return rows if kind == "cross" else rows[..., : len(path)]

"""What goes in and what comes out: frozen, torch-free records that check themselves when they are made."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

FATES = ("kept", "finished", "pruned", "unfinished")
ATTENTION_KINDS = ("encoder", "decoder", "cross")
LENGTH_NORMS = ("none", "average", "gnmt")
MAX_BEAM_SIZE = 1_000


def check(condition: bool, message: str) -> None:
    """Raise ValueError with one sentence."""
    if not condition:
        raise ValueError(message)


def check_range(name: str, value: float, low: float, high: float, whole: bool = True) -> None:
    """A number within its range, or one sentence that names the range."""
    kind = "a whole number" if whole else "a number"
    fits = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool) and low <= value <= high
    check(fits, f"{name} must be {kind} from {low} to {high}, not {value!r}")


def check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    """One of the choices, or one sentence that names them."""
    check(value in choices, f"unknown {name} {value!r}; valid: {', '.join(choices)}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A sub-word and its span [start, end) in the cleaned sentence; `word` counts words and punctuation marks.

    `unknown` marks what the vocabulary does not have.
    """

    text: str
    start: int
    end: int
    word: int
    unknown: bool = False


@dataclass(frozen=True)
class GreedyOptions:
    """The likeliest token at each step. `max_length` counts `<eos>`; None is twice the source's pieces plus 10."""

    max_length: int | None = None

    def __post_init__(self):
        check_max_length(self.max_length)


@dataclass(frozen=True)
class BeamOptions:
    """Beam search. Pruning compares plain sums; `length_norm` and `length_penalty` (α) only rank what has finished.

    The search ends when `finished` hypotheses (None: as many as the beam is wide) are complete, or at `max_length`.
    """

    beam_size: int = 5
    length_norm: str = "gnmt"
    length_penalty: float = 1.0
    finished: int | None = None
    max_length: int | None = None

    def __post_init__(self):
        check_range("beam size", self.beam_size, 1, MAX_BEAM_SIZE)
        check_choice("length norm", self.length_norm, LENGTH_NORMS)
        check_range("length penalty", self.length_penalty, 0.0, 5.0, whole=False)
        if self.finished is not None:
            check_range("number of finished hypotheses", self.finished, 1, 10_000)
        check_max_length(self.max_length)


def check_max_length(max_length: int | None) -> None:
    """A cut-off length, or None."""
    if max_length is not None:
        check_range("max length", max_length, 1, 2_000)


@dataclass(frozen=True, eq=False)
class Attention:
    """Weights (L, H, queries, keys) with their labels; a row sums to 1 (to less under local attention)."""

    weights: np.ndarray
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    kind: str

    def __post_init__(self):
        check_choice("kind of attention", self.kind, ATTENTION_KINDS)
        wanted = (len(self.queries), len(self.keys))
        check(
            self.weights.ndim == 4 and self.weights.shape[2:] == wanted,
            f"attention of shape {self.weights.shape} does not fit {wanted[0]} queries and {wanted[1]} keys",
        )


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


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """A translation: its tokens with `<eos>` if it finished, and its score after length normalisation.

    `leaf` is its node in the tree; `attention` labels each row by the token emitted at that step.
    """

    text: str
    tokens: tuple[str, ...]
    logprobs: tuple[float, ...]
    score: float
    leaf: int
    attention: Attention | None = None

    @property
    def total(self) -> float:
        """The plain sum of log-probabilities."""
        return float(sum(self.logprobs))

    @property
    def finished(self) -> bool:
        """Whether it ends in `<eos>`, and not at the cut-off length."""
        return self.tokens[-1:] == ("<eos>",)


@dataclass(frozen=True)
class Distribution:
    """The likeliest next tokens, best first, how likely all others are together, and the entropy in bits."""

    tokens: tuple[str, ...]
    probabilities: tuple[float, ...]
    rest: float
    entropy: float


@dataclass(frozen=True, eq=False)
class DecodeTrace:
    """One sentence decoded, with everything that was computed on the way.

    `encoder` is the encoder's self-attention. `logits` (E, V) float16 belong to `tree.expanded` and `vocabulary` names
    their columns; a trace from JSON has neither and keeps the likeliest tokens in `stored`. `seconds` is wall time.
    """

    model: str
    text: str
    pieces: tuple[Piece, ...]
    strategy: str
    options: GreedyOptions | BeamOptions
    hypotheses: tuple[Hypothesis, ...]
    tree: SearchTree
    encoder: Attention | None = None
    seconds: float = 0.0
    logits: np.ndarray | None = None
    vocabulary: tuple[str, ...] = ()
    stored: tuple[Distribution, ...] = ()

    def __post_init__(self):
        for name, values in (("logits", self.logits), ("stored distributions", self.stored or None)):
            check(values is None or len(values) == len(self.tree.expanded), f"{name} need one entry an expanded node")

    def next_tokens(self, node: int, count: int = 10) -> Distribution:
        """What the model expected after an expanded node."""
        index = self.tree.expanded.index(node)
        if self.logits is None:
            kept = self.stored[index]
            tokens, shares = kept.tokens[:count], kept.probabilities[:count]
            return Distribution(tokens, shares, kept.rest + sum(kept.probabilities[count:]), kept.entropy)
        logits = self.logits[index].astype(np.float64)
        probabilities = np.exp(logits - logits.max())
        probabilities /= probabilities.sum()
        best = np.argsort(-probabilities, kind="stable")[:count]
        shares = probabilities[best]
        entropy = -(probabilities * np.log2(np.maximum(probabilities, 1e-300))).sum()
        tokens = tuple(self.vocabulary[i] for i in best)
        return Distribution(tokens, tuple(shares.tolist()), float(max(0.0, 1 - shares.sum())), float(entropy))


@dataclass(frozen=True, eq=False)
class TrainEvent:
    """One step of training: the share of the plan done, losses (nats a token), tokens seen, seconds, a sample."""

    step: int
    epoch: int
    share: float
    losses: Mapping[str, float]
    tokens: int
    seconds: float
    sample: DecodeTrace | None = None


def source_keys(pieces: tuple[Piece, ...]) -> tuple[str, ...]:
    """The labels of the positions that the models read: the pieces and `<eos>`."""
    return (*(piece.text for piece in pieces), "<eos>")


def path_attention(tree: SearchTree, leaf: int, keys: tuple[str, ...]) -> Attention | None:
    """Cross-attention along the path to `leaf`, a row labelled by the token emitted at that step."""
    if tree.attention is None:
        return None
    path = tree.path(leaf)
    position = {node: index for index, node in enumerate(tree.expanded)}
    rows = [position[tree.nodes[node].parent] for node in path]
    tokens = tuple(tree.nodes[node].token for node in path)
    return Attention(np.moveaxis(tree.attention[rows], 0, 2), tokens, keys, "cross")

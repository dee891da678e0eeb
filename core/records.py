"""What comes out: frozen, torch-free records that check themselves when they are made."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.options import Options, check, check_choice

FATES = ("kept", "finished", "pruned", "unfinished")
ATTENTION_KINDS = ("encoder", "decoder", "cross")


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
class States:
    """Hidden vectors of width D, float16: what the network held where it read and where it was about to write.

    `encoder` (S, D) is the encoder's last layer at every source position, `<eos>` included; `decoder` (E, D) the
    decoder's last layer at every expanded node of the search; `context` (E, D) what an RNN attended to there, the
    weighted sum of the encoder's, or None for a model without.
    """

    encoder: np.ndarray
    decoder: np.ndarray
    context: np.ndarray | None = None

    def __post_init__(self):
        check(
            self.encoder.ndim == self.decoder.ndim == 2 and self.encoder.shape[1] == self.decoder.shape[1],
            f"states of shapes {self.encoder.shape} and {self.decoder.shape} are not (S, D) and (E, D)",
        )
        if self.context is not None:
            shapes = self.context.shape, self.decoder.shape
            check(shapes[0] == shapes[1], f"contexts of shape {shapes[0]} do not fit decoder states of {shapes[1]}")


@dataclass(frozen=True, eq=False)
class DecodeTrace:
    """One sentence decoded, with everything that was computed on the way.

    `encoder` is the encoder's self-attention. `logits` (E, V) float16 belong to `tree.expanded` and `vocabulary` names
    their columns; a trace from JSON has neither and keeps the likeliest tokens in `stored`. `states` are the hidden
    vectors, None where they were not recorded. `seconds` is wall time.
    """

    model: str
    text: str
    pieces: tuple[Piece, ...]
    strategy: str
    options: Options
    hypotheses: tuple[Hypothesis, ...]
    tree: SearchTree
    encoder: Attention | None = None
    seconds: float = 0.0
    logits: np.ndarray | None = None
    vocabulary: tuple[str, ...] = ()
    stored: tuple[Distribution, ...] = ()
    states: States | None = None

    def __post_init__(self):
        decoder = None if self.states is None else self.states.decoder
        answers = {"logits": self.logits, "stored distributions": self.stored or None, "decoder states": decoder}
        for name, values in answers.items():
            check(values is None or len(values) == len(self.tree.expanded), f"{name} need one entry an expanded node")
        if self.states is not None:
            count = len(self.states.encoder)
            check(
                count == len(self.pieces) + 1, f"{count} encoder states do not fit {len(self.pieces)} pieces and <eos>"
            )

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

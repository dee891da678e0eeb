"""What comes out: frozen, torch-free records that check themselves when they are made."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.changes import ATTENTION_KINDS, UNCHANGED, Changes, Head
from core.checks import check, check_choice
from core.options import Options
from core.records.search_tree import SearchTree


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
    """Weights (L, H, queries, keys) with their labels; an unedited row sums to 1, to less under local attention.

    Of the heads that are `absent`, which pruning took away, all weights are 0.
    """

    weights: np.ndarray
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    kind: str
    absent: tuple[Head, ...] = ()

    def __post_init__(self):
        check_choice("kind of attention", self.kind, ATTENTION_KINDS)
        wanted = (len(self.queries), len(self.keys))
        fits = self.weights.ndim == 4 and self.weights.shape[2:] == wanted
        check(fits, f"attention of shape {self.weights.shape} does not fit {wanted[0]} queries and {wanted[1]} keys")
        object.__setattr__(self, "absent", tuple(head for head in self.absent if head.kind == self.kind))
        for head in self.absent:
            weights = self.weights[head.layer : head.layer + 1, head.head : head.head + 1]
            check(not weights.any(), f"{self.kind} layer {head.layer}, head {head.head} is absent, but has weights")


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """A translation: its tokens with `<eos>` if it finished, its score after length norm and coverage penalty.

    Under minimum Bayes risk the score is the expected utility. `leaf` is its node in the tree.
    """

    text: str
    tokens: tuple[str, ...]
    logprobs: tuple[float, ...]
    score: float
    leaf: int

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
    """The likeliest next tokens, best first, how likely all others are together, and the entropy in bits.

    `removed` says of each token whether the decoder could not draw it; () where nothing was taken out. `uniform_loss`
    is the mean of -log p over the whole vocabulary, nats, which label smoothing adds; None where it was not recorded.
    """

    tokens: tuple[str, ...]
    probabilities: tuple[float, ...]
    rest: float
    entropy: float
    removed: tuple[bool, ...] = ()
    uniform_loss: float | None = None


@dataclass(frozen=True)
class Spelling:
    """One way to cut a translation into tokens, `<eos>` last, and the plain sum of its log-probabilities."""

    tokens: tuple[str, ...]
    logprob: float


@dataclass(frozen=True)
class Proof:
    """How far exact search came: how many prefixes it asked the model about, and whether its best is proven the best.

    `empty` is the model's log-probability of the empty translation, of `<eos>` at once.
    """

    opened: int
    proven: bool
    empty: float


@dataclass(frozen=True, eq=False)
class Vote:
    """Minimum Bayes risk: the texts of M samples, as drawn, and how like each of N hypotheses is to each, 0 to 100.

    `utility` is (N, M); a hypothesis' score is the mean of its row.
    """

    references: tuple[str, ...]
    utility: np.ndarray


@dataclass(frozen=True, eq=False)
class States:
    """Hidden vectors of width D, float16: what the network held where it read and where it was about to write.

    `encoder` (S, D) is the encoder's last layer at every source position, `<eos>` included; `decoder` (E, D) the
    decoder's last layer at every expanded node of the search; `context` (E, D) what an RNN attended to there, the
    weighted sum of the encoder's, or None for a model without. Where every layer was asked for, `encoder_layers`
    (L+1, S, D) and `decoder_layers` (E, L+1, D) hold them, the embeddings first (JSON does not).
    """

    encoder: np.ndarray
    decoder: np.ndarray
    context: np.ndarray | None = None
    encoder_layers: np.ndarray | None = None
    decoder_layers: np.ndarray | None = None

    def __post_init__(self):
        check(
            self.encoder.ndim == self.decoder.ndim == 2 and self.encoder.shape[1] == self.decoder.shape[1],
            f"states of shapes {self.encoder.shape} and {self.decoder.shape} are not (S, D) and (E, D)",
        )
        for name, last, axis in (("encoder_layers", self.encoder, 0), ("decoder_layers", self.decoder, 1)):
            layers = getattr(self, name)
            if layers is not None:
                shape = (*last.shape[:axis], layers.shape[axis], *last.shape[axis:]) if layers.ndim == 3 else None
                check(layers.shape == shape, f"{name} of shape {layers.shape} do not fit the last layer's {last.shape}")
        if self.context is not None:
            shapes = self.context.shape, self.decoder.shape
            check(shapes[0] == shapes[1], f"contexts of shape {shapes[0]} do not fit decoder states of {shapes[1]}")


@dataclass(frozen=True, eq=False)
class DecodeTrace:
    """One sentence decoded, with everything that was computed on the way.

    `encoder` is the encoder's self-attention. `logits` (E, V) float16 belong to `tree.expanded` and `vocabulary` names
    their columns; a trace from JSON has neither and keeps the likeliest tokens in `stored`. `states` are the hidden
    vectors, None where they were not recorded. `seconds` is wall time. Exact search adds its `proof`, minimum Bayes
    risk its `vote`, a forced translation the tokenizer's `spelling` of it where another is likelier and was taken;
    `changes` are those that a reader made to the run, `absent` the heads that the model has lost.
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
    proof: Proof | None = None
    vote: Vote | None = None
    spelling: Spelling | None = None
    changes: Changes = UNCHANGED
    absent: tuple[Head, ...] = ()

    def __post_init__(self):
        decoder = None if self.states is None else self.states.decoder
        answers = {"logits": self.logits, "stored distributions": self.stored or None, "decoder states": decoder}
        for name, values in answers.items():
            check(values is None or len(values) == len(self.tree.expanded), f"{name} need one entry an expanded node")
        if self.states is not None:
            count = len(self.states.encoder)
            fits = count == len(self.pieces) + 1
            check(fits, f"{count} encoder states do not fit {len(self.pieces)} pieces and <eos>")
        if self.vote is not None:
            wanted, shape = (len(self.hypotheses), len(self.vote.references)), self.vote.utility.shape
            check(shape == wanted, f"utility of shape {shape} does not fit {wanted[0]} candidates, {wanted[1]} samples")

    def attention(self, place: int = 0, kind: str = "cross") -> Attention | None:
        """Where a hypothesis (the best) looked, a row labelled by the token emitted at that step; None if nowhere.

        "cross": at the source. "decoder": at what it had read, `<bos>` and the tokens before. "encoder": where the
        source looked at itself, whatever the hypothesis.
        """
        check_choice("kind of attention", kind, ATTENTION_KINDS)
        if kind == "encoder":
            return self.encoder
        leaf = self.hypotheses[place].leaf
        weights = self.tree.attended(leaf, kind)
        if weights is None:
            return None
        tokens = tuple(self.tree.nodes[node].token for node in self.tree.path(leaf))
        keys = source_keys(self.pieces) if kind == "cross" else (self.tree.nodes[0].token, *tokens[:-1])
        return Attention(np.moveaxis(weights, 0, 2), tokens, keys, kind, self.absent)

    def next_tokens(self, node: int, count: int = 10) -> Distribution:
        """What the model expected after an expanded node."""
        index = self.tree.expanded.index(node)
        if self.logits is None:
            kept = self.stored[index]
            tokens, shares = kept.tokens[:count], kept.probabilities[:count]
            rest = kept.rest + sum(kept.probabilities[count:])
            return Distribution(tokens, shares, rest, kept.entropy, uniform_loss=kept.uniform_loss)
        logits = self.logits[index].astype(np.float64)
        probabilities = np.exp(logits - logits.max())
        uniform_loss = float(np.log(probabilities.sum()) + (logits.max() - logits).mean())
        probabilities /= probabilities.sum()
        last = np.partition(probabilities, -min(count, probabilities.size))[-min(count, probabilities.size)]
        likely = np.flatnonzero(probabilities >= last)  # to sort them all would take most of the time
        best = likely[np.argsort(-probabilities[likely], kind="stable")][:count]
        shares = probabilities[best]
        entropy = -(probabilities * np.log2(np.maximum(probabilities, 1e-300))).sum()
        tokens = tuple(self.vocabulary[i] for i in best)
        rest = float(max(0.0, 1 - shares.sum()))
        return Distribution(tokens, tuple(shares.tolist()), rest, float(entropy), uniform_loss=uniform_loss)


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

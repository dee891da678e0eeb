"""How much each head matters: by gradient, confidence, what closing it costs, Shapley value; and orders to prune in.

Scores are (N,) numbers, one for each of N heads (`gated_losses.heads_of`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.changes import UNCHANGED, Changes, Head
from core.checks import check, check_range
from core.decoding.translate import translate_batches
from core.interpret.gated_losses import MOST, gates_for, losses_under, sentence_losses
from core.metrics import length_and_chrf
from core.models.contract import Seq2Seq
from core.options import GreedyOptions, Options
from core.text.batches import Pairs, epoch
from core.text.subwords import EOS, PAD, Subwords


def gradients(model: Seq2Seq, pairs: Pairs, heads: Sequence[Head]) -> np.ndarray:
    """E |∂L(x) / ∂ξ_h|: how strongly a sentence's loss, nats, feels the gate.

    Michel et al. 2019, arXiv 1905.10650, eq. 2. Each sentence has a gate of its own, so that one pass gives the
    gradient of each.
    """
    total = torch.zeros(len(heads), dtype=torch.float64)
    with torch.enable_grad():
        for whole in epoch(pairs, MOST):
            gates = torch.ones(len(whole.source), len(heads), requires_grad=True)
            losses = sentence_losses(model, whole, gates_for(model, heads, gates))
            total += torch.autograd.grad(losses.sum(), gates)[0].abs().sum(dim=0)
    return (total / len(pairs)).numpy()


def by_layer(scores: np.ndarray, heads: Sequence[Head]) -> np.ndarray:
    """Scores over the length (ℓ2) of all in the same layer of the same kind, as Michel et al. compare them (§2.3)."""
    squares: dict[tuple[str, int], float] = {}
    for head, score in zip(heads, scores, strict=True):
        squares[head.kind, head.layer] = squares.get((head.kind, head.layer), 0.0) + float(score) ** 2
    lengths = np.array([squares[head.kind, head.layer] ** 0.5 for head in heads])
    return np.divide(scores, lengths, out=np.zeros(len(heads)), where=lengths > 0)


@torch.inference_mode()
def confidences(model: Seq2Seq, pairs: Pairs, heads: Sequence[Head]) -> np.ndarray:
    """The mean over tokens of a head's largest weight (Voita et al. 2019, arXiv 1905.09418, §4); `<eos>` is none."""
    sums: dict[str, torch.Tensor] = {}
    counts: dict[str, int] = {}
    for whole in epoch(pairs, MOST):
        source, mask, inputs, targets = (torch.from_numpy(part) for part in whole)
        words, written = mask & (source != EOS), (targets != PAD) & (targets != EOS)
        for kind, weights in model(source, mask, inputs).attention.items():
            queries = words if kind == "encoder" else written
            seen = weights if kind == "decoder" else weights * words[:, None, None, None]
            largest = seen.amax(dim=-1) * queries[:, None, None]  # (n, L, H, Q)
            sums[kind] = sums.get(kind, 0) + largest.sum(dim=(0, 3)).double()
            counts[kind] = counts.get(kind, 0) + int(queries.sum())
    return np.array([sums[head.kind][head.layer, head.head].item() / counts[head.kind] for head in heads])


def losses_without(model: Seq2Seq, pairs: Pairs, heads: Sequence[Head]) -> np.ndarray:
    """What closing each head alone adds to the loss, nats a token."""
    settings = torch.cat([torch.ones(1, len(heads)), 1 - torch.eye(len(heads))])
    losses = losses_under(model, pairs, heads, settings)
    return (losses[1:] - losses[0]).numpy()


def chrf_without(
    model: Seq2Seq,
    subwords: Subwords,
    sources: Sequence[str],
    references: Sequence[str],
    heads: Sequence[Head],
    options: Options | None = None,
) -> np.ndarray:
    """What closing each head alone takes from chrF, 0 to 100; translated greedily if no options are given."""

    def chrf(changes: Changes) -> float:
        lines = dict(translate_batches(model, subwords, sources, options or GreedyOptions(), changes=changes))
        texts = [lines[index][0].text if lines[index] else "" for index in range(len(sources))]
        return length_and_chrf(texts, references)[1]

    whole = chrf(UNCHANGED)
    return np.array([whole - chrf(Changes((head,))) for head in heads])


@dataclass(frozen=True, eq=False)
class Shapley:
    """Shapley values of N heads with their standard errors, nats a token; their sum is `empty` - `full`, the losses
    with all of them closed and with all open.
    """

    values: np.ndarray
    errors: np.ndarray
    full: float
    empty: float


def shapley(model: Seq2Seq, pairs: Pairs, heads: Sequence[Head], permutations: int, seed: int = 1) -> Shapley:
    """What opening a head saves, on average over the orders in which all are opened, of which so many are drawn.

    Castro, Gómez & Tejada 2009, "Polynomial calculation of the Shapley value based on sampling", §3.
    """
    check_range("number of permutations", permutations, 2, 10**6)
    check(bool(heads), "there is no head to value")
    drawn, count = np.random.default_rng(seed), len(heads)
    saved = np.zeros((permutations, count))
    losses = np.zeros(count + 1)
    for row in saved:
        order = drawn.permutation(count)
        place = torch.from_numpy(np.argsort(order))
        settings = (place < torch.arange(count + 1)[:, None]).float()  # setting k: the first k of the order are open
        losses = losses_under(model, pairs, heads, settings).numpy()
        row[order] = losses[:-1] - losses[1:]
    errors = saved.std(axis=0, ddof=1) / permutations**0.5
    return Shapley(saved.mean(axis=0), errors, full=float(losses[-1]), empty=float(losses[0]))


# --- orders ------------------------------------------------------------------------------------------------------


def least_first(scores: Sequence[float] | np.ndarray, heads: Sequence[Head]) -> tuple[Head, ...]:
    """The heads from the one with the lowest score on: an order to prune in."""
    return tuple(heads[at] for at in np.argsort(np.asarray(scores), kind="stable"))


def in_random_order(heads: Sequence[Head], seed: int) -> tuple[Head, ...]:
    """The floor that every other order has to beat."""
    return tuple(heads[at] for at in np.random.default_rng(seed).permutation(len(heads)))


def greedily(model: Seq2Seq, pairs: Pairs, heads: Sequence[Head], most: int | None = None) -> tuple[Head, ...]:
    """Close the head whose closing adds the least to the loss, look again, and so on: at most so many (or all)."""
    open_now, order = torch.ones(len(heads)), []
    for _ in range(len(heads) if most is None else min(most, len(heads))):
        left = open_now.nonzero().flatten()
        settings = open_now.repeat(len(left), 1)
        settings[torch.arange(len(left)), left] = 0
        closed = left[losses_under(model, pairs, heads, settings).argmin()]
        open_now[closed] = 0
        order.append(heads[closed])
    return tuple(order)


def curve(model: Seq2Seq, pairs: Pairs, order: Sequence[Head]) -> np.ndarray:
    """The loss with the first 0, 1, … N heads of an order closed, nats a token, (N + 1,)."""
    settings = 1 - torch.ones(len(order) + 1, len(order)).tril(-1)
    return losses_under(model, pairs, order, settings).numpy()

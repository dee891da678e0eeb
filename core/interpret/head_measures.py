"""What can be said of a head by its weights alone, and of all heads together: records in, numbers out."""

import numpy as np

from core.checks import check
from core.records import Attention

BOUNDARY = {"encoder": -1, "decoder": 0, "cross": -1}  # the column of `<eos>`; the decoder reads only `<bos>`


def entropy(attention: Attention) -> np.ndarray:
    """The mean entropy of a head's rows in bits, (L, H): 0 where it always looks at one place alone."""
    weights = attention.weights.astype(np.float64)
    logs = np.log2(weights, out=np.zeros_like(weights), where=weights > 0)
    return -(weights * logs).sum(-1).mean(-1)


def distance(attention: Attention) -> np.ndarray:
    """How many positions a head looks away on average, (L, H): |column − row|, weighted.

    Self-attention: from the token that is read there (Vig & Belinkov 2019, arXiv 1906.04284, eq. 2). Cross-attention:
    from the source position of the same number.
    """
    rows, columns = attention.weights.shape[2:]
    away = np.abs(np.arange(columns) - np.arange(rows)[:, None])
    return share(attention, away)


def previous(attention: Attention) -> np.ndarray:
    """The mean weight on the position just before, (L, H), in the rows that have one."""
    rows, columns = attention.weights.shape[2:]
    before = np.eye(rows, columns, -1)
    return share(attention, before) * rows / max(1, np.count_nonzero(before))


def boundary(attention: Attention) -> np.ndarray:
    """The mean weight on `<eos>`, or on `<bos>` in the decoder's self-attention, which never reads the end, (L, H)."""
    return attention.weights[..., BOUNDARY[attention.kind]].astype(np.float64).mean(-1)


def share(attention: Attention, values: np.ndarray) -> np.ndarray:
    """The mean over rows of the weighted sum of `values` (rows or 1, columns), (L, H)."""
    return (attention.weights.astype(np.float64) * values).sum(-1).mean(-1)


MEASURES = {"entropy": entropy, "distance": distance, "previous": previous, "boundary": boundary}


def rollout(attention: Attention) -> np.ndarray:
    """How much of each position's input is left in the last layer at each other, (queries, keys); rows sum to 1.

    Each layer passes on half of what was there and half of what its heads, on average, mixed into it (Abnar & Zuidema
    2020, arXiv 2005.00928, §3); one that pruning left no heads passes on all.
    """
    check(attention.kind != "cross", "attention rolls out through the layers of an encoder or a decoder, not across")
    rolled = np.eye(attention.weights.shape[-1])
    for layer in mean_of_heads(attention):
        rolled = rolled if layer is None else (rolled + layer @ rolled) / 2
    return rolled


def mean_of_heads(attention: Attention) -> list[np.ndarray | None]:
    """Each layer's weights (queries, keys), averaged over the heads that are there; None where none is left."""
    gone = [[head.head for head in attention.absent if head.layer == layer] for layer in range(len(attention.weights))]
    there = [np.delete(part, lost, axis=0) for part, lost in zip(attention.weights, gone, strict=True)]
    return [part.astype(np.float64).mean(0) if len(part) else None for part in there]


def joint_rollout(encoder: Attention, decoder: Attention, cross: Attention) -> tuple[np.ndarray, np.ndarray]:
    """The same for an encoder-decoder: what is left at each decoder position of the tokens it read (T, T) and of the
    source (T, S); a row of both together sums to 1.

    A decoder layer halves what was there twice: for its self-attention, then for its cross-attention, which mixes in
    what the encoder's rollout left in the memory. This is the rule of Abnar & Zuidema carried on by us, as in the
    propagation of Chefer et al. 2021 (arXiv 2103.15679, eqs. 6 to 11) without gradients.
    """
    memory = rollout(encoder)
    own, source = np.eye(len(decoder.queries)), np.zeros((len(decoder.queries), len(memory)))
    for before, across in zip(mean_of_heads(decoder), mean_of_heads(cross), strict=True):
        if before is not None:
            own, source = ((part + before @ part) / 2 for part in (own, source))
        if across is not None:
            own, source = own / 2, (source + across @ memory) / 2
    return own, source

"""How few heads a sentence needs: they are closed one by one as long as its translation stays, word for word."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from core.changes import Changes, Head
from core.decoding.translate import decode
from core.interpret.gated_losses import heads_of, losses_under
from core.models.contract import Seq2Seq
from core.options import Options
from core.text.subwords import Subwords


@dataclass(frozen=True)
class Closing:
    """One more head closed, and the translation's log-probability since then, nats."""

    head: Head
    logprob: float


def closings(model: Seq2Seq, subwords: Subwords, text: str, options: Options) -> Iterator[tuple[Closing, ...]]:
    """Close at each step the head whose closing costs the translation the least log-probability, if the search still
    finds the same text; the path so far. One that would change it stays open, and is tried again when no other is left.

    Whoever stops iterating stops the search. Where it ends by itself, every head that is still open is needed: closing
    that one alone, after all others, changes the text. A smaller set may exist that no such path leads to.
    """
    trace = decode(model, subwords, text, options)
    best = trace.hypotheses[0]
    ids = [trace.tree.nodes[node].id for node in trace.tree.path(best.leaf)]
    pairs = [(subwords.encode_source(text), ids[:-1])]  # without `<eos>`, which every target ends with
    left, path, needed = list(heads_of(model)), (), set()
    yield path
    while left:
        closed = tuple(closing.head for closing in path)
        settings = 1 - torch.eye(len(left))
        shut = torch.zeros(len(left), len(closed))
        losses = losses_under(model, pairs, [*left, *closed], torch.cat([settings, shut], dim=1))
        order = sorted(range(len(left)), key=lambda at: (left[at] in needed, losses[at].item()))
        for head in (left[at] for at in order):
            hypothesis = decode(model, subwords, text, options, changes=Changes((*closed, head))).hypotheses[0]
            if hypothesis.text == best.text:
                break
            needed.add(head)
        else:
            return
        left.remove(head)
        path = (*path, Closing(head, hypothesis.total))
        yield path

"""Two regimes on one pair, to be looked at: what a second pass reads and what that costs, and what a judge compares."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from core.models.contract import Seq2Seq
from core.records.own_words import Behaviours, TwoPasses
from core.text.batches import source_batch
from core.text.subwords import BOS, Subwords
from core.training.unroll import draw

SEED = 1  # of what is drawn
ROWS = 8  # prefixes a pass: so many logits stay small
STRIP = 12  # numbers of a state that are kept to be seen


def two_passes(model: Seq2Seq, subwords: Subwords, text: str, ids: tuple[int, ...]) -> TwoPasses:
    """What `parallel_scheduled_sampling` does with a pair, for every number of own tokens; `ids` end in `<eos>`."""
    source, mask, inputs = pair_of(subwords, text, ids)
    generator = torch.Generator().manual_seed(SEED)
    with torch.inference_mode():
        own = draw(model(source, mask, inputs).logits[0, :-1], generator)
        order = torch.randperm(len(own), generator=generator)
        mixed = inputs.repeat(len(ids), 1)
        for count, place in enumerate(order.tolist(), 1):
            mixed[count:, place + 1] = own[place]
        losses = [
            functional.cross_entropy(logits.transpose(1, 2), torch.tensor([ids] * len(logits)), reduction="none")
            for some in mixed.split(ROWS)
            for logits in [model(source.expand(len(some), -1), mask.expand(len(some), -1), some).logits]
        ]
    tokens = named(subwords, ids), named(subwords, own.tolist())
    return TwoPasses(*tokens, tuple(order.tolist()), torch.cat(losses).numpy())


def behaviours(model: Seq2Seq, subwords: Subwords, text: str, ids: tuple[int, ...], own: tuple[int, ...]) -> Behaviours:
    """What the judge of `professor_forcing` is given of a pair, as far as both go; `ids` and `own` end in `<eos>`.

    `own` is what the model writes alone, however it was searched for; in training it is drawn.
    """
    count = min(len(ids), len(own))
    prefixes, states = [], []
    with torch.inference_mode():
        for target in (ids, own):
            source, mask, inputs = pair_of(subwords, text, target[:count])
            prefixes.append(named(subwords, inputs[0].tolist()))
            states.append(model(source, mask, inputs, detail=True).detail["hidden"][0, :, -1])
    taught, free = states
    apart = (taught - free).norm(dim=-1) / taught.norm(dim=-1)
    return Behaviours(*prefixes, *(part[:, :STRIP].numpy() for part in states), apart.numpy())


def pair_of(subwords: Subwords, text: str, ids: tuple[int, ...]) -> tuple[Tensor, Tensor, Tensor]:
    """A source (1, S) with its mask, and what the decoder reads of the target (1, T)."""
    source, mask = (torch.from_numpy(part) for part in source_batch([subwords.encode_source(text)]))
    return source, mask, torch.tensor([[BOS, *ids[:-1]]])


def named(subwords: Subwords, ids: Sequence[int]) -> tuple[str, ...]:
    """Tokens of the vocabulary."""
    return tuple(subwords.tokens[token] for token in ids)

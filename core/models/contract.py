"""The contract between models and decoders.

Letters for shapes, everywhere: n sentences, B = n · width live rows (a sentence's rows adjacent), S source and T target
positions, L layers, H heads, D width, V vocabulary.

Details, on request. "hidden": L + 1 vectors a position, first what the first layer read (the scaled embedding, with its
position where there are positions), then what each layer gave on; the last one is the last layer's, in a pre-norm
Transformer before the norm that ends the stack, in an LSTM h and not c. "scores": of the attention before the softmax,
-inf where nothing may be seen. Of an RNN that attends also: "context", the values summed by the attention's weights;
"query", the decoder's state that asked; "centre", for local attention, of its window, in source positions from 0; and
of the source "keys", which scores compare with the query (where they do), and "values".
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor


class Interventions(NamedTuple):
    """What a reader changes in a run; None changes nothing. Nothing here is ever written to the model.

    Gates multiply a head's output: (L, H), or (n, L, H) for one setting a sentence; 1 is open, 0 closed. `attention`
    replaces cross-attention weights: (L, H, T, S) or (n, L, H, T, S); a NaN keeps the model's own weight.
    """

    encoder: Tensor | None = None
    decoder: Tensor | None = None
    cross: Tensor | None = None
    attention: Tensor | None = None


NONE = Interventions()


class Encoded(NamedTuple):
    """A source as the decoder may read it: n rows everywhere."""

    memory: Tensor  # (n, S, D)
    mask: Tensor  # (n, S) bool, true where the source is real
    attention: Tensor | None  # (n, L, H, S, S) of the encoder's self-attention, None where there is none
    summary: Tensor | None  # what a recurrent decoder starts from, None for a Transformer
    interventions: Interventions  # gates (n, L, H), attention (n, L, H, T, S)
    # "hidden" (n, L+1, S, D), an RNN's has the embeddings and the last layer; "keys" and "values" (n, S, D)
    detail: Mapping[str, Tensor]


class State(NamedTuple):
    """Everything a decoder carries from step to step: a value, handed back and never kept on the module.

    Every tensor has its rows first; None and numbers pass through `take` and `keep`.
    """

    source: Any  # n rows, one a sentence: shared by that sentence's live rows
    rows: Any  # B rows


class Step(NamedTuple):
    """The answer to one token a row."""

    logits: Tensor  # (B, V)
    state: State
    attention: Mapping[str, Tensor]  # "cross" (B, L, H, S), "decoder" (B, L, H, t); what the model has of these
    # "hidden" (B, L+1, D), "scores" (B, L, H, S), "context" and "query" (B, D), "centre" (B,); what the model has
    detail: Mapping[str, Tensor]


class Output(NamedTuple):
    """Teacher forcing: the answer to all T tokens of a target at once."""

    logits: Tensor  # (n, T, V)
    attention: Mapping[str, Tensor]  # "cross" (n, L, H, T, S), "decoder" (n, L, H, T, T)
    # "hidden" (n, T, L+1, D), "scores" (n, L, H, T, S), "context" and "query" (n, T, D), "centre" (n, T)
    detail: Mapping[str, Tensor]


class StepModel(Protocol):
    """All that a decoder may know of a model."""

    def step(self, previous: Tensor, state: State, *, detail: bool = False) -> Step:
        """Read one token a row, previous (B,); consumes `state` (a fork must `take` first)."""


class Seq2Seq(StepModel, Protocol):
    """An encoder-decoder."""

    def encode(
        self, source: Tensor, mask: Tensor, *, interventions: Interventions = NONE, detail: bool = False
    ) -> Encoded:
        """Read source (n, S) under mask (n, S)."""

    def start(self, encoded: Encoded, *, width: int = 1) -> State:
        """The state before the first token, `width` live rows a sentence."""

    def forward(
        self,
        source: Tensor,
        mask: Tensor,
        target: Tensor,
        *,
        interventions: Interventions = NONE,
        detail: bool = False,
    ) -> Output:
        """Teacher forcing: target (n, T) is what the decoder reads, `<bos>` first."""


def over_tensors(change: Callable[[Tensor], Tensor], tree: Any) -> Any:
    """Apply `change` to every tensor of nested tuples and dicts; everything else passes through."""
    if isinstance(tree, Tensor):
        return change(tree)
    if isinstance(tree, dict):
        return {name: over_tensors(change, value) for name, value in tree.items()}
    if isinstance(tree, tuple):
        values = [over_tensors(change, value) for value in tree]
        return type(tree)(*values) if hasattr(tree, "_fields") else tuple(values)
    return tree


def first_tensor(tree: Any) -> Tensor | None:
    """Any tensor of the tree, to count its rows."""
    if isinstance(tree, Tensor):
        return tree
    values = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, tuple) else ()
    return next((found for found in map(first_tensor, values) if found is not None), None)


def take(state: State, rows: Tensor) -> State:
    """Re-index the live rows: tiles, reorders and prunes in one verb; always copies.

    rows (B',) are indices into the B live rows; every sentence keeps the same number of rows, and they stay within it.
    """
    return State(state.source, over_tensors(lambda tensor: tensor.index_select(0, rows), state.rows))


def keep(state: State, sentences: Tensor) -> State:
    """Keep only these sentences, indices (n',), in both parts; always copies."""
    count, live = len(first_tensor(state.source)), len(first_tensor(state.rows))
    width = live // count
    rows = (sentences[:, None] * width + torch.arange(width, device=sentences.device)).flatten()
    source = over_tensors(lambda tensor: tensor.index_select(0, sentences), state.source)
    return take(State(source, state.rows), rows)


def spread(interventions: Interventions, sentences: int) -> Interventions:
    """Every field with a leading sentence axis, as `State` wants its tensors."""

    def one_a_sentence(tensor: Tensor | None, dimensions: int) -> Tensor | None:
        if tensor is None or tensor.dim() == dimensions:
            return tensor
        return tensor.expand(sentences, *tensor.shape)

    gates = [one_a_sentence(gate, 3) for gate in interventions[:3]]
    return Interventions(*gates, one_a_sentence(interventions.attention, 5))

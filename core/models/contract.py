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

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

from core.changes import PATTERNS, Changes, Head, Pattern, Row
from core.checks import check, check_choice
from core.models.attention import given_rows


class Interventions(NamedTuple):
    """What a reader changes in a run; None changes nothing. Nothing here is ever written to the model.

    Gates multiply a head's output: (L, H), or (n, L, H) for one setting a sentence; 1 is open, 0 closed. What is called
    `…_attention` replaces weights: the encoder's (L, H, S, S), the decoder's (L, H, T, T) and cross-attention's
    (L, H, T, S), or with an axis of n before them. A NaN keeps the model's own weight, and so do the steps after the
    T-th, while what is given beyond a target's end, or of a token not yet written, is never read. Whatever a beam's row
    has written, at step t it gets row t. Numbers of any type will do.
    """

    encoder: Tensor | None = None
    decoder: Tensor | None = None
    cross: Tensor | None = None
    encoder_attention: Tensor | None = None
    decoder_attention: Tensor | None = None
    cross_attention: Tensor | None = None

    def layer(self, index: int, first: int, queries: int) -> "Interventions":
        """One layer's of fitted ones: gates (n, H), weights (n, H, …), a decoder's of its steps first … + queries - 1.

        Of what is written (n, H, queries, first + queries): the tokens that are read by then.
        """
        if all(field is None for field in self):
            return self
        changes = over_tensors(lambda tensor: tensor[:, index], self)
        own, cross = changes.decoder_attention, changes.cross_attention
        return changes._replace(
            decoder_attention=None if own is None else given_rows(own, first, queries, first + queries),
            cross_attention=None if cross is None else given_rows(cross, first, queries, cross.shape[-1]),
        )


OVERRIDE = "_attention"  # what the name of a kind of attention ends in where its weights are given
NONE = Interventions()


class Encoded(NamedTuple):
    """A source as the decoder may read it: n rows everywhere."""

    memory: Any  # (n, S, D), an ensemble's a tuple of its models' own `Encoded`
    mask: Tensor  # (n, S) bool, true where the source is real
    attention: Tensor | None  # (n, L, H, S, S) of the encoder's self-attention, None where there is none
    summary: Tensor | None  # what a recurrent decoder starts from, None for a Transformer
    interventions: Interventions  # with a sentence axis: gates (n, L, H), weights (n, L, H, queries, keys)
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
    """An encoder-decoder. `encode` and `forward` refuse interventions that do not fit by ValueError (see `fitted`)."""

    heads: Mapping[str, tuple[int, int]]  # L and H of each attention that it has: "encoder", "decoder", "cross"
    absent: tuple[Head, ...]  # of these, pruned: all that is recorded of them is 0, and nothing given to them is read

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
    return next((tensor for tensor in map(first_tensor, values) if tensor is not None), None)


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


def fitted(
    interventions: Interventions, heads: Mapping[str, tuple[int, int]], source: Tensor, like: Tensor
) -> Interventions:
    """Every field as `State` wants its tensors: a sentence axis first, in the number type and on the device of `like`.

    ValueError if a field does not fit a model with these `heads` that reads source (n, S), or is no number.
    """
    valid = (*heads, *(kind + OVERRIDE for kind in heads))
    fields = []
    for name, given in interventions._asdict().items():
        if given is not None:
            check(name in valid, f"this model has no {name} to change; valid: {', '.join(valid) or 'nothing'}")
            given = torch.as_tensor(given).to(like)
            given = given.expand(shape_for(name, given, heads, source))
            finite, numbers = (~given.isinf(), "finite or NaN") if OVERRIDE in name else (given.isfinite(), "finite")
            check(bool(finite.all()), f"{name} must be {numbers} in {like.dtype}")
        fields.append(given)
    return Interventions(*fields)


def shape_for(name: str, given: Tensor, heads: Mapping[str, tuple[int, int]], source: Tensor) -> tuple[int, ...]:
    """The shape of one field with its sentence axis; ValueError, with the right ones, if `given` has another."""
    sentences, positions = source.shape
    kind = name.removesuffix(OVERRIDE)
    wanted = letters = heads[kind]
    if kind != name:
        wanted, letters = ((*heads[kind], *queries_keys(kind, T, positions)) for T in (given.shape[-2:-1], ("T",)))
    shared, each = (f"({', '.join(map(str, shape))})" for shape in (letters, (sentences, *letters)))
    fits = given.shape in (wanted, (sentences, *wanted))
    lacking = f"{name} of shape {tuple(given.shape)} does not fit"
    check(fits, f"{lacking}; valid: {shared}, or {each} for a setting a sentence")
    return sentences, *wanted


def queries_keys(kind: str, steps: tuple, positions: int) -> tuple:
    """The last two axes of an attention's weights; `steps` is (T,), or of a target whose length nobody knows ()."""
    return {"encoder": (positions, positions), "decoder": steps * 2, "cross": (*steps, positions)}[kind]


def interventions_of(changes: Changes, model: Seq2Seq, positions: int, steps: int) -> Interventions:
    """A reader's changes for a model that reads one source of S positions and writes at most so many tokens.

    ValueError if it has no such head, or an edited row has no place in that source.
    """
    fields: dict[str, Tensor] = {}
    for closed in changes.closed:
        check_head(closed, model.heads)
        fields.setdefault(closed.kind, torch.ones(model.heads[closed.kind]))[closed.layer, closed.head] = 0
    longest = max([steps * bool(changes.patterns), *(row.query + 1 for row in changes.edited if row.kind != "encoder")])
    for change in (*changes.patterns, *changes.edited):  # an edited row stays as it was edited
        check_head(change, model.heads, model.absent)
        name, shape = change.kind + OVERRIDE, queries_keys(change.kind, (longest,), positions)
        given = fields.setdefault(name, torch.full((*model.heads[change.kind], *shape), torch.nan))
        for query, weights in rows_of(change, *shape):
            given[change.layer, change.head, query, : len(weights)] = torch.tensor(weights)
    return Interventions(**fields)


def rows_of(change: Row | Pattern, queries: int, keys: int) -> Iterator[tuple[int, Sequence[float]]]:
    """Each row that a change gives an attention of so many queries and keys, and its weights."""
    if isinstance(change, Pattern):
        for query in range(queries):
            yield query, PATTERNS[change.pattern](query, query + 1 if change.kind == "decoder" else keys)
        return
    count = len(change.weights)
    fits = change.kind == "decoder" or (count == keys and (change.kind != "encoder" or change.query < queries))
    valid = f"its {keys} positions take {keys} weights" + f", in rows 0 to {queries - 1}" * (change.kind == "encoder")
    check(fits, f"the edited {change.kind} row {change.query} of {count} weights does not fit this sentence: {valid}")
    yield change.query, change.weights


def check_head(place: Head | Row | Pattern, heads: Mapping[str, tuple[int, int]], absent: Sequence[Head] = ()) -> None:
    """A head that a model has, or one sentence that names those it has, or says that it is pruned."""
    check_choice("kind of attention in this model", place.kind, heads)
    lacking = f"this model has no {place.kind} head {place.head} in layer {place.layer}, counted from 0"
    (layers, count), head = heads[place.kind], Head(place.kind, place.layer, place.head)
    valid = f"layers 0 to {layers - 1}, heads 0 to {count - 1}"
    check(place.layer < layers and place.head < count, f"{lacking}; valid: {valid}")
    check(head not in absent, f"{lacking}: it was pruned")

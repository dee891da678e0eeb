"""The recurrent encoder-decoder: Sutskever et al. 2014 without attention, Bahdanau et al. 2015, Luong et al. 2015."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.models.attention import SCORES, Attended, attend, rows_at
from core.models.contract import NONE, Encoded, Interventions, Output, State, Step, spread

CELLS = {"gru": (nn.GRU, nn.GRUCell, 1), "lstm": (nn.LSTM, nn.LSTMCell, 2)}  # sequence, step, tensors of state
CONTEXTS = ("step", "readout")


@dataclass(frozen=True)
class RNNConfig:
    """The constructor's arguments, as a card stores them.

    `context` says where the attended context goes: into the next "step" (Bahdanau: scored from the state before it) or
    into the "readout" (Luong: scored from the state after it).
    """

    vocabulary_size: int
    width: int = 256
    layers: int = 1
    cell: str = "gru"
    bidirectional: bool = True
    attention: str = "additive"
    context: str = "step"
    dropout_embedding: float = 0.2
    dropout_memory: float = 0.2
    dropout_readout: float = 0.3

    def __post_init__(self):
        for name, table in (("cell", CELLS), ("attention", SCORES), ("context", CONTEXTS)):
            if getattr(self, name) not in table:
                raise ValueError(f"unknown {name} {getattr(self, name)!r}; valid: {', '.join(table)}")
        if self.bidirectional and self.width % 2:
            raise ValueError(f"width {self.width} is odd: each direction of the encoder takes half of it")


class RNNSource(NamedTuple):
    """What the decoder reads of the source: n rows."""

    memory: Tensor  # (n, S, D)
    keys: Tensor | None  # (n, S, D)
    mask: Tensor  # (n, S)
    interventions: Interventions


class RNNRows(NamedTuple):
    """The decoder's state after `length` tokens: B rows."""

    hidden: Tensor  # (B, layers, 1 for GRU or 2 for LSTM, D)
    length: int


class RNN(nn.Module):
    """A `Seq2Seq` model whose decoder keeps a fixed-size state; attention appears as one layer with one head."""

    def __init__(self, config: RNNConfig):
        super().__init__()
        self.config = config
        width, attends = config.width, config.attention != "none"
        sequence, cell, self.parts = CELLS[config.cell]
        self.embedding = nn.Embedding(config.vocabulary_size, width)
        self.encoder = sequence(
            width,
            width // 2 if config.bidirectional else width,
            num_layers=config.layers,
            bidirectional=config.bidirectional,
            batch_first=True,
        )
        self.bridge = nn.ModuleList(nn.Linear(self.parts * width, self.parts * width) for _ in range(config.layers))
        self.score = SCORES[config.attention](width) if attends else None
        self.into_step = attends and config.context == "step"
        self.cells = nn.ModuleList(
            cell(2 * width if self.into_step and layer == 0 else width, width) for layer in range(config.layers)
        )
        # Bahdanau's read-out sees state, context and the previous word (A.2.2), Luong's state and context (eq. 5).
        self.readout = nn.Linear(width * (1 + attends + self.into_step), width)
        self.output = nn.Linear(width, config.vocabulary_size)
        self.output.weight = self.embedding.weight
        self.drop_embedding = nn.Dropout(config.dropout_embedding)
        self.drop_memory = nn.Dropout(config.dropout_memory)
        self.drop_readout = nn.Dropout(config.dropout_readout)
        self.reset()

    def reset(self) -> None:
        """Draw the weights: orthogonal recurrences, Glorot for other matrices, small embeddings, no biases."""
        for name, weight in self.named_parameters():
            if "bias" in name:
                nn.init.zeros_(weight)
            elif "weight_hh" in name:
                for part in weight.chunk(len(weight) // weight.shape[1]):
                    nn.init.orthogonal_(part)
            elif weight.dim() > 1:
                nn.init.xavier_uniform_(weight)
        nn.init.normal_(self.embedding.weight, std=self.config.width**-0.5)

    def embed(self, ids: Tensor) -> Tensor:
        """ids of any shape → (…, D), of unit size."""
        return self.drop_embedding(self.embedding(ids) * self.config.width**0.5)

    def encode(
        self, source: Tensor, mask: Tensor, *, interventions: Interventions = NONE, detail: bool = False
    ) -> Encoded:
        """Read source (n, S) under mask (n, S); the backward direction begins at each sentence's own end."""
        if interventions.encoder is not None or interventions.decoder is not None:
            raise ValueError("an RNN has no self-attention heads to gate; valid: cross, attention")
        embedded = self.embed(source)
        lengths = mask.sum(dim=1).cpu()
        packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        output, final = self.encoder(packed)
        memory, _ = nn.utils.rnn.pad_packed_sequence(output, batch_first=True, total_length=source.shape[1])
        parts = final if isinstance(final, tuple) else (final,)  # each (layers · directions, n, D/directions)
        summary = [part.unflatten(0, (self.config.layers, -1)).permute(2, 0, 1, 3).flatten(2) for part in parts]
        details = {"hidden": torch.stack([embedded, memory], dim=1)} if detail else {}
        interventions = spread(interventions, len(source))
        memory = self.drop_memory(memory)
        return Encoded(memory, mask, None, torch.stack(summary, dim=2), interventions, details)

    def start(self, encoded: Encoded, *, width: int = 1) -> State:
        """The state before the first token: each layer from the encoder's last one, through a tanh bridge."""
        layers = [
            torch.tanh(bridge(encoded.summary[:, layer].flatten(1))).unflatten(1, (self.parts, -1))
            for layer, bridge in enumerate(self.bridge)
        ]
        hidden = torch.stack(layers, dim=1).repeat_interleave(width, dim=0)
        keys = None if self.score is None else self.score.keys(encoded.memory)
        return State(RNNSource(encoded.memory, keys, encoded.mask, encoded.interventions), RNNRows(hidden, 0))

    def attend(self, query: Tensor, source: RNNSource, first: int, positions: int) -> Attended:
        """query (n, Q, D) → context (n, Q, D), weights and scores (n, Q, S).

        Q is `positions` target positions from `first` on, or the rows of a beam, all at position `first`.
        """
        _, _, gate, override = source.interventions
        gate = None if gate is None else gate[:, 0, 0]
        override = None if override is None else rows_at(override[:, 0, 0], first, positions)
        scores = self.score(query, source.keys)
        return attend(scores, source.memory, source.mask[:, None], gate=gate, override=override)

    def advance(
        self, embedded: Tensor, hidden: Tensor, source: RNNSource, position: int
    ) -> tuple[Tensor, Attended | None]:
        """One recurrence of B rows: embedded (B, D), hidden (B, layers, parts, D) → the next hidden state."""
        attended, inputs = None, embedded
        if self.into_step:
            query = hidden[:, -1, 0].view(len(source.mask), -1, self.config.width)  # (n, W, D)
            attended = self.attend(query, source, position, 1)
            inputs = torch.cat([embedded, attended.context.flatten(0, 1)], dim=-1)
        layers = []
        for layer, cell in enumerate(self.cells):
            before = hidden[:, layer].unbind(1)
            after = cell(inputs, before[0] if self.parts == 1 else before)
            after = (after,) if self.parts == 1 else after
            inputs = after[0]
            layers.append(torch.stack(after, dim=1))
        return torch.stack(layers, dim=1), attended

    def read(
        self, top: Tensor, embedded: Tensor, attended: Attended | None, source: RNNSource, first: int, positions: int
    ) -> tuple[Tensor, Attended | None]:
        """top and embedded (n, Q, D) → logits (n, Q, V), and the attention of this step whichever way it went."""
        if self.score is not None and not self.into_step:
            attended = self.attend(top, source, first, positions)
        parts = [top] if attended is None else [top, attended.context]
        if self.into_step:
            parts.append(embedded)
        readout = torch.tanh(self.readout(torch.cat(parts, dim=-1)))
        return self.output(self.drop_readout(readout)), attended

    def step(self, previous: Tensor, state: State, *, detail: bool = False) -> Step:
        """Read one token a row, previous (B,)."""
        source, (hidden, length) = state
        rows = (len(source.mask), -1, self.config.width)
        embedded = self.embed(previous)
        hidden, attended = self.advance(embedded, hidden, source, length)
        logits, attended = self.read(hidden[:, -1, 0].view(rows), embedded.view(rows), attended, source, length, 1)
        attention, details = {}, {}
        if attended is not None:
            attention["cross"] = attended.weights.flatten(0, 1)[:, None, None]
        if detail:
            details["hidden"] = torch.cat([embedded[:, None], hidden[:, :, 0]], dim=1)
            if attended is not None:
                details["scores"] = attended.scores.flatten(0, 1)[:, None, None]
                details["context"] = attended.context.flatten(0, 1)
        return Step(logits.flatten(0, 1), State(source, RNNRows(hidden, length + 1)), attention, details)

    def forward(
        self,
        source: Tensor,
        mask: Tensor,
        target: Tensor,
        *,
        interventions: Interventions = NONE,
        detail: bool = False,
    ) -> Output:
        """Teacher forcing: source, mask (n, S), target (n, T), `<bos>` first."""
        read, (hidden, _) = self.start(self.encode(source, mask, interventions=interventions))
        embedded = self.embed(target)  # (n, T, D)
        states, steps = [], []
        for position, inputs in enumerate(embedded.unbind(1)):
            hidden, attended = self.advance(inputs, hidden, read, position)
            states.append(hidden)
            steps.append(attended)
        top = torch.stack([state[:, -1, 0] for state in states], dim=1)
        attended = None
        if self.into_step:
            attended = Attended(*(torch.cat(parts, dim=1) for parts in zip(*steps, strict=True)))
        logits, attended = self.read(top, embedded, attended, read, 0, len(states))
        attention, details = {}, {}
        if attended is not None:
            attention["cross"] = attended.weights[:, None, None]  # (n, 1, 1, T, S)
        if detail:
            layers = torch.stack(states, dim=1)[:, :, :, 0]  # (n, T, layers, D)
            details["hidden"] = torch.cat([embedded[:, :, None], layers], dim=2)
            if attended is not None:
                details["scores"] = attended.scores[:, None, None]
                details["context"] = attended.context
        return Output(logits, attention, details)

"""The recurrent encoder-decoder: Sutskever et al. 2014 without attention, Bahdanau et al. 2015, Luong et al. 2015."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.models.attention import attend
from core.models.attention_scores import SCORES, Question, Sizes
from core.models.contract import NONE, Encoded, Interventions, Output, State, Step, fitted, over_tensors
from core.models.rnn_layers import CELLS, RNNConfig, encoder_of, reading_order, reorder


class RNNSource(NamedTuple):
    """What the decoder reads of the source: n rows."""

    values: Tensor | None  # (n, S, D), None without attention
    keys: Tensor | None  # (n, S, D), None where no score looks at the source
    mask: Tensor  # (n, S)
    interventions: Interventions


class RNNRows(NamedTuple):
    """The decoder's state after `length` tokens: B rows."""

    hidden: Tensor  # (B, layers, 1 for GRU or 2 for LSTM, D)
    fed: Tensor | None  # (B, D) the attentional vector of the step before, None without input feeding
    length: int


class Look(NamedTuple):
    """What attention gave to Q queries a sentence: the rows of a beam, or the steps of a target."""

    context: Tensor  # (n, Q, D)
    weights: Tensor  # (n, Q, S)
    scores: Tensor  # (n, Q, S)
    query: Tensor  # (n, Q, D)
    centre: Tensor | None  # (n, Q) of a local window


class Turn(NamedTuple):
    """One recurrence of B rows, n · W of them."""

    rows: RNNRows
    outputs: list[Tensor]  # what each layer gave on, (B, D)
    look: Look | None
    seen: Tensor | None  # (n, W, D) the attentional vector, where it was asked for


class RNN(nn.Module):
    """A `Seq2Seq` model whose decoder keeps a fixed-size state; attention appears as one layer with one head."""

    def __init__(self, config: RNNConfig):
        super().__init__()
        self.config = config
        width, attends = config.width, config.attention != "none"
        _, cell, self.parts = CELLS[config.cell]
        self.context = config.context if attends else None
        self.heads, self.absent = {"cross": (1, 1)} if attends else {}, ()
        self.embedding = nn.Embedding(config.vocabulary_size, width)
        self.encoder = encoder_of(config)
        self.bridge = nn.ModuleList(nn.Linear(self.parts * width, self.parts * width) for _ in range(config.layers))
        sizes = Sizes(width, config.window, config.max_positions)
        self.score = SCORES[config.attention](sizes) if attends else None
        first, above = 1 + (self.context == "step") + config.input_feeding, 1 + (self.context == "layer")
        self.cells = nn.ModuleList(cell(width * (above if layer else first), width) for layer in range(config.layers))
        # Bahdanau's read-out sees state, context and the previous word (A.2.2), Luong's state and context (eq. 5).
        self.readout = nn.Linear(width * {"step": 3, "readout": 2}.get(self.context, 1), width)
        self.output = nn.Linear(width, config.vocabulary_size)
        self.output.weight = self.embedding.weight
        self.drop_embedding = nn.Dropout(config.dropout_embedding)
        self.drop_memory = nn.Dropout(config.dropout_memory)
        self.drop_readout = nn.Dropout(config.dropout_readout)
        self.drop_layers = nn.Dropout(config.dropout_layers)
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
        interventions = fitted(interventions, self.heads, source, self.embedding.weight)
        embedded = self.embed(source)
        order = reading_order(mask) if self.config.reverse_source else None
        inputs = embedded if order is None else reorder(embedded, order)
        lengths = mask.sum(dim=1).cpu()
        packed = nn.utils.rnn.pack_padded_sequence(inputs, lengths, batch_first=True, enforce_sorted=False)
        output, final = self.encoder(packed)
        memory, _ = nn.utils.rnn.pad_packed_sequence(output, batch_first=True, total_length=source.shape[1])
        if order is not None:
            memory = reorder(memory, order)
        parts = final if isinstance(final, tuple) else (final,)  # each (layers · directions, n, D/directions)
        summary = [part.unflatten(0, (self.config.layers, -1)).permute(2, 0, 1, 3).flatten(2) for part in parts]
        details = {"hidden": torch.stack([embedded, memory], dim=1)} if detail else {}
        memory = self.drop_memory(memory)
        if detail and self.score is not None:
            read = {"keys": self.score.keys(memory), "values": self.score.values(memory)}
            details |= {name: value for name, value in read.items() if value is not None}
        return Encoded(memory, mask, None, torch.stack(summary, dim=2), interventions, details)

    def start(self, encoded: Encoded, *, width: int = 1) -> State:
        """The state before the first token: each layer from the encoder's last one, through a tanh bridge."""
        layers = [
            torch.tanh(bridge(encoded.summary[:, layer].flatten(1))).unflatten(1, (self.parts, -1))
            for layer, bridge in enumerate(self.bridge)
        ]
        hidden = torch.stack(layers, dim=1).repeat_interleave(width, dim=0)
        fed = hidden.new_zeros(len(hidden), self.config.width) if self.config.input_feeding else None
        memory, values, keys = encoded.memory, None, None
        if self.score is not None:
            values, keys = self.score.values(memory), self.score.keys(memory)
        return State(RNNSource(values, keys, encoded.mask, encoded.interventions), RNNRows(hidden, fed, 0))

    def attend(self, query: Tensor, source: RNNSource, steps: range) -> Look:
        """What query (n, Q, D) sees; `steps` are Q target positions, or the one of all rows of a beam."""
        changes = source.interventions.layer(0, steps.start, len(steps))
        gate, override = over_tensors(lambda given: given[:, 0], (changes.cross, changes.cross_attention))
        scores, factor, centre = self.score(Question(query, source.keys, source.mask, steps))
        visible = source.mask[:, None]
        attended = attend(scores, source.values, visible, factor=factor, gate=gate, override=override)
        return Look(*attended, query, centre)

    def advance(self, embedded: Tensor, rows: RNNRows, source: RNNSource, *, reads: bool) -> Turn:
        """One recurrence of B rows on embedded (B, D); whether it `reads` out, too, as it must to feed itself."""
        by_sentence = (len(source.mask), -1, self.config.width)  # (n, W, D)
        hidden, outputs, look, inputs = [], [], None, [embedded]
        steps = range(rows.length, rows.length + 1)
        if self.context == "step":
            look = self.attend(rows.hidden[:, -1, 0].view(by_sentence), source, steps)
            inputs.append(look.context.flatten(0, 1))
        if rows.fed is not None:
            inputs.append(rows.fed)
        for layer, cell in enumerate(self.cells):
            if layer:
                inputs = [self.drop_layers(outputs[-1])]
                if self.context == "layer":
                    look = look or self.attend(outputs[0].view(by_sentence), source, steps)
                    inputs.append(look.context.flatten(0, 1))
            x = torch.cat(inputs, dim=-1) if len(inputs) > 1 else inputs[0]
            before = rows.hidden[:, layer].unbind(1)
            after = cell(x, before[0] if self.parts == 1 else before)
            after = (after,) if self.parts == 1 else after
            hidden.append(torch.stack(after, dim=1))
            outputs.append(after[0] + outputs[-1] if self.config.residual and layer else after[0])
        seen, fed = None, None
        if reads:
            seen, look = self.read(outputs[-1].view(by_sentence), embedded.view(by_sentence), look, source, steps)
            fed = None if rows.fed is None else seen.flatten(0, 1)
        return Turn(RNNRows(torch.stack(hidden, dim=1), fed, rows.length + 1), outputs, look, seen)

    def read(
        self, top: Tensor, embedded: Tensor, look: Look | None, source: RNNSource, steps: range
    ) -> tuple[Tensor, Look | None]:
        """top and embedded (n, Q, D) → the attentional vector (n, Q, D), and the look whichever way it went."""
        if self.context == "readout":
            look = self.attend(top, source, steps)
        if self.context == "step":
            top = torch.cat([top, look.context, embedded], dim=-1)
        elif self.context == "readout":
            top = torch.cat([top, look.context], dim=-1)
        return self.drop_readout(torch.tanh(self.readout(top))), look

    def step(self, previous: Tensor, state: State, *, detail: bool = False) -> Step:
        """Read one token a row, previous (B,)."""
        embedded = self.embed(previous)
        rows, outputs, look, seen = self.advance(embedded, state.rows, state.source, reads=True)
        hidden = torch.stack([embedded, *outputs], dim=1) if detail else None
        answers = answers_of(over_tensors(lambda tensor: tensor.flatten(0, 1), look), hidden)
        return Step(self.output(seen).flatten(0, 1), State(state.source, rows), *answers)

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
        read, rows = self.start(self.encode(source, mask, interventions=interventions))
        embedded, turns = self.embed(target), []  # (n, T, D)
        for inputs in embedded.unbind(1):
            turns.append(self.advance(inputs, rows, read, reads=self.config.input_feeding))
            rows = turns[-1].rows
        look = joined([turn.look for turn in turns])
        if self.config.input_feeding:
            seen = torch.cat([turn.seen for turn in turns], dim=1)
        else:  # nothing flows back: all steps look and are read out at once
            top = torch.stack([turn.outputs[-1] for turn in turns], dim=1)
            seen, look = self.read(top, embedded, look, read, range(len(turns)))
        hidden = None
        if detail:
            layers = zip(*(turn.outputs for turn in turns), strict=True)
            hidden = torch.stack([embedded, *(torch.stack(layer, dim=1) for layer in layers)], dim=2)
        return Output(self.output(seen), *answers_of(look, hidden))


def joined(looks: list[Look | None]) -> Look | None:
    """The looks of single steps as one of all steps."""
    if looks[0] is None:
        return None
    return Look(*(None if parts[0] is None else torch.cat(parts, dim=1) for parts in zip(*looks, strict=True)))


def answers_of(look: Look | None, hidden: Tensor | None) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Attention and details under the contract's names; of (B, …) or (n, T, …), details where there is `hidden`."""
    attention = {} if look is None else {"cross": look.weights[:, None, None]}
    details = {} if hidden is None else {"hidden": hidden}
    if look is not None and hidden is not None:
        details |= {"scores": look.scores[:, None, None], "context": look.context, "query": look.query}
        if look.centre is not None:
            details["centre"] = look.centre
    return attention, details

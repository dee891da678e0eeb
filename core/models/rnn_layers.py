"""The recurrent model's constructor arguments, the encoder's stack, and the order in which it reads."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from core.checks import check_choice
from core.models.attention_scores import SCORES

CELLS = {"gru": (nn.GRU, nn.GRUCell, 1), "lstm": (nn.LSTM, nn.LSTMCell, 2)}  # sequence, step, tensors of state
CONTEXTS = ("step", "readout", "layer")


@dataclass(frozen=True)
class RNNConfig:
    """The constructor's arguments, as a card stores them.

    `context` says where the attended context goes: into the next "step" (Bahdanau: scored from the state before it),
    into the "readout" (Luong: scored from the state after it), or into each "layer" above the first (Wu et al. 2016:
    scored from the first layer's new state). `input_feeding`: the attentional vector is read by the next step (Luong,
    §3.3). `reverse_source`: the encoder reads from the last piece to the first (Sutskever, §3.3); what it says of a
    position still stands at that position. `residual`: a layer above the first adds what it read (Wu, §3.1).
    `window` is D of local attention, `max_positions` the size of the location table.
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
    dropout_layers: float = 0.0
    residual: bool = False
    input_feeding: bool = False
    reverse_source: bool = False
    window: int = 10
    max_positions: int = 100

    def __post_init__(self):
        for name, table in (("cell", CELLS), ("attention", SCORES), ("context", CONTEXTS)):
            check_choice(name, getattr(self, name), table)
        for name in ("vocabulary_size", "width", "layers", "window", "max_positions"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} {getattr(self, name)} is too small; valid: 1 or more")
        if self.bidirectional and self.width % 2:
            raise ValueError(f"width {self.width} is odd: each direction of the encoder takes half of it")
        if self.bidirectional and self.reverse_source:
            raise ValueError("a bidirectional encoder reads both ways: reverse_source needs bidirectional=False")
        if self.attention == "none" and self.input_feeding:
            others = ", ".join(name for name in SCORES if name != "none")
            raise ValueError(f"input_feeding feeds what attention gave, and there is none; valid attention: {others}")
        self.check_one_layer()

    def check_one_layer(self) -> None:
        """Refuse what only a stack can do."""
        if self.layers > 1:
            return
        if self.context == "layer":
            raise ValueError('context "layer" goes into the layers above the first; valid: layers 2 or more, or step')
        if self.residual or self.dropout_layers:
            name = "residual" if self.residual else "dropout_layers"
            raise ValueError(f"{name} acts between layers and there is one; valid: layers 2 or more, or without it")


def encoder_of(config: RNNConfig) -> nn.Module:
    """torch's own stack, or one with residual connections that is called like it."""
    sequence, _, _ = CELLS[config.cell]
    if config.residual:
        return ResidualStack(config)
    return sequence(
        config.width,
        config.width // 2 if config.bidirectional else config.width,
        num_layers=config.layers,
        bidirectional=config.bidirectional,
        batch_first=True,
        dropout=config.dropout_layers,
    )


class ResidualStack(nn.Module):
    """Layers of which each above the first adds what the one below gave on (Wu et al. 2016, §3.1, eq. 6)."""

    def __init__(self, config: RNNConfig):
        super().__init__()
        sequence, _, _ = CELLS[config.cell]
        size = config.width // 2 if config.bidirectional else config.width
        self.layers = nn.ModuleList(
            sequence(config.width, size, bidirectional=config.bidirectional, batch_first=True)
            for _ in range(config.layers)
        )
        self.dropout = nn.Dropout(config.dropout_layers)

    def forward(self, packed: PackedSequence) -> tuple[PackedSequence, Tensor | tuple[Tensor, ...]]:
        """Packed inputs → the last layer's packed outputs, the last states (layers · directions, n, D/directions)."""
        output, last = self.layers[0](packed)
        finals = [last]
        for layer in self.layers[1:]:
            above, last = layer(output._replace(data=self.dropout(output.data)))
            output = above._replace(data=above.data + output.data)
            finals.append(last)
        if isinstance(last, Tensor):
            return output, torch.cat(finals)
        return output, tuple(torch.cat(parts) for parts in zip(*finals, strict=True))


def reading_order(mask: Tensor) -> Tensor:
    """mask (n, S) → (n, S): each sentence's positions from its last to its first, padding in its place.

    It is its own inverse: reading_order([[1, 1, 1, 0]]) -> [[2, 1, 0, 3]]
    """
    positions = torch.arange(mask.shape[1], device=mask.device)
    return torch.where(mask, mask.sum(dim=1, keepdim=True) - 1 - positions, positions)


def reorder(x: Tensor, order: Tensor) -> Tensor:
    """x (n, S, D) with position order[i] of each sentence at i."""
    return x.gather(1, order[:, :, None].expand_as(x))

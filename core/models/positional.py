"""Positions for a model that sees a set: sinusoidal or learned tables, added to the embeddings, or none at all."""

import torch
from torch import Tensor, nn


def sinusoidal(length: int, width: int, *, base: float = 10_000.0, first: int = 0) -> Tensor:
    """(length, width): sin and cos interleaved, wavelengths from 2π to base · 2π (Vaswani et al. 2017, §3.5).

    sinusoidal(2, 2) -> [[0, 1], [sin 1, cos 1]]
    """
    position = torch.arange(first, first + length, dtype=torch.float64)[:, None]
    rate = base ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    table = torch.zeros(length, width, dtype=torch.float64)
    table[:, 0::2] = torch.sin(position * rate)
    table[:, 1::2] = torch.cos(position * rate)[:, : width // 2]
    return table.float()


class Sinusoidal(nn.Module):
    """The sinusoidal table, without a limit on length."""

    def __init__(self, width: int, max_positions: int):
        super().__init__()
        self.register_buffer("table", sinusoidal(max_positions, width), persistent=False)

    def forward(self, first: int, length: int) -> Tensor:
        """(length, D) for positions first … first + length - 1."""
        if first + length > len(self.table):
            return sinusoidal(length, self.table.shape[1], first=first).to(self.table)
        return self.table[first : first + length]


class Learned(nn.Module):
    """A trained vector a position (Gehring et al. 2017); positions past the last share its vector."""

    def __init__(self, width: int, max_positions: int):
        super().__init__()
        self.table = nn.Parameter(torch.randn(max_positions, width) * width**-0.5)

    def forward(self, first: int, length: int) -> Tensor:
        """(length, D) for positions first … first + length - 1."""
        positions = torch.arange(first, first + length, device=self.table.device)
        return self.table[positions.clamp(max=len(self.table) - 1)]


class Unplaced(nn.Module):
    """Adds nothing: the encoder sees a set, and the decoder an order only by what its mask hides."""

    def __init__(self, width: int, _max_positions: int):
        super().__init__()
        self.register_buffer("nothing", torch.zeros(1, width), persistent=False)

    def forward(self, _first: int, _length: int) -> Tensor:
        """(1, D) zeros, for any positions."""
        return self.nothing


POSITIONS = {"sinusoidal": Sinusoidal, "learned": Learned, "none": Unplaced}

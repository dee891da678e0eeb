"""Positions for a model that sees a set: added to the embeddings (`POSITIONS`) or in self-attention (`RELATIVE`)."""

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


class Rotary(nn.Module):
    """Queries and keys turned by their position, pair by pair: position · 10000^(-2i/d) (Su et al. 2021, eq. 13-15)."""

    def __init__(self, _heads: int, size: int, max_positions: int, _kept: tuple[int, ...] | None = None):
        super().__init__()
        self.angles = Sinusoidal(size, max_positions)

    def place(self, x: Tensor, first: int) -> Tensor:
        """Queries or keys (…, Q, d) at positions first … → the same, turned; d is even."""
        sin, cos = self.angles(first, x.shape[-2]).unflatten(-1, (-1, 2)).unbind(-1)  # (Q, d/2)
        even, odd = x.unflatten(-1, (-1, 2)).unbind(-1)
        return torch.stack([even * cos - odd * sin, even * sin + odd * cos], dim=-1).flatten(-2)

    def weigh(self, scores: Tensor, _first: int) -> Tensor:
        """Scores as they are: turned queries and keys already meet at the angle of their distance."""
        return scores


class LinearBiases(nn.Module):
    """ALiBi: scores less slope · distance, with the slopes 2^(-8h/H) of heads h = 1 … H (Press et al. 2022, §3).

    Only of the heads `kept`, from 0, where some are pruned.
    """

    def __init__(self, heads: int, _size: int, _max_positions: int, kept: tuple[int, ...] | None = None):
        super().__init__()
        slopes = 2.0 ** (-8 * torch.arange(1, heads + 1, dtype=torch.float64) / heads)
        slopes = slopes if kept is None else slopes[list(kept)]
        self.register_buffer("slopes", slopes.float()[:, None, None], persistent=False)

    def place(self, x: Tensor, _first: int) -> Tensor:
        """Queries and keys as they are."""
        return x

    def weigh(self, scores: Tensor, first: int) -> Tensor:
        """Scores (…, H, Q, S) of queries at positions first … and keys at 0 …, less what their distance costs."""
        queries, keys = scores.shape[-2:]
        positions = torch.arange(max(first + queries, keys), device=scores.device)
        distance = (positions[first : first + queries, None] - positions[:keys]).abs()  # (Q, S)
        return scores - self.slopes * distance


POSITIONS = {"sinusoidal": Sinusoidal, "learned": Learned, "none": Unplaced, "rotary": Unplaced, "alibi": Unplaced}
RELATIVE = {"rotary": Rotary, "alibi": LinearBiases}

"""Models made ready to search with on a CPU: the same numbers, more steps a second."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from core.models.ensemble import Ensemble
from core.models.packed_transformer import PackedTransformer
from core.models.products import product
from core.models.transformer import Transformer


class PackedLinear(nn.Module):
    """`linear`, whose weights do not train; what needs a gradient goes through the ordinary product."""

    def __init__(self, linear: nn.Linear):
        super().__init__()
        self.plain, self.product = linear, product(linear.weight, linear.bias)

    def forward(self, x: Tensor) -> Tensor:
        """x (…, in) → (…, out)."""
        return self.plain(x) if x.requires_grad else self.product(x)


class PackedGRUCell(nn.Module):
    """`cell`, whose weights do not train (Cho et al. 2014, with the reset gate after the product, as torch has it)."""

    def __init__(self, cell: nn.GRUCell):
        super().__init__()
        self.plain = cell
        self.read, self.recall = product(cell.weight_ih, cell.bias_ih), product(cell.weight_hh, cell.bias_hh)

    def forward(self, x: Tensor, hidden: Tensor) -> Tensor:
        """x (B, in), hidden (B, D) → the next hidden state."""
        if x.requires_grad or hidden.requires_grad:
            return self.plain(x, hidden)
        size = hidden.shape[1]
        read, recalled = self.read(x), self.recall(hidden)  # (B, 3D): reset, update, new
        reset, update = torch.sigmoid(read[:, : 2 * size] + recalled[:, : 2 * size]).chunk(2, dim=1)
        new = torch.tanh(torch.addcmul(read[:, 2 * size :], reset, recalled[:, 2 * size :]))
        return torch.lerp(new, hidden, update)


class PackedLSTMCell(nn.Module):
    """`cell`, whose weights do not train (Hochreiter & Schmidhuber 1997, with a forget gate)."""

    def __init__(self, cell: nn.LSTMCell):
        super().__init__()
        self.plain = cell
        self.read, self.recall = product(cell.weight_ih, cell.bias_ih), product(cell.weight_hh, cell.bias_hh)

    def forward(self, x: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """x (B, in), h and c (B, D) → the next h and c."""
        hidden, cell = state
        if x.requires_grad or hidden.requires_grad:
            return self.plain(x, state)
        enter, forget, new, leave = (self.read(x) + self.recall(hidden)).chunk(4, dim=1)
        cell = torch.sigmoid(forget) * cell + torch.sigmoid(enter) * torch.tanh(new)
        return torch.sigmoid(leave) * torch.tanh(cell), cell


PACKED: dict[type[nn.Module], Callable[[nn.Module], nn.Module]] = {
    nn.Linear: PackedLinear,
    nn.GRUCell: PackedGRUCell,
    nn.LSTMCell: PackedLSTMCell,
}


def pack(model: nn.Module) -> nn.Module:
    """A loaded model (on the CPU, not to be trained) made ready; the given one is used up."""
    if isinstance(model, Ensemble):
        return Ensemble([pack(part) for part in model.models])
    ready = PackedTransformer(model) if isinstance(model, Transformer) else model
    for parent in list(model.modules()):
        for name, part in parent.named_children():
            trained = any(weight.requires_grad for weight in part.parameters())
            if type(part) in PACKED and not trained and type(parent) not in PACKED.values():
                setattr(parent, name, PACKED[type(part)](part))
    return ready

"""How a recurrent decoder scores the source positions: one class a kind, from the papers, and the table of them.

Every kind has `keys` and `values`, computed once a sentence, and `forward`, which answers a `Question`. In equations s
is the state that asks, h a state of the encoder; Q counts a sentence's queries: steps of a target or rows of a beam.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.models.attention import scaled_dot_product


class Sizes(NamedTuple):
    """What a kind is built from."""

    width: int
    window: int  # D of local attention: positions seen on either side of its centre
    max_positions: int  # rows of the location table


class Question(NamedTuple):
    """What a kind may look at."""

    query: Tensor  # s, (n, Q, D)
    keys: Tensor | None  # what `keys` made, (n, S, D)
    mask: Tensor  # (n, S)
    steps: range  # the queries' target positions: Q of them, or one that all queries share


class Scored(NamedTuple):
    """A kind's answer; `attend` does the rest."""

    scores: Tensor  # (n, Q, S), -inf outside a window
    factor: Tensor | None = None  # (n, Q, S) multiplies the weights
    centre: Tensor | None = None  # (n, Q) of the window, in source positions


class Score(nn.Module):
    """A kind without maps of its own: keys and values are the encoder's states h."""

    def __init__(self, _sizes: Sizes):
        super().__init__()

    def keys(self, memory: Tensor) -> Tensor | None:
        """What is compared with s, once a sentence: (n, S, D) → (n, S, D); None where h is not looked at."""
        return memory

    def values(self, memory: Tensor) -> Tensor:
        """What the weights sum up, once a sentence: (n, S, D) → (n, S, D)."""
        return memory


class Mean(Score):
    """score = 0: the mean of all states, whatever s says (the uniform baseline of Wiegreffe & Pinter 2019, §3.1)."""

    def keys(self, memory: Tensor) -> None:
        """No h is looked at."""

    def forward(self, question: Question) -> Scored:
        """query (n, Q, D), mask (n, S) → zeros (n, Q, S)."""
        return Scored(question.query.new_zeros(*question.query.shape[:2], question.mask.shape[1]))


class Dot(Score):
    """score = sᵀ h (Luong et al. 2015, §3.1, dot)."""

    def forward(self, question: Question) -> Scored:
        """query (n, Q, D), keys (n, S, D) → scores (n, Q, S)."""
        return Scored(question.query @ question.keys.transpose(1, 2))


class ScaledDot(Score):
    """score = sᵀ h / √D (Vaswani et al. 2017, eq. 1)."""

    def forward(self, question: Question) -> Scored:
        """query (n, Q, D), keys (n, S, D) → scores (n, Q, S)."""
        return Scored(scaled_dot_product(question.query, question.keys))


class Cosine(Score):
    """score = β cos(s, h), β = softplus(wᵀ s + b), the key strength (Graves et al. 2014, arXiv 1410.5401, eq. 5-6)."""

    def __init__(self, sizes: Sizes):
        super().__init__(sizes)
        self.strength = nn.Linear(sizes.width, 1)

    def keys(self, memory: Tensor) -> Tensor:
        """h / |h|: (n, S, D) → (n, S, D)."""
        return functional.normalize(memory, dim=-1)

    def forward(self, question: Question) -> Scored:
        """query (n, Q, D), keys (n, S, D) → scores (n, Q, S)."""
        strength = functional.softplus(self.strength(question.query))  # (n, Q, 1)
        return Scored(strength * functional.normalize(question.query, dim=-1) @ question.keys.transpose(1, 2))


class General(Score):
    """score = sᵀ W h (Luong et al. 2015, §3.1, general)."""

    def __init__(self, sizes: Sizes):
        super().__init__(sizes)
        self.key = nn.Linear(sizes.width, sizes.width, bias=False)

    def keys(self, memory: Tensor) -> Tensor:
        """W h: (n, S, D) → (n, S, D)."""
        return self.key(memory)

    def forward(self, question: Question) -> Scored:
        """query (n, Q, D), keys (n, S, D) → scores (n, Q, S)."""
        return Scored(question.query @ question.keys.transpose(1, 2))


class Concat(Score):
    """score = vᵀ tanh(W [s; h]) (Luong et al. 2015, §3.1, concat)."""

    def __init__(self, sizes: Sizes):
        super().__init__(sizes)
        self.weight = nn.Parameter(torch.empty(sizes.width, 2 * sizes.width))
        self.energy = nn.Linear(sizes.width, 1, bias=False)

    def keys(self, memory: Tensor) -> Tensor:
        """The right half of W times h: (n, S, D) → (n, S, D)."""
        return functional.linear(memory, self.weight.chunk(2, dim=1)[1])

    def forward(self, question: Question) -> Scored:
        """query (n, Q, D), keys (n, S, D) → scores (n, Q, S)."""
        query = functional.linear(question.query, self.weight.chunk(2, dim=1)[0])
        return Scored(self.energy(torch.tanh(query[:, :, None] + question.keys[:, None])).squeeze(-1))


class Additive(Score):
    """score = vᵀ tanh(W s + b + U h) (Bahdanau et al. 2015, A.1.2)."""

    def __init__(self, sizes: Sizes):
        super().__init__(sizes)
        self.query = nn.Linear(sizes.width, sizes.width)
        self.key = nn.Linear(sizes.width, sizes.width, bias=False)
        self.energy = nn.Linear(sizes.width, 1, bias=False)

    def keys(self, memory: Tensor) -> Tensor:
        """U h: (n, S, D) → (n, S, D)."""
        return self.key(memory)

    def forward(self, question: Question) -> Scored:
        """query (n, Q, D), keys (n, S, D) → scores (n, Q, S)."""
        query = self.query(question.query)
        return Scored(self.energy(torch.tanh(query[:, :, None] + question.keys[:, None])).squeeze(-1))


class QueryKeyValue(General):
    """score = (V s)ᵀ (W h) / √D, and the context sums U h (Vaswani et al. 2017, eq. 1, with one head)."""

    def __init__(self, sizes: Sizes):
        super().__init__(sizes)
        self.query, self.value = (nn.Linear(sizes.width, sizes.width, bias=False) for _ in range(2))

    def values(self, memory: Tensor) -> Tensor:
        """U h: (n, S, D) → (n, S, D)."""
        return self.value(memory)

    def forward(self, question: Question) -> Scored:
        """query (n, Q, D), keys (n, S, D) → scores (n, Q, S)."""
        return Scored(scaled_dot_product(self.query(question.query), question.keys))


class Location(Score):
    """Scores of all positions at once = W s, whatever h says (Luong et al. 2015, eq. 8).

    W has `max_positions` rows: a short sentence uses the first of them, of a long one the words past the last are
    never looked at (their footnote 7).
    """

    def __init__(self, sizes: Sizes):
        super().__init__(sizes)
        self.table = nn.Linear(sizes.width, sizes.max_positions, bias=False)

    def keys(self, memory: Tensor) -> None:
        """No h is looked at."""

    def forward(self, question: Question) -> Scored:
        """query (n, Q, D), mask (n, S) → scores (n, Q, S)."""
        scores = self.table(question.query)
        missing = question.mask.shape[1] - scores.shape[-1]  # below 0, as many unused rows are cut off
        return Scored(functional.pad(scores, (0, missing), value=float("-inf")))


class LocalMonotonic(General):
    """local-m: `general` within D positions of p = t, the step, or of the last one (Luong et al. 2015, §3.2)."""

    def __init__(self, sizes: Sizes):
        super().__init__(sizes)
        self.window = sizes.window

    def centre(self, question: Question) -> Tensor:
        """p (n, Q), in source positions; past the sentence's end it stays at its last position."""
        steps = torch.arange(question.steps.start, question.steps.stop, device=question.mask.device)
        centre = torch.minimum(steps, question.mask.sum(dim=1, keepdim=True) - 1)
        return centre.to(question.query).expand(question.query.shape[:2])

    def forward(self, question: Question) -> Scored:
        """query (n, Q, D), keys (n, S, D) → scores (n, Q, S), -inf outside the window."""
        centre = self.centre(question)
        positions = torch.arange(question.mask.shape[1], device=centre.device)
        outside = (positions - centre[:, :, None]).abs() > self.window  # (n, Q, S)
        return Scored(super().forward(question).scores.masked_fill(outside, float("-inf")), centre=centre)


class LocalPredictive(LocalMonotonic):
    """local-p: p = S sigmoid(vᵀ tanh(W s)), and weights times exp(-(position - p)² / 2σ²), σ = D / 2 (Luong, §3.2).

    S is the sentence's own length; positions are counted from 0.
    """

    def __init__(self, sizes: Sizes):
        super().__init__(sizes)
        self.hidden = nn.Linear(sizes.width, sizes.width, bias=False)
        self.place = nn.Linear(sizes.width, 1, bias=False)

    def centre(self, question: Question) -> Tensor:
        """p: (n, Q)."""
        share = torch.sigmoid(self.place(torch.tanh(self.hidden(question.query)))).squeeze(-1)
        return question.mask.sum(dim=1, keepdim=True) * share

    def forward(self, question: Question) -> Scored:
        """query (n, Q, D), keys (n, S, D) → scores (n, Q, S) and the Gaussian: 1 at the centre, e⁻² at the edge."""
        scored = super().forward(question)
        positions = torch.arange(question.mask.shape[1], device=question.mask.device)
        distance = (positions - scored.centre[:, :, None]) / (self.window / 2)  # (n, Q, S), in σ
        return scored._replace(factor=torch.exp(-0.5 * distance**2))


SCORES = {
    "none": None,
    "mean": Mean,
    "dot": Dot,
    "scaled-dot": ScaledDot,
    "cosine": Cosine,
    "general": General,
    "concat": Concat,
    "additive": Additive,
    "query-key-value": QueryKeyValue,
    "location": Location,
    "local-m": LocalMonotonic,
    "local-p": LocalPredictive,
}

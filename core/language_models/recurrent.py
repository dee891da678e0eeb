"""A recurrent language model: LSTM layers over words (Mikolov et al. 2010; Zaremba et al. 2014, arXiv 1409.2329)."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.checks import check_range
from core.models.contract import Output, State, Step


@dataclass(frozen=True)
class RecurrentConfig:
    """The constructor's arguments; a `backward` model reads, and so writes, each sentence from its end."""

    vocabulary_size: int
    width: int = 256
    layers: int = 2
    dropout: float = 0.2
    backward: bool = False

    def __post_init__(self):
        for name in ("vocabulary_size", "width", "layers"):
            check_range(name.replace("_", " "), getattr(self, name), 1, 1_000_000)
        check_range("dropout", self.dropout, 0.0, 0.99, whole=False)


class RecurrentLanguageModel(nn.Module):
    """A `LanguageModel`; the embedding is the output matrix, too (Press & Wolf 2017, arXiv 1608.05859)."""

    heads: Mapping[str, tuple[int, int]] = {}
    absent = ()

    def __init__(self, config: RecurrentConfig):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary_size, config.width)
        self.layers = nn.ModuleList(nn.LSTM(config.width, config.width, batch_first=True) for _ in range(config.layers))
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(config.width, config.vocabulary_size)
        self.output.weight = self.embedding.weight
        nn.init.normal_(self.embedding.weight, std=config.width**-0.5)
        nn.init.zeros_(self.output.bias)

    def start(self, sentences: int, *, width: int = 1) -> State:
        """The state before the first token: zeros."""
        like = self.embedding.weight
        hidden = like.new_zeros(sentences * width, 2, self.config.layers, self.config.width)
        return State(like.new_zeros(sentences, 1), (hidden,))

    def read(self, ids: Tensor, hidden: Tensor) -> tuple[list[Tensor], Tensor]:
        """ids (B, T), hidden (B, 2, L, D) → what each layer gave on, the embeddings first, (B, T, D), and the state."""
        outputs, states = [self.embedding(ids) * self.config.width**0.5], []
        for index, layer in enumerate(self.layers):
            before = tuple(part[None].contiguous() for part in hidden[:, :, index].unbind(1))
            above, after = layer(self.dropout(outputs[-1]), before)
            outputs.append(above)
            states.append(torch.stack([part[0] for part in after], dim=1))
        return outputs, torch.stack(states, dim=2)

    def step(self, previous: Tensor, state: State, *, detail: bool = False) -> Step:
        """Read one token a row, previous (B,); consumes `state`."""
        outputs, hidden = self.read(previous[:, None], *state.rows)
        logits = self.output(self.dropout(outputs[-1]))[:, 0]
        details = {"hidden": torch.cat(outputs, dim=1)} if detail else {}
        return Step(logits, State(state.source, (hidden,)), {}, details)

    def forward(self, target: Tensor, *, detail: bool = False) -> Output:
        """Teacher forcing: target (n, T) is what is read, `<bos>` first; hidden (n, T, L+1, D)."""
        outputs, _ = self.read(target, *self.start(len(target)).rows)
        details = {"hidden": torch.stack(outputs, dim=2)} if detail else {}
        return Output(self.output(self.dropout(outputs[-1])), {}, details)

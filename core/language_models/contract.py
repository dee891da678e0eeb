"""The contract between language models and decoders; shapes and details are those of `core.models.contract`."""

from collections.abc import Mapping
from typing import Protocol

from torch import Tensor

from core.changes import Head
from core.models.contract import Output, State, StepModel


class LanguageModel(StepModel, Protocol):
    """What continues a text, and reads nothing else."""

    heads: Mapping[str, tuple[int, int]]  # {"decoder": (L, H)} where it attends to what it has read
    absent: tuple[Head, ...]

    def start(self, sentences: int, *, width: int = 1) -> State:
        """The state before the first token, `width` live rows a sentence."""

    def forward(self, target: Tensor, *, detail: bool = False) -> Output:
        """Teacher forcing: target (n, T) is what is read, `<bos>` first."""

"""A made-up model whose next-token scores are drawn from a seed, a row of them for every prefix."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from core.decoding.recording import Recorder, record
from core.decoding.search import Frontier
from core.models.contract import State, Step
from core.records import SearchTree
from core.text.subwords import BOS, SPECIAL

PRIME = 7919
TOKENS = (*SPECIAL, "a", "b", "c", "d")


class Scored:
    """Meets the step contract: the logits (V,) after a prefix are a row of a random table, looked up by its hash."""

    def __init__(self, seed: int, vocabulary: int = 7, sharpness: float = 1.5):
        drawn = torch.Generator().manual_seed(seed)
        self.table = torch.randn(PRIME, vocabulary, generator=drawn, dtype=torch.float64) * sharpness

    def start(self, sentences: int = 1, *, width: int = 1) -> State:
        """Rows that stand before their first token; sentences differ in what they begin with."""
        return State(torch.arange(sentences), torch.arange(sentences).repeat_interleave(width) + 17)

    def step(self, previous: Tensor, state: State, *, detail: bool = False) -> Step:
        """Read one token a row."""
        codes = (state.rows * 31 + previous * 7 + 3) % PRIME
        return Step(self.table[codes].float(), State(state.source, codes), {}, {})

    def logprobs(self, ids: Sequence[int], sentence: int = 0) -> list[float]:
        """The log-probability of each token, read one by one."""
        state, found = State(torch.tensor([sentence]), torch.tensor([sentence + 17])), []
        for previous, token in zip((BOS, *ids), ids, strict=False):
            answer = self.step(torch.tensor([previous]), state)
            found.append(answer.logits.double().log_softmax(-1)[0, token].item())
            state = answer.state
        return found


def tree_of(frontiers: Iterable[Frontier], sentence: int = 0) -> SearchTree:
    """The record of one sentence's search."""
    recorders = defaultdict(lambda: Recorder(TOKENS))
    for frontier in frontiers:
        record(frontier, recorders)
    return recorders[sentence].tree()

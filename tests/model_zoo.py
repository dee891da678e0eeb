"""Small random models of every family and every choice in the tables, for tests that hold for all of them."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product

import torch
from torch import Tensor, nn

from core.models.attention import SCORES
from core.models.positional import POSITIONS
from core.models.rnn import CELLS, CONTEXTS, RNN, RNNConfig
from core.models.transformer import Transformer
from core.models.transformer_layers import NORMS, TransformerConfig
from core.text.subwords import EOS, Subwords

VOCABULARY_SIZE = 8  # the four special tokens and four words
MAX_POSITIONS = 8  # fewer than some tests have tokens
torch.set_num_threads(1)  # the same sums in the same order, and the quickest for models as small as these


def random_model(construct: Callable[..., nn.Module], config: RNNConfig | TransformerConfig) -> nn.Module:
    """The model in evaluation mode; biases and norms are random too, so that none can be left out unseen."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = construct(config)
        for weight in model.parameters():
            if weight.dim() == 1:
                nn.init.normal_(weight, mean=weight.mean().item(), std=0.3)
    return model.eval()


def rnn(cell: str, layers: int, bidirectional: bool, attention: str, context: str) -> nn.Module:
    """A recurrent model of width 6."""
    config = RNNConfig(VOCABULARY_SIZE, 6, layers, cell, bidirectional, attention, context)
    return random_model(RNN, config)


def transformer(norm: str, positions: str, tied: bool) -> nn.Module:
    """A Transformer with 3 heads of width 2 in 2 + 2 layers."""
    config = TransformerConfig(
        VOCABULARY_SIZE,
        width=6,
        heads=3,
        encoder_layers=2,
        decoder_layers=2,
        feed_forward=10,
        norm=norm,
        positions=positions,
        tied=tied,
        max_positions=MAX_POSITIONS,
    )
    return random_model(Transformer, config)


RNNS: dict[str, Callable[[], nn.Module]] = {
    f"{cell}-{layers}-{'bi' if both else 'uni'}-{attention}-{context}": partial(
        rnn, cell, layers, both, attention, context
    )
    for cell, layers, both, attention in product(CELLS, (1, 2), (False, True), SCORES)
    for context in (CONTEXTS if attention != "none" else CONTEXTS[:1])
}
TRANSFORMERS: dict[str, Callable[[], nn.Module]] = {
    f"transformer-{norm}-{positions}-{'tied' if tied else 'untied'}": partial(transformer, norm, positions, tied)
    for norm, positions, tied in product(NORMS, POSITIONS, (True, False))
}
MODELS = RNNS | TRANSFORMERS


def vocabulary() -> Subwords:
    """A vocabulary of that size: the special tokens, a, b, c and the mark of a space."""
    return Subwords.train(["a b c"], VOCABULARY_SIZE)


def sources(lengths: Sequence[int], seed: int = 1) -> tuple[Tensor, Tensor]:
    """Random sentences of these lengths, `<eos>` included: ids (n, S), padded with 0, and mask (n, S)."""
    mask = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    ids = random_ids(len(lengths), max(lengths), seed)
    ids[torch.arange(len(lengths)), torch.tensor(lengths) - 1] = EOS
    return ids.where(mask, 0), mask


def random_ids(rows: int, length: int, seed: int = 1) -> Tensor:
    """(rows, length) ids of words and special tokens, no padding."""
    drawn = torch.Generator().manual_seed(seed)
    return torch.randint(1, VOCABULARY_SIZE, (rows, length), generator=drawn)

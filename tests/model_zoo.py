"""Small random models of every family and every choice in the tables, for tests that hold for all of them."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product

import torch
from torch import Tensor, nn

from core.models.attention_scores import SCORES
from core.models.ensemble import Ensemble
from core.models.rnn import RNN
from core.models.rnn_layers import CONTEXTS, RNNConfig
from core.models.transformer import Transformer
from core.models.transformer_layers import TransformerConfig
from core.text.subwords import EOS, Subwords

VOCABULARY_SIZE = 8  # the four special tokens and four words
MAX_POSITIONS = 8  # fewer than some tests have tokens
WINDOW = 2
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


def recurrent(attention: str = "additive", context: str = "step", **others: bool | int | str) -> RNNConfig:
    """The arguments of a recurrent model of width 6, with two layers where the context needs them."""
    sizes = {"layers": 2 if context == "layer" else 1, "window": WINDOW, "max_positions": MAX_POSITIONS}
    return RNNConfig(VOCABULARY_SIZE, 6, attention=attention, context=context, **(sizes | others))


def rnn_name(config: RNNConfig) -> str:
    """As in gru-1-bi-additive-step-fed."""
    ways = "bi" if config.bidirectional else "uni"
    marks = {"fed": config.input_feeding, "reversed": config.reverse_source, "residual": config.residual}
    marked = [mark for mark, has in marks.items() if has]
    return "-".join([config.cell, str(config.layers), ways, config.attention, config.context, *marked])


KEPT = {  # what pruning may leave: one head, some, all
    "encoder": [[1], [0, 1, 2]],
    "decoder": [[0, 2], [1]],
    "cross": [[1, 2], [0]],
}
NOTHING = {"encoder": [[], [2]], "decoder": [[0, 1], []], "cross": [[], [0, 1, 2]]}  # or none at all, here and there


def transformer(norm: str, positions: str, tied: bool, kept: dict[str, list[list[int]]] | None = None) -> nn.Module:
    """A Transformer with 3 heads of width 2 in 2 + 2 layers, or what pruning left of them."""
    config = TransformerConfig(
        VOCABULARY_SIZE,
        width=6,
        heads=3,
        encoder_layers=2 if kept is None else len(kept["encoder"]),
        decoder_layers=2,
        feed_forward=10,
        norm=norm,
        positions=positions,
        tied=tied,
        max_positions=MAX_POSITIONS,
        kept=kept,
    )
    return random_model(Transformer, config)


KINDS = [name for name in SCORES if name != "none"]
LOOKING = {  # each kind with each context, without and with input feeding
    (kind, context, fed): recurrent(kind, context, input_feeding=fed)
    for kind, context, fed in product(KINDS, CONTEXTS, (False, True))
}
UNI, BACK = {"bidirectional": False}, {"bidirectional": False, "reverse_source": True}
FED, ADDED, LSTM = {"input_feeding": True}, {"residual": True}, {"cell": "lstm"}
# Every kind, and every pair of all else that goes together: test_contract counts them.
PAIRED = [
    recurrent("none", **UNI),
    recurrent("none", layers=2, **UNI, **LSTM),
    recurrent("none", layers=3, **ADDED),
    recurrent("none", layers=3, **BACK),
    recurrent("mean", "layer", layers=3, **BACK),
    recurrent("dot", "readout", layers=3, **UNI, **FED, **ADDED, **LSTM),
    recurrent("scaled-dot", "readout", **FED, **LSTM),
    recurrent("cosine", "layer", layers=3, **BACK, **FED, **ADDED, **LSTM),
    recurrent("general", "readout", layers=2, **UNI, **LSTM),
    recurrent("concat", "step", layers=2, **BACK, **FED, **ADDED, **LSTM),
    recurrent("additive", "step"),
    recurrent("query-key-value", "layer", layers=3, **UNI, **ADDED),
    recurrent("location", "readout", **BACK),
    recurrent("local-m", "layer", layers=2, **FED, **ADDED),
    recurrent("local-p", "step", layers=3, **UNI, **FED, **LSTM),
]
RNNS = {rnn_name(config): partial(random_model, RNN, config) for config in PAIRED}
MORE_RNNS = {rnn_name(config): partial(random_model, RNN, config) for config in LOOKING.values()}
TRANSFORMERS: dict[str, Callable[[], nn.Module]] = {
    f"transformer-{norm}-{positions}-{'tied' if tied else 'untied'}": partial(transformer, norm, positions, tied)
    for norm, positions, tied in (
        ("post", "sinusoidal", True),
        ("post", "sinusoidal", False),
        ("post", "learned", True),
        ("post", "none", True),
        ("post", "rotary", False),
        ("post", "alibi", True),
        ("pre", "sinusoidal", True),
        ("pre", "learned", False),
        ("pre", "none", False),
        ("pre", "rotary", True),
        ("pre", "alibi", False),
    )
}
PRUNED: dict[str, Callable[[], nn.Module]] = {
    f"pruned-{norm}-{positions}": partial(transformer, norm, positions, True, kept)
    for norm, positions, kept in (
        ("post", "alibi", KEPT),
        ("post", "rotary", NOTHING),
        ("pre", "rotary", KEPT | {"encoder": [[0, 2]]}),  # of one layer
    )
}
SINGLE = RNNS | TRANSFORMERS | PRUNED


def ensemble(*names: str) -> nn.Module:
    """Several of them as one."""
    return Ensemble([SINGLE[name]() for name in names]).eval()


ENSEMBLES: dict[str, Callable[[], nn.Module]] = {
    "ensemble-of-recurrent": partial(ensemble, "gru-1-bi-additive-step", "lstm-2-uni-general-readout"),
    "ensemble-half-attending": partial(ensemble, "gru-1-bi-additive-step", "lstm-2-uni-none-step"),
    "ensemble-of-transformers": partial(ensemble, "transformer-post-alibi-tied", "transformer-pre-learned-untied"),
    "ensemble-of-both": partial(ensemble, "lstm-2-uni-general-readout", "transformer-pre-rotary-tied"),
}
MODELS = SINGLE | ENSEMBLES
EVERY = MODELS | MORE_RNNS  # what MODELS leaves out, a kind with a context, meets the main laws
# An ensemble of models that look in different numbers of layers does not say where.
HEADED = TRANSFORMERS | PRUNED
ATTENDING = [name for name in MODELS if name in HEADED or ("-none-" not in name and name != "ensemble-of-both")]
# For decoders, which know the contract alone: one that looks, one that does not, one that keeps a cache, two at once.
DECODED = ("gru-1-bi-additive-step", "lstm-2-uni-none-step", "transformer-pre-learned-untied", "ensemble-of-both")


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

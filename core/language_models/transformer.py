"""A decoder-only Transformer: masked self-attention alone (Radford et al. 2018; Vaswani et al. 2017, §3.1)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.models.attention import Attended, merge_heads
from core.models.contract import NONE, Interventions, Output, State, Step
from core.models.kept_heads import linear
from core.models.positional import POSITIONS
from core.models.transformer_layers import FeedForward, LooksBack, Residual, TransformerConfig, relative_positions


class OwnLayer(LooksBack, nn.Module):
    """Masked self-attention and a feed-forward block."""

    def __init__(self, config: TransformerConfig, index: int):
        super().__init__()
        self.heads, self.rate = config.heads_of("decoder", index), config.dropout_attention
        self.relative = relative_positions(config, self.heads)
        self.query_key_value = linear(config.width, 3 * self.heads.width)
        self.self_output = linear(self.heads.width, config.width)
        self.feed_forward = FeedForward(config)
        self.residuals = nn.ModuleList(Residual(config) for _ in range(2))

    def forward(self, x: Tensor, cache: Tensor | None, changes: Interventions = NONE) -> tuple[Tensor, Attended]:
        """x (n, T, D), or a beam's rows (1, B, D) with their cache → x, attention (n, H, T, T) or (B, H, 1, t)."""
        looking, feeding = self.residuals
        looked = self.look_back(looking.enter(x), cache, changes)
        x = looking.leave(x, self.self_output(merge_heads(looked.context)).view(x.shape))
        return feeding.leave(x, self.feed_forward(feeding.enter(x))), looked


class TransformerLanguageModel(nn.Module):
    """A `LanguageModel`: the decoder of a Transformer that has no source."""

    absent = ()

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.config = config
        self.heads = {"decoder": (config.decoder_layers, config.heads)}
        self.embedding = nn.Embedding(config.vocabulary_size, config.width)
        self.positions = POSITIONS[config.positions](config.width, config.max_positions)
        self.dropout = nn.Dropout(config.dropout)
        self.layers = nn.ModuleList(OwnLayer(config, index) for index in range(config.decoder_layers))
        self.norm = nn.LayerNorm(config.width) if config.norm == "pre" else nn.Identity()
        self.output = nn.Linear(config.width, config.vocabulary_size)
        self.output.weight = self.embedding.weight
        nn.init.normal_(self.embedding.weight, std=config.width**-0.5)
        nn.init.zeros_(self.output.bias)

    def embed(self, ids: Tensor, first: int) -> Tensor:
        """ids (n, T) at positions first … → (n, T, D), scaled by √D."""
        return self.dropout(self.embedding(ids) * self.config.width**0.5 + self.positions(first, ids.shape[1]))

    def start(self, sentences: int, *, width: int = 1) -> State:
        """The state before the first token: an empty cache (B, L, 2, H, 0, D/H)."""
        config, like = self.config, self.embedding.weight
        cache = like.new_empty(sentences * width, config.decoder_layers, 2, config.heads, 0, config.head_width)
        return State(like.new_zeros(sentences, 1), (cache,))

    def read(self, x: Tensor, cache: Tensor | None) -> tuple[list[Tensor], list[Attended]]:
        """x through all layers: what each gave on, x first, and what each attended to."""
        hidden, looked = [x], []
        for index, layer in enumerate(self.layers):
            x, look = layer(x, None if cache is None else cache[:, index])
            hidden.append(x)
            looked.append(look)
        return hidden, looked

    def step(self, previous: Tensor, state: State, *, detail: bool = False) -> Step:
        """Read one token a row, previous (B,), into the cache; consumes `state`."""
        (cache,) = state.rows
        cache = functional.pad(cache, (0, 0, 0, 1))
        x = self.embed(previous[:, None], cache.shape[4] - 1).transpose(0, 1)  # (1, B, D)
        hidden, looked = self.read(x, cache)
        attention = {"decoder": torch.stack([own.weights for own in looked], dim=1).squeeze(3)}
        details = {"hidden": torch.stack(hidden, dim=2)[0]} if detail else {}
        return Step(self.output(self.norm(hidden[-1]))[0], State(state.source, (cache,)), attention, details)

    def forward(self, target: Tensor, *, detail: bool = False) -> Output:
        """Teacher forcing: target (n, T) is what is read, `<bos>` first; hidden (n, T, L+1, D)."""
        hidden, looked = self.read(self.embed(target, 0), None)
        details = {"hidden": torch.stack(hidden, dim=2)} if detail else {}
        attention = {"decoder": torch.stack([own.weights for own in looked], dim=1)}
        return Output(self.output(self.norm(hidden[-1])), attention, details)

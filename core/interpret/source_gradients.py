"""How strongly a model's last output still feels each source position: gradients, measured."""

import copy

import numpy as np
import torch
from torch import Tensor, nn

from core.models.contract import Seq2Seq
from core.text.batches import source_batch
from core.text.subwords import BOS, Subwords


def source_gradients(model: nn.Module, subwords: Subwords, text: str, ids: tuple[int, ...]) -> np.ndarray:
    """‖∂ logit of the last token / ∂ embedding‖ of every source position (S,), `<eos>` included; teacher forcing of
    `ids`, a translation that ends with that token.
    """
    source, mask = (torch.from_numpy(part) for part in source_batch([subwords.encode_source(text)]))
    target = torch.tensor([[BOS, *ids[:-1]]])
    reader, rows = with_rows(getattr(model, "plain", model), source)
    placed = torch.arange(len(rows) - source.shape[1], len(rows))[None]
    logit = reader(placed, mask, target).logits[0, -1, ids[-1]]
    (gradient,) = torch.autograd.grad(logit, rows)
    return gradient[-source.shape[1] :].norm(dim=-1).numpy()


def with_rows(model: Seq2Seq, source: Tensor) -> tuple[Seq2Seq, Tensor]:
    """The model as it is, but with a row of embeddings more for every position of source (1, S), and that table.

    So that each position has a gradient of its own, also where a word stands twice; the given model stays as it is.
    """
    table = model.embedding.weight.detach()
    rows = torch.cat([table, table[source[0]]]).requires_grad_()
    reader = copy.copy(model)
    reader._modules = dict(model._modules)
    reader.embedding = nn.Embedding.from_pretrained(rows, freeze=False)
    return reader, reader.embedding.weight

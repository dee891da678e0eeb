"""What a Transformer's encoder makes of a sentence whose words are shuffled, beside the sentence as it is."""

from typing import Any

import numpy as np
import torch

from core.text.batches import source_batch
from core.text.subwords import Subwords


@torch.inference_mode()
def shuffled_rows(
    model: Any, subwords: Subwords, text: str, places: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read a text and the same rows in another order: that order (S,), the encoder's output of each (S, D).

    `places` is the order of its sub-words (as of `core.text.variants.shuffled_places`), without `<eos>`.
    Of a model without positions the second output is the first one's rows in that order: f(Px) = P f(x).
    """
    source, mask = (torch.from_numpy(part) for part in source_batch([subwords.encode_source(text)]))
    order = [*places, source.shape[1] - 1]  # `<eos>` stays at the end
    written, mixed = (model.encode(rows, mask).memory[0].numpy() for rows in (source, source[:, order]))
    return np.array(order), written, mixed

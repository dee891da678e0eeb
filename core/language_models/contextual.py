"""ELMo (Peters et al. 2018, arXiv 1802.05365): a word's vectors from language models that read from both ends."""

from collections.abc import Sequence

import numpy as np
import torch

from core.language_models.recurrent import RecurrentLanguageModel

BOS = 1


@torch.inference_mode()
def contextual(forward: RecurrentLanguageModel, backward: RecurrentLanguageModel, ids: Sequence[int]) -> np.ndarray:
    """Vectors (L + 1, S, 2D) of a sentence's S words: of each layer both models' states where they have read the word.

    Layer 0 are the embeddings, which know nothing of the sentence.
    """
    states = [
        model.forward(torch.tensor([[BOS, *line]]), detail=True).detail["hidden"][0, 1:]  # (S, L+1, D): after each word
        for model, line in ((forward, list(ids)), (backward, list(ids)[::-1]))
    ]
    both = torch.cat([states[0], states[1].flip(0)], dim=-1)
    return both.transpose(0, 1).numpy()


def mixed(layers: np.ndarray, weights: Sequence[float], scale: float = 1.0) -> np.ndarray:
    """γ Σ softmax(w)_l h_l (eq. 1): layers (L + 1, S, D) → (S, D)."""
    shares = np.exp(np.asarray(weights, dtype=np.float64) - max(weights))
    return scale * np.tensordot(shares / shares.sum(), layers, axes=1)


def separation(vectors: np.ndarray, senses: Sequence[str]) -> float:
    """How much nearer vectors (N, D) of one sense are to each other than to those of another: a difference of cosines.

    The mean cosine of two vectors of the same sense, less that of two of different senses; 0 where nothing is told
    apart.
    """
    directions = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    cosines, labels = directions @ directions.T, np.array(list(senses))
    same = labels[:, None] == labels
    pairs = np.triu(np.ones_like(same), k=1).astype(bool)
    return float(cosines[pairs & same].mean() - cosines[pairs & ~same].mean())

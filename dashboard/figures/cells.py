"""Arrays as the browser takes them: attention of all layers and heads at once, between sub-words and words; vectors."""

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.records import Attention
from dashboard.figures.alignment import labels_of

MOST = 65535  # what a weight of 1 is written as: two bytes tell it to a hundred-thousandth


def packed(weights: np.ndarray) -> dict[str, Any]:
    """Numbers from 0 to 1 of any shape as little-endian 65535ths, base64.

    >>> packed(np.array([[0.0, 1.0]]))
    {'shape': [1, 2], 'data': 'AAD//w=='}
    """
    shares = np.rint(np.clip(weights.astype(np.float64), 0, 1) * MOST).astype("<u2")
    return {"shape": list(weights.shape), "data": base64.b64encode(shares.tobytes()).decode()}


def signed(vectors: np.ndarray) -> dict[str, Any]:
    """Numbers of any shape as signed bytes, 127ths of the one that is farthest from 0 (`most`), base64.

    >>> signed(np.array([0.5, -0.25]))
    {'shape': [2], 'most': 0.5, 'data': 'f8A='}
    """
    most = float(np.abs(vectors).max()) or 1.0
    shares = np.rint(vectors.astype(np.float64) / most * 127).astype(np.int8)
    return {"shape": list(vectors.shape), "most": most, "data": base64.b64encode(shares.tobytes()).decode()}


def floats(array: np.ndarray, kind: str = "<f2") -> dict[str, Any]:
    """Numbers of any shape as little-endian floats, base64: "<f2" of two bytes, "<f4" of four.

    >>> floats(np.array([1.0, -2.0]))
    {'shape': [2], 'data': 'ADwAwA=='}
    """
    return {"shape": list(array.shape), "data": base64.b64encode(array.astype(kind).tobytes()).decode()}


def attention_map(
    attention: Attention, words: Attention | None = None, numbers: Sequence[Sequence[int]] = ()
) -> dict[str, Any]:
    """A map's weights and labels (rows, columns); where `words`, the same attention between words, is given, also those
    labels, and for rows and columns the `numbers` of their words, by which the browser joins the weights itself.
    """
    content = {"weights": packed(attention.weights), "pieces": labels_of(attention)}
    if words is not None:
        content |= {"words": labels_of(words), "numbers": [[int(word) for word in part] for part in numbers]}
    return content

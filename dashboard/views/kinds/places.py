"""Which layer and head are seen, as both tabs have it."""

from collections.abc import Mapping

from dashboard.parameters import numbers, reported


def layer_and_head(held: Mapping[str, str], layers: int, heads: int) -> dict[str, str]:
    """Both counted from 1, or the mean of the heads, as the browser `held` them; else the link's."""
    at = {}
    if layers > 1:
        at["layer"] = reported("layer", held.get("layer"), numbers(layers), str(layers))
    if heads > 1:
        at["head"] = reported("head", held.get("head"), ["mean", *numbers(heads)], "mean")
    return at

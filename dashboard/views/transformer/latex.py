"""The page's formulas, with the numbers of the sentence."""

from core.interpret.decoding_cost import Decoder

RESIDUAL = {
    "post": r"x \leftarrow \mathrm{LayerNorm}\bigl(x + f(x)\bigr), \qquad "
    r"\mathrm{LayerNorm}(x) = \gamma \odot \frac{x - \mu}{\sigma} + \beta",
    "pre": r"x \leftarrow x + f\bigl(\mathrm{LayerNorm}(x)\bigr), \qquad "
    r"\mathrm{LayerNorm}(x) = \gamma \odot \frac{x - \mu}{\sigma} + \beta",
}
GRADIENT = r"\frac{\lVert \partial \ell / \partial E_s \rVert}{\sum_{s'} \lVert \partial \ell / \partial E_{s'} \rVert}"


def costs(n: int, width: int) -> str:
    """Both orders of cost, in symbols and numbers."""
    return (
        rf"n^2 d = {n}^2 \cdot {width} = {number(n * n * width)}, \qquad "
        rf"n d^2 = {n} \cdot {width}^2 = {number(n * width * width)}"
    )


def cached(decoder: Decoder, sources: int, step: int) -> str:
    """One layer's multiplications at a step with the cache."""
    width, hidden = decoder.width, decoder.hidden
    value = 6 * width**2 + 2 * width * (step + sources) + 2 * width * hidden
    return (
        rf"6d^2 + 2d(t + S) + 2d\,d_{{ff}} = 6 \cdot {width}^2 + 2 \cdot {width} \cdot ({step} + {sources}) "
        rf"+ 2 \cdot {width} \cdot {hidden} = {number(value)}"
    )


def number(value: int) -> str:
    """A whole number with thin spaces.

    >>> number(12345)
    '12\\\\,345'
    """
    return f"{value:,}".replace(",", r"\,")

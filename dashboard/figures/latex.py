"""Words and numbers as LaTeX."""

SIGNS = {sign: f"\\{sign}" for sign in "{}$&#%_"}
SIGNS |= {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}


def words(text: str) -> str:
    r"""Text inside a formula, whatever its signs.

    >>> words("50 %")
    '\\text{50 \\%}'
    """
    return rf"\text{{{''.join(SIGNS.get(sign, sign) for sign in text)}}}"


def share(value: float) -> str:
    r"""A probability.

    >>> share(0.5), share(0.000_34)
    ('0.50', '3.4 \\cdot 10^{-4}')
    """
    if value >= 0.01 or value == 0:
        return f"{value:.2f}"
    digits, exponent = f"{value:.1e}".split("e")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}"

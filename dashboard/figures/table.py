"""A small table as HTML: drawn at once, read out by a screen reader, every cell escaped."""

import html
from collections.abc import Mapping, Sequence

LINE = "1px solid color-mix(in srgb, currentColor 20%, transparent)"
CELL = f"vertical-align: top; padding: 0.3rem 0.75rem 0.3rem 0; border-bottom: {LINE};"


def table(
    columns: Mapping[str, str], rows: Sequence[Sequence[object]], marked: int | None = None, *, stacked: bool = False
) -> str:
    """`columns` maps each heading to its numbers' format ("" for text); the row number `marked` is bold. On a phone a
    `stacked` one has a card in the place of each row (page.css).

    >>> "<td" in table({"word": "", "p": ".2f"}, [("<s>", 0.5)]) and "&lt;s&gt;" in table({"word": ""}, [("<s>",)])
    True
    """
    formats = list(columns.values())
    texts = [[written(value, form) for value, form in zip(row, formats, strict=True)] for row in rows]
    widths = [least(max(map(len, column))) for column in zip(*texts, strict=True)] or [0] * len(columns)
    head = "".join(cell("th", *column) for column in zip(columns, map(bool, formats), widths, strict=True))
    lines = []
    for place, row in enumerate(texts):
        weight = 600 if place == marked else 400
        labelled = zip(row, map(bool, formats), widths, columns, strict=True)
        cells = (cell("td", *column) for column in labelled)
        lines.append(f"<tr style='font-weight: {weight}'>{''.join(cells)}</tr>")
    wide = "wide stacked" if stacked else "wide"
    return (
        f"<div class='{wide}' style='overflow-x: auto'><table style='border-collapse: collapse; width: 100%'>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def written(value: object, form: str) -> str:
    """A value as its column writes it; None is a dash."""
    return "–" if value is None else format(value, form)


def least(longest: int) -> int:
    """How many letters wide a column is at least: on a phone a table scrolls before a sentence breaks at every word.

    >>> [least(longest) for longest in (3, 60, 300)]
    [3, 18, 42]
    """
    return min(longest, 12 + longest // 10)


def cell(tag: str, text: str, right: bool, width: int, column: str = "") -> str:
    """One cell, of a body with the heading of its `column`; numbers stand to the right, digit under digit."""
    style = (
        f"{CELL} min-width: {width}ch; text-align: {'right' if right else 'left'}; font-variant-numeric: tabular-nums"
    )
    scope = " scope='col'" if tag == "th" else f" data-column='{html.escape(column)}'"
    return f"<{tag}{scope} style='{style}'>{html.escape(text)}</{tag}>"

"""A small table as HTML: drawn at once, read out by a screen reader, every cell escaped."""

import html
from collections.abc import Mapping, Sequence

CELL = "padding: 0.3rem 0.75rem 0.3rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent);"


def table(columns: Mapping[str, str], rows: Sequence[Sequence[object]], marked: int | None = None) -> str:
    """`columns` maps each heading to its numbers' format ("" for text); the row number `marked` is bold.

    >>> "<td" in table({"word": "", "p": ".2f"}, [("<s>", 0.5)]) and "&lt;s&gt;" in table({"word": ""}, [("<s>",)])
    True
    """
    formats = list(columns.values())
    head = "".join(cell("th", name, bool(form)) for name, form in columns.items())
    lines = []
    for place, row in enumerate(rows):
        weight = 600 if place == marked else 400
        cells = (cell("td", written(value, form), bool(form)) for value, form in zip(row, formats, strict=True))
        lines.append(f"<tr style='font-weight: {weight}'>{''.join(cells)}</tr>")
    return (
        "<div class='wide' style='overflow-x: auto'><table style='border-collapse: collapse; width: 100%'>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def written(value: object, form: str) -> str:
    """A value as its column writes it; None is a dash."""
    return "–" if value is None else format(value, form)


def cell(tag: str, text: str, right: bool) -> str:
    """One cell; numbers stand to the right, digit under digit."""
    style = f"{CELL} text-align: {'right' if right else 'left'}; font-variant-numeric: tabular-nums"
    scope = " scope='col'" if tag == "th" else ""
    return f"<{tag}{scope} style='{style}'>{html.escape(text)}</{tag}>"

"""A small table as HTML: drawn at once, read out by a screen reader, every cell escaped."""

import html
from collections.abc import Mapping, Sequence

LINE = "1px solid color-mix(in srgb, currentColor 20%, transparent)"
CELL = f"vertical-align: top; padding: 0.3rem 0.75rem 0.3rem 0; border-bottom: {LINE};"
PHONE = 40  # letters beside each other on a phone
TAGS = {"same": "span", "gone": "del", "new": "ins"}  # how words are marked, as `word_diff` names them


def table(columns: Mapping[str, str], rows: Sequence[Sequence[object]], marked: int | None = None) -> str:
    """`columns` maps each heading to its numbers' format ("" for text); the row number `marked` is bold.

    A list of (way, words) is a text with marked words. What is wider than a phone is there a card for each row.

    >>> "<td" in table({"word": "", "p": ".2f"}, [("<s>", 0.5)]) and "&lt;s&gt;" in table({"word": ""}, [("<s>",)])
    True
    """
    formats = list(columns.values())
    texts = [[written(value, form) for value, form in zip(row, formats, strict=True)] for row in rows]
    widths = [least(max(map(length, column))) for column in zip(*texts, strict=True)] or [0] * len(columns)
    head = "".join(cell("th", *column) for column in zip(columns, map(bool, formats), widths, strict=True))
    lines = []
    for place, row in enumerate(texts):
        weight = 600 if place == marked else 400
        cells = (cell("td", *column) for column in zip(row, map(bool, formats), widths, columns, strict=True))
        lines.append(f"<tr style='font-weight: {weight}'>{''.join(cells)}</tr>")
    look = "wide cards" if sum(widths) > PHONE else "wide"
    return (
        f"<div class='{look}' style='overflow-x: auto'><table style='border-collapse: collapse; width: 100%'>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def written(value: object, form: str) -> str | list[tuple[str, str]]:
    """A value as its column writes it; None is a dash, and a number below zero has a minus, not a hyphen."""
    if isinstance(value, list):
        return value
    text = "–" if value is None else format(value, form)
    return text.replace("-", "−") if form else text


def length(text: str | list[tuple[str, str]]) -> int:
    """Letters of a cell."""
    return len(text) if isinstance(text, str) else sum(len(words) + 1 for _, words in text)


def least(longest: int) -> int:
    """How many letters wide a column is at least: on a phone a table scrolls before a sentence breaks at every word.

    >>> [least(longest) for longest in (3, 60, 300)]
    [3, 18, 42]
    """
    return min(longest, 12 + longest // 10)


def cell(tag: str, text: str | list[tuple[str, str]], right: bool, width: int, heading: str = "") -> str:
    """One cell; numbers stand to the right, digit under digit; the `heading` stands beside it on a card."""
    style = (
        f"{CELL} min-width: {width}ch; text-align: {'right' if right else 'left'}; font-variant-numeric: tabular-nums"
    )
    more = " scope='col'" if tag == "th" else f" data-head='{html.escape(heading)}'"
    content = html.escape(text) if isinstance(text, str) else f"<div>{marks(text)}</div>"
    return f"<{tag}{more} style='{style}'>{content}</{tag}>"


def marks(words: Sequence[tuple[str, str]]) -> str:
    """Words that are the same, gone or new, as HTML.

    >>> marks([("same", "a"), ("gone", "<b>")])
    '<span>a</span> <del>&lt;b&gt;</del>'
    """
    return " ".join(f"<{TAGS[way]}>{html.escape(text)}</{TAGS[way]}>" for way, text in words)

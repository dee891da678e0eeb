"""A sentence as chips of HTML, one a sub-word. All text is escaped: it is shown, never run."""

import html
from collections.abc import Sequence

from core.records import Piece

CHIP = (
    "display: inline-block; border: 1px solid color-mix(in srgb, currentColor 35%, transparent); "
    "padding: 0.1rem 0.35rem; margin: 0.1rem 0; white-space: pre;"
)


def chips(label: str, pieces: Sequence[Piece]) -> str:
    """Pieces of one word touch, words stand apart; after a label."""
    spans = []
    for index, piece in enumerate(pieces):
        joins_left = index > 0 and pieces[index - 1].end == piece.start
        joins_right = index + 1 < len(pieces) and pieces[index + 1].start == piece.end
        left, right = ("0" if joined else "0.5rem" for joined in (joins_left, joins_right))
        style = (
            f"{CHIP} border-radius: {left} {right} {right} {left}; margin-left: {'-1px' if joins_left else '0.4rem'}"
        )
        spans.append(f'<span style="{style}">{html.escape(piece.text)}</span>')
    return f'<div class="pieces">{named(label)}{"".join(spans)}</div>'


def large(label: str, text: str) -> str:
    """The translation, readable from the last row of a lecture hall; after a label."""
    return f'<p class="translation">{named(label)}{html.escape(text)}</p>'


def named(label: str) -> str:
    """What stands before a line of the page."""
    return f'<span class="named">{html.escape(label)}</span>'

"""A sentence as chips of HTML, one a sub-word. All text is escaped: it is shown, never run."""

import html
from collections.abc import Sequence

from core.records import Piece

CHIP = (
    "display: inline-block; border: 1px solid color-mix(in srgb, currentColor 35%, transparent); "
    "padding: 0.1rem 0.35rem; margin: 0.1rem 0; white-space: pre;"
)


def chips(pieces: Sequence[Piece]) -> str:
    """Pieces of one word touch, words stand apart."""
    spans = []
    for index, piece in enumerate(pieces):
        joins_left = index > 0 and pieces[index - 1].end == piece.start
        joins_right = index + 1 < len(pieces) and pieces[index + 1].start == piece.end
        left, right = ("0" if joined else "0.5rem" for joined in (joins_left, joins_right))
        style = (
            f"{CHIP} border-radius: {left} {right} {right} {left}; margin-left: {'-1px' if joins_left else '0.4rem'}"
        )
        spans.append(f'<span style="{style}">{html.escape(piece.text)}</span>')
    return f"<div style='line-height: 2'>{''.join(spans)}</div>"


def large(text: str) -> str:
    """The translation, readable from the last row of a lecture hall."""
    return (
        f"<p style='font-size: 1.75rem; line-height: 1.3; margin: 0; overflow-wrap: anywhere'>{html.escape(text)}</p>"
    )


def lead(text: str) -> str:
    """What a page is, in one breath."""
    return f'<p class="lead">{html.escape(text)}</p>'

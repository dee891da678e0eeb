"""How the pieces of a vocabulary are written in every picture."""

import pytest

from dashboard.figures.tokens import label


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        ("▁Hund", "Hund"),
        ("er", "·er"),
        ("ß", "·ß"),
        (".", "."),
        ("▁.", "."),
        ("▁", "␣"),
        ("<eos>", "<eos>"),
        ("<s>", "<s>"),
        ("▁<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("$x$", "$x$"),
        ("", ""),
    ],
)
def test_label_reads_as_text(token, shown):
    assert label(token) == shown

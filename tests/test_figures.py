"""How the pieces of a vocabulary are written in every picture, and cells in every table."""

import re

import pytest

from dashboard.figures.table import table
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


def test_a_table_shows_text_as_text_and_numbers_in_their_form():
    drawn = table({"<i>": "", "p": ".2f"}, [("<s> & co", 0.5), ("x", None)])
    assert re.findall(r">([^<>]+)</t", drawn) == ["&lt;i&gt;", "p", "&lt;s&gt; &amp; co", "0.50", "x", "–"]

"""Treebanks: words and their spans, what is written as one, what nobody wrote, files that are cut or something else."""

import gzip

import pytest

from core.text.subwords import Subwords
from core.text.treebanks import ROOT, TreeWord, read_treebank, words_of_pieces

# "Tom doesn't sing, I'd bet." with an empty node, "n't" a word of its own, and "I'd" of two words that do not spell it.
ROWS = [
    "1 Tom _ _ _ _ 4 nsubj _ _",
    "2-3 doesn't _ _ _ _ _ _ _ _",
    "2 does _ _ _ _ 4 aux _ _",
    "3 n't _ _ _ _ 4 advmod _ _",
    "4 sing _ _ _ _ 0 root _ SpaceAfter=No",
    "4.1 songs _ _ _ _ _ _ _ _",
    "5 , _ _ _ _ 8 punct _ _",
    "6-7 I'd _ _ _ _ _ _ _ _",
    "6 I _ _ _ _ 8 nsubj _ _",
    "7 would _ _ _ _ 8 aux _ _",
    "8 bet _ _ _ _ 4 parataxis _ SpaceAfter=No",
    "9 . _ _ _ _ 4 punct _ _",
]
TEXT = "Tom doesn't sing, I'd bet."
WHOLE = "# sent_id = ours-1\n# text = {text}\n{rows}\n\n"


def content(rows=ROWS, text=TEXT):
    return WHOLE.format(text=text, rows="\n".join(row.replace(" ", "\t") for row in rows))


@pytest.fixture
def read(tmp_path):
    """The trees of a text, written as a file."""

    def reading(text, name="ours.conllu", squeeze=bytes):
        path = tmp_path / name
        path.write_bytes(squeeze(text.encode()))
        return read_treebank(path)

    return reading


def test_words_have_their_spans_governors_and_relations(read):
    first, second = read(content() * 2)
    assert first == second
    assert (first.name, first.text) == ("ours-1", TEXT)
    spans = [TEXT[word.start : word.end] for word in first.words]
    assert spans == ["Tom", "does", "n't", "sing", ",", "I'd", "I'd", "bet", "."]
    assert first.words[3] == TreeWord(12, 16, ROOT, "root")
    assert [word.governor for word in first.words] == [3, 3, 3, ROOT, 7, 7, 7, 3, 3]
    assert first.words[2].relation == "advmod"


def test_a_text_is_cleaned_as_the_models_read_it_and_made_of_the_words_where_none_is_given(read):
    (tree,) = read(content(text="Tom\u00a0doesn't  sing, I'd bet.\u200b"))
    assert tree.text == TEXT
    bare = content().partition("\n")[2].partition("\n")[2]
    (tree,) = read(bare)
    assert tree.text == "Tom doesn't sing , I'd bet ."
    assert tree.text[slice(tree.words[3].start, tree.words[3].end)] == "sing"


def test_every_piece_belongs_to_the_word_that_it_is_of(read):
    (tree,) = read(content())
    subwords = Subwords.train([TEXT], 60)
    pieces = subwords.pieces(TEXT)
    words = words_of_pieces(tree, pieces)
    assert len(words) == len(pieces) > len(tree.words)
    assert list(words) == sorted(words)
    for piece, word in zip(pieces, words, strict=True):
        overlaps = [min(piece.end, other.end) - max(piece.start, other.start) for other in tree.words]
        assert overlaps[word] == max(overlaps)
    assert 6 not in words  # both words of "I'd" are all of it: the first has its pieces


def test_a_gzip_is_read_and_a_cut_one_is_one_sentence(read):
    assert read(content(), "ours.conllu.gz", gzip.compress) == read(content())
    with pytest.raises(ValueError, match=r"ours.conllu.gz is not a whole gzip file$"):
        read(content(), "ours.conllu.gz", lambda text: gzip.compress(text)[:-20])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (content()[:-1], "ours.conllu ends within a sentence: it is cut; fetch it again"),
        (content().removesuffix("4\tpunct\t_\t_\n\n"), "line 14 has 7 columns, not the 10 of CoNLL-U"),
        ("Ein Mann\tA man\n", "ours.conllu line 1 has 2 columns, not the 10 of CoNLL-U"),
        ("", "ours.conllu holds no sentence of a treebank"),
        ("# text = a\n\n", "ours.conllu line 1 begins a sentence without words"),
        (content(ROWS[1:]), "line 4 is word 2, not word 1 of its sentence"),
        (content(["one Tom _ _ _ _ 0 root _ _"]), "begins with 'one', not with the number of a word"),
        (content(ROWS[:3]), "line 5 is of words up to 3, of which there are 2"),
        (content(ROWS[:1]), "line 3: '4' is no governor among the 1 words of its sentence"),
        (content(text="Tim doesn't sing, I'd bet."), "line 3: 'Tom' does not stand there in the text of its sentence"),
        (content().replace("Tom\t", "T\0m\t"), "holds a NUL byte"),
    ],
)
def test_a_file_that_is_cut_or_of_another_format_is_one_sentence(read, text, message):
    with pytest.raises(ValueError, match=message) as error:
        read(text)
    assert "\n" not in str(error.value)

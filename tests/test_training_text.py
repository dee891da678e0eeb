"""The text to train on: bad lines refused, files of more pairs, tags, captions, and pairs that a model writes."""

import gzip
import json

import pytest
from model_zoo import MODELS, vocabulary

from core.checkpoints import Card, Loaded
from core.decoding.translate import translate_batches
from core.options import Constraints, GreedyOptions
from core.recipes import synthetic_pairs as synthetic
from core.recipes.synthetic_pairs import Written, synthesise
from core.recipes.training_text import Text, encoded, recut, with_extra
from core.text.corpora import MAX_LINE, captions, load_pairs, tsv
from core.text.data_files import data_folders, read_lines
from core.text.fetch import available
from core.text.subwords import SPECIAL, TAG, Subwords


def captioned(folder, en, de, split="val"):
    """Multi30k with these files."""
    (folder / "multi30k").mkdir(parents=True, exist_ok=True)
    for language, content in (("en", en), ("de", de)):
        content = content if isinstance(content, bytes) else content.encode()
        (folder / "multi30k" / f"{split}.{language}.gz").write_bytes(gzip.compress(content))
    return folder


# --- bad lines -----------------------------------------------------------------------------------------------


def test_lines_empty_on_both_sides_are_left_out(tmp_path):
    captioned(tmp_path, en="One.\n\n \nTwo.\n", de="Eins.\n\n\nZwei.\n")
    assert load_pairs("multi30k", "val", "en", "de", tmp_path) == [("One.", "Eins."), ("Two.", "Zwei.")]


LONG = "word " * 10_000
BAD = {
    "unequal": ("One.\nTwo.\n", "Eins.\n", "val.en.gz has 2 lines but val.de.gz has 1 lines"),
    "empty in one": (
        "One.\n\n",
        "Eins.\nZwei.\n",
        "val.en.gz line 2 is empty where val.de.gz has text: remove both or",
    ),
    "empty in the other": ("One.\nTwo.\n", "\nZwei.\n", "val.de.gz line 1 is empty where val.en.gz has text"),
    "NUL": ("One.\nT\0wo.\n", "Eins.\nZwei.\n", "val.en.gz line 2 holds a NUL byte: it is not plain UTF-8 text"),
    "encoding": ("One.\n", "F\xfcr.\n".encode("latin-1"), "val.de.gz is not UTF-8 text (byte 1)"),
    "UTF-16": ("One.\n", "Eins.\n".encode("utf-16"), "val.de.gz is not UTF-8 text (byte 0)"),
    "10,000 words": (
        f"One.\n{LONG}\n",
        "Eins.\nZwei.\n",
        "val.en.gz line 2 has 50,000 characters in 10,000 words; at most 5,000 characters are read: split it",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_corpus_with_a_bad_line_is_refused_in_one_sentence_that_names_it(tmp_path, kind):
    en, de, sentence = BAD[kind]
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        load_pairs("multi30k", "val", "en", "de", captioned(tmp_path, en, de))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


# --- files of more pairs, and tags ---------------------------------------------------------------------------


def test_a_file_of_pairs_has_plain_and_tagged_ones(tmp_path):
    path = tmp_path / "more.tsv"
    path.write_text(f"a dog\tein Hund\n{TAG} a cat\teine Katze\n\n{TAG}s are b\tx\n", encoding="utf-8")
    plain, tagged = tsv(path)
    assert plain == [("a dog", "ein Hund"), (f"{TAG}s are b", "x")]
    assert [(source.strip(), target) for source, target in tagged] == [("a cat", "eine Katze")]
    zipped = tmp_path / "more.tsv.gz"
    zipped.write_bytes(gzip.compress(path.read_bytes()))
    assert tsv(zipped) == (plain, tagged)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a\tb\nonly one\n", "more.tsv line 2 has 1 columns; wanted: source<TAB>target"),
        ("a\tb\tc\n", "more.tsv line 1 has 3 columns"),
        ("a\t\n", "more.tsv's other side line 1 is empty where more.tsv has text"),
        ("\n\n", "more.tsv holds no pairs"),
        ("a\t" + "x" * (MAX_LINE + 1), "line 1 has 5,001 characters"),
    ],
)
def test_a_bad_file_of_pairs_is_refused_in_one_sentence(tmp_path, content, sentence):
    path = tmp_path / "more.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        tsv(path)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_tagged_pairs_begin_with_one_token_that_no_text_is_cut_into(tmp_path):
    path = tmp_path / "more.tsv"
    path.write_text(f"{TAG} b a\tc\nb b\ta\n", encoding="utf-8")
    text = with_extra([("a b c", "c b a"), (f"{TAG} a", "b")], [path])
    subwords = Subwords.train(text.lines, 40, tagged=True)
    subwords.save(tmp_path / "tokenizer.json")
    for known in (subwords, Subwords.load(tmp_path / "tokenizer.json")):
        assert known.tokens[: len(SPECIAL) + 1] == (*SPECIAL, TAG)
        pairs = encoded(text, known)
        assert [pair[0].count(known.tag) for pair in pairs] == [0, 0, 0, 1], "what the corpus itself writes is text"
        assert pairs[-1] == ([known.tag, *known.encode("b a")], known.encode("c"))
        assert recut(text, known, 0.0, seed=1)(0) == pairs
        assert known.tag not in known.encode(f"{TAG} {TAG}a")


def test_a_vocabulary_without_the_tag_says_so():
    with pytest.raises(ValueError, match="this vocabulary has no token <bt>"):
        encoded(Text([("a", "b")], tagged=1), vocabulary())


# --- captions ------------------------------------------------------------------------------------------------


def described(folder, **sets):
    """The captions with these lines in the sets 1 to 5."""
    (folder / "captions").mkdir(parents=True, exist_ok=True)
    for number in range(1, 6):
        lines = sets.get(f"set{number}", f"Set {number}.\n")
        (folder / "captions" / f"train.{number}.de.gz").write_bytes(gzip.compress(lines.encode()))
    return folder


def test_captions_are_one_text_without_what_is_held_out_and_without_repetitions(tmp_path):
    captioned(tmp_path, en="x\n", de="Ein Hund, 2 Katzen!\n")
    described(tmp_path, set1="Zwei Männer.\nein hund 2 katzen\n", set3="Zwei Männer.\nDrei.\n\n")
    assert captions("de", [tmp_path]) == ["Zwei Männer.", "Set 2.", "Drei.", "Set 4.", "Set 5."]


def test_missing_captions_say_where_they_come_from(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"put it there from data/task2/raw/train.1.de.gz of the repository"):
        captions("de", [tmp_path])
    with pytest.raises(ValueError, match="unknown language of the captions 'fr'; valid: en, de"):
        captions("fr", [tmp_path])


def test_captions_are_listed_by_set_and_language(tmp_path):
    described(tmp_path)
    assert available([tmp_path])["captions"] == dict.fromkeys("12345", ("de",))


def test_the_real_captions_hold_nothing_of_val_and_test():
    folders = data_folders()
    if not any((folder / "captions/train.1.de.gz").is_file() for folder in folders):
        pytest.skip("no captions on this machine")
    lines = captions("de", folders)
    assert len(lines) > 100_000
    held_out = {line for split in ("val", "test_2016") for _, line in load_pairs("multi30k", split, "en", "de")}
    assert not held_out & set(lines)


# --- pairs that a model writes -------------------------------------------------------------------------------


@pytest.fixture
def loaded():
    """A random model of a few letters."""
    card = Card("toy", "rnn", {}, "a", "b", "", "", {}, 0, {}, {})
    return Loaded(card, MODELS["gru-1-bi-additive-step"](), vocabulary())


LINES = ["a b", "", "c\tc", "b a c", " ", "c"]
OPTIONS = GreedyOptions(max_length=6, constraints=Constraints(min_length=2))
MADE = {"model": "toy"}


@pytest.mark.parametrize("direction", synthetic.DIRECTIONS)
@pytest.mark.parametrize("tagged", [False, True])
def test_each_line_gets_its_translation_in_its_place(tmp_path, loaded, direction, tagged):
    output = tmp_path / "made" / "pairs.tsv"
    done = list(synthesise(loaded, LINES, output, OPTIONS, Written(direction, tagged), MADE))
    assert done == [0, 4]
    assert json.loads((output.parent / "pairs.tsv.json").read_text()) == MADE | {"finished": True}
    assert sorted(path.name for path in output.parent.iterdir()) == ["pairs.tsv", "pairs.tsv.json"]
    written = [line.split("\t") for line in read_lines(output)]
    assert [source.startswith(f"{TAG} ") for source, _ in written] == [tagged] * 4
    real = [source.removeprefix(f"{TAG} ") if direction == "forward" else target for source, target in written]
    assert real == ["a b", "c c", "b a c", "c"]
    found = dict(translate_batches(loaded.model, loaded.subwords, real, OPTIONS))
    other = [target if direction == "forward" else source.removeprefix(f"{TAG} ") for source, target in written]
    assert other == [found[index][0].text for index in range(4)]


def test_an_interrupted_file_is_gone_on_with_and_another_one_is_not(tmp_path, loaded, monkeypatch):
    monkeypatch.setattr(synthetic, "CHUNK", 1)
    whole = tmp_path / "whole.tsv"
    assert list(synthesise(loaded, LINES, whole, OPTIONS, Written(), MADE)) == [0, 1, 2, 3, 4]
    output = tmp_path / "pairs.tsv"
    begun = synthesise(loaded, LINES, output, OPTIONS, Written(), MADE)
    assert [next(begun) for _ in range(3)] == [0, 1, 2]
    begun.close()
    assert not output.exists()
    partial = tmp_path / "pairs.tsv.unfinished"
    partial.write_bytes(partial.read_bytes() + b"half a li")
    assert list(synthesise(loaded, LINES, output, OPTIONS, Written(), MADE)) == [2, 3, 4]
    assert output.read_bytes() == whole.read_bytes()
    begun = synthesise(loaded, LINES, output, OPTIONS, Written(), MADE)
    assert [next(begun) for _ in range(2)] == [0, 1]
    begun.close()
    assert output.read_bytes() == whole.read_bytes(), "the finished file stays until another one is whole"
    assert next(synthesise(loaded, LINES, output, OPTIONS, Written(), {"model": "other"})) == 0


def test_what_can_not_be_translated_is_one_sentence(tmp_path, loaded):
    with pytest.raises(ValueError, match="the text line 2 has 50,000 characters in 10,000 words"):
        next(synthesise(loaded, ["a", LONG], tmp_path / "pairs.tsv", OPTIONS, Written(), MADE))
    assert not list(tmp_path.iterdir())
    with pytest.raises(ValueError, match="unknown direction 'sideways'; valid: forward, back"):
        Written("sideways")

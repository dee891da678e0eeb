"""Sub-words, corpora and batches."""

import gzip
import itertools
import json
import os
import random
import string
import subprocess
import sys
import unicodedata
import zipfile
from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models

from core.text.batches import batch, bucketed, epoch, pad
from core.text.corpora import MULTI30K, SPLITS, load_pairs, toy
from core.text.data_files import REPOSITORY, cache_folder, data_folders, find, read_lines
from core.text.subwords import (
    BLANK,
    BOS,
    EOS,
    PAD,
    SPACE,
    SPECIAL,
    UNK,
    UNKNOWN,
    Subwords,
    clean,
    keyed,
    source_text,
)

LINES = [
    "The old ferry leaves at seven, rain or shine.",
    "Is the bakery on the corner (the blue one) still open?",
    "Nobody had told the gardener that the roses were plastic!",
    "He's reading; she's painting the fence in three colours.",
    "Die alte Fähre fährt um sieben, bei jedem Wetter.",
    "Hat die Bäckerei an der Ecke (die blaue) noch geöffnet?",
    "Größe, Übermut und süße Äpfel: das wär's für heute!",
    "Le vieux ferry part à sept heures, qu'il pleuve ou non.",
    "Où est passée la clé du château, près de la forêt ?",
    "Ça coûte 25 euros - ou 30, çà et là; naïf, Noël, cœur.",
]
CHARACTERS = sorted({character for line in LINES for character in line})


@pytest.fixture(scope="module")
def subwords():
    return Subwords.train(LINES, 200)


# --- sub-words: there and back

spaces = st.text(" \t\n\r\u00a0\u3000\x00\x1f", min_size=1, max_size=4)
decomposed = st.sampled_from([unicodedata.normalize("NFD", character) for character in "ÜÇäöüéàçâêûï"])
known = st.lists(st.sampled_from(CHARACTERS) | spaces | decomposed | st.sampled_from(LINES), max_size=40).map("".join)


@settings(deadline=None)
@given(known)
def test_known_characters_come_back(subwords, text):
    ids = subwords.encode(text)
    assert subwords.decode(ids) == clean(text)
    assert UNK not in ids
    assert not set(ids) & {PAD, BOS, EOS}


@settings(deadline=None)
@given(st.text())
@example("")
@example(" \t\n\u3000 ")
@example("a")
@example("🙂 👩‍👩‍👧 собака 狗, é e\u0301 \u0301x")
@example("\ud800 \x00\x1b[31m\ufeff\u200b\u2028")
@example("<script>alert('x')</script> <s> </s> <eos><bos><pad><unk>")
@example("▁ ▁▁the▁ferry _")
@example("“ﬁne” ﬃ … a´b ½ ☃︎ ㎏ﬁ́")
def test_any_text_is_cut_into_spans(subwords, text):
    cleaned, pieces, ids = clean(text), subwords.pieces(text), subwords.encode_source(text)
    assert clean(cleaned) == cleaned
    assert len(pieces) == len(ids)
    assert not set(ids) & {PAD, BOS, EOS}
    covered = {index for piece in pieces for index in range(piece.start, piece.end)}
    assert covered == {index for index, char in enumerate(cleaned) if char != " "}
    read = "".join("" if piece.text == BLANK else "".join(map(keyed, piece.text)) for piece in pieces)
    assert read == source_text(text).replace(" ", "")
    for piece in pieces:
        shown = cleaned[piece.start : piece.end]
        assert piece.text == (shown or BLANK) or (len(shown) <= len(piece.text) < len(keyed(shown[0]) * len(shown)))
    for before, after in itertools.pairwise(pieces):
        shared = len(keyed(cleaned[after.start])) > 1 if after.end > after.start else False
        assert before.start <= before.end <= after.start + shared
        assert after.word - before.word in (0, 1)
        if " " in cleaned[before.end : after.start]:
            assert after.word > before.word
    assert subwords.decode(subwords.encode(text)).count(UNKNOWN) == subwords.encode(text).count(UNK)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("A child’s book.", "A child's book."),
        ("A child´s book.", "A child's book."),
        ("‘Stop’, “go” „ja“ «oui»", '\'Stop\', "go" "ja" "oui"'),
        ("Five ﬁreﬁghters on the coaﬅ, ﬂat and staﬀ.", "Five firefighters on the coast, flat and staff."),
        ("ten–twenty — so … − 3", "ten-twenty - so ... - 3"),
        ("Ａ　ｄｏｇ№５", "A dogNo5"),
        ("a\u200bdog", "a dog"),
        ("a dog\u00adhouse \ufeff", "a doghouse"),
        ("straße, cœur, ¿qué?", "straße, cœur, ¿qué?"),
    ],
)
def test_a_source_is_read_as_a_keyboard_writes_it_and_shown_as_typed(subwords, typed, plain):
    assert source_text(typed) == plain
    assert subwords.encode_source(typed) == subwords.encode(plain) == subwords.encode_sources([typed])[0]
    pieces = subwords.pieces(typed)
    assert [piece.word for piece in pieces] == [piece.word for piece in subwords.pieces(plain)]
    for piece in pieces:
        shown = clean(typed)[piece.start : piece.end]
        if shown and all(len(keyed(char)) == 1 for char in shown):
            assert piece.text == shown


def test_html_entities_of_a_corpus_are_characters_once(tmp_path, subwords):
    (tmp_path / "text.en").write_text(
        "Q&amp;A &amp;amp; &#39;so&#39;\nH&M; &lt;b&gt; &copy &bogus;\n", encoding="utf-8"
    )
    assert read_lines(tmp_path / "text.en") == ["Q&A &amp; 'so'", "H&M; <b> &copy &bogus;"]
    trained = Subwords.train(["Q&amp;A"] * 3, 60)
    assert trained.spelt(trained.encode("Q&amp;A")) == "Q&amp;A"
    assert trained.decode(trained.encode("Q&amp;A")) == "Q&A", "a model that learned to write entities is understood"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("🙂 the ferry", "⁇ the ferry"),
        ("the собака.", "the ⁇⁇⁇⁇⁇⁇."),
        ("狗", "⁇"),
        ("the\u200bferry", "the ferry"),
        ("the\x00ferry\x07", "the ferry"),
        ("<script>the", "⁇script⁇the"),
        ("the▁ferry", "the⁇ferry"),
        ("", ""),
        ("\u00a0 \n", ""),
    ],
)
def test_what_is_unknown_stays_visible(subwords, text, shown):
    assert subwords.decode(subwords.encode(text)) == shown


def test_the_mark_in_a_text_is_an_underscore_where_that_is_known():
    subwords = Subwords.train([*LINES, "snake_case"], 200)
    ids = subwords.encode("the▁ferry ▁")
    assert UNK not in ids
    assert subwords.decode(ids) == "the_ferry _"
    assert [piece.text for piece in subwords.pieces("▁")] == [BLANK, SPACE]


@pytest.mark.parametrize("token", SPECIAL)
def test_a_typed_special_token_is_plain_text(tmp_path, token):
    trained = Subwords.train([*LINES, *[f"say {token} twice: {token}{token}"] * 20], 300)
    trained.save(tmp_path / "tokenizer.json")
    for subwords in (trained, Subwords.load(tmp_path / "tokenizer.json")):
        for text in (token, f"the {token} ferry", f"{token}{token}", f"a{token}."):
            for ids in (subwords.encode(text), *subwords.encode_batch([text])):
                assert min(ids) >= len(SPECIAL)
                assert subwords.decode(ids) == text
            assert "".join(piece.text for piece in subwords.pieces(text)).replace(BLANK, "") == text.replace(" ", "")


def test_special_ids_leave_nothing_but_unknown_a_mark(subwords):
    ids = subwords.encode("the ferry")
    assert subwords.decode([BOS, *ids, EOS, PAD, PAD]) == "the ferry"
    assert subwords.decode([BOS, UNK, EOS]) == UNKNOWN
    assert subwords.tokens[: len(SPECIAL)] == SPECIAL
    assert len(subwords.tokens) == len(set(subwords.tokens)) == len(subwords)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the old ferry", ["the", "old", "ferry"]),
        ("seven,rain", ["seven", ",", "rain"]),
        ("(blue) one?!", ["(", "blue", ")", "one", "?", "!"]),
        ("He's here.", ["He", "'", "s", "here", "."]),
        ("  25 - 30  ", ["25", "-", "30"]),
        ("Fa\u0308hre\u00a0um", ["Fähre", "um"]),
        ("the🙂ferry", ["the", "🙂", "ferry"]),
    ],
)
def test_words_break_at_white_space_and_punctuation(subwords, text, words):
    cleaned, found = clean(text), {}
    for piece in subwords.pieces(text):
        found[piece.word] = found.get(piece.word, "") + cleaned[piece.start : piece.end]
    assert list(found.items()) == list(enumerate(words))


def test_a_batch_is_encoded_as_its_lines(subwords):
    lines = [*LINES, "", " the  ferry ", "🙂 <eos>"]
    assert subwords.encode_batch(lines) == [subwords.encode(line) for line in lines]


# --- sub-words: learning the merges


def merges(subwords):
    """The merges in the order in which they were learned."""
    return [tuple(pair) for pair in json.loads(subwords.tokenizer.to_str())["model"]["merges"]]


def merged(symbols, pair):
    """`merged(["e", "s", "t"], ("e", "s")) -> ["es", "t"]` (Sennrich et al. 2016, algorithm 1, merge_vocab)."""
    result, rest = [], list(symbols)
    while rest:
        size = 2 if tuple(rest[:2]) == pair else 1
        result.append("".join(rest[:size]))
        rest = rest[size:]
    return result


def pair_counts(words):
    """How often each pair of symbols stands side by side (the paper's get_stats)."""
    counts = Counter()
    for symbols, count in words:
        for pair in itertools.pairwise(symbols):
            counts[pair] += count
    return counts


def test_the_example_of_sennrich():
    """Algorithm 1 there: low 5, lower 2, newest 6, widest 3. Our word mark leads instead of trailing (`▁low`, not
    `low</w>`): "e s", "es t" and "l o" are theirs, and the mark joins `lo` instead of `est`."""
    lines = ["low"] * 5 + ["lower"] * 2 + ["newest"] * 6 + ["widest"] * 3
    alphabet = set("lowernstid") | {SPACE}
    subwords = Subwords.train(lines, len(SPECIAL) + len(alphabet) + 5)
    assert merges(subwords) == [("e", "s"), ("es", "t"), ("l", "o"), (SPACE, "lo"), ("▁lo", "w")]
    assert [piece.text for piece in subwords.pieces("lowest")] == ["low", "est"]  # never seen as a word


def test_the_example_of_wikipedia():
    """aaabdaaabac: Z = aa, Y = ab, X = ZY, which leaves XdXac."""
    subwords = Subwords.train(["aaabdaaabac"], len(SPECIAL) + len("abcd▁") + 3)
    assert merges(subwords) == [("a", "a"), ("a", "b"), ("aa", "ab")]
    assert [piece.text for piece in subwords.pieces("aaabdaaabac")] == [BLANK, "aaab", "d", "aaab", "a", "c"]


def test_every_merge_was_the_most_frequent_pair_at_its_turn():
    counted = Counter(SPACE + word for line in LINES for word in line.split() if word.isalpha())
    subwords = Subwords.train([word.removeprefix(SPACE) for word in counted.elements()], 120)
    words = [(list(word), count) for word, count in counted.items()]
    learned = merges(subwords)
    assert len(learned) > 30
    for pair in learned:
        counts = pair_counts(words)
        assert counts[pair] == max(counts.values())
        words = [(merged(symbols, pair), count) for symbols, count in words]


def test_the_merges_are_applied_in_the_order_learned(subwords):
    for word in ("ferry", "gardening", "Fährmann", "thethe", "château"):
        symbols = list(SPACE + word)
        for pair in merges(subwords):
            symbols = merged(symbols, pair)
        assert [subwords.tokens[index] for index in subwords.encode(word)] == symbols


# --- sub-words: files


def test_a_saved_vocabulary_is_the_same(tmp_path, subwords):
    subwords.save(tmp_path / "tokenizer.json")
    loaded = Subwords.load(tmp_path / "tokenizer.json")
    assert loaded.tokens == subwords.tokens
    for text in (*LINES, "🙂 ▁ <eos> cafe\u0301"):
        assert loaded.encode(text) == subwords.encode(text)
        assert loaded.pieces(text) == subwords.pieces(text)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[1, 2]",
        '{"dear": "diary"}',
        Tokenizer(models.WordLevel({"hello": 0, "world": 1}, unk_token="hello")).to_str(),
    ],
    ids=["empty", "text", "list", "object", "other vocabulary"],
)
def test_a_foreign_file_is_refused_in_one_sentence(tmp_path, content):
    path = tmp_path / "tokenizer.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"^tokenizer\.json (is not a tokenizer file|does not begin with)") as caught:
        Subwords.load(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_refused_in_one_sentence(tmp_path):
    with pytest.raises((ValueError, FileNotFoundError), match=r"tokenizer\.json"):
        Subwords.load(tmp_path / "tokenizer.json")


# --- batches

lengths = st.lists(st.integers(0, 60), max_size=80)


def padded_tokens(indices, sizes):
    return len(indices) * max(sizes[index] for index in indices)


def test_the_docstring_example_of_bucketed():
    assert bucketed([3, 1, 2], max_tokens=4) == [[1, 2], [0]]


@given(lengths, st.integers(1, 100), st.none() | st.integers(0, 5))
def test_every_sentence_once_and_no_batch_too_large(sizes, max_tokens, seed):
    batches = bucketed(sizes, max_tokens, None if seed is None else random.Random(seed))
    assert sorted(index for indices in batches for index in indices) == list(range(len(sizes)))
    assert all(batches)
    for indices in batches:
        assert len(indices) == 1 or padded_tokens(indices, sizes) <= max_tokens


def numbered(sizes):
    """Pairs whose source and target tell which they are."""
    return [([10 + index] * size, [500 + index] * (size + index % 3)) for index, size in enumerate(sizes)]


def test_the_same_seed_gives_the_same_order():
    drawn = random.Random(0)
    pairs = numbered([drawn.randint(1, 40) for _ in range(300)])

    def order(seed):
        return [tuple(one.inputs[:, 1]) for one in epoch(pairs, 400, seed)]

    assert order(3) == order(3)
    assert order(3) != order(4)
    assert order(None) == order(None)
    for seed in (3, 4, None):
        assert sorted(first for row in order(seed) for first in row) == list(range(500, 800))
    widths = [max(one.source.shape[1], one.targets.shape[1]) for one in epoch(pairs, 400)]
    assert widths == sorted(widths)  # no seed: by length


def test_epoch_counts_the_longer_side_with_its_end():
    for one in epoch(numbered([3, 9, 4, 4, 8, 1, 1, 2]), 24, seed=0):
        assert max(one.source.size, one.inputs.size, one.targets.size) <= 24
    assert list(epoch([], 24)) == []


def test_padding_and_marks_stand_where_they_should():
    one = batch([([7, 8], [9]), ([5], [6, 7, 8])])
    assert one.source.tolist() == [[7, 8, EOS], [5, EOS, PAD]]
    assert one.mask.tolist() == [[True, True, True], [True, True, False]]
    assert one.inputs.tolist() == [[BOS, 9, PAD, PAD], [BOS, 6, 7, 8]]
    assert one.targets.tolist() == [[9, EOS, PAD, PAD], [6, 7, 8, EOS]]
    assert {array.dtype for array in (one.source, one.inputs, one.targets)} == {np.dtype(np.int64)}
    assert one.mask.dtype == bool


def test_empty_sentences_are_their_end_alone():
    one = batch([([], [])])
    assert (one.source.tolist(), one.inputs.tolist(), one.targets.tolist()) == ([[EOS]], [[BOS]], [[EOS]])
    assert pad([]).shape == (0, 0)


def test_little_of_a_batch_is_padding():
    """Captions are about 13 pieces long, give or take 4, and German and English differ by about 2."""
    drawn = random.Random(0)
    sizes = [max(4, round(drawn.gauss(13, 4))) for _ in range(5000)]
    pairs = [([9] * size, [9] * max(3, round(drawn.gauss(size, 2)))) for size in sizes]
    batches = list(epoch(pairs, 4096, seed=1))

    def padding(chosen):
        return 1 - sum((ids != PAD).sum() for ids in chosen) / sum(ids.size for ids in chosen)

    unsorted = [batch(pairs[start : start + 200]) for start in range(0, len(pairs), 200)]
    longer = bucketed([max(map(len, pair)) + 1 for pair in pairs], 4096, random.Random(1))
    by_longer = [batch([pairs[index] for index in indices]) for indices in longer]
    ours, theirs = (
        padding([ids for one in some for ids in (one.source, one.targets)]) for some in (batches, by_longer)
    )
    assert ours < 0.9 * theirs < 0.15
    assert padding([ids for one in unsorted for ids in (one.source, one.targets)]) > 0.4


# --- corpora


@pytest.mark.parametrize("corpus", ["copy", "reverse"])
def test_toys_are_what_they_say(corpus):
    for split, count in (("train", 10_000), ("val", 200), ("test", 200)):
        pairs = load_pairs(corpus, split, "en", "de")
        assert len(pairs) == count
        for source, target in pairs:
            letters = source.split(" ")
            assert 3 <= len(letters) <= 9
            assert set(letters) <= set(string.ascii_lowercase)
            assert target.split(" ") == (letters if corpus == "copy" else letters[::-1])
    assert load_pairs(corpus, "val", "en", "de") != load_pairs(corpus, "test", "en", "de")


def test_toys_are_the_same_in_every_process():
    code = "from core.text.corpora import toy; print(toy('val', reverse=True))"
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, env=environment, capture_output=True)
        assert done.stdout.decode().strip() == str(toy("val", reverse=True))


def write_captions(folder, **sides):
    """A val split of Multi30k; a side is text or bytes."""
    (folder / "multi30k").mkdir(parents=True, exist_ok=True)
    for side, content in sides.items():
        content = content if isinstance(content, bytes) else content.encode()
        (folder / "multi30k" / f"val.{side}.gz").write_bytes(gzip.compress(content))
    return folder


def write_tatoeba(folder, content, archive="deu-eng.zip", member="deu.txt"):
    (folder / "tatoeba").mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "tatoeba" / archive, "w") as file:
        file.writestr("_about.txt", "made by a test")
        file.writestr(f"__MACOSX/._{member.split('/')[-1]}", b"\xff\xfe")
        file.writestr(member, content)
    return folder


def refusal(*arguments, kind=ValueError):
    """The one sentence with which `load_pairs` refuses."""
    with pytest.raises(kind) as caught:
        load_pairs(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_captions_line_by_line(tmp_path):
    write_captions(tmp_path, en="One.\nTwo\u2028two.\n", de="\ufeffEins.\r\nZwei.\r\n")  # with BOM and CRLF
    assert load_pairs("multi30k", "val", "en", "de", tmp_path) == [("One.", "Eins."), ("Two\u2028two.", "Zwei.")]
    assert load_pairs("multi30k", "val", "de", "en", tmp_path)[0] == ("Eins.", "One.")


def test_captions_of_unequal_length(tmp_path):
    write_captions(tmp_path, en="One.\nTwo.\n", de="Eins.\n")
    sentence = refusal("multi30k", "val", "en", "de", tmp_path)
    assert "val.en.gz has 2 lines but val.de.gz has 1 lines" in sentence


def test_broken_files_are_named(tmp_path):
    write_captions(tmp_path, en="One.\n", de=b"Ein\xff\n")
    assert refusal("multi30k", "val", "en", "de", tmp_path) == "val.de.gz is not UTF-8 text (byte 3)"
    path = tmp_path / "multi30k" / "val.de.gz"
    for content in (b"Eins.\n", gzip.compress(b"Eins.\n")[:-9], gzip.compress(b"Eins.\n")[:12]):
        path.write_bytes(content)
        assert refusal("multi30k", "val", "en", "de", tmp_path) == "val.de.gz is not a whole gzip file"
    write_tatoeba(tmp_path, b"Go.\tGe\xffh.\n")
    assert refusal("tatoeba", "train", "en", "de", tmp_path) == "deu.txt is not UTF-8 text (byte 6)"
    write_tatoeba(tmp_path, "", member="other.txt")
    assert refusal("tatoeba", "train", "en", "de", tmp_path) == "deu-eng.zip holds no deu.txt"
    (tmp_path / "tatoeba" / "deu-eng.zip").write_bytes(b"<html>moved</html>")
    assert refusal("tatoeba", "train", "en", "de", tmp_path) == "deu-eng.zip is not a whole zip file"


def test_plain_lines(tmp_path):
    (tmp_path / "lines.txt").write_text("a\n\nb\n", encoding="utf-8")
    assert read_lines(tmp_path / "lines.txt") == ["a", "", "b"]


def test_tatoeba_is_split_by_the_english_sentence(tmp_path):
    rows = [(f"Sentence {index}.", f"Satz {index}, {version}.") for index in range(1500) for version in "abc"]
    random.Random(0).shuffle(rows)
    write_tatoeba(tmp_path, "".join(f"{english}\t{german}\tby a test\n" for english, german in rows))
    splits = {split: load_pairs("tatoeba", split, "en", "de", tmp_path) for split in SPLITS["tatoeba"]}
    assert sorted(pair for pairs in splits.values() for pair in pairs) == sorted(rows)
    english = {split: {pair[0] for pair in pairs} for split, pairs in splits.items()}
    assert sum(map(len, english.values())) == 1500  # no sentence in two
    assert 0.9 < len(english["train"]) / 1500 < 0.99
    assert min(len(english["val"]), len(english["test"])) > 10
    for split, pairs in splits.items():
        turned = load_pairs("tatoeba", split, "de", "en", tmp_path)
        assert turned == [(german, english) for english, german in pairs]


def test_the_everyday_mixture_has_the_captions_twice_and_two_tests_of_its_own(tmp_path):
    write_tatoeba(tmp_path, "".join(f"Sentence {index}.\tSatz {index}.\n" for index in range(500)))
    for stem in MULTI30K.values():
        for side in ("en", "de"):
            (tmp_path / "multi30k").mkdir(exist_ok=True)
            (tmp_path / "multi30k" / f"{stem}.{side}.gz").write_bytes(gzip.compress(f"{stem} {side}\n".encode()))
    splits = {split: load_pairs("everyday", split, "en", "de", tmp_path) for split in SPLITS["everyday"]}
    sentences = {split: load_pairs("tatoeba", split, "en", "de", tmp_path) for split in SPLITS["tatoeba"]}
    assert splits["train"] == [("train en", "train de")] * 2 + sentences["train"]
    assert splits["val"] == [("val en", "val de"), *sentences["val"]]
    assert splits["test_2016"] == [("test_2016_flickr en", "test_2016_flickr de")]
    assert splits["test"] == sentences["test"]


def test_tatoeba_inside_a_folder_of_the_zip(tmp_path):
    write_tatoeba(tmp_path, "Go.\tVa !\nStop\u2028it.\tArrête.\n", "fra-eng.zip", "fra-eng/fra.txt")
    found = [pair for split in SPLITS["tatoeba"] for pair in load_pairs("tatoeba", split, "en", "fr", tmp_path)]
    assert sorted(found) == [("Go.", "Va !"), ("Stop\u2028it.", "Arrête.")]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("wmt", "val", "en", "de"), "unknown corpus 'wmt'; valid: multi30k, tatoeba, everyday, copy, reverse"),
        (
            ("multi30k", "test", "en", "de"),
            "unknown split of multi30k 'test', did you mean 'test_2016'?; valid: train, val, test_2016",
        ),
        (
            ("tatoeba", "test_2016", "en", "de"),
            "unknown split of tatoeba 'test_2016', did you mean 'test'?; valid: train, val, test",
        ),
        (("copy", "dev", "en", "de"), "unknown split of copy 'dev'; valid: train, val, test"),
        (("multi30k", "val", "en", "ru"), "unknown language of Multi30k 'ru'; valid: en, de, fr"),
        (
            ("tatoeba", "val", "de", "fr"),
            "unknown Tatoeba pair 'de-fr', did you mean 'en-fr'?; valid: en-de, de-en, en-fr, fr-en",
        ),
        (
            ("tatoeba", "val", "en", "en"),
            "unknown Tatoeba pair 'en-en', did you mean 'en-de'?; valid: en-de, de-en, en-fr, fr-en",
        ),
    ],
)
def test_what_is_unknown_is_answered_with_what_is_valid(tmp_path, arguments, sentence):
    assert refusal(*arguments, tmp_path) == sentence


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Folders for --data-dir, SEQSCOPE_DATA and the cache; the latter two are set in the environment."""
    monkeypatch.setenv("SEQSCOPE_DATA", str(tmp_path / "environment"))
    monkeypatch.setenv("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "given", tmp_path / "environment", tmp_path / "cache" / "seqscope"


def test_where_corpora_are_looked_for(places, monkeypatch):
    given, environment, cache = places
    shared = REPOSITORY.parent / "shared" / "data"
    assert cache_folder() == cache
    assert data_folders(given) == [given]
    assert data_folders() == [environment, shared, cache]
    for folder in (cache, environment):  # the later one written is looked up first
        folder.mkdir(parents=True)
        (folder / "only-in-tests.txt").write_text(folder.name)
        assert find("only-in-tests.txt", data_folders()).read_text() == folder.name
    monkeypatch.delenv("SEQSCOPE_DATA")
    assert data_folders() == [shared, cache]


def test_the_given_folder_alone_counts(places):
    given, environment, _ = places
    write_captions(environment, en="from the environment", de="x")
    assert load_pairs("multi30k", "val", "en", "de") == [("from the environment", "x")]
    sentence = refusal("multi30k", "val", "en", "de", given, kind=FileNotFoundError)
    assert sentence.endswith("python -m core data fetch multi30k")
    assert str(given) in sentence
    assert str(environment) not in sentence
    write_captions(given, en="given", de="y")
    assert load_pairs("multi30k", "val", "en", "de", given) == [("given", "y")]


@pytest.mark.parametrize("corpus", ["multi30k", "tatoeba"])
def test_a_missing_corpus_names_the_command_that_gets_it(tmp_path, corpus):
    sentence = refusal(corpus, "train", "en", "fr", tmp_path, kind=FileNotFoundError)
    assert sentence.endswith(f"get it with: python -m core data fetch {corpus}")


# --- the real corpora, where this machine has them


def real(*arguments):
    try:
        return load_pairs(*arguments)
    except FileNotFoundError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("target", ["de", "fr"])
@pytest.mark.parametrize(("split", "count"), [("train", 29_000), ("val", 1_014), ("test_2016", 1_000)])
def test_the_real_captions(split, count, target):
    pairs = real("multi30k", split, "en", target)
    assert len(pairs) == count
    assert all(source.strip() and target.strip() for source, target in pairs)


def test_the_real_tatoeba():
    splits = [real("tatoeba", split, "en", "de") for split in SPLITS["tatoeba"]]
    english = [{source for source, _ in pairs} for pairs in splits]
    assert sum(map(len, english)) == len(set.union(*english))
    assert sum(map(len, splits)) > 100_000
    assert min(map(len, splits)) > 1_000

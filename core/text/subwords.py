"""Sub-words: byte-pair encoding over raw, cased text (Sennrich et al. 2016, arXiv 1508.07909), by `tokenizers`."""

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from core.records import Piece

SPECIAL = ("<pad>", "<bos>", "<eos>", "<unk>")
PAD, BOS, EOS, UNK = range(4)
TAG = "<bt>"  # in front of a source that a model wrote (Caswell et al. 2019, arXiv 1906.06442)
SPACE = "▁"  # marks a piece that begins after white space
BLANK = "␣"  # how such a mark is shown where it is a piece of its own
UNKNOWN = "⁇"  # how an unknown piece is written out


ZERO_WIDTH_SPACE = "\u200b"  # of the invisible characters the one that stands between words
# What typesetting writes for the apostrophes, quotation marks and dashes of a keyboard, which the corpora are full of.
KEYBOARD = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛‹›′ʼ´`", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "⁄": "/",
    }
)
ENTITY = re.compile(r"&(#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]\w{1,30});", re.IGNORECASE)


def clean(text: str) -> str:
    """NFC, without invisible format characters; control characters and runs of white space become one space."""
    text = unicodedata.normalize("NFC", text.replace(ZERO_WIDTH_SPACE, " "))
    shown = {"Cc": " ", "Cs": " ", "Cf": ""}
    return " ".join("".join(shown.get(unicodedata.category(char), char) for char in text).split())


@lru_cache(maxsize=4096)
def keyed(char: str) -> str:
    """A character as a keyboard writes it: no ligature, no curly quotation mark, nothing of another width.

    keyed("ﬁ") -> "fi"
    """
    plain = unicodedata.normalize("NFKC", char.translate(KEYBOARD)).translate(KEYBOARD)
    spaced = any(map(str.isspace, plain))  # as of a lone accent
    return char if spaced or char == UNKNOWN else plain


def source_text(line: str) -> str:
    """The cleaned line as the models read a source: each character as a keyboard writes it."""
    return "".join(map(keyed, clean(line)))


def unescaped(text: str) -> str:
    """The text with each HTML entity as the character that it stands for.

    unescaped("Barnes &amp; Noble") -> "Barnes & Noble"
    """
    return ENTITY.sub(lambda match: html.unescape(match.group()), text)


@dataclass(frozen=True)
class Subwords:
    """A vocabulary of pieces and the way between text and ids; ids 0 to 3 are `SPECIAL`."""

    tokenizer: Tokenizer

    def __post_init__(self):
        self.tokenizer.encode_special_tokens = True  # "<eos>" in a sentence is plain text

    def __len__(self) -> int:
        return self.tokenizer.get_vocab_size()

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """Every piece by its id."""
        return tuple(self.tokenizer.id_to_token(index) for index in range(len(self)))

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """What each piece adds to a text, as a keyboard writes it; "" of what stands for no text."""
        texts = ["".join(map(keyed, token.replace(SPACE, " "))) for token in self.tokens]
        texts = ["" if token in (*SPECIAL, TAG) else text for token, text in zip(self.tokens, texts, strict=True)]
        return (*texts[:UNK], self.unknown, *texts[UNK + 1 :])

    @cached_property
    def unknown(self) -> str:
        """How an unknown piece is written out: where pieces are words, as one."""
        return f" {UNKNOWN}" if isinstance(self.tokenizer.model, models.WordLevel) else UNKNOWN

    @cached_property
    def spellings(self) -> dict[str, tuple[int, ...]]:
        """The ids of the pieces that add a text."""
        ids: dict[str, tuple[int, ...]] = {}
        for index, text in enumerate(self.texts):
            if text:
                ids[text] = (*ids.get(text, ()), index)
        return ids

    @property
    def tag(self) -> int:
        """The id of `TAG`, which no text is ever cut into; ValueError if the vocabulary was learned without it."""
        if TAG not in self.tokens:
            raise ValueError(f"this vocabulary has no token {TAG}: it was learned from a text without tagged lines")
        return self.tokens.index(TAG)

    def encode(self, text: str) -> list[int]:
        """The ids of the cleaned text as a translation, without `<bos>` and `<eos>`."""
        return self.encode_batch([text])[0]

    def encode_batch(self, lines: Iterable[str]) -> list[list[int]]:
        """`encode` of each line, in parallel."""
        return self.ids(map(clean, lines))

    def encode_source(self, text: str) -> list[int]:
        """The ids of the text as a source (`source_text`)."""
        return self.encode_sources([text])[0]

    def encode_sources(self, lines: Iterable[str]) -> list[list[int]]:
        """`encode_source` of each line, in parallel."""
        return self.ids(map(source_text, lines))

    def ids(self, lines: Iterable[str]) -> list[list[int]]:
        """The ids of lines as they are."""
        return [cut.ids for cut in self.tokenizer.encode_batch(list(lines), add_special_tokens=False)]

    def pieces(self, text: str) -> tuple[Piece, ...]:
        """The pieces of a source with their spans in the cleaned text; a word ends at white space and at punctuation.

        Each shows what was typed; where it is a part of one character, as an f of ﬁ, that part.
        """
        text = clean(text)
        read = source_text(text)
        typed = [index for index, char in enumerate(text) for _ in keyed(char)]  # the character behind each one read
        encoding = self.tokenizer.encode(read, add_special_tokens=False)
        pieces = []
        for token, (start, end), word in zip(encoding.tokens, encoding.offsets, encoding.word_ids, strict=True):
            start += read[start:end].startswith(" ")  # the mark of a word's beginning covers the space before it
            end = start if token == SPACE else end  # alone, the mark of the first word claims a character
            first, last = typed[start], typed[end - 1] + 1 if start < end else typed[start]
            shown = text[first:last] if source_text(text[first:last]) == read[start:end] else read[start:end]
            pieces.append(Piece(shown or BLANK, first, last, word, token == SPECIAL[UNK]))
        return tuple(pieces)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of the ids; `<pad>`, `<bos>`, `<eos>` leave nothing, `<unk>` leaves a visible mark.

        A model that learned from a corpus with HTML entities may spell one: its character is written.
        """
        return unescaped(self.spelt(ids))

    def spelt(self, ids: Iterable[int]) -> str:
        """The same, piece by piece: the characters of the pieces themselves."""
        tokens = [self.unknown if index == UNK else self.tokens[index] for index in ids if index >= UNK]
        return "".join(tokens).replace(SPACE, " ").removeprefix(" ")

    def save(self, path: Path) -> None:
        """Write the `tokenizers` library's own JSON."""
        self.tokenizer.save(str(path))

    @classmethod
    def load(cls, path: Path) -> "Subwords":
        """Read what `save` wrote; ValueError if the file is something else."""
        try:
            subwords = cls(Tokenizer.from_file(str(path)))
        except Exception as error:  # the library raises bare Exception
            raise ValueError(f"{path.name} is not a tokenizer file: {error}") from error
        if subwords.tokens[: len(SPECIAL)] != SPECIAL:
            raise ValueError(f"{path.name} does not begin with the special tokens {' '.join(SPECIAL)}")
        return subwords

    @classmethod
    def train(cls, lines: Iterable[str], vocabulary_size: int, tagged: bool = False) -> "Subwords":
        """Learn the merges from the lines of both languages together; characters not among them are unknown.

        `tagged` gives the vocabulary a token for `TAG`.
        """
        special = (*SPECIAL, TAG) if tagged else SPECIAL
        trainer = trainers.BpeTrainer(
            vocab_size=vocabulary_size, special_tokens=[plain(token) for token in special], show_progress=False
        )
        return cls(learnt(models.BPE(unk_token="<unk>"), trainer, lines))

    @classmethod
    def words(cls, lines: Iterable[str], vocabulary_size: int) -> "Subwords":
        """The most frequent words and marks, whole: any other is `<unk>`."""
        trainer = trainers.WordLevelTrainer(
            vocab_size=vocabulary_size, special_tokens=[plain(token) for token in SPECIAL], show_progress=False
        )
        return cls(learnt(models.WordLevel(unk_token="<unk>"), trainer, lines))


def plain(token: str) -> AddedToken:
    """A special token, as the library wants it."""
    return AddedToken(token, normalized=False, special=True)


def learnt(model: models.Model, trainer: trainers.Trainer, lines: Iterable[str]) -> Tokenizer:
    """A tokenizer that cuts text into words and marks, each with the space before it, and those as it has learnt."""
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Replace(SPACE, "_")  # the mark must never come from the text itself
    mark = rf"[\p{{P}}\p{{S}}&&[^{SPACE}]]"
    word = Regex(rf"{SPACE}?{mark}|{SPACE}?[^{SPACE}\p{{P}}\p{{S}}]+")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always", split=False),
            pre_tokenizers.Split(word, "isolated"),
        ]
    )
    tokenizer.train_from_iterator((clean(line) for line in lines), trainer)
    return tokenizer

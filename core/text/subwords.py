"""Sub-words: byte-pair encoding over raw, cased text (Sennrich et al. 2016, arXiv 1508.07909), by `tokenizers`."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from core.records import Piece

SPECIAL = ("<pad>", "<bos>", "<eos>", "<unk>")
PAD, BOS, EOS, UNK = range(4)
TAG = "<bt>"  # in front of a source that a model wrote (Caswell et al. 2019, arXiv 1906.06442)
SPACE = "▁"  # marks a piece that begins after white space
BLANK = "␣"  # how such a mark is shown where it is a piece of its own
UNKNOWN = "⁇"  # how an unknown piece is written out


def clean(text: str) -> str:
    """NFC, without invisible format characters; control characters and runs of white space become one space."""
    text = unicodedata.normalize("NFC", text)
    shown = {"Cc": " ", "Cs": " ", "Cf": ""}
    return " ".join("".join(shown.get(unicodedata.category(char), char) for char in text).split())


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

    @property
    def tag(self) -> int:
        """The id of `TAG`, which no text is ever cut into; ValueError if the vocabulary was learned without it."""
        if TAG not in self.tokens:
            raise ValueError(f"this vocabulary has no token {TAG}: it was learned from a text without tagged lines")
        return self.tokens.index(TAG)

    def encode(self, text: str) -> list[int]:
        """The ids of the cleaned text, without `<bos>` and `<eos>`."""
        return self.tokenizer.encode(clean(text), add_special_tokens=False).ids

    def encode_batch(self, lines: Iterable[str]) -> list[list[int]]:
        """`encode` of each line, in parallel."""
        encodings = self.tokenizer.encode_batch([clean(line) for line in lines], add_special_tokens=False)
        return [encoding.ids for encoding in encodings]

    def pieces(self, text: str) -> tuple[Piece, ...]:
        """The pieces of the cleaned text with their spans in it; a word ends at white space and at punctuation."""
        text = clean(text)
        encoding = self.tokenizer.encode(text, add_special_tokens=False)
        pieces = []
        for token, (start, end), word in zip(encoding.tokens, encoding.offsets, encoding.word_ids, strict=True):
            start += text[start:end].startswith(" ")  # the mark of a word's beginning covers the space before it
            end = start if token == SPACE else end  # alone, the mark of the first word claims a character
            pieces.append(Piece(text[start:end] or BLANK, start, end, word, token == SPECIAL[UNK]))
        return tuple(pieces)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of the ids; `<pad>`, `<bos>`, `<eos>` leave nothing, `<unk>` leaves a visible mark."""
        tokens = [UNKNOWN if index == UNK else self.tokens[index] for index in ids if index >= UNK]
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
        tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
        tokenizer.normalizer = normalizers.Replace(SPACE, "_")  # the mark must never come from the text itself
        mark = rf"[\p{{P}}\p{{S}}&&[^{SPACE}]]"
        word = Regex(rf"{SPACE}?{mark}|{SPACE}?[^{SPACE}\p{{P}}\p{{S}}]+")
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always", split=False),
                pre_tokenizers.Split(word, "isolated"),
            ]
        )
        special = (*SPECIAL, TAG) if tagged else SPECIAL
        trainer = trainers.BpeTrainer(
            vocab_size=vocabulary_size,
            special_tokens=[AddedToken(token, normalized=False, special=True) for token in special],
            show_progress=False,
        )
        tokenizer.train_from_iterator((clean(line) for line in lines), trainer)
        return cls(tokenizer)

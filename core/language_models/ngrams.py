"""n-gram language models: what follows the last n - 1 tokens, from counts (Jurafsky & Martin 2025, chapter 3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.checks import check, check_choice, check_range
from core.models.contract import Output, State, Step

PAD, BOS, EOS = 0, 1, 2  # of core.text.subwords.SPECIAL
SMOOTHINGS = ("maximum-likelihood", "add-k", "kneser-ney")
MAX_ORDER = 5


@dataclass(frozen=True)
class NGramConfig:
    """An n-gram model's `order` n, and how it gives something to what was never counted; `k` is add-k's.

    "maximum-likelihood" gives nothing; after a history that was never seen it asks a shorter one. "add-k" adds k to
    each count. "kneser-ney" takes a discount from each count and gives it to what follows the shorter history.
    """

    vocabulary_size: int
    order: int = 3
    smoothing: str = "kneser-ney"
    k: float = 0.1

    def __post_init__(self):
        check_range("vocabulary size", self.vocabulary_size, EOS + 1, 2**12 * 10)
        check_range("order of the n-grams", self.order, 1, MAX_ORDER)
        check_choice("smoothing", self.smoothing, SMOOTHINGS)
        check_range("k of add-k", self.k, 1e-9, 1e6, whole=False)


class Counts(NamedTuple):
    """All n-grams of one n: history i of H is followed by the words at `first[i]` … `first[i + 1] - 1` of N.

    `counts` (2, N) are how often each was seen, and, adjusted, after how many different words: what Kneser & Ney (1995)
    ask of a shorter history, but for n-grams that begin a sentence (Chen & Goodman 1999, §2.7). `totals` (2, H) are
    their sums over all words, those too that are not stored, and `discounts` the two D.
    """

    histories: np.ndarray  # (H,) int64, sorted: the ids as the digits of one number
    first: np.ndarray  # (H + 1,)
    words: np.ndarray  # (N,)
    counts: np.ndarray
    totals: np.ndarray
    discounts: np.ndarray

    def row(self, history: int) -> int | None:
        """Where a history stands; None if nothing was counted after it."""
        place = int(np.searchsorted(self.histories, history))
        return place if place < len(self.histories) and self.histories[place] == history else None


class NGram:
    """A `LanguageModel` of counts; its logits are log-probabilities, and its state the last n - 1 tokens."""

    heads: Mapping[str, tuple[int, int]] = {}
    absent = ()

    def __init__(self, config: NGramConfig, counts: Sequence[Counts]):
        check(len(counts) >= config.order, f"{config.order}-grams were not counted, only up to {len(counts)}")
        self.config, self.tables = config, tuple(counts)

    def start(self, sentences: int, *, width: int = 1) -> State:
        """The state before the first token; `<bos>` stands before it as often as is asked."""
        last = torch.full((sentences * width, self.config.order - 1), BOS)
        return State(torch.zeros(sentences, 1), (last,))

    def step(self, previous: Tensor, state: State, *, detail: bool = False) -> Step:
        """Read one token a row, previous (B,); consumes `state`."""
        (last,) = state.rows
        last = torch.cat([last, previous[:, None]], dim=1)[:, 1:]
        return Step(torch.from_numpy(self.logprobs(last.numpy())), State(state.source, (last,)), {}, {})

    def forward(self, target: Tensor, *, detail: bool = False) -> Output:
        """Teacher forcing: target (n, T) is what is read, `<bos>` first."""
        history, length = self.config.order - 1, target.shape[1]
        padded = np.pad(target.numpy(), ((0, 0), (max(history - 1, 0), 0)), constant_values=BOS)
        windows = padded[:, np.arange(length)[:, None] + np.arange(history)]  # (n, T, n - 1)
        logits = self.logprobs(windows.reshape(target.numel(), history))
        return Output(torch.from_numpy(logits).unflatten(0, tuple(target.shape)), {}, {})

    def logprobs(self, histories: np.ndarray) -> np.ndarray:
        """Histories (B, n - 1) → log-probabilities (B, V) float32 of what comes next."""
        distinct, places = np.unique(histories, axis=0, return_inverse=True)
        with np.errstate(divide="ignore"):
            rows = [np.log(self.distribution(history)) for history in distinct.tolist()]
        return np.array(rows, dtype=np.float32)[places.reshape(-1)]

    def distribution(self, history: Sequence[int]) -> np.ndarray:
        """P(word | history) (V,) float64: history is the last n - 1 tokens; nothing follows as `<pad>` or `<bos>`."""
        ways = {"maximum-likelihood": self.likeliest, "add-k": self.added, "kneser-ney": self.discounted}
        return ways[self.config.smoothing](history)

    def uniform(self) -> np.ndarray:
        """The same share for each word that can follow."""
        size = self.config.vocabulary_size
        return np.where(np.arange(size) < EOS, 0.0, 1.0 / (size - EOS))

    def likeliest(self, history: Sequence[int]) -> np.ndarray:
        """c(history, word) / c(history), of the longest end of the history that was counted."""
        for length in range(self.config.order - 1, -1, -1):
            table, row, span = self.after(history, length)
            if row is not None:
                shares = np.zeros(self.config.vocabulary_size)
                shares[table.words[span]] = table.counts[0, span] / table.counts[0, span].sum()
                return shares
        return self.uniform()

    def added(self, history: Sequence[int]) -> np.ndarray:
        """(c(history, word) + k) / (c(history) + k · V): V are the words that can follow."""
        table, _, span = self.after(history, self.config.order - 1)
        shares = np.where(self.uniform() > 0, self.config.k, 0.0)
        shares[table.words[span]] += table.counts[0, span]
        return shares / shares.sum()

    def discounted(self, history: Sequence[int]) -> np.ndarray:
        """Interpolated Kneser–Ney: max(c - D, 0) / Σc + λ · P(word | shorter history), λ what the discounts left."""
        shares = self.uniform()
        for length in range(self.config.order):
            adjusted = int(length < self.config.order - 1)
            table, row, span = self.after(history, length)
            if row is not None:
                discount, total = table.discounts[adjusted], table.totals[adjusted, row]
                kept = np.maximum(table.counts[adjusted, span] - discount, 0.0) / total
                shares *= 1.0 - kept.sum()
                shares[table.words[span]] += kept
        return shares

    def after(self, history: Sequence[int], length: int) -> tuple[Counts, int | None, slice]:
        """The table that knows what follows so many tokens, the row of these, and the place of its n-grams."""
        table = self.tables[length]
        row = table.row(packed(history[len(history) - length :], self.config.vocabulary_size))
        return table, row, slice(0, 0) if row is None else slice(table.first[row], table.first[row + 1])


def of_order(model: NGram, order: int) -> NGram:
    """The same counts with a shorter history; ValueError if the model has none, or so many were not counted."""
    check(isinstance(model, NGram), "only an n-gram model has an order: leave it out")
    return NGram(replace(model.config, order=order), model.tables)


def packed(tokens: Sequence[int], size: int) -> int:
    """Ids as the digits of one number; packed([1, 2], 10) -> 12"""
    value = 0
    for token in tokens:
        value = value * size + int(token)
    return value


def counted(lines: Sequence[Sequence[int]], vocabulary_size: int, order: int, least: int = 1) -> list[Counts]:
    """All n-grams of the lines (ids without `<bos>` and `<eos>`), for n = 1 … order.

    Of the longer ones only those are kept that were seen `least` times.
    """
    check(bool(lines), "there is nothing to count: give a text")
    check_range("order of the n-grams", order, 1, MAX_ORDER)
    flat = np.concatenate([np.array([*[BOS] * (order - 1), *line, EOS], dtype=np.int64) for line in lines])
    ends = np.flatnonzero(flat != BOS)  # each real token ends one n-gram of every length
    grams, tables = [], []
    for length in range(1, order + 1):
        keys = sum(flat[ends - back] * vocabulary_size**back for back in range(length))
        grams.append(np.unique(keys, return_counts=True))
    for length, (keys, raw) in enumerate(grams, start=1):
        adjusted = raw
        if length < order:
            suffixes, before = np.unique(grams[length][0] % vocabulary_size**length, return_counts=True)
            begins = keys // vocabulary_size ** (length - 1) == BOS
            adjusted = np.where(begins, raw, before[np.searchsorted(suffixes, keys)])
        tables.append(frequent(table(keys, np.stack([raw, adjusted]), vocabulary_size), 1 if length == 1 else least))
    return tables


def table(keys: np.ndarray, counts: np.ndarray, size: int) -> Counts:
    """The n-grams `keys`, sorted, by their history."""
    histories, first = np.unique(keys // size, return_index=True)
    totals = np.add.reduceat(counts, first, axis=1)
    return Counts(
        histories, np.append(first, len(keys)), keys % size, counts, totals, np.array([*map(discount, counts)])
    )


def discount(counts: np.ndarray) -> float:
    """D = n₁ / (n₁ + 2 n₂), n-grams counted once and twice (Ney et al. 1994); 0.5 where there are too few to tell."""
    once, twice = (int((counts == times).sum()) for times in (1, 2))
    return once / (once + 2 * twice) if once and twice else 0.5


def frequent(table: Counts, least: int) -> Counts:
    """Only what was seen so often; the totals stay, so that what is left out goes to what follows shorter histories."""
    kept = table.counts[0] >= least
    rows = np.repeat(np.arange(len(table.histories)), np.diff(table.first))[kept]
    there, first = np.unique(rows, return_index=True)
    return table._replace(
        histories=table.histories[there],
        first=np.append(first, len(rows)),
        words=table.words[kept],
        counts=table.counts[:, kept],
        totals=table.totals[:, there],
    )


def to_arrays(tables: Sequence[Counts]) -> dict[str, np.ndarray]:
    """All tables as small arrays by name, for a file; of the longest n-grams both counts are the same."""
    arrays = {f"{n}.{name}": array for n, table in enumerate(tables, 1) for name, array in table._asdict().items()}
    arrays[f"{len(tables)}.counts"] = tables[-1].counts[:1]
    kinds = {
        name: np.min_scalar_type(array.max()) if array.dtype.kind == "i" else array.dtype
        for name, array in arrays.items()
    }
    return {name: np.ascontiguousarray(array, kinds.get(name)) for name, array in arrays.items()}  # as a file wants it


def from_arrays(arrays: Mapping[str, np.ndarray]) -> list[Counts]:
    """What `to_arrays` gave."""
    count = sum(name.endswith(".words") for name in arrays)
    tables = [Counts(*(arrays[f"{n}.{name}"] for name in Counts._fields)) for n in range(1, count + 1)]
    tables = [Counts(*(a if a.dtype.kind == "f" else a.astype(np.int64) for a in table)) for table in tables]
    return [table._replace(counts=np.broadcast_to(table.counts, (2, len(table.words)))) for table in tables]

"""What closing heads costs in quality, on sentences few enough to wait for: greedy translations, a batch at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.changes import Changes
from core.decoding.translate import translate_batches
from core.findings.measuring import compared
from core.interpret.gated_losses import heads_of
from core.interpret.head_importance import confidences, gradients
from core.models.contract import Seq2Seq
from core.options import GreedyOptions
from core.text.subwords import Subwords

MOST = 160  # source tokens of a batch: about a twentieth of a second each
MEASURES = {"gradient": gradients, "confidence": confidences}  # that are there within a second


@dataclass(frozen=True)
class Quality:
    """The `translations` so far, None for those to come; then, once all are there, the `scores` of `compared`: first
    those of the model as it is, then those with heads closed.
    """

    translations: tuple[str | None, ...]
    scores: tuple[dict[str, float], ...] = ()

    @property
    def done(self) -> float:
        """The share of sentences that are translated."""
        return 1 - self.translations.count(None) / len(self.translations)


def quality(
    model: Seq2Seq,
    subwords: Subwords,
    pairs: Sequence[tuple[str, str]],
    changes: Changes,
    plain: tuple[str, ...] | None,
) -> Iterator[Quality]:
    """Translate the first of each pair, growing, with heads closed; then score it beside `plain`, the translations of
    the model as it is, or None where these are those. Whoever stops iterating stops it.
    """
    sources, references = zip(*pairs, strict=True)
    texts: list[str | None] = [None] * len(pairs)
    for index, hypotheses in translate_batches(model, subwords, sources, GreedyOptions(), MOST, changes=changes):
        texts[index] = hypotheses[0].text if hypotheses else ""
        yield Quality(tuple(texts))
    whole = tuple(texts)
    scores = compared({"open": plain or whole, "closed": whole}, references)
    yield Quality(whole, tuple(scores))


def importance(model: Seq2Seq, subwords: Subwords, measure: str, pairs: Sequence[tuple[str, str]]) -> tuple[float, ...]:
    """How much each head matters on some pairs by one of `MEASURES`, in the order of `heads_of`."""
    sources, targets = zip(*pairs, strict=True)
    encoded = list(zip(subwords.encode_sources(sources), subwords.encode_batch(targets), strict=True))
    return tuple(MEASURES[measure](model, encoded, heads_of(model)).tolist())

"""Whose fault a bad translation is: the search's, which missed what the model prefers, or the model's own."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from core.checks import check
from core.decoding.ranking import normalised
from core.decoding.translate import decode, translate_batches
from core.metrics import length_and_chrf
from core.models.contract import Seq2Seq
from core.options import BeamOptions, ExactOptions, ForcedOptions, Options
from core.records import DecodeTrace, Hypothesis
from core.text.subwords import Subwords, clean

VERDICTS = ("right", "search error", "model error", "best", "open")
TOLERANCE = 1e-4  # of log-probability: what a batch may differ by


@dataclass(frozen=True)
class Diagnosis:
    """A verdict on one output, its score, and the best score that a rival got (the reference or exact search).

    right: it is the reference. search error: the model ranks a rival higher, which the search did not find. model
    error: the model ranks its own output at least as high as the reference, so a better search would not help. Without
    a reference, best: exact search proved that nothing ranks higher; open: it found nothing higher, but no proof.
    """

    verdict: str
    output: float
    rival: float

    @property
    def gap(self) -> float:
        """How much higher the rival ranks."""
        return self.rival - self.output


def ranking(hypothesis: Hypothesis, options: Options) -> float:
    """What the search was to maximise; a translation cut off before `<eos>` is none."""
    return normalised(hypothesis.total, len(hypothesis.tokens), options) if hypothesis.finished else float("-inf")


def best_of(hypotheses: Sequence[Hypothesis], options: Options) -> Hypothesis | None:
    """The one that the options' norm ranks highest, finished or not; None of none."""
    return max(
        hypotheses,
        key=lambda hypothesis: normalised(hypothesis.total, len(hypothesis.tokens), options),
        default=None,
    )


def diagnose(
    output: Hypothesis,
    options: Options,
    reference: Hypothesis | None = None,
    exact: DecodeTrace | None = None,
    found: Sequence[Hypothesis] = (),
) -> Diagnosis:
    """Search error or model error, by the score that the search's options rank by (without a coverage penalty).

    After Stahlberg & Byrne 2019 (arXiv 1908.10090); a reference or an exact result is needed. What other searches
    `found` are rivals, too.
    """
    check(reference is not None or exact is not None, "a diagnosis needs a reference or an exact result")
    rivals = ([] if reference is None else [reference]) + ([] if exact is None else [exact.hypotheses[0]])
    rivals += found
    own, best = ranking(output, options), max(ranking(rival, options) for rival in rivals)
    others = [
        rival for rival in rivals if rival.text != output.text or not output.finished
    ]  # not another spelling of it
    if any(ranking(rival, options) > own + TOLERANCE for rival in others):
        return Diagnosis("search error", own, best)
    if reference is None:
        return Diagnosis("best" if exact.proof.proven else "open", own, best)
    return Diagnosis("right" if output.text == reference.text else "model error", own, best)


def shares(diagnoses: Sequence[Diagnosis]) -> dict[str, float]:
    """The share of each verdict, 0 to 1, those that never came left out."""
    counts = Counter(diagnosis.verdict for diagnosis in diagnoses)
    return {verdict: counts[verdict] / len(diagnoses) for verdict in VERDICTS if counts[verdict]}


def diagnose_all(
    model: Seq2Seq,
    subwords: Subwords,
    sources: Sequence[str],
    references: Sequence[str],
    options: BeamOptions,
    budget: int = 0,
) -> Iterator[tuple[int, Diagnosis]]:
    """Each sentence's index and diagnosis; with a budget exact search looks for rivals too. Empty lines are skipped."""
    for index, hypotheses in translate_batches(model, subwords, sources, options):
        if not hypotheses or not clean(references[index]):
            continue
        forced = ForcedOptions(clean(references[index]))
        ((_, (reference,)),) = translate_batches(model, subwords, [sources[index]], forced)
        exact = None
        if budget:
            norm = (options.length_norm, options.length_penalty, options.max_length, options.constraints)
            exact = decode(model, subwords, sources[index], ExactOptions(budget, *norm))
        yield index, diagnose(hypotheses[0], options, reference, exact)


@dataclass(frozen=True)
class SweepRow:
    """What one beam size and α gave over a set: outputs, words of output a word of reference, chrF, mean log p."""

    beam_size: int
    length_penalty: float
    outputs: tuple[str, ...]
    length_ratio: float
    chrf: float
    logprob: float


def grid(options: BeamOptions, beam_sizes: Sequence[int], penalties: Sequence[float]) -> list[list[BeamOptions]]:
    """The options with every beam size, a row each, and every α (GNMT's norm)."""
    return [
        [replace(options, beam_size=size, length_norm="gnmt", length_penalty=penalty) for penalty in penalties]
        for size in beam_sizes
    ]


def sweep(
    model: Seq2Seq,
    subwords: Subwords,
    sources: Sequence[str],
    references: Sequence[str],
    table: Sequence[Sequence[BeamOptions]],
) -> Iterator[SweepRow]:
    """The beam × α table of a `grid`: one search a beam size, every α a ranking of what it found."""
    for row in table:
        searched = dict(translate_batches(model, subwords, sources, row[0]))
        for options in row:
            best = [best_of(hypotheses, options) for _, hypotheses in sorted(searched.items())]
            outputs = tuple("" if hypothesis is None else hypothesis.text for hypothesis in best)
            totals = [hypothesis.total for hypothesis in best if hypothesis is not None]
            mean = sum(totals) / max(1, len(totals))
            yield SweepRow(
                options.beam_size, options.length_penalty, outputs, *length_and_chrf(outputs, references), mean
            )


def verdict_lines(diagnoses: Sequence[Diagnosis]) -> list[str]:
    """The share of each verdict over a set, and how far the scores of output and best rival are apart on average.

    (Where the output was cut off it has no score.)
    """
    check(bool(diagnoses), "no line has both a source and a reference")
    lines = [f"{len(diagnoses)} sentences", f"{'verdict':<14} {'share':>6} {'distance':>9}"]
    for verdict, share in shares(diagnoses).items():
        gaps = [
            abs(diagnosis.gap) for diagnosis in diagnoses if diagnosis.verdict == verdict and isfinite(diagnosis.gap)
        ]
        distance = f"{sum(gaps) / len(gaps):.3f}" if gaps else "-"
        lines.append(f"{verdict:<14} {share:6.1%} {distance:>9}")
    return lines


def table_lines(rows: Sequence[SweepRow]) -> list[str]:
    """The beam × α table, its head first."""
    return [f"{'beam':>5} {'alpha':>6} {'length':>7} {'chrF':>6} {'log p':>8}"] + [
        f"{row.beam_size:5} {row.length_penalty:6g} {row.length_ratio:7.3f} {row.chrf:6.2f} {row.logprob:z8.3f}"
        for row in rows
    ]

"""Bigger beams: what a wider search finds, what that is worth, and how often the model prefers to say nothing at all.

Koehn & Knowles 2017 (§3.6: quality falls beyond some beam size); Stahlberg & Byrne 2019 (arXiv 1908.10090: for more
than half of WMT's sentences the likeliest translation of all is the empty one).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from statistics import median
from typing import Any

from core.checkpoints import Loaded
from core.decoding.translate import decode, translate_batches
from core.findings.measuring import SAMPLES, compared
from core.interpret.search_errors import TOLERANCE, best_of, diagnose, shares
from core.metrics import length_and_chrf
from core.options import BeamOptions, ExactOptions
from core.records import Hypothesis
from core.text.subwords import clean

BEAM_SIZES = (1, 2, 5, 10, 20, 50, 100)
USUAL = 5  # the beam size that the others are compared with
NORMS = ("none", "gnmt")  # plain sums, and each model's own length penalty
BUDGET = 1_000  # prefixes that exact search may open for a sentence
EXACTLY = 100  # sentences that are searched exactly

Plain = list[Any]  # a hypothesis as JSON values: text, tokens, log-probabilities
Keep = Callable[[str, Callable[[], Any]], Any]  # a part of the measurement by its name, computed or known already


def now(_: str, compute: Callable[[], Any]) -> Any:
    """A part computed, and kept nowhere."""
    return compute()


def bigger_beams(models: Mapping[str, Loaded], pairs: Sequence[tuple[str, str]], keep: Keep = now) -> dict[str, Any]:
    """What each model writes under each beam size, by plain sums and under its own length penalty; plain JSON values.

    A row for each model, norm and beam size: BLEU, chrF and length, how often the search or the model erred, how often
    nothing at all was written, or is likelier than what was. For each model, too, what exact search says of the first
    `EXACTLY` sentences. `keep` is asked for each part that takes minutes.
    """
    sources, references = zip(*pairs, strict=True)
    rows: list[dict[str, Any]] = []
    modes: list[dict[str, Any]] = []
    for name, loaded in models.items():
        part = f"{name}-{len(pairs)}"
        proofs = keep(f"{part}-exact", partial(explored, loaded, sources))
        found = {size: keep(f"{part}-beam-{size}", partial(searched, loaded, sources, size)) for size in BEAM_SIZES}
        for norm in NORMS:
            outputs = {size: [restored(each) for each in by_norm[norm]] for size, by_norm in found.items()}
            scored = keep(f"{part}-{norm}", partial(compared_sizes, loaded, norm, outputs, proofs, references))
            rows += [{"model": name, **row} for row in scored]
        modes.append({"model": name, **likeliest(proofs)})
    about = {"sentences": len(pairs), "samples": SAMPLES, "usual": USUAL, "budget": BUDGET}
    return about | {"rows": rows, "modes": modes}


def options(loaded: Loaded, norm: str, size: int) -> BeamOptions:
    """A beam of that size under the model's own length penalty, or by plain sums."""
    return BeamOptions(size, norm, loaded.card.length_penalty)


def searched(loaded: Loaded, sources: Sequence[str], size: int) -> dict[str, list[Plain]]:
    """One search, and what each norm picks of what it finished, a hypothesis a sentence."""
    found = dict(translate_batches(loaded.model, loaded.subwords, sources, options(loaded, "none", size)))
    return {
        norm: [plain(best_of(found[index], options(loaded, norm, size))) for index in range(len(sources))]
        for norm in NORMS
    }


def explored(loaded: Loaded, sources: Sequence[str]) -> list[dict[str, Any]]:
    """What exact search says of each sentence; after the first `EXACTLY` only how likely the empty translation is."""
    proofs = []
    for index, source in enumerate(sources):
        budget = BUDGET if index < EXACTLY else 1
        trace = decode(loaded.model, loaded.subwords, source, ExactOptions(budget))
        proof = trace.proof
        proofs.append({"opened": proof.opened, "proven": proof.proven, "empty": proof.empty})
        proofs[-1]["best"] = plain(trace.hypotheses[0]) if index < EXACTLY else None
    return proofs


def plain(hypothesis: Hypothesis) -> Plain:
    """A hypothesis as JSON values."""
    return [hypothesis.text, list(hypothesis.tokens), list(hypothesis.logprobs)]


def restored(values: Plain) -> Hypothesis:
    """And back, without its score and place."""
    text, tokens, logprobs = values
    return Hypothesis(text, tuple(tokens), tuple(logprobs), 0.0, 0)


def compared_sizes(
    loaded: Loaded,
    norm: str,
    outputs: Mapping[int, Sequence[Hypothesis]],
    proofs: Sequence[Mapping[str, Any]],
    references: Sequence[str],
) -> list[dict[str, Any]]:
    """A row a beam size; `p` compares its BLEU with that of the `USUAL` one.

    A search error: the output of another beam, or of exact search, is ranked higher.
    """
    texts = {size: [output.text for output in some] for size, some in outputs.items()}
    order = [USUAL, *(size for size in outputs if size != USUAL)]
    scores = {int(row.pop("model")): row for row in compared({str(size): texts[size] for size in order}, references)}
    rivals = [[*some] for some in zip(*outputs.values(), strict=True)]
    for some, proof in zip(rivals, proofs, strict=True):
        some += [restored(proof["best"])] if proof["best"] else []
    rows = []
    for size, some in outputs.items():
        chosen = options(loaded, norm, size)
        diagnoses = [
            diagnose(output, chosen, Hypothesis(clean(reference), (), (), 0.0, 0), found=found)
            for output, reference, found in zip(some, references, rivals, strict=True)
        ]
        row = {"beam_size": size, "norm": norm, "alpha": chosen.length_penalty if norm == "gnmt" else None}
        row |= scores[size] | {"length": round(length_and_chrf(texts[size], references)[0], 4)}
        rows.append(row | rounded(shares(diagnoses)) | silence(some, proofs))
    return rows


def silence(outputs: Sequence[Hypothesis], proofs: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The share of outputs that are `empty`, and of those that are less likely than the empty one."""
    empty = [not output.text for output in outputs]
    below = [
        not silent and proof["empty"] > output.total + TOLERANCE
        for silent, output, proof in zip(empty, outputs, proofs, strict=True)
    ]
    return rounded({"empty": sum(empty) / len(outputs), "below_empty": sum(below) / len(outputs)})


def rounded(values: Mapping[str, float]) -> dict[str, float]:
    """Shares in four decimals, their names as JSON has them."""
    return {name.replace(" ", "_"): round(value, 4) for name, value in values.items()}


def likeliest(proofs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What exact search has shown of the sentences that it tried: of how many it proved the likeliest translation, in
    how many that one is `empty`, in how many of the others the best so far is; the prefixes a proof took, by median.
    """
    tried = [proof for proof in proofs if proof["best"]]
    proven = [proof for proof in tried if proof["proven"]]
    empty = [proof for proof in tried if not restored(proof["best"]).text]
    nothing = sum(proof["proven"] for proof in empty)
    opened = median(proof["opened"] for proof in proven) if proven else None
    shown = {"tried": len(tried), "proven": len(proven), "empty": nothing, "open_empty": len(empty) - nothing}
    return shown | {"opened": opened}

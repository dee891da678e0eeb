"""How good translations are: BLEU and chrF by sacreBLEU, and BLEU as the Multi30k literature prints it."""

from collections import Counter
from collections.abc import Sequence

import numpy as np


def translation_metrics(translations: Sequence[str], references: Sequence[str], language: str) -> dict[str, object]:
    """BLEU and chrF (0 to 100) of a corpus, with sacreBLEU's signatures.

    `bleu` is 13a and mixed case, `bleu_lowercased` the same without case, `bleu_literature` lower-cased, punctuation
    normalised and Moses-tokenised (Elliott et al. 2016 and after), `chrf` is chrF2 (Popović 2015).
    """
    from sacrebleu.metrics import BLEU, CHRF

    plain, lowered, raw, chrf = BLEU(), BLEU(lowercase=True), BLEU(tokenize="none", force=True), CHRF()
    literature = [moses(lines, language) for lines in (translations, references)]
    return {
        "bleu": round(plain.corpus_score(translations, [references]).score, 2),
        "bleu_lowercased": round(lowered.corpus_score(translations, [references]).score, 2),
        "bleu_literature": round(raw.corpus_score(literature[0], [literature[1]]).score, 2),
        "chrf": round(chrf.corpus_score(translations, [references]).score, 2),
        "signature_bleu": str(plain.get_signature()),
        "signature_chrf": str(chrf.get_signature()),
    }


def moses(lines: Sequence[str], language: str) -> list[str]:
    """Lower-cased, punctuation-normalised, tokenised as Moses does it."""
    from sacremoses import MosesPunctNormalizer, MosesTokenizer

    normalizer, tokenizer = MosesPunctNormalizer(lang=language), MosesTokenizer(lang=language)
    return [tokenizer.tokenize(normalizer.normalize(line.lower()), return_str=True, escape=False) for line in lines]


def sentence_chrf(pairs: Sequence[tuple[str, str]]) -> list[float]:
    """The sentence chrF2 of each (text, reference), 0 to 100."""
    from sacrebleu.metrics import CHRF

    metric = CHRF()
    return [metric.sentence_score(text, [reference]).score for text, reference in pairs]


def chrf_matrix(texts: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """The sentence chrF2 of each of N texts against each of M references, (N, M): sacreBLEU's, many times as fast.

    Precision and recall are means over the orders 1 to 6 of which both have characters (Popović 2015; sacreBLEU 2).
    """
    precision, recall, orders = np.zeros((3, len(texts), len(references)))
    rows, others = (["".join(text.split()) for text in some] for some in (texts, references))
    for order in range(1, 7):
        written, wanted, shared = shared_grams(rows, others, order)
        precision += shared / np.maximum(written, 1) * (wanted > 0)
        recall += shared / np.maximum(wanted, 1) * (written > 0)
        orders += (written > 0) & (wanted > 0)
    precision, recall = precision / np.maximum(orders, 1), recall / np.maximum(orders, 1)
    return 100 * 5 * precision * recall / np.maximum(4 * precision + recall, 1e-300)


def bleu_matrix(texts: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """The same of sentence BLEU (13a, effective order)."""
    from sacrebleu.metrics import BLEU

    tokenizer = BLEU().tokenizer
    rows, others = ([tuple(tokenizer(text.rstrip()).split()) for text in some] for some in (texts, references))
    written, _, shared = zip(*(shared_grams(rows, others, order) for order in range(1, 5)), strict=True)
    totals = np.concatenate(written, axis=1).tolist()  # (N, 4)
    matches = np.stack(shared, axis=2).tolist()  # (N, M, 4)
    scores = [
        BLEU.compute_bleu(match, list(total), len(row), len(other), "exp", effective_order=True).score
        for row, total, against in zip(rows, totals, matches, strict=True)
        for other, match in zip(others, against, strict=True)
    ]
    return np.array(scores).reshape(len(texts), len(references))


def shared_grams(
    rows: Sequence[Sequence[str]], others: Sequence[Sequence[str]], order: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How many runs of so many characters or tokens N rows have, (N, 1), and M others, (1, M), and each two share."""
    grams = [Counter(row[at : at + order] for at in range(len(row) - order + 1)) for row in (*rows, *others)]
    column = {gram: place for place, gram in enumerate(set().union(*grams))}
    counts = np.zeros((len(grams), len(column)), dtype=np.int32)
    for row, own in zip(counts, grams, strict=True):
        row[[column[gram] for gram in own]] = list(own.values())
    written, wanted = counts[: len(rows)], counts[len(rows) :]
    shared = np.array([np.minimum(row, wanted).sum(axis=1) for row in written]).reshape(len(rows), len(others))
    return written.sum(axis=1)[:, None], wanted.sum(axis=1)[None, :], shared


def length_and_chrf(translations: Sequence[str], references: Sequence[str]) -> tuple[float, float]:
    """Tokens (13a) of all translations over those of the references, as BLEU counts them, and the corpus' chrF2."""
    from sacrebleu.metrics import BLEU, CHRF

    ratio = BLEU().corpus_score(translations, [references]).ratio
    return ratio, CHRF().corpus_score(translations, [references]).score

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


def sentence_similarity(utility: str, pairs: Sequence[tuple[str, str]]) -> list[float]:
    """How like each (text, reference) is, 0 to 100: sentence chrF2, sentence BLEU (effective order), or exact match."""
    from sacrebleu.metrics import BLEU, CHRF

    if utility == "exact":
        return [100.0 * (text == reference) for text, reference in pairs]
    metric = {"chrf": CHRF, "bleu": lambda: BLEU(effective_order=True)}[utility]()
    return [metric.sentence_score(text, [reference]).score for text, reference in pairs]


def chrf_matrix(texts: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """The sentence chrF2 of each of N texts against each of M references, (N, M): sacreBLEU's, many times as fast.

    Precision and recall are means over the orders 1 to 6 of which both have characters (Popović 2015; sacreBLEU 2).
    """
    precision, recall, orders = np.zeros((3, len(texts), len(references)))
    for order in range(1, 7):
        grams = [character_grams(text, order) for text in (*texts, *references)]
        column = {gram: place for place, gram in enumerate(set().union(*grams))}
        counts = np.zeros((len(grams), len(column)), dtype=np.int32)
        for row, own in zip(counts, grams, strict=True):
            row[[column[gram] for gram in own]] = list(own.values())
        rows, others = counts[: len(texts)], counts[len(texts) :]
        written, wanted = rows.sum(axis=1)[:, None], others.sum(axis=1)[None, :]
        shared = np.array([np.minimum(row, others).sum(axis=1) for row in rows]).reshape(precision.shape)
        precision += shared / np.maximum(written, 1) * (wanted > 0)
        recall += shared / np.maximum(wanted, 1) * (written > 0)
        orders += (written > 0) & (wanted > 0)
    precision, recall = precision / np.maximum(orders, 1), recall / np.maximum(orders, 1)
    return 100 * 5 * precision * recall / np.maximum(4 * precision + recall, 1e-300)


def character_grams(text: str, order: int) -> Counter[str]:
    """Runs of so many characters, white space left out, each with how often it comes.

    >>> character_grams("a ba", 2)
    Counter({'ab': 1, 'ba': 1})
    """
    line = "".join(text.split())
    return Counter(line[place : place + order] for place in range(len(line) - order + 1))


def length_and_chrf(translations: Sequence[str], references: Sequence[str]) -> tuple[float, float]:
    """Tokens (13a) of all translations over those of the references, as BLEU counts them, and the corpus' chrF2."""
    from sacrebleu.metrics import BLEU, CHRF

    ratio = BLEU().corpus_score(translations, [references]).ratio
    return ratio, CHRF().corpus_score(translations, [references]).score

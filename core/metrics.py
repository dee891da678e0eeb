"""How good translations are: BLEU and chrF by sacreBLEU, and BLEU as the Multi30k literature prints it."""

from collections.abc import Sequence


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


def length_and_chrf(translations: Sequence[str], references: Sequence[str]) -> tuple[float, float]:
    """Tokens (13a) of all translations over those of the references, as BLEU counts them, and the corpus' chrF2."""
    from sacrebleu.metrics import BLEU, CHRF

    ratio = BLEU().corpus_score(translations, [references]).ratio
    return ratio, CHRF().corpus_score(translations, [references]).score

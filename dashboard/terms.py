"""Words of the field, one table: what Ctrl+K finds beside pages and models. Nothing but Python is needed."""

from typing import NamedTuple


class Term(NamedTuple):
    """A word of the field in each language, the `page` that shows what it means, and the key of its meaning."""

    page: str
    en: str
    ru: str
    means: str


TERMS = (
    Term("home", "sequence-to-sequence", "последовательность в последовательность", "term_seq2seq"),
    Term("step", "sub-word", "кусочек слова (sub-word)", "term_subword"),
    Term("step", "entropy", "энтропия", "term_entropy"),
    Term("step", "greedy search", "жадный поиск", "term_greedy"),
    Term("step", "decoder", "декодер (decoder)", "term_decoder"),
    Term("step", "encoder", "кодировщик (encoder)", "term_encoder"),
    Term("alignment", "head", "голова внимания", "term_head"),
    Term("alignment", "layer", "слой", "term_layer"),
    Term("alignment", "perplexity", "перплексия", "term_perplexity"),
    Term("kinds", "attention", "внимание", "term_attention"),
    Term("kinds", "query", "запрос (query)", "term_query"),
    Term("kinds", "key", "ключ (key)", "term_key"),
    Term("kinds", "value", "значение (value)", "term_value"),
    Term("kinds", "score", "оценка сходства (score)", "term_score"),
    Term("kinds", "softmax", "softmax", "term_softmax"),
    Term("kinds", "context vector", "вектор контекста", "term_context"),
    Term("kinds", "dot product", "скалярное произведение", "kind_words_dot"),
    Term("kinds", "additive attention (Bahdanau)", "аддитивное внимание (Bahdanau)", "kind_words_additive"),
    Term("kinds", "general attention (Luong)", "внимание general (Luong)", "kind_words_general"),
    Term("kinds", "concat attention (Luong)", "внимание concat (Luong)", "kind_words_concat"),
    Term("kinds", "location attention (Luong)", "внимание по позиции (Luong)", "kind_words_location"),
    Term("kinds", "cosine attention", "косинусное внимание", "kind_words_cosine"),
    Term("kinds", "mean attention", "среднее вместо внимания", "kind_words_mean"),
    Term("kinds", "local attention", "локальное внимание", "term_local"),
    Term("swap", "before the step", "до шага", "place_words_step"),
    Term("swap", "after the step", "после шага", "place_words_readout"),
    Term("beam", "beam search", "лучевой поиск", "term_beam"),
    Term("beam", "beam size", "ширина луча", "term_beam_size"),
    Term("beam", "length penalty", "поправка на длину", "term_length_penalty"),
    Term("beam", "log-probability", "логарифм вероятности", "term_logprob"),
    Term("beam", "hypothesis", "гипотеза", "term_hypothesis"),
    Term("race", "exact search", "точный поиск", "term_exact"),
    Term("race", "search error", "ошибка поиска", "term_search_error"),
    Term("race", "diverse beam search", "разнообразный луч (diverse beam)", "term_diverse"),
    Term("positions", "positional encoding", "позиционное кодирование", "term_positions"),
    Term("positions", "sinusoidal", "синусоиды", "term_sinusoidal"),
    Term("positions", "learned positions", "выученные позиции", "term_learned"),
    Term("positions", "without positions", "без позиций", "term_positions_none"),
    Term("positions", "rotary", "вращаемые позиции (RoPE)", "term_rotary"),
    Term("positions", "ALiBi", "ALiBi", "term_alibi"),
    Term("positions", "embedding", "вектор слова (embedding)", "term_embedding"),
    Term("positions", "equivariance", "эквивариантность перестановкам", "term_equivariance"),
    Term("transformer", "residual connection", "остаточная связь (residual)", "term_residual"),
    Term("transformer", "layer norm", "нормировка слоя (layer norm)", "term_layer_norm"),
    Term("transformer", "feed-forward", "полносвязная сеть (feed-forward)", "term_feed_forward"),
    Term("attention", "self-attention", "самовнимание (self-attention)", "term_self_attention"),
    Term("attention", "multi-head attention", "многоголовое внимание (multi-head)", "kind_words_heads"),
    Term("attention", "scaled by √d", "деление на √d", "kind_words_scaled-dot"),
    Term("attention", "causal mask", "причинная маска", "term_causal"),
    Term("heads", "BertViz", "BertViz", "term_bertviz"),
    Term("heads", "rollout", "протекание внимания (rollout)", "term_rollout"),
    Term("pruning", "head pruning", "обрезка голов (head pruning)", "term_pruning"),
    Term("pruning", "L0 gates", "вентили L0", "term_gates"),
    Term("training", "teacher forcing", "обучение с подсказкой (teacher forcing)", "term_teacher_forcing"),
    Term("training", "loss", "потеря (loss)", "term_loss"),
    Term("training", "nats", "нат (единица потери)", "term_nats"),
    Term("training", "label smoothing", "сглаживание меток", "term_smoothing"),
    Term("training", "scheduled sampling", "подсказок всё меньше (scheduled sampling)", "term_scheduled_sampling"),
    Term("training", "exposure bias", "смещение от подсказок (exposure bias)", "term_exposure_bias"),
    Term("live", "cross-entropy", "перекрёстная энтропия (cross-entropy)", "term_cross_entropy"),
    Term("live", "professor forcing", "с судьёй (professor forcing)", "term_professor_forcing"),
    Term("live", "R-Drop", "R-Drop", "term_r_drop"),
    Term("bottleneck", "one vector for a sentence", "один вектор на всё предложение", "term_one_vector"),
    Term("swap", "bootstrap", "бутстрэп", "term_bootstrap"),
    Term("swap", "chrF", "chrF", "term_chrf"),
    Term("models", "BLEU", "BLEU", "term_bleu"),
    Term("models", "parameters", "параметры модели", "term_parameters"),
    Term("models", "taught by a model", "учила модель", "term_extra"),
)

"""English."""

TEXT = {
    "language": "Language",
    "page_translate": "Translate",
    "translate_see": "**What you see.** Your sentence goes through a model that was trained for this page, and everything "
    "the model computed on the way is shown.",
    "translate_try": "**What to try.** Change the model and the beam size. Then let the tree grow step by step.",
    "translate_paper": "**The papers.** Sutskever et al. 2014 (no attention), Bahdanau et al. 2015 (attention), "
    "Vaswani et al. 2017 (Transformer).",
    "sentence": "English sentence",
    "sentence_help": "Up to {limit} characters. The models know what people say about photographs best.",
    "sentence_empty": "Type an English sentence above; it is translated when you press Enter.",
    "sentence_cut": "The sentence is longer than {limit} characters: only its first {limit} were read.",
    "unknown_pieces": "The model has never seen: {pieces}. It reads them as “unknown”.",
    "model": "Model",
    "model_rnn_none": "RNN without attention",
    "model_rnn_additive": "RNN with attention",
    "model_rnn_general": "RNN with attention (Luong)",
    "model_transformer": "Transformer",
    "models_broken": "{count} of the model folders can't be used: {reasons}",
    "models_none": "There are no models in the folder pretrained/. Train one with: python -m core train en-de-transformer",
    "beam_size": "Beam size",
    "beam_size_help": "How many unfinished translations the search keeps at each step. 1 is greedy search.",
    "length_norm": "Length score",
    "length_norm_help": "How finished translations of different lengths are compared.",
    "norm_gnmt": "sum / lengthᵅ (GNMT)",
    "norm_average": "average",
    "norm_none": "plain sum",
    "length_penalty": "Length penalty α",
    "length_penalty_help": "0 compares plain sums, which favours short translations; more favours longer ones.",
    "loading": "Waking the model up …",
    "translation": "Translation",
    "pieces": "The model reads these sub-words:",
    "quality": "{model}: {bleu} BLEU on the {sentences} sentences of Multi30k test 2016. This search looked at {nodes} "
    "candidates in {milliseconds} ms.",
    "quality_unmeasured": "This search looked at {nodes} candidates in {milliseconds} ms.",
    "tree_title": "How the search found it",
    "tree_caption": "At each step the model rates every possible next sub-word. The best {beam} go on, the rest are "
    "pruned. A branch ends when the model says that the sentence is over.",
    "tree_description": "Beam search tree: {candidates} candidates over {steps} steps, {kept} kept, {pruned} pruned, "
    "{finished} finished. The best translation is: {text}",
    "hypotheses_title": "What finished",
    "hypotheses_caption": "Longer translations have smaller sums, because every sub-word costs probability. The length "
    "score makes them comparable; the table is sorted by it.",
    "rank": "Rank",
    "text": "Translation",
    "length": "Sub-words",
    "total": "Sum of log p",
    "score": "Score",
    "unfinished_note": "Nothing finished before the cut-off length: these are the unfinished branches.",
    "alignment_title": "Where the model looked",
    "alignment_caption": "Each row is one sub-word of the translation. The brighter a cell, the more the model looked at "
    "that sub-word of your sentence while it wrote the row’s sub-word.",
    "alignment_none": "There is nothing to look at. This model squeezes the whole sentence into one vector of "
    "{width} numbers before it writes the first word, and it never looks back at the sentence. Long sentences do not fit "
    "well into it, which is why attention was invented. Choose another model to see where it looks.",
    "alignment_description": "Attention heat map of {rows} target and {columns} source sub-words. “{target}” looked most "
    "at “{source}” ({weight}), the strongest single look.",
    "layer": "Layer",
    "head": "Head",
    "mean": "mean",
    "axis_source": "your sentence",
    "axis_target": "translation",
    "weight": "weight",
    "compare_title": "The same sentence, every model",
    "compare_caption": "Same beam size and length score. The score is each model’s own opinion: scores of different "
    "models can’t be compared.",
    "column_model": "Model",
    "column_bleu": "BLEU, test 2016",
    "data": "The data of this picture",
}

"""What stands on the page Word order."""

TEXT = {
    "keys_order": "",
    "order_see": "**What you see.** Your sentence and the same words shuffled, translated by each model. A Transformer without positions cannot tell the two apart: to it a sentence is a bag of words.",
    "order_try": "**What to try.** “A dog bites a man.” Shuffle until the dog is bitten, and see who notices.",
    "order_paper": "**The papers.** Vaswani et al. 2017, §3.5 (positional encoding), Gehring et al. 2017 (learned positions).",
    "order_seed": "Shuffle",
    "order_seed_help": "Each number is another order of the words.",
    "order_mixed": "Shuffled: “{text}”",
    "order_written": "As you wrote it",
    "order_shuffled": "Shuffled",
    "order_same": "The same?",
    "order_yes": "yes",
    "order_no": "no",
    "order_none": "none of them",
    "order_question": "Which model translates both in the same way?",
    "order_answer": "The same translation twice: {models}.",
    "order_measured": "Measured: what shuffling costs",
    "order_described": "{model}: BLEU {bleu:.1f} as written, {shuffled:.1f} shuffled; {same:.0%} of its translations stay the same.",
    "order_caption": "{sentences} sentences of test_2016, the words of each shuffled once; beam {beam_size}. Lines: 95 % of {samples} bootstrap samples.",
}

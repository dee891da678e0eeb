"""Text in, token ids out: sub-words, corpora and batches."""

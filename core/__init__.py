"""The heart of Seqscope, without a page: text in, traces out.

    text ──► tokens ──► model ──► trace ──► figure ──► page
    core.text  core.text  core.models  core.decoding  dashboard.figures  dashboard.views

options      what a person may ask for: frozen, checked, standard library only; the table of strategies and HELP
changes      what a reader changes in a run: heads closed or set whole, rows of attention edited
gates        which heads are open, as tables: those that a pruned model kept, those that a gate file closes
checks       one sentence a mistake
records      what comes out: frozen, torch-free: traces, distribution, search_tree, attention_steps,
             worked_attention, padded, network, head_roles, draws, own_words; trace_json (the same as JSON)
checkpoints  model folders: card (what may stand on it, by forms), folders (load, save, the stored example traces),
             language_folders (the same of language models), gate_film (of a pruning), stored_draws
metrics      BLEU and chrF, of a corpus and of a sentence · files (written whole, JSON) · quoting (in a sentence)
text         subwords, bpe_dropout, merges (step by step), data_files (found and read), corpora (Multi30k, Tatoeba,
             toys, captions), batches, fetch (their download), variants (of a sentence), treebanks, own_pairs (64
             translated sentences)
models       contract (State, Step, take, keep, interventions), attention(_scores), positional, rnn(_layers),
             transformer(_layers), ensemble; packed(_transformer), products: the same made ready to search with on a CPU
             hard_concrete (gates to learn), kept_heads, compact: a Transformer without the heads that are shut
language_models  what continues a text, by its contract: ngrams, recurrent, transformer (decoder-only); contextual
             (vectors of a word in its sentence), word2vec (and counts), word_vectors (neighbours, analogies)
decoding     search (the loop), filters, text_constraints, stops; greedy, sampling, beam, diverse, forced; exact; mbr;
             draws (samples alone); completions (of a language model); strategies (a table), recording (frontiers →
             tree), ranking, truncation (what may be drawn), translate
interpret    alignments (sub-words joined to words): records in, records out · search_errors: whose fault an output is
             familiar: whether a sentence is like those a model knows · confidence: how sure it was, and of which words
             equivariance: rows of a source shuffled
             attention_numbers: what a model asked of its source, with every number (attention_steps)
             head_measures: heads in numbers (entropy, distance …), rollout · head_norms: what each carries, as a length
             head_roles: what each does, with evidence · gold_losses: what gold costs with heads closed
             attention_worked: every matrix of a Transformer's attention · padding: what the pad mask is for
             network_trace: every block of a Transformer again · source_gradients: what its output feels of a source
             decoding_cost, decoding_seconds: of each step, with the key-value cache and without
             head_importance: gradients, confidence, Shapley, orders to prune in, by means of gated_losses ·
             smallest_set: how few heads a sentence needs
training     loop (a generator of events), options, progress (and its checkpoint), regimes (with unroll, professor),
             schedules, processes (several as one), memory; exposure (bias, as a number); head_pruning (L0 gates);
             own_words: two of the regimes on one pair, to be looked at
recipes      recipes (what is trained on what), training_text, model_folders (a recipe carried out), stored_examples (of
             a model), synthetic_pairs (that a model writes), regimes_study, ablations (what each way to train gave),
             probe; pruned_folders (a model with fewer heads); language_models (counted or trained)
findings     what was measured over many models: bottleneck, word_order, attention_swap, bigger_beams, head_roles (with
             rare_tokens), by means of measuring, word_links, head_readings and own_captions · closed_heads (while one
             waits) · familiar: where a model's knowledge ends, for its card
commands     the command line, python -m core: command_line (a table of commands), a module a command,
             decoder_arguments (options as flags), streams (whatever output leads to)

Who may import whom (a test holds it): checks ← nothing; options ← checks; changes ← options; gates ← changes;
records ← changes; text ← records; models ← gates; language_models ← models; decoding ← models, language_models'
contract, records, text, metrics; interpret ← records, text, what runs a model also models, decoding, metrics;
checkpoints ← models, language_models, records, text, files, quoting; training ← decoding and all before it; recipes ←
training; findings ← decoding, interpret, training, text, records; commands ← all; nothing ← commands. Who may import
changes may import gates, options and checks. Nothing here knows of the dashboard.
"""

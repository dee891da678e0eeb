"""The heart of Seqscope, without a page: text in, traces out.

    text ──► tokens ──► model ──► trace ──► figure ──► page
    core.text  core.text  core.models  core.decoding  dashboard.figures  dashboard.views

options      what a person may ask for: frozen, checked, standard library only; the table of strategies
records      what comes out: frozen, torch-free: traces, search_tree, attention_steps; trace_json (the same as JSON)
checkpoints  model folders: card (what may stand on it, by forms), folders (load, save, the stored example traces)
metrics      BLEU and chrF, of a corpus and of a sentence · files (written whole, JSON) · quoting (in a sentence)
text         subwords, bpe_dropout, corpora (Multi30k, Tatoeba, toys, captions), fetch (their download), batches,
             variants (of a sentence)
models       contract (State, Step, take, keep, interventions), attention(_scores), positional, rnn(_layers),
             transformer(_layers), ensemble; packed(_transformer), products: the same made ready to search with on a CPU
decoding     search (the loop), filters, text_constraints, stops; greedy, sampling, beam, diverse, forced; exact; mbr;
             strategies (a table), recording (frontiers → tree), ranking, truncation (what may be drawn), translate
interpret    alignments (sub-words joined to words): records in, records out · search_errors: whose fault an output is
             attention_numbers: what a model asked of its source, with every number (attention_steps)
training     loop (a generator of events), options, progress (and its checkpoint), regimes (with unroll, professor),
             schedules, processes (several as one), memory; exposure (bias, as a number)
recipes      recipes (what is trained on what), training_text, model_folders (a recipe carried out), stored_examples (of
             a model), synthetic_pairs (that a model writes), regimes_study, tricks (what each training gave), probe
findings     what was measured over many models: bottleneck, word_order, attention_swap, by means of
             measuring and word_links
commands     the command line, python -m core: command_line (a table of commands), a module a command,
             decoder_arguments (options as flags), streams (whatever output leads to)

Who may import whom (a test holds it): options ← nothing; records ← options; text ← records; models ← options;
decoding ← models, records, text, metrics; interpret ← records, text, what runs a model also models, decoding, metrics;
checkpoints ← models, records, text, files, quoting; training ← decoding and all before it; recipes ← training;
findings ← decoding, interpret, training, text, records; commands ← all; nothing ← commands. Who may import records may
import options. Nothing here knows of the dashboard.
"""

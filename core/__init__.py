"""The heart of Seqscope, without a page: text in, traces out.

    text ──► tokens ──► model ──► trace ──► figure ──► page
    core.text  core.text  core.models  core.decoding  dashboard.figures  dashboard.views

options      what a person may ask for: frozen, checked, standard library only · decoder_arguments: as flags
records      what comes out: frozen, torch-free traces, with search_tree, attention_steps · trace_json: as JSON
checkpoints  model folders: cards(), load(), load_packed(), save(), the stored example trace · card: what a model says
             of itself, checked by forms · files: written whole or not at all; JSON · quoting: what was wrong, cut
metrics      BLEU and chrF, of a corpus and of a sentence
text         subwords, bpe_dropout, corpora (Multi30k, Tatoeba, toys, captions), fetch (their download), batches,
             variants (of a sentence)
models       contract (State, Step, take, keep, interventions), attention(_scores), positional, rnn(_layers),
             transformer(_layers), ensemble; packed(_transformer), products: the same made ready to search with on a CPU
decoding     search (the loop), filters, text_constraints, stops; greedy, sampling, beam, diverse, forced; exact; mbr;
             strategies (a table), recording (frontiers → tree), ranking, truncation (what may be drawn), translate
interpret    alignments (sub-words joined to words): records in, records out · search_errors: whose fault an output is
             asking: what a model asked of its source, with every number (attention_steps)
training     loop (a generator of events), options, progress (and its checkpoint), regimes (with unroll, professor),
             schedules, processes (several as one), memory; recipes, mixture (their text), cook (recipe → model folder);
             synthetic (pairs that a model writes), exposure (bias, as a number), study (of regimes), tricks (what each
             training gave), lesson (stored for a page), probe (stored to be checked)
findings     what was measured over many models: bottleneck, word_order, attention_swap, by means of
             measuring and looking
__main__     the command line, python -m core: models, translate, evaluate, search-report, train, regimes-study,
             findings, tricks, data; some in *_command modules · spelling: the nearest valid name · streams:
             standard output, in whichever letters

Who may import whom (a test holds it): options ← nothing; records ← options, search_tree, attention_steps; text ←
records; models ← nothing of this; decoding ← models, records, text, metrics; interpret ← records, text, what runs a
model also models, decoding, metrics; checkpoints ← models, records, trace_json, text, card; training ← all of these but
interpret; findings ← checkpoints, decoding, interpret, text, records. Who may import records may import options.
Nothing here knows of the dashboard.
"""

"""The heart of Seqscope, without a page: text in, traces out.

    text ──► tokens ──► model ──► trace ──► figure ──► page
    core.text  core.text  core.models  core.decoding  dashboard.figures  dashboard.views

options      what a person may ask for: frozen, checked, standard library only
records      what comes out: frozen, torch-free traces · trace_json: the same as JSON
checkpoints  model folders: Card, cards(), load(), save(), the stored example trace
metrics      BLEU and chrF
text         subwords, corpora (Multi30k, Tatoeba, toys), fetch (their download), batches
models       contract (State, Step, take, keep, interventions), attention, positional, rnn, transformer(_layers), packed
decoding     search (the loop), greedy, beam, forced, recording (frontiers → tree), ranking, translate (text → trace)
interpret    alignments (sub-words joined to words): records in, records out
training     loop (a generator of events), regimes, schedules, recipes
__main__     the command line: python -m core models | translate | evaluate | train | data

Who may import whom (a test holds it): options ← nothing; records ← options; text ← records; models ← nothing of this;
decoding ← models, records, text; interpret ← records, text, what runs a model also models and decoding; checkpoints ←
models, records, trace_json, text; training ← all of these but interpret. Who may import records may import options.
Nothing here knows of the dashboard.
"""

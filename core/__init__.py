"""The heart of Seqscope, without a page: text in, traces out.

    text ──► tokens ──► model ──► trace ──► figure ──► page
    core.text  core.text  core.models  core.decoding  dashboard.figures  dashboard.views

records      frozen, torch-free dataclasses: options in, traces out · trace_json: the same as JSON
checkpoints  model folders: Card, cards(), load(), save(), the stored example trace
metrics      BLEU and chrF
text         subwords, corpora (Multi30k, Tatoeba, toys), fetch (their download), batches
models       contract (State, Step, take, keep, interventions), attention, positional, rnn, transformer(_layers)
decoding     search (the loop), greedy, beam, recording (frontiers → tree), ranking, translate (text → trace)
training     loop (a generator of events), regimes, schedules, recipes
__main__     the command line: python -m core models | translate | evaluate | train | data

Who may import whom (a test holds it): records ← nothing; text ← records; models ← nothing of this; decoding ← models,
records, text; checkpoints ← models, records, trace_json, text; training ← all of these. Nothing here knows of the
dashboard.
"""

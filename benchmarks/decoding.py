"""One sentence, beam 5: our search with everything recorded against Hugging Face `generate`, on the same weights.

Both make exactly `--steps` decoder steps. Ours: max_length is that number and so many hypotheses are wanted that the
search can't end before. Theirs: min_new_tokens = max_new_tokens, which bans <eos> up to there; no work is saved by it.
"""

import argparse
import gc
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from benchmarks.marian import RULES, marian, until_end
from benchmarks.report import machine, milliseconds, percentile, table
from benchmarks.sentences import SENTENCES
from core.checkpoints import PRETRAINED, Loaded, load
from core.decoding.beam import beam_search
from core.decoding.strategies import limit
from core.decoding.translate import decode
from core.models.packed import pack
from core.options import BeamOptions, GreedyOptions
from core.records import DecodeTrace
from core.text.batches import source_batch
from core.text.subwords import BOS

PIECES, BEAM = 15, 5


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="en-de-transformer", help="a post-norm Transformer (default: %(default)s)")
    parser.add_argument("--models-dir", type=Path, default=PRETRAINED, help="where it lies (default: pretrained/)")
    parser.add_argument("--steps", type=int, default=18, help="decoder steps of each run (default: %(default)s)")
    parser.add_argument("--repetitions", type=int, default=40, help="timed runs of each engine (default: %(default)s)")
    return parser.parse_args()


def of_length(loaded: Loaded, pieces: int) -> str:
    """The longest of our sentences, cut after some word if need be, that has exactly so many pieces."""
    cuts = [" ".join(text.split()[:end]) for text in SENTENCES for end in range(1, len(text.split()) + 1)]
    fits = [text for text in cuts if len(loaded.subwords.encode(text)) == pieces]
    if not fits:
        raise SystemExit(f"none of the sentences can be cut to {pieces} pieces of this vocabulary")
    return max(fits, key=lambda text: (text in SENTENCES, len(text)))


def sources(loaded: Loaded, texts: list[str]) -> dict[str, torch.Tensor]:
    """A batch as `generate` wants it; the mask is as wide as the ids."""
    ids, mask = source_batch(loaded.subwords.encode_batch(texts))
    return {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask).long()}


@torch.inference_mode()
def check_equal(loaded: Loaded, theirs) -> str:
    """AssertionError unless both are the same function and the same searches; else how closely they agree."""
    tokens, furthest = 0, 0.0
    for text in SENTENCES:
        source = sources(loaded, [text])
        rules = RULES | {"max_new_tokens": limit(source["input_ids"].shape[1] - 1, GreedyOptions())}
        found = paths(decode(loaded.model, loaded.subwords, text, GreedyOptions()))
        answer = list(map(until_end, theirs.generate(**source, **rules).sequences))
        assert answer == found, f"greedy translations of {text!r} differ: {found} (ours), {answer} (theirs)"
        read = torch.tensor(found)[:, :-1]
        ours = loaded.model(source["input_ids"], source["attention_mask"].bool(), read).logits
        gap = (theirs(**source, decoder_input_ids=read).logits - ours).abs().max().item()
        assert gap < 1e-4, f"teacher-forced logits of {text!r} differ by {gap}"
        tokens, furthest = tokens + read.shape[1], max(furthest, gap)
        # Beam search by plain sums, until as many have finished as the beam is wide: all hypotheses in the same order.
        rules |= {"num_beams": BEAM, "num_return_sequences": BEAM, "early_stopping": True, "length_penalty": 0.0}
        found = paths(decode(loaded.model, loaded.subwords, text, BeamOptions(BEAM, length_norm="none")))[:BEAM]
        answer = list(map(until_end, theirs.generate(**source, **rules).sequences))
        assert answer == found, f"beams of {text!r} differ: {found} (ours), {answer} (theirs)"
    return (
        f"Same weights, same function: on {len(SENTENCES)} sentences greedy output ({tokens} tokens) and all {BEAM} "
        f"hypotheses of beam search are equal, teacher-forced logits within {furthest:.1e}."
    )


def paths(trace: DecodeTrace) -> list[list[int]]:
    """The ids of every hypothesis, best first, from `<bos>` on."""
    return [[BOS, *(trace.tree.nodes[i].id for i in trace.tree.path(found.leaf))] for found in trace.hypotheses]


def recorded(loaded: Loaded, text: str, options: BeamOptions) -> int:
    """Ours as the dashboard uses it: tree, attention, logits, hypotheses."""
    return max(node.step for node in decode(loaded.model, loaded.subwords, text, options).tree.nodes)


@torch.inference_mode()
def unrecorded(loaded: Loaded, text: str, options: BeamOptions) -> int:
    """The same search, whose frontiers nobody keeps."""
    source, mask = (torch.from_numpy(part) for part in source_batch([loaded.subwords.encode(text)]))
    state = loaded.model.start(loaded.model.encode(source, mask), width=options.beam_size)
    return sum(1 for _ in beam_search(loaded.model, state, options, [options.max_length]))


def generated(theirs, loaded: Loaded, text: str, steps: int, **outputs: bool) -> int:
    """Theirs, with the scores of every step."""
    rules = RULES | {"num_beams": BEAM, "min_new_tokens": steps, "max_new_tokens": steps, "output_scores": True}
    return len(theirs.generate(**sources(loaded, [text]), **rules, **outputs).scores)


def main() -> None:
    asked = parse()
    torch.set_num_threads(1)
    print(machine())
    plain, loaded = (load(asked.model, asked.models_dir) for _ in range(2))
    eager, fused = (marian(plain.model, kind) for kind in ("eager", "sdpa"))
    loaded = replace(loaded, model=pack(loaded.model))  # as the pages use it
    print(check_equal(loaded, eager))
    text = of_length(loaded, PIECES)
    print(f"{loaded.card.name}, {loaded.card.parameters:,} parameters, beam {BEAM}, {PIECES} pieces: {text!r}\n")
    options = BeamOptions(BEAM, finished=10_000, max_length=asked.steps)
    engines = {
        "ours, everything recorded": partial(recorded, loaded, text, options),
        "ours, nothing recorded": partial(unrecorded, loaded, text, options),
        "ours, everything recorded, weights not packed": partial(recorded, plain, text, options),
        "Hugging Face, attentions and scores": partial(
            generated, eager, loaded, text, asked.steps, output_attentions=True
        ),
        "Hugging Face, scores only (fused attention)": partial(generated, fused, loaded, text, asked.steps),
    }
    steps = {name: engine() for name, engine in engines.items() for _ in range(5)}  # this warms them up, too
    times = {name: [] for name in engines}
    gc.collect()
    gc.freeze()
    for _ in range(asked.repetitions):
        for name, engine in engines.items():
            gc.collect()  # nobody pays for another's garbage
            began = time.perf_counter()
            engine()
            times[name].append((time.perf_counter() - began) * 1000)
    ours = percentile(next(iter(times.values())), 50)
    rows = []
    for name, values in times.items():
        _, runs, p50, p95 = milliseconds(name, values)
        rows.append((name, runs, steps[name], p50, p95, round(steps[name] * 1000 / p50), f"{p50 / ours:.2f}"))
    print(table(("engine", "runs", "steps", "p50 ms", "p95 ms", "steps/s", "p50 ÷ ours"), rows))


if __name__ == "__main__":
    main()

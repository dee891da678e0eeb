"""Searching beside Hugging Face `generate` and CTranslate2, on the same weights, one thread, the engines in turn.

Single sentences: every engine makes as many decoder steps as the sentence has pieces, and three more. Ours: that is
max_length, and so many hypotheses are wanted that the search can't end before. Theirs: minimum and maximum length,
which bans <eos> up to there; no work is saved by it. In the batch every engine ends as it does by itself.
"""

import argparse
import gc
import itertools
import math
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import torch

from benchmarks.ctranslate import translator
from benchmarks.marian import RULES, marian, until_end
from benchmarks.report import machine, milliseconds, percentile, table
from benchmarks.sentences import SENTENCES
from core.checkpoints import Loaded, load, load_packed
from core.decoding.beam import beam_search
from core.decoding.strategies import limit
from core.decoding.translate import decode, translate_batches
from core.options import BeamOptions, GreedyOptions
from core.records import DecodeTrace
from core.text.batches import source_batch
from core.text.corpora import load_pairs
from core.text.subwords import BOS, EOS, PAD, SPECIAL

LENGTHS, BEAMS = (10, 25, 50, 100, 200), (1, 2, 5, 10, 20, 50)


class Engines(NamedTuple):
    """The same weights five times."""

    packed: Loaded
    plain: Loaded
    eager: object  # Hugging Face with its own attention, whose weights it can hand out
    fused: object
    float32: object  # CTranslate2
    int8: object


def engines_of(name: str) -> Engines:
    """All engines for a shipped post-norm Transformer."""
    packed, plain = load_packed(name), load(name)
    kinds = (translator(plain.model, plain.subwords.tokens, kind) for kind in ("float32", "int8"))
    return Engines(packed, plain, marian(plain.model, "eager"), marian(plain.model, "sdpa"), *kinds)


def sources(loaded: Loaded, texts: Sequence[str]) -> dict[str, torch.Tensor]:
    """A batch as `generate` wants it; the mask is as wide as the ids."""
    ids, mask = source_batch(loaded.subwords.encode_batch(texts))
    return {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask).long()}


def pieces(loaded: Loaded, text: str) -> list[str]:
    """A sentence as CTranslate2 wants it."""
    return [loaded.subwords.tokens[index] for index in loaded.subwords.encode(text)] + [SPECIAL[EOS]]


def of_length(loaded: Loaded, count: int, first: int = 0) -> str:
    """Our sentences from the `first` on, joined and cut after a word: at most so many pieces, as many as can be."""
    words = " ".join(itertools.islice(itertools.cycle(SENTENCES), first, first + 30)).split()
    ends = range(1, len(words) + 1)
    fits = itertools.takewhile(lambda end: len(loaded.subwords.encode(" ".join(words[:end]))) <= count, ends)
    return " ".join(words[: max(fits)])


# --- one sentence through each engine --------------------------------------------------------------------


def recorded(loaded: Loaded, text: str, steps: int, beam: int) -> None:
    """Ours as the dashboard uses it: tree, attention, logits, states, hypotheses."""
    decode(loaded.model, loaded.subwords, text, BeamOptions(beam, finished=10_000, max_length=steps))


@torch.inference_mode()
def unrecorded(loaded: Loaded, text: str, steps: int, beam: int) -> None:
    """The same search, whose frontiers nobody keeps."""
    source, mask = (torch.from_numpy(part) for part in source_batch([loaded.subwords.encode(text)]))
    state = loaded.model.start(loaded.model.encode(source, mask), width=beam)
    for _ in beam_search(loaded.model, state, BeamOptions(beam, finished=10_000), [steps]):
        pass


def generated(theirs, loaded: Loaded, text: str, steps: int, beam: int, **outputs: bool) -> None:
    """Hugging Face, with the scores of every step."""
    rules = RULES | {"num_beams": beam, "min_new_tokens": steps, "max_new_tokens": steps, "output_scores": True}
    theirs.generate(**sources(loaded, [text]), **rules, **outputs)


def translated(theirs, loaded: Loaded, text: str, steps: int, beam: int) -> None:
    """CTranslate2, with scores and the attention of the best: it averages the heads of the last layer."""
    lengths = {"min_decoding_length": steps, "max_decoding_length": steps}
    theirs.translate_batch([pieces(loaded, text)], beam_size=beam, return_attention=True, return_scores=True, **lengths)


def one_by_one(engines: Engines) -> dict[str, Callable[[str, int, int], None]]:
    """Every engine as a function of text, steps and beam size; the first is what the others are compared with."""
    packed = engines.packed
    return {
        "ours, everything recorded": partial(recorded, packed),
        "ours, nothing recorded": partial(unrecorded, packed),
        "ours, everything recorded, weights not packed": partial(recorded, engines.plain),
        "Hugging Face, attentions and scores": partial(generated, engines.eager, packed, output_attentions=True),
        "Hugging Face, scores only (fused attention)": partial(generated, engines.fused, packed),
        "CTranslate2 float32, attention of the best": partial(translated, engines.float32, packed),
        "CTranslate2 int8, attention of the best": partial(translated, engines.int8, packed),
    }


def timed(runs: dict[str, Callable[[], None]], repetitions: int) -> dict[str, list[float]]:
    """Milliseconds of each run, all in turn, after each has run once."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()
    for _ in range(repetitions):
        for name, run in runs.items():
            gc.collect()  # nobody pays for another's garbage
            began = time.perf_counter()
            run()
            times[name].append((time.perf_counter() - began) * 1000)
    return times


# --- what is measured ------------------------------------------------------------------------------------


def sentences(engines: Engines, repetitions: int) -> None:
    """Our sentences, one at a time, at beams of 1, 5 and 10."""
    texts = [*SENTENCES, *(of_length(engines.packed, 12 + index, index) for index in range(8))]
    counts = [len(engines.packed.subwords.encode(text)) for text in texts]
    print(f"{len(texts)} sentences of {min(counts)} to {max(counts)} pieces, {repetitions} times each\n")
    for beam in (5, 1, 10):
        times: dict[str, list[float]] = {}
        for text, count in zip(texts, counts, strict=True):
            runs = {name: partial(run, text, count + 3, beam) for name, run in one_by_one(engines).items()}
            for name, values in timed(runs, repetitions).items():
                times.setdefault(name, []).extend(values)
        ours = percentile(next(iter(times.values())), 50)
        rows = [(*milliseconds(name, values), f"{percentile(values, 50) / ours:.2f}") for name, values in times.items()]
        print(table((f"beam {beam}", "runs", "p50 ms", "p95 ms", "p50 ÷ ours"), rows), end="\n\n")


def lengths(engines: Engines, repetitions: int) -> None:
    """Sources of 10 to 200 pieces, beam 5."""
    grown(engines, "pieces", LENGTHS, repetitions, lambda count: (of_length(engines.packed, count), count + 3, 5))


def beams(engines: Engines, repetitions: int) -> None:
    """Beams of 1 to 50 on one sentence."""
    grown(engines, "beam", BEAMS, repetitions, lambda beam: (of_length(engines.packed, 15), 18, beam))


def grown(
    engines: Engines, axis: str, values: Sequence[int], repetitions: int, asked: Callable[[int], tuple[str, int, int]]
) -> None:
    """Each engine's p50 along an axis, and the exponent of its growth: the slope of a line through the logarithms."""
    times: dict[str, list[float]] = {}
    for value in values:
        runs = {name: partial(run, *asked(value)) for name, run in one_by_one(engines).items()}
        for name, found in timed(runs, repetitions).items():
            times.setdefault(name, []).append(float(percentile(found, 50)))
    rows = [(name, *found, f"{exponent(values, found):.2f}") for name, found in times.items()]
    print(table((f"p50 ms at {axis}", *map(str, values), "exponent"), rows), end="\n\n")


def exponent(values: Sequence[float], times: Sequence[float]) -> float:
    """The b of time = a · valueᵇ, by least squares.

    exponent([1, 2, 4], [3, 6, 12]) -> 1.0
    """
    x, y = [math.log(value) for value in values], [math.log(one) for one in times]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / sum((a - mean_x) ** 2 for a in x)


def batch(engines: Engines, repetitions: int) -> None:
    """500 sentences at beam 5; theirs in batches of 64 of like length, ours by tokens."""
    texts = [of_length(engines.packed, 8 + index % 20, index % len(SENTENCES)) for index in range(500)]
    packed = engines.packed

    def ours() -> None:
        dict(translate_batches(packed.model, packed.subwords, texts, BeamOptions(5)))

    def hugging_face() -> None:
        ordered = sorted(texts, key=lambda text: len(packed.subwords.encode(text)))
        for first in range(0, len(ordered), 64):
            engines.fused.generate(**sources(packed, ordered[first:][:64]), **RULES, num_beams=5, max_new_tokens=70)

    def ctranslate(theirs) -> None:
        theirs.translate_batch([pieces(packed, text) for text in texts], beam_size=5, max_batch_size=64)

    runs = {
        "ours, every tree kept": ours,
        "Hugging Face (fused attention)": hugging_face,
        "CTranslate2 float32": partial(ctranslate, engines.float32),
        "CTranslate2 int8": partial(ctranslate, engines.int8),
    }
    times = timed(runs, max(3, repetitions // 5))
    seconds = {name: percentile(values, 50) / 1000 for name, values in times.items()}
    first = next(iter(seconds.values()))
    rows = [(name, value, 500 / value, f"{value / first:.2f}") for name, value in seconds.items()]
    print(table(("500 sentences, beam 5", "p50 s", "sentences/s", "÷ ours"), rows), end="\n\n")


def agreement(engines: Engines, repetitions: int) -> None:
    """Packed against plain: the best translations of 1,000 captions (of our own sentences where there is no corpus)."""
    packed, plain = engines.packed, engines.plain
    try:
        texts = [text for text, _ in load_pairs("multi30k", "test_2016", "en", "de")]
    except FileNotFoundError as error:
        print(f"{error}; using our own sentences")
        texts = SENTENCES
    found = [dict(translate_batches(one.model, one.subwords, texts, BeamOptions(5))) for one in (packed, plain)]
    pairs = [(found[0][index][0], found[1][index][0]) for index in range(len(texts))]
    same = [(ours, theirs) for ours, theirs in pairs if ours.tokens == theirs.tokens]
    apart = max(abs(a - b) for ours, theirs in same for a, b in zip(ours.logprobs, theirs.logprobs, strict=True))
    print(f"Packed and plain: {len(same)} of {len(pairs)} best translations equal, their log-probabilities {apart:.1e}")
    for ours, theirs in pairs:
        if ours.tokens != theirs.tokens:
            print(f"  {ours.text!r} ({ours.score:.5f}) and {theirs.text!r} ({theirs.score:.5f})")
    print()


@torch.inference_mode()
def check_equal(engines: Engines) -> None:
    """AssertionError unless all are the same function and the same searches; prints how closely they agree."""
    loaded, theirs = engines.packed, engines.eager
    tokens, furthest = 0, 0.0
    for text in SENTENCES:
        source = sources(loaded, [text])
        longest = limit(source["input_ids"].shape[1] - 1, GreedyOptions())
        rules = RULES | {"max_new_tokens": longest}
        found = paths(decode(loaded.model, loaded.subwords, text, GreedyOptions()))
        answer = list(map(until_end, theirs.generate(**source, **rules).sequences))
        assert answer == found, f"greedy translations of {text!r} differ: {found} (ours), {answer} (Hugging Face)"
        banned = [[SPECIAL[PAD]], [SPECIAL[BOS]]]
        lengths = {"max_decoding_length": longest, "suppress_sequences": banned}
        answer = engines.float32.translate_batch([pieces(loaded, text)], beam_size=1, return_end_token=True, **lengths)
        words = [loaded.subwords.tokens[index] for index in found[0][1:]]
        assert answer[0].hypotheses[0] == words, f"greedy translations of {text!r} differ: CTranslate2 has {answer}"
        read = torch.tensor(found)[:, :-1]
        ours = loaded.model(source["input_ids"], source["attention_mask"].bool(), read).logits
        gap = (theirs(**source, decoder_input_ids=read).logits - ours).abs().max().item()
        assert gap < 1e-4, f"teacher-forced logits of {text!r} differ by {gap}"
        tokens, furthest = tokens + read.shape[1], max(furthest, gap)
        # Beam search by plain sums, until as many have finished as the beam is wide: all hypotheses in the same order.
        rules |= {"num_beams": 5, "num_return_sequences": 5, "early_stopping": True, "length_penalty": 0.0}
        found = paths(decode(loaded.model, loaded.subwords, text, BeamOptions(5, length_norm="none")))[:5]
        answer = list(map(until_end, theirs.generate(**source, **rules).sequences))
        assert answer == found, f"beams of {text!r} differ: {found} (ours), {answer} (Hugging Face)"
    print(
        f"Same weights, same function: on {len(SENTENCES)} sentences greedy output ({tokens} tokens) equals Hugging "
        f"Face's and CTranslate2's, all 5 hypotheses of a beam Hugging Face's; teacher-forced logits within "
        f"{furthest:.1e}.\n"
    )


def paths(trace: DecodeTrace) -> list[list[int]]:
    """The ids of every hypothesis, best first, from `<bos>` on."""
    return [[BOS, *(trace.tree.nodes[i].id for i in trace.tree.path(found.leaf))] for found in trace.hypotheses]


MEASURED = {"sentences": sentences, "lengths": lengths, "beams": beams, "batch": batch, "agreement": agreement}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="WHAT", help=f"any of {', '.join(MEASURED)} (default: all)")
    parser.add_argument("--model", default="en-de-everyday", help="a shipped post-norm Transformer")
    parser.add_argument("--repetitions", type=int, default=15, help="timed runs of each engine (default: %(default)s)")
    asked = parser.parse_args()
    unknown = sorted(set(asked.what) - set(MEASURED))
    if unknown:
        parser.error(f"unknown {unknown[0]!r}; valid: {', '.join(MEASURED)}")
    torch.set_num_threads(1)
    print(machine())
    engines = engines_of(asked.model)
    print(f"{asked.model}, {engines.packed.card.parameters:,} parameters. ", end="")
    check_equal(engines)
    gc.collect()
    gc.freeze()
    for what in asked.what or MEASURED:
        MEASURED[what](engines, asked.repetitions)


if __name__ == "__main__":
    main()

"""Random texts through every strategy: a sound trace, or one sentence; and nothing in a text is ever carried out."""

import json
import math
import resource
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import torch

from core.checkpoints import load_packed
from core.decoding.translate import decode
from core.options import STRATEGIES, Constraints, ForcedOptions, Options
from core.records import Attention, DecodeTrace, SearchTree
from core.records.trace_json import from_json, to_json
from core.text.subwords import BLANK, clean, source_text
from tests.soak.strange import text
from tests.soak.table import Attempt

MODELS = ("en-de-everyday", "en-de-rnn-additive", "en-de-rnn-local-p", "en-de-rnn-plain", "de-en-transformer")
LONG, LONGER = 300, 3000  # characters; one text in fifty is longer
SENTENCE = 400  # characters of a refusal at most
MEMORY = 3 * 2**30  # bytes of address space that a case may add
ACTS = ("os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.Popen", "socket.connect", "os.remove")
CLOSE = 1e-3


@contextmanager
def texts() -> Iterator[Attempt]:
    """A text, a model, a strategy: the trace's laws."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        marker, acts = Path(folder, "carried-out"), []
        load = cache(load_packed)
        sys.addaudithook(lambda event, _: acts.append(event) if event in ACTS else None)

        def attempt(case: int, dice: Random) -> str:
            typed = text(dice, LONGER if dice.random() < 0.02 else LONG, str(marker))
            name, loaded, acts[:] = (found := dice.choice(MODELS)), load(found), []
            bounded()
            try:
                options = drawn(dice, len(typed))
                trace = decode(loaded.model, loaded.subwords, typed, options, name=name)
            except ValueError as error:
                check_sentence(error)
                return f"refused: {error}"
            sound(trace, typed)
            assert not acts, f"{acts} while a text was translated"
            assert not marker.exists(), f"a text was carried out: {typed!r}"
            return f"{len(typed)} characters, {name}, {trace.strategy}: {typed!r}"

        yield attempt


def bounded() -> None:
    """What is beyond the memory fails in this process instead of slowing the machine."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY, resource.RLIM_INFINITY))


def drawn(dice: Random, length: int) -> Options:
    """Options of any strategy, small enough for thousands of searches."""
    strategy = dice.choice(list(STRATEGIES) if length <= 100 else ["greedy", "beam"] if length <= LONG else ["greedy"])
    if strategy == "forced":
        return ForcedOptions(text(dice, 150))
    limit = dice.choice((None, None, 1, 7, 40)) if length <= 100 else dice.choice((5, 5, 40, 40, 40, None))
    given = {
        "beam_size": dice.choice((1, 2, 6)),
        "samples": dice.choice((1, 5)),
        "temperature": dice.choice((0, 0.5, 1, 100)),
        "top_k": dice.choice((None, 1, 10**6)),
        "top_p": dice.choice((0, 0.9, 1)),
        "typical": dice.choice((0, 0.5, 1)),
        "seed": dice.randrange(2**63),
        "length_norm": dice.choice(("none", "average", "gnmt")),
        "length_penalty": dice.choice((0, 1, 5)),
        "coverage_penalty": dice.choice((0, 0, 2)),
        "stop": dice.choice(("finished", "first", "optimum")),
        "groups": dice.choice((1, 2)),
        "diversity": dice.choice((0, 0.5, 100)),
        "budget": dice.choice((1, 30)),
        "candidates": dice.choice(("samples", "beam", "both")),
        "utility": dice.choice(("chrf", "bleu", "exact")),
        "max_length": 40 if strategy == "mbr" else limit,
        "constraints": constraints(dice) if dice.random() < 0.3 else Constraints(),
    }
    kind = STRATEGIES[strategy]
    return kind(**{name: value for name, value in given.items() if name in kind.__dataclass_fields__})


def constraints(dice: Random) -> Constraints:
    """A prefix, bans, and bounds, each of them strange."""
    prefix = dice.choice(("", "Ein Hu", "Der", text(dice, 20)))
    banned = tuple(text(dice, 15) for _ in range(dice.randint(0, 2)))
    return Constraints(prefix, banned, dice.choice((0, 1, 2)), dice.choice((0, 0, 3)))


def check_sentence(error: Exception) -> None:
    """An error is one sentence, short, and can be printed."""
    said = str(error)
    assert said.strip(), "a refusal without a word"
    assert len(said.splitlines()) == 1, f"a refusal of {len(said.splitlines())} lines: {said!r}"
    assert len(said) <= SENTENCE, f"a refusal of {len(said)} characters: {said[:60]!r}"
    said.encode("utf-8")


def sound(trace: DecodeTrace, typed: str) -> None:
    """The laws of a trace."""
    assert trace.text == clean(typed)
    check_pieces(trace)
    check_tree(trace.tree)
    assert trace.hypotheses, "no hypothesis"
    for place, found in enumerate(trace.hypotheses):
        total = trace.tree.nodes[found.leaf].score
        assert math.isclose(found.total, total, abs_tol=CLOSE), f"log-probabilities sum to {found.total}, not {total}"
        assert len(found.tokens) == len(found.logprobs)
        assert math.isfinite(found.score), f"a score of {found.score}"
        check_rows(trace.attention(place))
    scores = [found.score for found in trace.hypotheses]
    assert trace.strategy == "sample" or scores == sorted(scores, reverse=True), "not best first"
    check_rows(trace.encoder)
    check_round_trip(trace)


def check_pieces(trace: DecodeTrace) -> None:
    """Spans lie in the text, in order, and hold what they say."""
    before = 0
    for piece in trace.pieces:
        assert before <= piece.start <= piece.end <= len(trace.text), f"{piece} in a text of {len(trace.text)}"
        span = trace.text[piece.start : piece.end]
        part = piece.text in source_text(span)  # of a ligature
        assert piece.text in (span, BLANK) or part, f"{piece} is not its span {span!r}"
        before = piece.start


def check_tree(tree: SearchTree) -> None:
    """Sums are sums; a probability is at most 1; attention is a share."""
    for index, node in enumerate(tree.nodes[1:], 1):
        assert node.parent in range(index), f"node {index} precedes its parent"
        assert node.logprob <= CLOSE, f"node {index} has a log-probability of {node.logprob}"
        wanted = tree.nodes[node.parent].score + node.logprob
        assert node.score == wanted or math.isclose(node.score, wanted, abs_tol=CLOSE), f"node {index} is no sum"
    if tree.attention is not None:
        check_shares(tree.attention)


def check_rows(attention: Attention | None) -> None:
    if attention is not None:
        check_shares(attention.weights)


def check_shares(weights: np.ndarray) -> None:
    """Nothing below 0, no row above 1."""
    sums = weights.sum(axis=-1)
    assert np.isfinite(weights).all(), "attention is not finite"
    assert weights.min(initial=0) >= 0, f"attention of {weights.min()}"
    assert sums.max(initial=0) <= 1 + CLOSE, f"a row of attention sums to {sums.max()}"


def check_round_trip(trace: DecodeTrace) -> None:
    """JSON that every reader takes, and the same from it."""
    written = to_json(trace)
    content = json.dumps(written, ensure_ascii=False, allow_nan=False)
    content.encode("utf-8")
    again = to_json(from_json(json.loads(content)))
    differing = [name for name in written if name != "states" and written[name] != again[name]]
    assert json.dumps([written[name] for name in differing]) == json.dumps([again[name] for name in differing]), (
        f"{differing} change on the way through JSON"
    )

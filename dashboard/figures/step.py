"""One translation word by word: what the model expected at each step, what was taken, where it looked, what it held."""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any, NamedTuple

from core.records import DecodeTrace, Heat, Hypothesis, Piece
from dashboard.figures import cells, latex
from dashboard.figures.tokens import WORD, label

COUNT = 10  # candidates shown a step
KNOWN = 50  # candidates that a stored trace keeps a step: further down nothing has a rank
OPTIONS = 4  # choices of a question
SPECIAL = ("<pad>", "<bos>", "<eos>", "<unk>")  # which add nothing to a text
BOUND = 1.01  # of the numbers that an RNN holds, which come from a tanh, with room for rounding
FIRST, LAST = 4, 2  # terms of a long sum that are written out


class Moment(NamedTuple):
    """One step: what the model expected, likeliest first, and which of it was taken.

    `chosen` is an index into `tokens`; `rank` counts from 1 and is at most one more than `KNOWN`. `rest` is how likely
    all other tokens are together, `further` those of them that have a rank, likeliest first.
    """

    token: str
    chosen: int
    rank: int
    tokens: tuple[str, ...]
    probabilities: tuple[float, ...]
    rest: float
    entropy: float
    uniform_loss: float | None = None
    further: tuple[float, ...] = ()


def stepper(trace: DecodeTrace, place: int, walked: Sequence[Moment], vocabulary_size: int) -> dict[str, Any]:
    """The whole way to a hypothesis, `walked`, as plain JSON values, so that the browser can walk it alone.

    A step is [label, text, joined, rank, chosen, rest, entropy, next, options, right, further, heat]: `text` is what it
    adds to the translation, `joined` whether it goes on with a word, `next` the likeliest [label, probability, text],
    and `options[right]` the answer to "what comes next?"; `heat` is [log sums, entropies], as recorded, or None.
    `attention` is L · H · T · S, packed, or None.
    """
    attention, nodes = trace.attention(place), (0, *trace.tree.path(trace.hypotheses[place].leaf))
    content = {
        "source": source(trace.pieces),
        "steps": [step(moment, trace.heat(node)) for moment, node in zip(walked, nodes, strict=False)],
        "vocabulary": vocabulary_size,
        "attention": None if attention is None else cells.packed(attention.weights),
        "states": states(trace, place),
    }
    walk = json.dumps([trace.model, trace.text, content["steps"]])
    return {"id": hashlib.blake2b(walk.encode(), digest_size=8).hexdigest(), "text": trace.text, **content}


def moments(trace: DecodeTrace, place: int) -> list[Moment]:
    """Every step of a hypothesis; the model was asked at the node before each emitted token."""
    path = trace.tree.path(trace.hypotheses[place].leaf)
    return [moment(trace, parent, node) for parent, node in zip((0, *path), path, strict=False)]


def moment(trace: DecodeTrace, parent: int, node: int) -> Moment:
    """The step from a node to its child; a child that is not among the likeliest joins them as the last."""
    taken, known = trace.tree.nodes[node], trace.next_tokens(parent, KNOWN)
    tokens, shares = known.tokens[:COUNT], known.probabilities[:COUNT]
    further = dict(zip(known.tokens[COUNT:], known.probabilities[COUNT:], strict=True))
    rest = known.rest + sum(further.values())
    if taken.token not in tokens:
        tokens, shares = (*tokens, taken.token), (*shares, further.pop(taken.token, math.exp(taken.logprob)))
        rest = max(0.0, rest - shares[-1])
    chosen = tokens.index(taken.token)
    rank = 1 + sum(share > shares[chosen] for share in known.probabilities)
    more = known.entropy, known.uniform_loss, tuple(further.values())
    return Moment(taken.token, chosen, rank, tokens, shares, rest, *more)


def step(moment: Moment, heat: Heat | None = None) -> list[Any]:
    """A step as the component takes it."""
    options = choices(moment)
    return [
        label(moment.token),
        text_of(moment.token),
        not moment.token.startswith(WORD) and moment.token != "<eos>",
        moment.rank,
        moment.chosen,
        round(moment.rest, 5),
        round(moment.entropy, 3),
        [
            [label(token), significant(share), text_of(token)]
            for token, share in zip(moment.tokens, moment.probabilities, strict=True)
        ],
        options,
        options.index(label(moment.token)),
        [significant(share) for share in moment.further],
        heat and [[round(value, 4) for value in part] for part in astuple(heat)],
    ]


def text_of(token: str) -> str:
    """What a token adds to a text."""
    return "" if token in SPECIAL else token.replace(WORD, " ")


def significant(share: float) -> float:
    """A share so exact that it is still right at another temperature."""
    return float(f"{share:.6g}")


def choices(moment: Moment) -> list[str]:
    """The taken token among the likeliest others, in alphabetical order, so that the order gives nothing away."""
    answer = label(moment.token)
    others = dict.fromkeys(label(token) for token in moment.tokens if label(token) != answer)  # "." and "▁." read alike
    return sorted([answer, *list(others)[: OPTIONS - 1]], key=lambda text: (text.lstrip("·").casefold(), text))


def source(pieces: Sequence[Piece]) -> list[list[Any]]:
    """[label, whether it touches the one before] of every position that the model reads, `<eos>` included."""
    ends = [None, *(piece.end for piece in pieces)]
    return [[piece.text, piece.start == end] for piece, end in zip(pieces, ends, strict=False)] + [["<eos>", False]]


def states(trace: DecodeTrace, place: int) -> dict[str, Any] | None:
    """An RNN's hidden vectors along the way, packed: encoder S · D, decoder and context T · D.

    None for a Transformer, whose numbers keep no bounds.
    """
    held = trace.states
    if held is None or max(abs(held.encoder).max(), abs(held.decoder).max()) > BOUND:
        return None
    path = trace.tree.path(trace.hypotheses[place].leaf)
    rows = [trace.tree.expanded.index(parent) for parent in (0, *path[:-1])]
    return {
        "encoder": cells.signed(held.encoder),
        "decoder": cells.signed(held.decoder[rows]),
        "context": None if held.context is None else cells.signed(held.context[rows]),
    }


def unlikely(walked: Sequence[Moment]) -> list[int]:
    """The steps, counted from 1, at which the token that was taken was not the likeliest."""
    return [number for number, moment in enumerate(walked, 1) if moment.rank > 1]


def describe(trace: DecodeTrace, place: int, walked: Sequence[Moment]) -> dict[str, Any]:
    """The numbers of a one-sentence description: the translation, its steps, and where the model was least sure."""
    number, least = max(enumerate(walked, 1), key=lambda pair: pair[1].entropy)
    facts = {"text": trace.hypotheses[place].text, "steps": len(walked), "others": len(unlikely(walked))}
    return facts | {"step": number, "token": label(least.token), "entropy": f"{least.entropy:.1f}"}


def compared(free: DecodeTrace, led: DecodeTrace, place: int) -> dict[str, str]:
    """The free translation's text, and the log-probabilities of both."""
    before, after = free.hypotheses[place], led.hypotheses[place]
    sums = {"before": f"{before.total:z.2f}", "after": f"{after.total:z.2f}"}
    return {"text": before.text} | {name: value.replace("-", "−") for name, value in sums.items()}


def table(walked: Sequence[Moment]) -> list[dict[str, Any]]:
    """A row for each candidate that the picture shows, step by step."""
    return [
        {
            "step": number,
            "chosen": label(moment.token),
            "rank": moment.rank if index == moment.chosen else index + 1,
            "token": label(token),
            "probability": share,
            "entropy": moment.entropy,
            "rest": moment.rest,
        }
        for number, moment in enumerate(walked, 1)
        for index, (token, share) in enumerate(zip(moment.tokens, moment.probabilities, strict=True))
    ]


def chain_rule(hypothesis: Hypothesis, *, words: bool = True) -> str:
    """The chain rule with a hypothesis's numbers, as LaTeX; a long sum keeps its ends.

    With `words` each term stands over its token; without, not even their number is told.
    log p(y | x) = Σ log p(y_t | y_<t, x), the model of every sequence-to-sequence paper (Sutskever et al. 2014, eq. 1).
    """
    terms = [term(token, logprob, words) for token, logprob in zip(hypothesis.tokens, hypothesis.logprobs, strict=True)]
    count = len(terms)
    if count > FIRST + LAST + 1:
        terms = [*terms[:FIRST], r"{}-\cdots", *terms[-LAST:]]
    lines = r" \\ &\quad ".join(" ".join(terms[i : i + FIRST]) for i in range(0, len(terms), FIRST))
    length, total = (count if words else "T"), f"{hypothesis.total:z.2f}"
    return (
        r"\begin{aligned}"
        rf"\log p(y \mid x) &= \textstyle\sum_{{t=1}}^{{{length}}} \log p(y_t \mid y_{{<t}}, x) \\ "
        rf"&= {lines} \\ "
        rf"&= {total} \qquad p(y \mid x) = e^{{{total}}} \approx {latex.share(math.exp(hypothesis.total))}"
        r"\end{aligned}"
    )


def term(token: str, logprob: float, words: bool) -> str:
    """One step's log-probability, over its token."""
    value = f"{{}}-{abs(logprob):.2f}"
    return rf"\underset{{{latex.words(label(token))}}}{{{value}}}" if words else value


def space(trace: DecodeTrace, place: int, vocabulary_size: int) -> dict[str, Any]:
    """How many ways there are to choose as many tokens as a hypothesis has, beside how few the search asked about."""
    steps = len(trace.hypotheses[place].tokens)
    return {
        "steps": steps,
        "vocabulary": vocabulary_size,
        "ways": ways(vocabulary_size, steps),
        "asked": len(trace.tree.expanded),
        "finished": sum(node.fate == "finished" for node in trace.tree.nodes),
    }


def ways(vocabulary: int, steps: int) -> str:
    """V^T and what that is as a power of ten.

    >>> ways(6000, 12)
    '6000¹² ≈ 10⁴⁵'
    """

    def raised(number: int) -> str:
        return "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(digit)] for digit in str(number))

    return f"{vocabulary}{raised(steps)} ≈ 10{raised(round(steps * math.log10(vocabulary)))}"

"""Forced decoding (teacher forcing through the search): a given translation, and what the model thinks of it.

A text can be cut into sub-words in many ways, and the model may like another than the tokenizer's; a translation is as
likely as the likeliest of them that is found (of their sum it is a lower bound: Cao & Rimell 2021, arXiv 2109.02550).
"""

from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import Tensor

from core.decoding.beam import beam_search
from core.decoding.recording import Recorder, record
from core.decoding.search import Choice, Frontier, only, search
from core.decoding.stops import enough
from core.decoding.text_constraints import beginning
from core.models.contract import Encoded, Seq2Seq, State, StepModel
from core.options import BeamOptions
from core.records import Spelling
from core.text.subwords import EOS, Subwords

SPELLINGS = BeamOptions(16, "none", stop="optimum")  # how other spellings are looked for


def forced(
    model: StepModel, state: State, targets: Sequence[Sequence[int]], *, detail: bool = False
) -> Iterator[Frontier]:
    """One branch a sentence (a state of width 1): the ids of its target, without `<eos>`, and then `<eos>`."""
    rows = [[*ids, EOS] for ids in targets]
    steps = iter(range(max(map(len, rows), default=0)))

    def wanted_token(logprobs: Tensor, sums: Tensor) -> Choice:
        step = next(steps)
        live = [row[step] for row in rows if step < len(row)]  # in order: a sentence leaves the search at its <eos>
        tokens = torch.tensor(live, device=sums.device)[:, None]
        return only(tokens, sums + logprobs[:, 0].gather(1, tokens))

    return search(model, state, wanted_token, width=1, stop=enough(1), limits=[len(row) for row in rows], detail=detail)


def best_spellings(
    model: Seq2Seq, subwords: Subwords, encoded: Encoded, own: Sequence[int]
) -> list[tuple[list[int], Spelling | None]]:
    """For each of n sources the likeliest spelling of a target, of the tokenizer's `own` and those that a beam finds.

    Ids without `<eos>`; where they are not the tokenizer's, its spelling is told beside them.
    """
    own, count, text = tuple(own), len(encoded.mask), subwords.spelt(own)
    state, limits = model.start(encoded, width=SPELLINGS.beam_size), [len(text) + 2] * count
    whole = [beginning(subwords, text, whole=True)]
    scored = finished(beam_search(model, state, SPELLINGS, limits, filters=whole), count, subwords)
    if not all(own in scores for scores in scored):
        given = finished(forced(model, model.start(encoded), [own] * count), count, subwords)
        scored = [scores | others for scores, others in zip(given, scored, strict=True)]
    best = [max(scores, key=scores.get) for scores in scored]
    tokens = (*(subwords.tokens[index] for index in own), subwords.tokens[EOS])
    return [
        (list(ids), None if ids == own else Spelling(tokens, scores[own]))
        for ids, scores in zip(best, scored, strict=True)
    ]


def finished(frontiers: Iterable[Frontier], count: int, subwords: Subwords) -> list[dict[tuple[int, ...], float]]:
    """What a search over so many sentences finished: of each the ids without `<eos>` and their log-probability."""
    recorders = [Recorder(subwords.tokens) for _ in range(count)]
    for frontier in frontiers:
        record(frontier, recorders)
    trees = [recorder.tree() for recorder in recorders]
    return [
        {
            tuple(tree.nodes[step].id for step in tree.path(leaf)[:-1]): node.score
            for leaf, node in enumerate(tree.nodes)
            if node.fate == "finished"
        }
        for tree in trees
    ]

"""Ranking of what has finished: length norm and coverage penalty, redone from the record without a network."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.checks import check
from core.options import BeamOptions, Normalised, Options, SamplingOptions
from core.records import DecodeTrace, Hypothesis, SearchTree

UNSEEN = 1e-6  # the attention that a piece is taken to have had at least: the logarithm of nothing is no number


def normalised(total, length, options: Options):
    """A plain sum of log-probabilities made comparable over lengths (`<eos>` counted); numbers, arrays or tensors.

    none: the sum; average: sum / T; gnmt: sum / ((5 + T) / 6)^α (Wu et al. 2016, eq. 14).
    """
    norm = options.length_norm if isinstance(options, Normalised) else "none"
    if norm == "average":
        return total / length
    return total / ((5 + length) / 6) ** options.length_penalty if norm == "gnmt" else total


def coverage(weights: np.ndarray) -> float:
    """How little of the source was left out: weights (T, S) → Σ_s log min(Σ_t weights_ts, 1), 0 for nothing at all.

    Wu et al. 2016 (arXiv 1609.08144), eq. 14, without its β.
    """
    return float(np.log(np.clip(weights.sum(axis=0, dtype=np.float64), UNSEEN, 1.0)).sum())


def best_leaves(tree: SearchTree, options: Options) -> list[tuple[int, float]]:
    """(leaf, score), best first: the finished ones, or the unfinished ones where nothing finished.

    Samples are not ranked: all of them, as drawn. ValueError if the search wrote nothing at all.
    """
    leaves = {
        fate: [index for index, node in enumerate(tree.nodes) if node.fate == fate]
        for fate in ("finished", "unfinished")
    }
    chosen = leaves["finished"] or leaves["unfinished"]
    check(bool(chosen), "the constraints leave nothing to write: force, ban or demand less")
    if isinstance(options, SamplingOptions):  # the root's children were drawn in order
        drawn = sorted(leaves["finished"] + leaves["unfinished"], key=tree.path)
        return [(leaf, tree.nodes[leaf].score) for leaf in drawn]
    scored = [(leaf, ranking_score(tree, leaf, options)) for leaf in chosen]
    return sorted(scored, key=lambda pair: -pair[1])


def ranking_score(tree: SearchTree, leaf: int, options: Options) -> float:
    """The normalised sum, plus β times what is `covered`."""
    score = normalised(tree.nodes[leaf].score, tree.nodes[leaf].step, options)
    if not isinstance(options, BeamOptions) or not options.coverage_penalty:
        return score
    return score + options.coverage_penalty * covered(tree, leaf)


def covered(tree: SearchTree, leaf: int) -> float:
    """The coverage of the source's pieces on the way to a leaf (`<eos>` needs none); ValueError if nobody looked.

    Attention is averaged over the heads of the last layer, those apart that pruning took away.
    """
    weights = tree.attended(leaf)
    check(weights is not None, "this model attends to nothing, so there is no coverage: set its penalty to 0")
    last = weights[:, -1]
    there = last.any(axis=(0, 2))
    check(bool(there.any()), "no head of the last layer attends to the source, so set the coverage penalty to 0")
    return coverage(last[:, there, :-1].mean(axis=1))


def hypothesis(tree: SearchTree, leaf: int, score: float, text: str) -> Hypothesis:
    """The record of one leaf."""
    nodes = [tree.nodes[index] for index in tree.path(leaf)]
    return Hypothesis(
        text=text,
        tokens=tuple(node.token for node in nodes),
        logprobs=tuple(node.logprob for node in nodes),
        score=score,
        leaf=leaf,
    )


def distinct(hypotheses: Sequence[Hypothesis]) -> tuple[Hypothesis, ...]:
    """Of those with the same text the first, so of ranked ones the best: a text can be spelt in several ways."""
    best: dict[str, Hypothesis] = {}
    for hypothesis in hypotheses:
        best.setdefault(hypothesis.text, hypothesis)
    return tuple(best.values())


def rerank(trace: DecodeTrace, options: Normalised) -> DecodeTrace:
    """The same search under another length norm, α or β: no network, only another order of the finished ones.

    It is what a new search would find under every stop rule that is blind to these: all but "optimum".
    """
    known = {hypothesis.leaf: hypothesis for hypothesis in trace.hypotheses}
    order = best_leaves(trace.tree, options)
    return replace(trace, options=options, hypotheses=tuple(replace(known[leaf], score=score) for leaf, score in order))

"""Ranking of what has finished: length normalisation, redone from the record without a network."""

from dataclasses import replace

from core.options import BeamOptions, Options
from core.records import DecodeTrace, Hypothesis, SearchTree, path_attention


def normalised(total: float, length: int, options: Options) -> float:
    """A plain sum of log-probabilities made comparable over lengths (`<eos>` counted).

    none: the sum; average: sum / T; gnmt: sum / ((5 + T) / 6)^α (Wu et al. 2016, eq. 14).
    """
    norm = options.length_norm if isinstance(options, BeamOptions) else "none"
    if norm == "average":
        return total / length
    return total / ((5 + length) / 6) ** options.length_penalty if norm == "gnmt" else total


def best_leaves(tree: SearchTree, options: Options) -> list[tuple[int, float]]:
    """(leaf, normalised score), best first: the finished ones, or the unfinished ones where nothing finished."""
    for fate in ("finished", "unfinished"):
        leaves = [index for index, node in enumerate(tree.nodes) if node.fate == fate]
        if leaves:
            break
    scored = [(leaf, normalised(tree.nodes[leaf].score, tree.nodes[leaf].step, options)) for leaf in leaves]
    return sorted(scored, key=lambda pair: -pair[1])


def hypothesis(tree: SearchTree, leaf: int, score: float, text: str, keys: tuple[str, ...]) -> Hypothesis:
    """The record of one leaf."""
    nodes = [tree.nodes[index] for index in tree.path(leaf)]
    return Hypothesis(
        text=text,
        tokens=tuple(node.token for node in nodes),
        logprobs=tuple(node.logprob for node in nodes),
        score=score,
        leaf=leaf,
        attention=path_attention(tree, leaf, keys),
    )


def rerank(trace: DecodeTrace, options: BeamOptions) -> DecodeTrace:
    """The same search under another length norm or α: no network, only another order of the finished ones."""
    known = {found.leaf: found for found in trace.hypotheses}
    order = best_leaves(trace.tree, options)
    return replace(trace, options=options, hypotheses=tuple(replace(known[leaf], score=score) for leaf, score in order))

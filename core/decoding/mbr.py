"""Minimum Bayes risk: the candidate most like what the model would say (Kumar & Byrne 2004; Eikema & Aziz 2020).

Records in, record out: another utility over the same searches needs no network.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.decoding.ranking import distinct
from core.metrics import bleu_matrix, chrf_matrix
from core.options import MBROptions
from core.records import DecodeTrace, SearchTree, Vote


def utility_matrix(candidates: Sequence[str], references: Sequence[str], utility: str) -> np.ndarray:
    """How like each of N candidates is to each of M pseudo-references, (N, M), 0 to 100."""
    if utility == "exact":
        values = np.array([[100.0 * (text == reference) for reference in references] for text in candidates])
        return values.reshape(len(candidates), len(references))
    return {"chrf": chrf_matrix, "bleu": bleu_matrix}[utility](candidates, references)


def expected_utility(matrix: np.ndarray, voters: Sequence[int] | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The mean of each of N rows over the columns that vote (None: all), and the rows, best first; of equals the first.

    >>> expected_utility(np.array([[0, 100], [60, 60]]), [0])[1].tolist()
    [1, 0]
    """
    voting = matrix if voters is None else matrix[:, voters]
    expected = voting.mean(axis=1) if voting.shape[1] else np.zeros(len(voting))
    return expected, np.argsort(-expected, kind="stable")


def minimum_bayes_risk(searches: Sequence[DecodeTrace], options: MBROptions) -> DecodeTrace:
    """The vote over one sentence's searches: a beam's if it is to give candidates, then the samples.

    Of candidates with the same text the first stands for all. Expected utility is the mean over the samples, each as
    often as it was drawn (Eikema & Aziz 2020, arXiv 2005.10283); of equals the first found wins.
    """
    both = joined(searches)
    drawn = [trace for trace in searches if trace.strategy == "sample"]
    references = tuple(hypothesis.text for trace in drawn for hypothesis in trace.hypotheses)
    count = len(searches[0].hypotheses) if options.candidates == "beam" else None
    candidates = distinct(both.hypotheses[:count])
    matrix = utility_matrix([hypothesis.text for hypothesis in candidates], references, options.utility)  # (N, M)
    expected, order = expected_utility(matrix)
    hypotheses = tuple(replace(candidates[i], score=float(expected[i])) for i in order)
    seconds = sum(trace.seconds for trace in searches)
    vote = Vote(references, matrix[order])
    return replace(both, strategy="mbr", options=options, hypotheses=hypotheses, seconds=seconds, vote=vote)


def joined(searches: Sequence[DecodeTrace]) -> DecodeTrace:
    """Searches over one sentence as one record: their trees grown together at the root."""
    first, *others = searches
    for second in others:
        shift = len(first.tree.nodes) - 1

        def moved(node: int, shift: int = shift) -> int:
            return node + shift if node else 0

        nodes = (replace(node, parent=moved(node.parent)) for node in second.tree.nodes[1:])
        expanded = (*first.tree.expanded, *(moved(node) for node in second.tree.expanded[1:]))  # the root is known
        tree = SearchTree(
            (*first.tree.nodes, *nodes),
            expanded,
            appended(first.tree.attention, second.tree.attention),
            appended(first.tree.self_attention, second.tree.self_attention),
        )
        states = first.states
        if states is not None:
            grown = {
                name: appended(getattr(states, name), getattr(second.states, name))
                for name in ("decoder", "context", "decoder_layers")
            }
            states = replace(states, **grown)
        hypotheses = (replace(hypothesis, leaf=moved(hypothesis.leaf)) for hypothesis in second.hypotheses)
        first = replace(
            first,
            tree=tree,
            hypotheses=(*first.hypotheses, *hypotheses),
            logits=appended(first.logits, second.logits),
            stored=(*first.stored, *second.stored[1:]),
            states=states,
        )
    return first


def appended(first: np.ndarray | None, second: np.ndarray | None) -> np.ndarray | None:
    """The answers of two searches, the second's at its root left out, with zeros to the length of the longer."""
    if first is None:
        return None
    longest = max(first.shape[-1], second.shape[-1])
    return np.concatenate([lengthened(first, longest), lengthened(second[1:], longest)])


def lengthened(values: np.ndarray, length: int) -> np.ndarray:
    """The same with zeros at the end of the last axis."""
    return np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, length - values.shape[-1])])

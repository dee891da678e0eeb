"""Who leads a search after each step, as the search itself would rank what it has by then."""

from core.decoding.ranking import normalised
from core.records import DecodeTrace


def leaders(trace: DecodeTrace) -> tuple[int, ...]:
    """The last node of the hypothesis that leads after each step, from the first on; after the last the best.

    It has the best score of all that is finished by then or still growing.
    """
    nodes, steps = trace.tree.nodes, max(node.step for node in trace.tree.nodes)
    growing: list[list[int]] = [[] for _ in range(steps + 1)]
    ended: list[list[int]] = [[] for _ in range(steps + 1)]
    for index, node in enumerate(nodes):
        if node.fate != "pruned":
            (ended if node.fate == "finished" else growing)[node.step].append(index)

    def score(index: int) -> float:
        return normalised(nodes[index].score, nodes[index].step, trace.options)

    finished, leading = [], []
    for step in range(1, steps):
        finished += ended[step]
        leading.append(max(finished + growing[step], key=score))
    return (*leading, trace.hypotheses[0].leaf)

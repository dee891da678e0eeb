"""What exact search proved or did not, and what the vote of samples chose: the sentence for each, and its numbers."""

from collections.abc import Mapping
from typing import Any

from core.records import DecodeTrace

EQUAL = 1e-4  # nats between two sums that are the same but for rounding


def verdict(name: str, traces: Mapping[str, DecodeTrace], titles: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """Which case a search beside the lanes is, and its numbers.

    mbr: the vote. exact_open: not proven. exact_same: proven, and others found it too. exact_better, exact_empty: none
    did; `gap` is how much larger its log-probability is than the likeliest other's.
    """
    trace, best = traces[name], traces[name].hypotheses[0]
    if trace.vote is not None:
        return "mbr", {"samples": len(trace.vote.references), "utility": f"{best.score:.1f}"}
    facts: dict[str, Any] = {"asked": f"{trace.proof.opened:,}"}
    if not trace.proof.proven:
        return "exact_open", facts
    others = {other: traces[other].hypotheses[0] for other in traces if other != name}
    totals = {other: rival.total for other, rival in others.items() if rival.finished}
    level = [titles[other] for other, total in totals.items() if total > best.total - EQUAL]
    if level:
        return "exact_same", facts | {"decoders": ", ".join(level)}
    if totals:
        facts["gap"] = f"{best.total - max(totals.values()):.2f}"
    return ("exact_better" if best.text and totals else "exact_empty"), facts

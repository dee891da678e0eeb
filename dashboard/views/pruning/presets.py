"""Sets of closed heads that have a name: by what was measured of each head's role, and those that L0 gates kept."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from core.changes import Head
from core.checkpoints import Card
from core.records.head_roles import Evidence, from_rows, nearest, roles
from dashboard.controls import Texts

KINDS = ("positional", "rare", "delimiter")  # roles that a preset is about


class Preset(NamedTuple):
    """A set of closed heads, its name in an address, and what it is called."""

    name: str
    label: str
    closed: frozenset[Head]


def nearest_roles(finding: object, model: str) -> dict[Head, tuple[Evidence, bool]]:
    """Of each head that has a role or leans to one the first, and whether it has it; {} where none was measured."""
    try:
        rows = from_rows(finding["models"][model]["captions"]["evidence"])
    except (LookupError, TypeError, ValueError):
        return {}
    heads: dict[Head, list[Evidence]] = {}
    for part in rows:
        heads.setdefault(Head(part.kind, part.layer, part.head), []).append(part)
    first = {head: (roles(some) or [nearest(some)])[0] for head, some in heads.items()}
    return {head: (part, part.holds) for head, part in first.items() if part}


def by_role(say: Texts, known: Mapping[Head, tuple[Evidence, bool]], heads: Sequence[Head]) -> Iterable[Preset]:
    """Without the heads of a role, or that lean to it; with the positional ones as all that is left of the encoder."""
    for kind in KINDS:
        some = frozenset(head for head in heads if head in known and known[head][0].measure == kind)
        if some:
            yield Preset(f"without_{kind}", say[f"pruning_without_{kind}"], some)
        if some and kind == "positional":
            others = frozenset(head for head in heads if head.kind == "encoder" and head not in some)
            yield Preset("only_positional", say["pruning_only_positional"], others)


def by_gates(say: Texts, cards: Mapping[str, Card], model: str, heads: Sequence[Head]) -> Iterable[Preset]:
    """What is left of a model in those that were pruned from it, a set for each price of a head."""
    for name, card in cards.items():
        kept = card.config.get("kept")
        if not kept or card.recipe.get("start", {}).get("model") != model:
            continue
        closed = frozenset(head for head in heads if head.head not in kept[head.kind][head.layer])
        yield Preset(
            name, say["pruning_l0"].format(price=f"{card.recipe['penalty']:g}", left=len(heads) - len(closed)), closed
        )


def role_text(say: Texts, known: Mapping[Head, tuple[Evidence, bool]], head: Head) -> str:
    """The role of a head, or what it leans to, in words with its share; "" where it is neither."""
    if head not in known:
        return ""
    part, holds = known[head]
    key = part.about.replace(" ", "_") if part.measure == "syntactic" else part.measure
    role = say[f"roles_role_{key}"].format(about=part.about)
    return say["pruning_role" if holds else "pruning_leans"].format(role=role, share=f"{part.value:.0%}")

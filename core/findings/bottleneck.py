"""The bottleneck: BLEU as sentences grow, with and without attention (Cho et al. 2014; Bahdanau et al. 2015, §5)."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.checkpoints import Loaded
from core.findings.measuring import about, compared, translations, twins, written
from core.text.corpora import Pairs
from core.text.variants import growing

LONGEST = (8, 12, 16, 22, 30, 45)  # words of the longest source of each group
JOINED = 4  # neighbouring captions are joined up to so many
JOINERS = (" and ", " und ")
FEWEST = 30  # sentences of a group


def bottleneck(
    models: Mapping[str, Loaded], pairs: Pairs, example: str, beside: Mapping[str, Loaded] | None = None
) -> dict[str, Any]:
    """BLEU and chrF of each model by the number of words in the source, as plain JSON values.

    `models` by name, the first one is what the others are compared with; `pairs` are single sentences, which are also
    joined two, three and four together for the lengths that they do not reach. A model that has one of the `twins` is
    also compared with that: `twin_p`. What each model makes of the `example` as it grows is there, too; also what
    models `beside` them make of it, which are not measured.
    """
    pairs_of_twins = twins(models)
    groups = grouped(with_joined(pairs))
    rows: list[dict[str, Any]] = []
    for longest, some in groups.items():
        sources, references = zip(*some, strict=True)
        words = sum(len(source.split()) for source in sources) / len(sources)
        systems = {name: translations(loaded, sources) for name, loaded in models.items()}
        for row in compared(systems, references):
            if twin := pairs_of_twins.get(row["model"]):
                both = {name: systems[name] for name in (twin, row["model"])}
                row |= {"twin": twin, "twin_p": compared(both, references)[1]["p"]}
            rows.append({"longest": longest, "words": round(words, 1), "sentences": len(some)} | row)
    shown = {"joined": JOINED, "example": written({**models, **(beside or {})}, growing(example))}
    return about(sum(map(len, groups.values()))) | shown | {"rows": rows}


def with_joined(pairs: Pairs, joiners: tuple[str, str] = JOINERS) -> Pairs:
    """All pairs, and neighbours made one sentence by "and", 2 to `JOINED` together.

    A word that begins a later part is written small if it stands so inside any sentence.

    >>> with_joined([("A man sits.", "Ein Mann sitzt."), ("A dog eats a bone.", "Ein Hund frisst.")])[2][0]
    'A man sits and a dog eats a bone.'
    """
    sides = list(zip(*pairs, strict=True))
    inside = [{word for line in side for word in line.split()[1:]} for side in sides]
    joined = list(pairs)
    for count in range(2, JOINED + 1):
        for first in range(0, len(pairs) - count + 1, count):
            some = zip(joiners, sides, inside, strict=True)
            joined.append(tuple(one_of(side[first : first + count], joiner, words) for joiner, side, words in some))
    return joined


def one_of(lines: Sequence[str], joiner: str, inside: set[str]) -> str:
    """Several sentences as one."""
    parts = [line.rstrip(" .") for line in lines]
    for index, part in enumerate(parts[1:], start=1):
        first = part.split(maxsplit=1)[0] if part else ""
        parts[index] = part[:1].lower() + part[1:] if first.lower() in inside else part
    return joiner.join(parts) + "."


def grouped(pairs: Pairs, longest: Sequence[int] = LONGEST) -> dict[int, Pairs]:
    """Pairs by the number of words in their source: the smallest `longest` that they fit; what is longer is left out.

    A group of fewer than `FEWEST` is left out, too: its BLEU would say nothing.
    """
    groups: dict[int, Pairs] = {end: [] for end in longest}
    for source, target in pairs:
        end = next((end for end in longest if len(source.split()) <= end), None)
        if end is not None:
            groups[end].append((source, target))
    return {end: some for end, some in groups.items() if len(some) >= FEWEST}

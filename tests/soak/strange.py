"""Strange texts and strange JSON, drawn by dice."""

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any

SENTENCES = (
    "A dog is running through the snow.",
    "Two men’s children are playing “chess” in front of a café – it’s late…",
    "Eine Frau liest ein Buch.",
    "Un homme joue de la guitare à l'aube.",
    "He laughs.",
)
MARKUP = (
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!--", "</svg>", "&amp;&#65;&lt;", "]]>"),
    *("**b**", "# h", "[a](javascript:alert(1))", "![x](http://192.0.2.1/x.png)", ":red[c]", ":material/home:", "`d`"),
    *("$x^2$", r"\frac{1}{0}", r"\input{/etc/passwd}", "$$", r"\\", "{0.__class__}", "{name}", "%s%n", "{{7*7}}"),
    *("<eos>", "<unk>", "<pad><bos>", "<bt>", "▁", "␣", "⁇", "|||", "\t", "=1+1", "null", "NaN", "None"),
)
CODE = (
    "__import__('os').system('touch {marker}')",
    "$(touch {marker})",
    "`touch {marker}`",
    "'; import os; os.system('touch {marker}') #",
    "eval(compile('open(\"{marker}\", \"w\")', 'x', 'exec'))",
)
EMOJI = ("😀", "👩‍👩‍👧‍👦", "🇩🇪", "👍🏽", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "☎︎")
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a\u202e\u2066\u2069\u061c\u180e\u034f\ufe0f\U000e0041"
RANGES = {  # code points from which characters are drawn
    "any": (0, 0x10FFFF),
    "plane 0": (0xA0, 0xD7FF),
    "surrogates": (0xD800, 0xDFFF),
    "private": (0xE000, 0xF8FF),
    "astral": (0x10000, 0x3FFFF),
    "controls": (0, 0x9F),
    "hebrew and arabic": (0x590, 0x6FF),
    "han": (0x4E00, 0x9FFF),
    "hangul": (0x1100, 0x11FF),
    "marks": (0x300, 0x36F),
    "latin": (0x20, 0x24F),
    "compatible": (0xFB00, 0xFFFF),  # ligatures, full width
}
# What a field of a JSON file may hold instead of what belongs there.
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 0.5, 1e308, 10**400, -(10**400), float("nan"), float("inf")),
    *("", "x", "0", "x" * 5000, "\ud800", "\u202e\x00", "<b>x</b>", "**x**$y$", "=1+1", "../../etc/passwd", "{0}"),
    *([], {}, [None], [[]], {"": None}, [1, "x"], {"x": {"y": {"z": []}}}, [0.5] * 3, [{}]),
)
DEEP = "[" * 5000 + "]" * 5000  # json.dumps can't write it


def characters(dice: Random, length: int) -> str:
    """Characters of one range."""
    low, high = dice.choice(list(RANGES.values()))
    return "".join(chr(dice.randint(low, high)) for _ in range(length))


def part(dice: Random, length: int, marker: str) -> str:
    """A piece of a text, about so long."""
    kinds = (
        lambda: dice.choice(SENTENCES),
        lambda: dice.choice(MARKUP),
        lambda: dice.choice(CODE).replace("{marker}", marker),
        lambda: "".join(dice.choices(EMOJI, k=max(1, length // 4))),
        lambda: characters(dice, length),
        lambda: dice.choice("aeö字") + characters(dice, 1) * length,
        lambda: "".join(char + dice.choice(INVISIBLE) for char in dice.choice(SENTENCES)),
        lambda: dice.choice("aß1字🙂-'") * length,
        lambda: str(dice.randint(0, 10 ** dice.randint(1, 60))) + dice.choice(("", ".5", "%", " €", "e9")),
        lambda: dice.choice(("", " ", "\n", "\u200b", "\u3000\u2028", "\r\n\t", "\x00")),
    )
    return dice.choice(kinds)()


def text(dice: Random, longest: int, marker: str = "x") -> str:
    """One to four parts, mostly of a sentence's length."""
    length = int(dice.choice((2, 8, 30, 80)) * dice.uniform(0.5, 1.5))
    parts = [part(dice, length, marker) for _ in range(dice.randint(1, 4))]
    return dice.choice((" ", "", "\n")).join(parts)[:longest]


def places(content: Any, path: tuple = ()) -> Iterator[tuple]:
    """The paths of all fields of a JSON value, of long lists only the first and the last."""
    yield path
    if isinstance(content, dict):
        for name in content:
            yield from places(content[name], (*path, name))
    elif isinstance(content, list):
        for index in sorted({0, len(content) - 1} if content else ()):
            yield from places(content[index], (*path, index))


def mutated(content: Any, dice: Random) -> tuple[bytes, str]:
    """A JSON file with one thing changed, and what that is: a field's value or absence, a new field, half the bytes."""
    path = dice.choice(list(places(content)))
    changed, where = copy.deepcopy(content), ".".join(map(str, path)) or "all of it"
    kind = dice.choice(("value", "value", "value", "value", "deep", "gone", "new", "half"))
    if kind == "half":
        whole = json.dumps(content).encode()
        return whole[: dice.randrange(len(whole))], "half of it"
    if not path:
        new = dice.choice(VALUES)
        return (DEEP.encode(), "all of it = deep") if kind == "deep" else (dumped(new), f"all of it = {new!r}")
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    if kind == "gone":
        del holder[path[-1]]
        return dumped(changed), f"no {where}"
    if kind == "new" and isinstance(holder, dict):
        holder["\ud800new"] = dice.choice(VALUES)
        return dumped(changed), f"a new field beside {where}"
    holder[path[-1]] = new = "DEEP" if kind == "deep" else dice.choice(VALUES)
    written = dumped(changed)
    return (
        (written.replace(b'"DEEP"', DEEP.encode()), f"{where} = deep")
        if kind == "deep"
        else (
            written,
            f"{where} = {str(new)[:30]!r}",
        )
    )


def dumped(content: Any) -> bytes:
    """JSON as another program may write it: NaN, any integer and lone surrogates (as escapes) are in it."""
    return json.dumps(content).encode()

"""A person's own sentence pairs, `source<TAB>target` a line: read, checked, or refused for one reason."""

from dashboard.live.refusal import Refusal

FEWEST, MOST = 4, 500  # pairs
LONGEST = 80  # characters of a side
LARGEST = MOST * (2 * LONGEST + 2) * 4  # bytes of a file
ARROW = "=>"  # what may be typed in a tab's place
EXAMPLE = """\
one red cat\teine rote Katze
two red cats\tzwei rote Katzen
one black dog\tein schwarzer Hund
two black dogs\tzwei schwarze Hunde
one black cat\teine schwarze Katze
two black cats\tzwei schwarze Katzen
one red dog\tein roter Hund
two red dogs\tzwei rote Hunde
one white cat\teine weiße Katze
two white cats\tzwei weiße Katzen
one white dog\tein weißer Hund
two white dogs\tzwei weiße Hunde
"""


def decoded(content: bytes) -> str:
    """The text of an uploaded file; Refusal if it is too large or something else than text."""
    if len(content) > LARGEST:
        raise Refusal("bytes", limit=LARGEST // 1000)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal("utf8", byte=error.start + 1) from error
    return text


def parsed(text: str) -> tuple[tuple[str, str], ...]:
    """The pairs of a text, empty lines left out; Refusal names the line and what is wrong with it."""
    if "\x00" in text:
        raise Refusal("nul", line=text[: text.index("\x00")].count("\n") + 1)
    pairs = [pair(number, line) for number, line in enumerate(lines(text), 1) if line.strip()]
    if len(pairs) < FEWEST:
        raise Refusal("few", count=len(pairs), fewest=FEWEST)
    if len(pairs) > MOST:
        raise Refusal("many", count=len(pairs), most=MOST)
    return tuple(pairs)


def lines(text: str) -> list[str]:
    """Lines as an editor counts them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def pair(number: int, line: str) -> tuple[str, str]:
    """One line's pair."""
    line = line if "\t" in line else line.replace(ARROW, "\t")  # in a browser the Tab key leaves the field
    sides = [side.strip() for side in line.split("\t")]
    if len(sides) < 2:
        raise Refusal("tab", line=number)
    if len(sides) > 2:
        raise Refusal("tabs", line=number, count=len(sides) - 1)
    for side in sides:
        if not any(letter.isprintable() and not letter.isspace() for letter in side):
            raise Refusal("side", line=number)
        if len(side) > LONGEST:
            raise Refusal("long", line=number, count=len(side), longest=LONGEST)
    return sides[0], sides[1]

"""The pages, one table: menu, keys, cards, tests, benchmarks and pictures follow from it. Nothing but Python is needed.

A page is a folder of dashboard/views, which is its address: page.py draws it, en.py and ru.py hold its words.
"""

from itertools import pairwise
from typing import NamedTuple


class Page(NamedTuple):
    """A page of the menu's `group` ("" stands outside any); `g`, then its `key`, leads there.

    `reads` says that it reads the reader's sentence with a model, `opens` for which models of their own readers find a
    button that leads there: "all", "attending" or "". `picture` is what the README shows of it: px, and its state.
    """

    name: str
    group: str
    key: str
    reads: bool = True
    opens: str = ""
    picture: tuple[int, dict[str, object]] | None = None


TABLE = (
    Page("home", "", "h", picture=(1000, {})),
    Page("step", "watch", "s", opens="all", picture=(1000, {"step": 6})),
    Page("alignment", "watch", "a", opens="attending", picture=(1180, {})),
    Page("kinds", "watch", "k", picture=(1180, {})),
    Page("beam", "search", "b", opens="all", picture=(870, {})),
    Page("race", "search", "r"),
    Page("sampling", "search", "c"),
    Page("transformer", "inside", "i"),
    Page("positions", "inside", "p"),
    Page("attention", "inside", "q"),
    Page("heads", "inside", "d"),
    Page("pruning", "inside", "u"),
    Page("training", "train", "t", picture=(1000, {})),
    Page("live", "train", "l", reads=False),
    Page("bottleneck", "measured", "n", picture=(1000, {})),
    Page("order", "measured", "o"),
    Page("swap", "measured", "w", reads=False, picture=(1000, {})),
    Page("models", "reference", "m", reads=False),
)
PAGES = tuple(page.name for page in TABLE)
GROUPS = {
    group: tuple(page.name for page in TABLE if page.group == group)
    for group in dict.fromkeys(page.group for page in TABLE)
}


def following(name: str) -> str | None:
    """The page after a page; None after the last."""
    return dict(pairwise(PAGES)).get(name)


def script(name: str) -> str:
    """The file of a page, as Streamlit names it."""
    return f"views/{name}/page.py"


def opening(attends: bool) -> tuple[str, ...]:
    """The pages on which a model is opened that looks back at the source, or that does not."""
    return tuple(page.name for page in TABLE if page.opens in ("all", "attending" if attends else "all"))
